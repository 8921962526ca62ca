"""One-time notices that survive a redirect ("已保存"), kept in the session until the next page shows them."""

from dataclasses import dataclass

from django.http import HttpRequest

_KEY = "yp_notices"
TONES = ("blue", "green", "orange", "red")


@dataclass(frozen=True)
class Notice:
    text: str
    tone: str = "green"


def notify(request: HttpRequest, text: str, tone: str = "green") -> None:
    if tone not in TONES:
        raise ValueError(f"no tone {tone!r}")
    request.session[_KEY] = [*request.session.get(_KEY, []), [text, tone]]


def take(request: HttpRequest) -> tuple[Notice, ...]:
    """What is waiting, and forget it."""
    session = getattr(request, "session", None)
    if session is None or _KEY not in session:
        return ()
    return tuple(Notice(text, tone) for text, tone in session.pop(_KEY))
