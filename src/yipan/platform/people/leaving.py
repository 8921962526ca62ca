"""What somebody who leaves hands over of this room: absences in which he stands in for others."""

from datetime import datetime
from typing import Any

from yipan.platform import calendar, records

from . import handover
from .handover import Line
from .models import Absence

REGISTER = "代理他人（AB岗）"


def register() -> None:
    handover.register(REGISTER, count, transfer)


def _mine(person_id: int) -> Any:
    today = calendar.today()
    rows = Absence.objects.filter(deputy_id=person_id, ends__gte=today, cancelled_at=None)
    return rows.select_related("person").order_by("begins", "id")


def count(person_id: int) -> int:
    return _mine(person_id).count()


def transfer(*, person_id: int, receiver: Any, actor: records.Actor, at: datetime, reason: str) -> list[Line]:  # noqa: ARG001
    """His successor stands in instead, unless it is the absent person himself or he is away in that time."""
    lines = []
    for absence in _mine(person_id).select_for_update(of=("self",)):
        about = f"代理{absence.person.name}，{absence.begins} 至 {absence.ends}"
        away = Absence.objects.filter(
            person_id=receiver.person_id, begins__lte=absence.ends, ends__gte=absence.begins, cancelled_at=None
        )
        if absence.person_id == receiver.person_id or away.exists():
            lines.append(Line("", about, "未移交：接收人不能代理，请另行登记"))
            continue
        absence.deputy_id = receiver.person_id
        absence.save(update_fields=["deputy"])
        lines.append(Line("", about, "已移交"))
    return lines
