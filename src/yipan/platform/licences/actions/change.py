"""Suspend, restore, revoke, withdraw or cancel a licence: with right, reason and law, as an act of its own."""

from datetime import datetime

from django.db import transaction

from yipan.kernel import clock
from yipan.platform import documents, numbers, records

from .. import messages, pushing
from ..domain import CHANGES, Change, LicenceProblem
from ..domain.states import EXPIRED, STATE_WORDS, VALID, standing
from ..models import Licence


def change(
    licence_id: int, action: str, *, reason: str, law: str = "", fraud: bool = False, actor: records.Actor, at: datetime
) -> Licence:
    """Carry out ``action`` (a key of domain.CHANGES). Needs its right in the issuing unit. ``fraud``: a revocation of
    what was obtained by fraud or bribery, which rooms to the right act on (行政许可法 art. 79).

    Raises LicenceProblem: not possible in this state, or reason and law are missing."""
    wanted = CHANGES.get(action)
    if wanted is None:
        raise LicenceProblem("请选择要办理的事项。")
    if fraud and action != "revoke":
        raise LicenceProblem("以欺骗、贿赂等不正当手段取得的，应当办理撤销。")
    with transaction.atomic():
        licence = Licence.objects.select_for_update().filter(pk=licence_id).first()
        if licence is None:
            raise LicenceProblem("证照不存在。")
        records.rights.require(actor, wanted.right, licence.issuer_unit_id)
        if len(reason.strip()) < 6:
            raise LicenceProblem(f"请写明{wanted.title}的理由（不少于 6 个字）。")
        if action != "restore" and len(law.strip()) < 4:
            raise LicenceProblem(f"请写明{wanted.title}所依据的条款。")
        if licence.state not in wanted.before:
            raise LicenceProblem(f"证照现为“{STATE_WORDS[licence.state]}”，不能{wanted.title}。")
        today = clock.day_of(at)
        if wanted.after == VALID and standing(licence.state, licence.valid_to, today) == EXPIRED:
            raise LicenceProblem("证照的有效期已经届满，不能恢复。")
        before = licence.state
        licence.state, licence.state_at, licence.state_reason = wanted.after, at, reason.strip()
        licence.save(update_fields=["state", "state_at", "state_reason"])
        records.act(
            chain=("licence", licence.pk),
            verb=f"licence.{action}",
            actor=actor,
            at=at,
            subject=("licence", licence.pk),
            from_state=before,
            to_state=wanted.after,
            reason=reason.strip(),
            payload={"law": law.strip(), "number": licence.number, "fraud": fraud},
        )
        records.publish(
            records.Event(
                "licence.changed", "licence", str(licence.pk), at, actor=actor,
                payload={
                    "number": licence.number, "from": before, "to": wanted.after, "law": law.strip(), "fraud": fraud,
                },
            )
        )  # fmt: skip
        if wanted.letter:
            _decision(licence, wanted, reason=reason.strip(), law=law.strip(), actor=actor, at=at)
        pushing.push_state(licence, at)
        messages.tell_holder(
            licence, "licence.changed", at, state=STATE_WORDS[licence.state], reason=licence.state_reason
        )
    return licence


def _decision(
    licence: Licence, wanted: Change, *, reason: str, law: str, actor: records.Actor, at: datetime
) -> documents.DocumentRef:
    """The written decision: facts, law, and how to fight it; numbered, sealed, for the holder."""
    unit = licence.issuer_unit
    return documents.make(
        template="licence/decision",
        title=wanted.letter,
        number=numbers.document_number(unit_key=unit, word=wanted.series, at=at, owner=("licence", licence.pk)),
        data={
            "unit": licence.issuer_name,
            "holder": licence.holder_name,
            "licence": licence.title,
            "licence_number": licence.number,
            "decision": wanted.title,
            "reason": reason,
            "law": law,
            "date": clock.show_date(at),
        },
        subject=("licence", licence.pk),
        sealed=True,
        unit_key=unit,
        key=f"licence-{licence.pk}-{wanted.key}",
        keep_broken=True,
        actor=actor,
        at=at,
    )
