"""Addresses: everybody's to-do, copies, pictures, the unit administrator's list, definitions."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import handling_views, migration_views, views
from .actions.move import HAND_OVER
from .unit_listing import DefinitionList, UnitTaskList

app_name = "processes"
urlpatterns = [
    path("todo/", views.todo, name="todo"),
    path("todo/unit/", needs(HAND_OVER)(UnitTaskList.as_view()), name="unit"),
    path("processes/", needs("process.manage")(DefinitionList.as_view()), name="definitions"),
    path("processes/<str:former>/redesigned/<str:key>/", views.redesigned, name="redesigned"),
    path("processes/<str:key>/<int:version>/", views.definition, name="definition"),
    path("processes/<str:key>/<int:version>/model.bpmn", views.model, name="model"),
    path("processes/<str:key>/<int:version>/compare/<int:other>/", views.compare, name="compare"),
    path("processes/<str:key>/<int:version>/migrate/", migration_views.migrate, name="migrate"),
    path("todo/matter/<int:instance_id>/", views.instance, name="instance"),
    path("todo/matter/<int:instance_id>/follow/", views.follow, name="follow"),
    path("todo/task/<int:task_id>/complete/", handling_views.complete, name="complete"),
    path("todo/task/<int:task_id>/move/", handling_views.move, name="move"),
    path("todo/errand/<int:errand_id>/", views.errand, name="errand"),
    path("todo/<str:name>/", views.box, name="box"),
]
