"""A house in which only the portal itself stands."""

from django.urls import include, path

urlpatterns = [path("", include("yipan.faces.portal.urls")), path("", include("yipan.platform.ui.urls"))]
