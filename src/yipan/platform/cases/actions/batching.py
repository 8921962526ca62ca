"""One act on many cases, each by the very same action as on its own page and in its own transaction.

A batch is begun once; a worker that dies leaves the lines that are done done, and the next one goes on with the rest.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from yipan.platform import calendar, catalogue, jobs, people, processes, records

from .. import queries
from ..domain import batching as rules
from ..domain import desk
from ..domain.corrections import NoticeRefused
from ..domain.specials import SpecialRefused
from ..domain.states import IllegalAct
from ..models import Batch, BatchLine
from ..queries import batching as reads
from . import tasks
from .core import CaseProblem

log = logging.getLogger("yipan.cases.batch")
JOB = "cases.batch"
SUGGESTIONS = "opinion_suggestion"
SHORTEST = 2
REFUSALS = (
    CaseProblem, IllegalAct, NoticeRefused, SpecialRefused, processes.ProcessProblem, PermissionDenied,
    queries.CaseNotFound,
)  # fmt: skip


def make(case_ids: Sequence[int], *, actor: records.Actor, now: datetime) -> Batch:
    """Keep the ticked cases that the actor may see. Raises CaseProblem without any, or with too many."""
    if len(case_ids) > rules.MOST:
        raise CaseProblem(f"一次最多办理 {rules.MOST} 件。")
    seen = set(queries.visible(actor).filter(pk__in=case_ids).values_list("pk", flat=True))
    wanted = [one for one in dict.fromkeys(case_ids) if one in seen]
    if not wanted or actor.account_id is None:
        raise CaseProblem("勾选的行里没有您可以办理的办件。")
    with transaction.atomic():
        batch = Batch.objects.create(account_id=actor.account_id, made_at=now)
        BatchLine.objects.bulk_create([BatchLine(batch=batch, case_id=one) for one in wanted])
    return batch


def begin(
    batch_id: int, *, act: str, opinion: str, receiver_id: int | None, actor: records.Actor, now: datetime
) -> Batch:
    """Begin a batch once; pressing the button again, or reloading, changes nothing. Few cases are done at once, many
    in the background."""
    chosen, opinion = rules.ACTS.get(act), opinion.strip()
    if chosen is None or act == "print":
        raise CaseProblem("请选择要办理的事。")
    if chosen.opinion and len(opinion) < SHORTEST:
        raise CaseProblem(f"请填写{chosen.opinion}。")
    if act == "transfer" and receiver_id is None:
        raise CaseProblem("请选择转办给谁。")
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.begun_at is not None:
            return batch
        batch.act, batch.opinion, batch.receiver_id, batch.begun_at = act, opinion, receiver_id, now
        lines = {line.case_id: line for line in BatchLine.objects.filter(batch=batch)}  # type: ignore[attr-defined]
        verdicts = {line.case_id: line.verdicts[act] for line in reads.preview(batch, actor)}
        for case_id, line in lines.items():
            found = verdicts.get(case_id, rules.Verdict(None, "您不能再查看这件办件。"))
            line.task_id = found.task_id
            if found.task_id is None:
                line.state, line.text, line.at = "refused", found.why, now
        BatchLine.objects.bulk_update(list(lines.values()), ["task_id", "state", "text", "at"])
        many = sum(line.state == "waiting" for line in lines.values()) > rules.AT_ONCE
        if many:
            _start(batch, len(lines))
        batch.save()
    if not many:
        run_lines(batch, actor)
    return batch


def _start(batch: Batch, number: int) -> None:
    title = f"批量{rules.ACTS[batch.act].title}（{number} 件）"
    batch.progress_id = jobs.start(JOB, title=title, account_id=batch.account_id, batch_id=batch.pk)


def resume(batch_id: int, *, actor: records.Actor) -> None:
    """Go on with what a stopped or broken run left."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        left = len(_waiting(batch))
        if batch.begun_at is None or not left:
            return
        if left > rules.AT_ONCE:
            _start(batch, left)
            batch.save(update_fields=["progress_id"])
            return
    run_lines(batch, actor)


