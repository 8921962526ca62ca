"""How the reader wants pages shown: large type, high contrast. Kept in a cookie, so that the server draws it at once.

The cookie ``yp_display`` holds ``size.contrast``, for example ``large.high``; anything else means the normal display.
"""

from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "yp_display"
SIZES = ("normal", "large")
CONTRASTS = ("normal", "high")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Display:
    size: str = "normal"
    contrast: str = "normal"

    @property
    def large(self) -> bool:
        return self.size == "large"

    @property
    def high_contrast(self) -> bool:
        return self.contrast == "high"

    def with_change(self, size: str = "", contrast: str = "") -> "Display":
        """The same display with the named parts changed; unknown words change nothing."""
        changed = replace(self, size=size) if size in SIZES else self
        return replace(changed, contrast=contrast) if contrast in CONTRASTS else changed


def of(request: HttpRequest) -> Display:
    size, _, contrast = request.COOKIES.get(COOKIE, "").partition(".")
    return Display().with_change(size, contrast)


def remember(response: HttpResponseBase, display: Display) -> None:
    # Readable by the page's script, which switches the display without a new page; it holds nothing secret.
    response.set_cookie(
        COOKIE, f"{display.size}.{display.contrast}", max_age=YEAR, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
