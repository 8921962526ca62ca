"""Addresses of static files with a digest of their content: browsers may keep them and still notice a change."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static


@cache
def _digest(path: str) -> str:
    """First eight hex digits of the file's sha256; a name that no room has is a fault of the page."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(f"no static file {path!r}")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:8]


def static_url(path: str) -> str:
    """``static("ui/yipan.css")`` -> ``/static/ui/yipan.css?v=1a2b3c4d``."""
    return f"{static(path)}?v={_digest(path)}"