def run(progress_id: int, batch_id: int) -> None:
    """The job: again after a crash it goes on with what is still waiting."""
    batch = Batch.objects.get(pk=batch_id)
    actor = people.queries.actor_of_account(batch.account_id)
    with jobs.progress(progress_id) as meter:
        meter.total(BatchLine.objects.filter(batch=batch, state="waiting").count())
        for pk in _waiting(batch):
            do_line(pk, batch, actor)
            meter.step()


def run_lines(batch: Batch, actor: records.Actor) -> None:
    for pk in _waiting(batch):
        do_line(pk, batch, actor)


def _waiting(batch: Batch) -> list[int]:
    return list(BatchLine.objects.filter(batch=batch, state="waiting").values_list("pk", flat=True))


def do_line(line_id: int, batch: Batch, actor: records.Actor) -> None:
    """One case in one transaction with its answer: what is done is written down with it, or neither is."""
    now = calendar.now()
    try:
        with transaction.atomic():
            line = BatchLine.objects.select_for_update(skip_locked=True).filter(pk=line_id, state="waiting").first()
            if line is None:
                return  # done, or another run is at it
            text = _do(line, batch, actor, now)
            _answer(line_id, "done", text, now)
    except REFUSALS as problem:
        gone = isinstance(problem, processes.ProcessProblem) and problem.code == "gone"
        _answer(line_id, "already" if gone else "refused", str(problem) or "您没有权限办理。", now)
    except Exception:
        log.exception("batch %s failed on line %s", batch.pk, line_id)  # it costs its own case only
        _answer(line_id, "refused", "系统出错，没有办理，请打开办件单独办理。", now)


def _answer(line_id: int, state: str, text: str, now: datetime) -> None:
    BatchLine.objects.filter(pk=line_id, state="waiting").update(state=state, text=text[:500], at=now)


def _do(line: BatchLine, batch: Batch, actor: records.Actor, now: datetime) -> str:
    """Do the act; what to say of it. Raises what the action refuses."""
    act, key = rules.ACTS[batch.act], f"batch-{batch.pk}-{line.pk}"
    assert line.task_id is not None, "lines without a task were refused when the batch was begun"
    case = queries.get_for_staff(line.case_id, actor)  # type: ignore[attr-defined]
    if not act.act:
        processes.move(
            task_id=line.task_id, move=act.key, actor=actor, now=now, reason=batch.opinion, key=key,
            to_account_id=batch.receiver_id,
        )  # fmt: skip
        return f"已{act.title}"
    mine = processes.queries.my_open_task(line.task_id, actor)
    data = rules.data_of(act, case.agent_name or case.applicant_name)
    if mine is None:  # somebody was first, or it was never his: the room of processes says which
        processes.complete(task_id=line.task_id, actor=actor, now=now, outcome=act.outcome, data=data, key=key)
        return f"已{act.title}"
    tasks.complete(
        case.pk, mine, actor=actor, now=now, outcome=act.outcome, opinion=batch.opinion, data=data, key=key,
        usual=usual(mine),
    )  # fmt: skip
    return f"已{act.title}"


def usual(task: "processes.queries.MyTask") -> dict[str, str]:
    """Outcome → its stock opinion, so that the opinion of another outcome is refused as on the case's page."""
    texts = dict(catalogue.queries.codes(SUGGESTIONS) or ())
    return desk.suggestions(task.act, texts, desk.question(task.act, task.outcomes).answers)


def suggestion(act: rules.BatchAct) -> str:
    """The stock opinion for an act, to begin with."""
    texts = dict(catalogue.queries.codes(SUGGESTIONS) or ())
    return texts.get(f"{act.act}.{act.outcome}", "") or texts.get(act.act, "") if act.opinion and act.act else ""
