"""Raise and settle alerts about cases that look as if they had been handled elsewhere (线上办理真实性)."""

from datetime import datetime

from django.db import transaction

from yipan.platform import people, records
from yipan.platform.records import queries as record_queries

from .. import items
from ..domain import genuine
from ..models import Case, GenuineAlert
from . import messages
from .core import CaseProblem, Work

RIGHT = "case.check_genuine"


def check(case_id: int, *, at: datetime) -> list[GenuineAlert]:
    """Look at a concluded case; a second look raises nothing twice. Inside the caller's transaction."""
    case = Case.objects.get(pk=case_id)
    acts = [
        genuine.Done(act.verb.removeprefix("case."), act.at, str(act.account_id or ""), act.ip)
        for act in record_queries.doings_of("case", case.pk)
    ]
    decided = next((act for act in acts if genuine.STAGES.get(act.verb) == "决定"), None)
    found = genuine.alerts(
        acts, instant=items.terms(case).instant, finished_by_same=_others(case, decided) if decided else ()
    )
    made = []
    for one in found:
        row, new = GenuineAlert.objects.get_or_create(
            case=case, rule=one.rule, defaults={"level": one.level, "text": one.text, "at": at}
        )
        made += [row] if new else []
    if made:
        text = "；".join(row.text for row in made)
        messages.alert_supervision(Work(case, records.SYSTEM, at), "case.not_genuine", text=text)
    return made


def _others(case: Case, decided: genuine.Done) -> list[datetime]:
    """When other cases of the unit were received and decided within the same minutes by the same person."""
    rows = Case.objects.filter(
        unit_id=case.unit_id,
        decided_at__gte=decided.at - genuine.MANY_WITHIN,
        decided_at__lte=decided.at + genuine.MANY_WITHIN,
        received_at__gte=decided.at - genuine.MANY_WITHIN,
    ).exclude(pk=case.pk)
    times = dict(rows.values_list("pk", "decided_at"))
    mine = record_queries.subjects_of(decided.account, "case", [str(pk) for pk in times])
    return [times[int(pk)] for pk in mine]


def settle(alert_id: int, *, finding: str, actor: records.Actor, at: datetime) -> None:
    """What the look into an alert has found; it stays on the record."""
    with transaction.atomic():
        alert = GenuineAlert.objects.select_for_update(of=("self",)).select_related("case").get(pk=alert_id)
        people.require(actor, RIGHT, unit_id=alert.case.unit_id)
        if alert.handled_at is not None:
            raise CaseProblem(f"{alert.handled_by}已经核实过这条预警。")
        if len(finding.strip()) < 4:
            raise CaseProblem("请写明核实情况。")
        alert.handled_at, alert.handled_by, alert.finding = at, actor.name, finding.strip()[:500]
        alert.save()
        subject = ("case", str(alert.case.pk))
        records.act(
            chain=subject, verb="case.settle_alert", actor=actor, at=at, subject=subject, reason=alert.finding,
            payload={"rule": alert.rule},
        )  # fmt: skip
