"""Hand all open work of somebody over to a colleague, with the list that giver, receiver and supervisor sign."""

from datetime import datetime

from django.db import transaction

from yipan.platform import records
from yipan.platform.records import crypto
from yipan.platform.records.domain import canonical

from .. import handover
from ..access import require
from ..models import Handover, HandoverSignature, Person
from ..queries import holder_of
from .staff import MANAGE, StaffProblem


def hand_over(person_id: int, *, receiver_id: int, reason: str, actor: records.Actor, at: datetime) -> Handover:
    """Move everything that is registered as open work, in one transaction. Raises StaffProblem.

    The actor needs the right to manage people in a unit of the one who leaves; he supervises (监交).
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
            supervisor_id=actor.person_id,
            lines=[
                {"register": name, "number": line.number, "title": line.title, "note": line.note}
                for name, line in moved
            ],
        )
        facts = {"receiver": receiver_id, "handover": made.pk, "lines": len(moved), "digest": digest_of(made)}
        _record("person.hand_over", made, actor, at, facts, reason)
        _publish(handover.MADE, made, actor, at)
    return made


def signers(made: Handover) -> list[int]:
    """Who signs: giver, receiver, supervisor; each once."""
    found = [made.person_id, made.receiver_id, made.supervisor_id]
    return list(dict.fromkeys(person for person in found if person is not None))


def digest_of(made: Handover) -> str:
    """What a signature is under: who hands what to whom."""
    facts = {
        "id": made.pk, "from": made.person_id, "to": made.receiver_id, "at": made.at.isoformat(), "lines": made.lines,
    }  # fmt: skip
    return crypto.digest(canonical(facts).encode()).hex()


def sign(handover_id: int, *, actor: records.Actor, at: datetime) -> HandoverSignature:
    """Put one's signature under the list; once. The view has asked for the password again. Raises StaffProblem."""
    with transaction.atomic():
        made = Handover.objects.select_for_update().filter(pk=handover_id).first()
        if made is None or actor.person_id not in signers(made):
            raise StaffProblem({"handover": "这份清单不由您签收"})
        if HandoverSignature.objects.filter(handover=made, person_id=actor.person_id).exists():
            raise StaffProblem({"handover": "您已经签收"})
        signed = HandoverSignature.objects.create(
            handover=made, person_id=actor.person_id, digest=digest_of(made), at=at
        )
        _record("person.sign_handover", made, actor, at, {"handover": made.pk, "digest": signed.digest}, "")
        _publish(handover.SIGNED, made, actor, at)
    return signed


def _publish(kind: str, made: Handover, actor: records.Actor, at: datetime) -> None:
    done = set(HandoverSignature.objects.filter(handover=made).values_list("person_id", flat=True))
    waiting = [person for person in signers(made) if person not in done]
    title = f"{made.person.name}移交给{made.receiver.name}的工作清单"
    payload = {"title": title, "lines": len(made.lines), "signers": waiting, "waiting": len(waiting)}
    records.publish(
        records.Event(kind=kind, subject_kind="handover", subject_id=str(made.pk), actor=actor, at=at, payload=payload)
    )


def _record(
    verb: str, made: Handover, actor: records.Actor, at: datetime, payload: dict[str, object], reason: str
) -> None:
    subject = ("person", str(made.person_id))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, reason=reason, payload=payload)
