"""Addresses: everybody's to-do, copies, pictures, the unit administrator's list, definitions."""

from django.urls import path

from . import views

app_name = "processes"
urlpatterns = [
    path("todo/", views.todo, name="todo"),
    path("todo/unit/", views.unit, name="unit"),
    path("todo/unit/reassign/", views.reassign, name="reassign"),
    path("processes/", views.definitions, name="definitions"),
    path("processes/<str:key>/<int:version>/", views.definition, name="definition"),
    path("processes/<str:key>/<int:version>/model.bpmn", views.model, name="model"),
    path("todo/matter/<int:instance_id>/", views.instance, name="instance"),
    path("todo/matter/<int:instance_id>/follow/", views.follow, name="follow"),
    path("todo/errand/<int:errand_id>/", views.errand, name="errand"),
    path("todo/<str:name>/", views.box, name="box"),
]
