"""指南有误: take in what a reader found wrong with a guide, tell those who keep it, answer.

No address or telephone number is asked of the reader: who is signed in gets the answer as a message.
"""

import contextlib
from datetime import datetime

from django.db import transaction

from yipan.kernel import clock
from yipan.platform import calendar, notices, people, records

from ..models import GuideReport
from ..queries import ItemView

PARTS = {
    "materials": "申请材料", "limits": "时限与收费", "conditions": "受理条件", "windows": "办理地点和电话",
    "steps": "办理流程", "other": "其他",
}  # fmt: skip
LIMIT = clock.Limit(2, "working_days")
MOST_LETTERS = 500
KEEPERS = ("unit_admin", "item_manager")


class ReportProblem(ValueError):
    """What cannot be taken; ``faults`` maps a field to its message."""

    def __init__(self, **faults: str) -> None:
        self.faults = faults
        super().__init__("；".join(faults.values()))


def report(
    view: ItemView, *, part: str, text: str, account_id: int | None, actor: records.Actor, at: datetime
) -> GuideReport:
    """Keep one report. Raises ReportProblem."""
    text, faults = text.strip(), {}
    if part not in PARTS:
        faults["part"] = "请选择是哪一部分有误"
    if len(text) < 5:
        faults["text"] = "请写明哪里不对，至少 5 个字"
    elif len(text) > MOST_LETTERS:
        faults["text"] = f"不能超过 {MOST_LETTERS} 字，现在有 {len(text)} 字"
    if faults:
        raise ReportProblem(**faults)
    item = view.item
    with transaction.atomic():
        made = GuideReport.objects.create(
            item_key=item.key, item_title=item.title, version_id=view.version_id, unit_key=item.unit, part=part,
            text=text, account_id=account_id, at=at, due=_due(at),
        )  # fmt: skip
        _record("item.report_fault", item.key, actor, at, {"report": made.pk, "part": part})
        data = {"item": item.title, "part": PARTS[part], "text": text, "report": made.pk}
        unit = people.queries.unit_by_key(item.unit)
        with contextlib.suppress(notices.UnknownTemplate):
            notices.send(
                to=[notices.Role("unit_admin", unit.id), notices.Role("item_manager")],
                template="guide.reported", data=data, subject=("item", item.key), at=at,
            )  # fmt: skip
    return made


def answer(report_id: int, *, text: str, actor: records.Actor, at: datetime) -> None:
    """Answer a report, once. Raises ReportProblem."""
    text = text.strip()
    if not text or len(text) > MOST_LETTERS:
        raise ReportProblem(answer=f"请填写答复，不超过 {MOST_LETTERS} 字")
    with transaction.atomic():
        row = GuideReport.objects.select_for_update().get(pk=report_id)
        if row.answered_at is not None:
            raise ReportProblem(answer=f"{row.answered_by}已经答复过了")
        row.answered_at, row.answer, row.answered_by = at, text, actor.name
        row.save()
        _record("item.answer_report", row.item_key, actor, at, {"report": row.pk, "answer": text})
        if row.account_id is not None:
            with contextlib.suppress(notices.UnknownTemplate):
                notices.send(
                    to=notices.Account(row.account_id), template="guide.answered",
                    data={"item": row.item_title, "answer": text, "key": row.item_key},
                    subject=("item", row.item_key), at=at,
                )  # fmt: skip


def _due(at: datetime) -> datetime | None:
    """None while the year has no calendar: a reader is not turned away for that."""
    try:
        return clock.due(LIMIT, at, calendar=calendar.current()).at
    except clock.CalendarMissing:
        return None


def _record(verb: str, key: str, actor: records.Actor, at: datetime, payload: dict[str, object]) -> None:
    records.act(chain=("item", key), verb=verb, actor=actor, at=at, subject=("item", key), payload=payload)
