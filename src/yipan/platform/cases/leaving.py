"""What somebody who leaves a window hands over (``people.handover``): drafts he began for clients."""

from datetime import datetime
from typing import Any

from yipan.platform import people
from yipan.platform.people.handover import Line
from yipan.platform.records import Actor

from .domain.states import State
from .models import Case

REGISTER = "窗口未提交的申请"


def _drafts(person_id: int) -> Any:
    accounts = people.queries.accounts_of(person_id)
    return Case.objects.filter(state=State.DRAFT, received_by_id__in=accounts).order_by("id")


def count(person_id: int) -> int:
    return _drafts(person_id).count()


def transfer(*, person_id: int, receiver: Any, actor: Actor, at: datetime, reason: str) -> list[Line]:  # noqa: ARG001
    """The successor finds them at his own window."""
    drafts = list(_drafts(person_id).select_for_update())
    Case.objects.filter(pk__in=[draft.pk for draft in drafts]).update(received_by_id=receiver.account_id)
    return [Line(f"草稿 {draft.pk}", f"{draft.applicant_name}：{draft.item_title}", "已移交") for draft in drafts]
