"""Submit a draft: numbers, receipt, process. Submitting twice with one key gives the same case."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from yipan.kernel import clock
from yipan.platform import numbers, processes, records

from .. import items, sheets
from ..domain.paper_receipts import PaperReceipt
from ..domain.states import State
from ..models import Case, CaseMaterial, MasterPart, Submission
from . import bans, clocks, delivery, disputes, drafts, letters, paper_receipts, tolerance
from .core import CaseProblem, Work, work_on

LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class Received:
    """What the applicant is told at once: the national number, the short number and the code to ask with."""

    case_id: int
    case_no: str
    short_no: str
    query_code: str
    repeated: bool = False


def submit(
    case_id: int,
    *,
    key: str,
    actor: records.Actor,
    now: datetime,
    e_service: bool = False,
    choice: delivery.Choice | None = None,
    joint: bool = False,
    paper: PaperReceipt | None = None,
) -> Received:
    """Turn a draft into a received case.

    ``key`` is the idempotency key of the page: a repeated call, also a simultaneous one, returns the first result. It
    counts within the case only: the same key on somebody else's case opens nothing.
    ``e_service``: the applicant agrees to be served electronically (送达地址确认); ``choice``: how he wants the papers.
    ``joint``: its master hands it in; a sub-case is not handed in alone. ``paper``: the receipt that the window wrote
    by hand while the platform could not be reached; its number and time count.
    Raises CaseProblem with every missing material or form fault, or when the same application is already open.
    """
    if len(key) > LONGEST_KEY:
        raise CaseProblem("提交标识无效，请刷新页面后重新提交。")
    key = f"{case_id}:{key}"
    earlier = Submission.objects.select_related("case").filter(key=key).first()
    if earlier:
        return _received(earlier.case, repeated=True)
    try:
        with work_on(case_id, actor, now) as work:
            if work.case.state != State.DRAFT:
                return _received(work.case, repeated=True)
            if not joint and MasterPart.objects.filter(case=work.case).exists():
                raise CaseProblem("这件申请是联办的一部分，请在联办页面一起提交。")
            check_ready(work.case, now)
            work.case.e_service = e_service
            _give_numbers(work)
            Submission.objects.create(key=key, case=work.case, at=now)
            if paper is not None:
                paper_receipts.take(work, paper)
            receive(work)
            delivery.keep_choice(work, choice or delivery.Choice())
            return _received(work.case)
    except IntegrityError as problem:
        if "case_no_duplicate" in str(problem):
            raise CaseProblem("您已有一件同样的申请正在办理，不能重复提交；可在“我的办件”中查看进度。") from problem
        again = Submission.objects.select_related("case").filter(key=key).first()
        if again is None:
            raise
        return _received(again.case, repeated=True)


def check_ready(case: Case, now: datetime) -> None:
    """Raises CaseProblem when the draft could not be handed in at this moment."""
    drafts.check_offered(case.item_key, now)
    bans.check_case(case, now)
    _check_complete(case, now)


def receive(work: Work) -> None:
    """What follows a submission on any channel: clocks, act, receipt, process."""
    case, now = work.case, work.now
    terms = items.terms(case)
    case.received_at = case.received_at if case.paper_receipt else now
    clocks.refresh(case, terms)
    work.act(
        "submit",
        reason=f"补录手工收件凭证 {case.paper_receipt}" if case.paper_receipt else "",
        payload={"materials": case.materials.count(), "channel": case.channel, "e_service": case.e_service},
    )
    letters.order(work, "receipt", number=case.paper_receipt)
    if case.materials.filter(replaced=False, source=CaseMaterial.Source.COMMITMENT).exists():
        letters.order(work, "commitment", data=sheets.commitment_data(case))
    tolerance.order_promise(work)
    instance = processes.start(
        definition_key=terms.process_key,
        subject=("case", str(case.pk)),
        item_key=case.item_key,
        business_key=case.case_no or str(case.pk),
        data=items.process_data(case, terms),
        actor=work.actor,
        now=now,
        applicant_person_id=case.applicant_person_id or case.agent_person_id,
        applicant_entity_id=case.applicant_entity_id,
    )
    Case.objects.filter(pk=case.pk).update(instance_id=instance.id)
    case.instance_id = instance.id
    disputes.open_contested(work)


def check_valid(case: Case, now: datetime) -> None:
    """Papers that have run out since they were put in are named, with their days."""
    today = clock.day_of(now)
    over = CaseMaterial.objects.filter(case=case, replaced=False, valid_to__lt=today).values_list("name", "valid_to")
    if over:
        named = "、".join(f"{name}（{until}）" for name, until in over)
        raise CaseProblem(f"下列材料已经过期，请换成有效的：{named}")


def _check_complete(case: Case, now: datetime) -> None:
    """Everything the situation asks for is there; the message names all that is missing. A licence that its library
    did not give counts as missing, too."""
    open_ = CaseMaterial.objects.filter(case=case, replaced=False, required=True, source="")
    missing = dict(open_.values_list("code", "name"))
    if missing:
        may_follow = [need.name for need in items.terms(case).materials if need.tolerance and need.code in missing]
        hint = f"。其中{'、'.join(may_follow)}可以容缺后补，请在材料页选择“容缺，稍后补交”" if may_follow else ""
        raise CaseProblem("还缺少材料：" + "、".join(missing.values()) + hint)
    check_valid(case, now)
    if case.form_data_id is None:
        raise CaseProblem("申请表还没有填写完整，请先填写并保存申请表。")


def _give_numbers(work: Work) -> None:
    given = numbers.case_numbers(item_code=work.case.item_code, at=work.now)
    work.case.case_no = given.case_no
    work.case.short_no = given.short_no
    work.case.query_code = given.query_code


def _received(case: Case, *, repeated: bool = False) -> Received:
    return Received(case.pk, case.case_no or "", case.short_no or "", case.query_code, repeated)


def discard(case_id: int, *, actor: records.Actor, now: datetime) -> None:
    """Throw a draft away."""
    with work_on(case_id, actor, now) as work:
        work.act("discard")


__all__ = ["Received", "check_ready", "discard", "receive", "submit"]
