"""Addresses of the portal's own pages."""

from django.urls import path

from . import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("elder/", views.elder, name="elder"),
    path("topics/<slug:key>/", views.topic, name="topic"),
    path("one-thing/<slug:key>/", views.one_thing, name="one_thing"),
    path("announcements/", views.announcements, name="announcements"),
    path("announcements/<slug:key>/", views.announcement, name="announcement"),
    path("pages/<slug:key>/", views.page, name="page"),
    path("map/", views.site_map, name="map"),
    path("robots.txt", views.robots, name="robots"),
]
