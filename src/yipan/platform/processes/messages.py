"""Messages to colleagues about a move: somebody urges, hands a task over, or sends a copy."""

import contextlib
from datetime import datetime
from typing import Any

from yipan.platform import notices
from yipan.platform.records import Actor

from . import queries
from .store import Held

_TEMPLATES = {
    "urge": "task.urged", "transfer": "task.handed", "delegate": "task.handed", "reassign": "task.handed",
    "copy": "task.copied",
}  # fmt: skip


def tell(
    move: str, held: Held, task: dict[str, Any], to: dict[int, str], *, actor: Actor, now: datetime, reason: str
) -> None:
    """Tell those a move concerns; an installation without these texts goes without."""
    template = _TEMPLATES.get(move)
    persons = queries.workers_of(task, now) if move == "urge" else list(to)
    if template is None or not persons:
        return
    said = queries.titles([held.subject]).get(held.subject)
    data = {
        "title": said.title if said is not None else task["name"],
        "task": task["name"],
        "by": actor.name,
        "reason": reason,
        "instance": held.id,
    }
    with contextlib.suppress(notices.UnknownTemplate):
        notices.send(
            to=[notices.Person(person) for person in persons],
            template=template,
            data=data,
            subject=held.subject,
            at=now,
        )
