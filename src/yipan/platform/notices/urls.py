"""Addresses of the notices room."""

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read-all/", views.read_all, name="read_all"),
    path("messages/channels/", views.channels, name="channels"),
    path("messages/<int:message_id>/", views.message, name="message"),
]
