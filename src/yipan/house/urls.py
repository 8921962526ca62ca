"""All addresses of the house: machine endpoints, then every room's own ``urls`` module with its own prefixes."""

import importlib.util

from django.conf import settings
from django.urls import include, path

from . import health

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    *(
        path("", include(f"{room}.urls"))
        for room in settings.OPEN_ROOMS
        if importlib.util.find_spec(f"{room}.urls") is not None
    ),
]
if importlib.util.find_spec("yipan.platform.ui.errors") is not None:
    handler400 = "yipan.platform.ui.errors.bad_request"
    handler403 = "yipan.platform.ui.errors.forbidden"
    handler404 = "yipan.platform.ui.errors.not_found"
    handler500 = "yipan.platform.ui.errors.server_error"
