"""Hand all open work of somebody over to a colleague, with the list that both sign."""

from datetime import datetime

from django.db import transaction

from yipan.platform import records

from .. import handover
from ..access import require
from ..models import Handover, Person
from ..queries import holder_of
from .staff import MANAGE, StaffProblem


def hand_over(person_id: int, *, receiver_id: int, reason: str, actor: records.Actor, at: datetime) -> Handover:
    """Move everything that is registered as open work, in one transaction. Raises StaffProblem.

    The actor needs the right to manage people in a unit of the one who leaves.
    """
    leaving = holder_of(person_id)
    require(actor, MANAGE, unit_id=leaving.unit_id if leaving else 0)
    receiver = holder_of(receiver_id)
    errors = {}
    if receiver is None:
        errors["receiver"] = "接收人须是有岗位和账号的工作人员"
    elif receiver_id == person_id:
        errors["receiver"] = "不能移交给本人"
    if not reason.strip():
        errors["reason"] = "请填写移交原因"
    if errors:
        raise StaffProblem(errors)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person_id)
        moved = handover.transfer_all(person_id=person_id, receiver=receiver, actor=actor, at=at, reason=reason)
        made = Handover.objects.create(
            person_id=person_id,
            receiver_id=receiver_id,
            reason=reason.strip(),
            at=at,
            by_name=actor.name,
            lines=[
                {"register": name, "number": line.number, "title": line.title, "note": line.note}
                for name, line in moved
            ],
        )
        subject = ("person", str(person_id))
        records.act(
            chain=subject,
            verb="person.hand_over",
            actor=actor,
            at=at,
            subject=subject,
            reason=reason,
            payload={"receiver": receiver_id, "handover": made.pk, "lines": len(moved)},
        )
    return made
