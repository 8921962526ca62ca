"""What an owner's view needs to answer the page's autosave."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from .actions import Received


def is_autosave(request: HttpRequest) -> bool:
    """Whether this post came from the page by itself (``data-yp-autosave``) and wants JSON."""
    return request.method == "POST" and request.headers.get("X-Autosave") == "1"


def saved(received: Received) -> JsonResponse:
    """The answer the page's script shows: when it was kept, local time, and the moment that the next page will name."""
    at = received.saved_at
    return JsonResponse({"saved": timezone.localtime(at).strftime("%H:%M"), "at": at.isoformat()})
