"""粤政易, the messenger of government staff: messages, and to-dos that close when the work is done here."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from .base import call

SYSTEM = "yuezhengyi"


def send_message(user: str, title: str, text: str, *, link: str, key: str) -> str:
    """A message to one person; the service's id. Raises ConnectorError."""
    body = {"user": user, "title": title, "text": text, "link": link}
    return str(call(SYSTEM, "POST", "/messages", json=body, key=key).json()["id"])


def open_todo(todo: str, *, users: Sequence[str], title: str, link: str, key: str, due: datetime | None = None) -> str:
    """Show a to-do to persons, or change one that is shown. Raises ConnectorError."""
    body = {"users": list(users), "title": title, "link": link, "due": due.isoformat() if due else ""}
    return str(call(SYSTEM, "PUT", f"/todos/{quote(todo, safe='')}", json=body, key=key).json()["id"])


def close_todo(todo: str, *, key: str) -> str:
    """Close a to-do; closing one that is closed or was never shown changes nothing. Raises ConnectorError."""
    return str(call(SYSTEM, "POST", f"/todos/{quote(todo, safe='')}/close", json={}, key=key).json()["id"])
