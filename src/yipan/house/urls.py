"""All addresses of the house: machine endpoints, then every room's own ``urls`` module with its own prefixes."""

import importlib.util

from django.conf import settings
from django.urls import include, path

from . import health, metrics, sandbox_proxy
from .api import assemble

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
    path("api/v1/", assemble().urls),
    *(
        path("", include(f"{room}.urls"))
        for room in settings.OPEN_ROOMS
        if importlib.util.find_spec(f"{room}.urls") is not None
    ),
]
if settings.ENVIRONMENT != "production":
    urlpatterns.append(path("sandbox/", sandbox_proxy.forward, {"path": ""}))
    urlpatterns.append(path("sandbox/<path:path>", sandbox_proxy.forward))
if importlib.util.find_spec("yipan.platform.ui.errors") is not None:
    handler400 = "yipan.platform.ui.errors.bad_request"
    handler403 = "yipan.platform.ui.errors.forbidden"
    handler404 = "yipan.platform.ui.errors.not_found"
    handler500 = "yipan.platform.ui.errors.server_error"
