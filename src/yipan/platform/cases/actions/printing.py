"""Slips at the window: queued, printed by the device bridge, told done or failed; printed again only with a reason."""

from datetime import datetime

from django.db import transaction

from yipan.platform import records

from .. import queries
from ..models import Case, PrintJob
from .core import CaseProblem


def queue(case: Case, *, actor: records.Actor, now: datetime, reason: str = "") -> PrintJob:
    """A slip with number, query code and what was handed in. The second one of a case needs a reason."""
    printed = PrintJob.objects.filter(case=case, state=PrintJob.State.DONE).exists()
    if printed and len(reason.strip()) < 4:
        raise CaseProblem("这件申请的小票已经打印过，重打请写明原因。")
    with transaction.atomic():
        job = PrintJob.objects.create(
            case=case,
            account_id=actor.account_id or 0,
            title="收件小票",
            lines=_lines(case),
            reason=reason.strip()[:200],
            at=now,
        )
        records.act(
            chain=("case", str(case.pk)), verb="case.print", actor=actor, at=now, subject=("case", str(case.pk)),
            reason=job.reason, payload={"job": job.pk, "title": job.title},
        )  # fmt: skip
    return job


def _lines(case: Case) -> list[str]:
    row = queries.row(case, case.received_at or case.created_at)
    handed_in = [material.name for material in queries.materials(case) if material.source]
    return [
        "收件小票",
        case.unit_name,
        f"事项：{case.item_title}",
        f"短号：{row.short_no}",
        f"查询码：{case.query_code}",
        f"办件编号：{case.case_no or ''}",
        f"收件时间：{case.received_at:%Y-%m-%d %H:%M}" if case.received_at else "",
        "收下的材料：",
        *(f"  {number}. {name}" for number, name in enumerate(handed_in, 1)),
        "凭短号和查询码可以在网上、自助机查询进度",
    ]


def done(job_id: int, *, ok: bool, problem: str, actor: records.Actor, now: datetime) -> PrintJob:
    """What the printer did. Only the clerk who queued it tells; a second telling changes nothing."""
    with transaction.atomic():
        job = PrintJob.objects.select_for_update().get(pk=job_id, account_id=actor.account_id or 0)
        if job.state == PrintJob.State.DONE:
            return job
        job.state = PrintJob.State.DONE if ok else PrintJob.State.FAILED
        job.copies += 1 if ok else 0
        job.problem = "" if ok else problem.strip()[:200]
        job.done_at = now if ok else None
        job.save()
        return job
