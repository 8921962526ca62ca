"""Addresses of decision models: list, versions, the editor."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import edit_views, views

app_name = "decisions"
urlpatterns = [
    path("decisions/", needs("decisions.view")(views.DecisionList.as_view()), name="list"),
    path("decisions/new/", edit_views.new, name="new"),
    path("decisions/<str:key>/", views.model, name="model"),
    path("decisions/<str:key>/<int:number>/", views.model, name="version"),
    path("decisions/<str:key>/<int:number>/try/", views.trial, name="try"),
    path("decisions/<str:key>/<int:number>/model.dmn", views.file, name="file"),
    path("decisions/<str:key>/<int:number>/compare/<int:other>/", views.compare, name="compare"),
    path("decisions/<str:key>/tests/", edit_views.tests, name="tests"),
    path("decisions/<str:key>/edit/", edit_views.edit, name="edit"),
    path("decisions/<str:key>/edit/check/", edit_views.check, name="check"),
    path("decisions/<str:key>/edit/try/", edit_views.trial, name="edit_try"),
    path("decisions/<str:key>/edit/publish/", edit_views.publish, name="publish"),
    path("decisions/<str:key>/edit/discard/", edit_views.discard, name="discard"),
    path("decisions/<str:key>/edit/model.dmn", edit_views.file, name="draft_file"),
]
