"""Joint applications (联办): begun, filled, handed in and withdrawn as one, while each sub-case keeps its own process.

A master is locked before its sub-cases, and those in the order of their ids.
"""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from yipan.kernel.clock import day_of
from yipan.platform import files, numbers, records

from ..bundles import bundle_of, newest
from ..domain.applicants import Applicant
from ..domain.bundles import SharedMaterial, answers_of
from ..domain.states import ENDED, IllegalAct, State
from ..models import Case, CaseMaterial, Channel, Master, MasterPart
from . import decision, drafts, submission
from .core import CaseProblem

GRANTED = 1
NUMBER = "蓬联办〔{year}〕第{number:06d}号"


def begin(
    key: str, *, given: Mapping[str, str], applicant: Applicant, actor: records.Actor, now: datetime,
    channel: int = Channel.ONLINE,
) -> Master:  # fmt: skip
    """Open a draft of every item that belongs under the answers. Raises CaseProblem, and nothing is written."""
    version = newest(key)
    if version is None:
        raise CaseProblem("没有这件联办的事，请从首页重新选择。")
    bundle = bundle_of(version)
    if faults := bundle.faults(given):
        asked = "、".join(one.text for one in bundle.questions if one.key in faults)
        raise CaseProblem(f"请先回答：{asked}")
    answers = bundle.read(given)
    chosen = bundle.chosen(answers)
    there = {one.key for one in chosen}
    with transaction.atomic():
        master = Master.objects.create(
            bundle=version, title=bundle.title, lead_key=bundle.lead, applicant_name=applicant.name,
            applicant_person_id=applicant.person_id, applicant_entity_id=applicant.entity_id, answers=answers,
            received_by_id=actor.account_id if channel == Channel.COUNTER else None, created_at=now,
        )  # fmt: skip
        for one in chosen:
            case = drafts.begin(
                item_key=one.key, answers=answers_of(one, answers), applicant=applicant, actor=actor, now=now,
                channel=channel, hall=actor.unit_name if channel == Channel.COUNTER else "",
            )  # fmt: skip
            after = [prior for prior in one.after if prior in there]
            MasterPart.objects.create(master=master, case=case, item_key=one.key, after=after)
        _record(master, "begin", actor, now, {"bundle": key, "number": version.number, "answers": answers})
    return master


def attach(
    master_id: int, key: str, *, file: IO[bytes], name: str, actor: records.Actor, now: datetime, scanned: bool = False
) -> int:  # fmt: skip
    """Hand in a shared paper once, for every sub-case that needs it now: as a draft or to correct it. How many."""
    return _share(
        master_id, key, actor, now,
        lambda case, code: drafts.attach(case, code, file=file, name=name, actor=actor, now=now, scanned=scanned),
    )  # fmt: skip


def fetch(master_id: int, key: str, *, actor: records.Actor, now: datetime) -> int:
    """Fetch a shared e-licence once. The library is asked before anything is locked; its refusal is kept."""
    master = Master.objects.get(pk=master_id)
    wanted = _wanting(master, _shared(master, key))
    if not wanted:
        raise CaseProblem("现在没有事项需要这份材料。")
    case, code = wanted[0]
    got = drafts.fetch_licence(case.pk, code, actor=actor, now=now)
    return _share(master_id, key, actor, now, lambda _case, _code: got)


def _share(master_id: int, key: str, actor: records.Actor, now: datetime, obtain: Any) -> int:
    with transaction.atomic():
        master = Master.objects.select_for_update().get(pk=master_id)
        wanted = _wanting(master, _shared(master, key))
        if not wanted:
            raise CaseProblem("现在没有事项需要这份材料。")
        first, code = wanted[0]
        got: CaseMaterial = obtain(first.pk, code)
        for case, its_code in wanted[1:]:
            _refer(case, its_code, got, actor, now)
        _record(master, "share", actor, now, {"material": key, "cases": [case.pk for case, _ in wanted]})
    return len(wanted)


def _refer(case: Case, code: str, got: CaseMaterial, actor: records.Actor, now: datetime) -> None:
    """The same stored content for another sub-case: files are kept by their content, so it lies there once."""
    assert got.file_id is not None, "only papers with a file are shared"
    owner = ("case", got.case_id)  # type: ignore[attr-defined]
    content, name = files.read(got.file_id, owner), files.ref(got.file_id, owner).name
    stored = files.store(io.BytesIO(content), name=name, owner=("case", str(case.pk)), actor=actor, at=now)
    drafts.replace(
        case, code, now, source=got.source, file_id=stored.id, sha256=stored.sha256, licence_ref=got.licence_ref,
        facts=got.facts, valid_to=got.valid_to, exempt_reason=got.exempt_reason,
    )  # fmt: skip


def _shared(master: Master, key: str) -> SharedMaterial:
    for one in bundle_of(master.bundle).shared:
        if one.key == key:
            return one
    raise CaseProblem("这件联办没有这份共用材料。")


def wanted_of(master: Master) -> list[SharedMaterial]:
    """Shared papers that some sub-case may take now."""
    return [one for one in bundle_of(master.bundle).shared if _wanting(master, one)]


def _wanting(master: Master, shared: SharedMaterial) -> list[tuple[Case, str]]:
    """Sub-cases that may still take the paper, with the code each knows it by."""
    cases = {
        part.item_key: part.case
        for part in master.parts.select_related("case")  # type: ignore[attr-defined]
        if State(part.case.state) in drafts.EDITABLE
    }
    wanted = [(cases[item], code) for item, code in shared.codes.items() if item in cases]
    asked = CaseMaterial.objects.filter(case__in=[case for case, _ in wanted], replaced=False)
    there = set(asked.values_list("case_id", "code"))
    return [(case, code) for case, code in wanted if (case.pk, code) in there]


def submit(master_id: int, *, actor: records.Actor, now: datetime, e_service: bool = False) -> Master:
    """Hand in every sub-case in one transaction. Raises CaseProblem naming each fault of each sub-case; then nothing is
    written. What waits for another is checked now and handed in when that one is granted. A repeated call changes
    nothing."""
    with transaction.atomic():
        master = Master.objects.select_for_update().get(pk=master_id)
        if master.received_at is not None:
            return master
        parts = [part for part in _parts(master) if part.case.state == State.DRAFT]
        if not parts:
            raise CaseProblem("这件联办的申请都已放弃，没有可以提交的事项。")
        there = {part.item_key for part in parts}
        faults = []
        for part in parts:
            part.after = [prior for prior in part.after if prior in there]
            try:
                _hand_in_or_hold(part, actor, now, e_service)
            except CaseProblem as problem:
                faults.append(f"{part.case.item_title}：{problem}")
        if faults:
            raise CaseProblem("；".join(faults))
        number = numbers.issue("joint", {"year": day_of(now).year}, NUMBER, at=now, actor=actor).text
        master.number = number
        master.short_no, master.query_code = numbers.short_codes(number, now)
        master.received_at, master.e_service = now, e_service
        master.save()
        _record(master, "submit", actor, now, {"number": master.number, "cases": [part.case.pk for part in parts]})
    return master


def _hand_in_or_hold(part: MasterPart, actor: records.Actor, now: datetime, e_service: bool) -> None:
    if not part.after:
        submission.submit(part.case.pk, key="joint", actor=actor, now=now, e_service=e_service, joint=True)
        return
    submission.check_ready(part.case, now)
    part.held = "前置事项准予后自动提交"
    part.save(update_fields=["held", "after"])


def prior_ended(case_id: int, *, now: datetime) -> None:
    """A sub-case was decided or ended: those that wait for it are handed in, or held with the reason. Repeatable."""
    ended = MasterPart.objects.filter(case_id=case_id).first()
    if ended is None:
        return
    with transaction.atomic():
        master = Master.objects.select_for_update().get(pk=ended.master_id)  # type: ignore[attr-defined]
        parts = {part.item_key: part for part in _parts(master)}
        for part in parts.values():
            if ended.item_key in part.after and part.case.state == State.DRAFT and master.received_at is not None:
                _release(master, part, [parts[prior].case for prior in part.after], now)


def _release(master: Master, part: MasterPart, priors: list[Case], now: datetime) -> None:
    lost = [prior for prior in priors if _is_lost(prior)]
    if lost:
        names = "、".join(f"“{prior.item_title}”{State(prior.state).title}" for prior in lost)
        _hold(master, part, f"前置事项{names}，本事项暂不提交；可以重新申请前置事项，或者撤回其余事项", now)
        return
    if any(prior.decision != GRANTED for prior in priors):
        return
    try:
        submission.submit(
            part.case.pk, key="joint", actor=records.SYSTEM, now=now, e_service=master.e_service, joint=True
        )
    except CaseProblem as problem:
        _hold(master, part, str(problem)[:300], now)
        return
    part.held = ""
    part.save(update_fields=["held"])


def _is_lost(prior: Case) -> bool:
    """It ended, or was decided, without being granted."""
    return prior.decision != GRANTED and (State(prior.state) in ENDED or prior.decided_at is not None)


def _hold(master: Master, part: MasterPart, reason: str, now: datetime) -> None:
    if part.held == reason:
        return
    part.held = reason
    part.save(update_fields=["held"])
    _record(master, "hold", records.SYSTEM, now, {"case": part.case.pk, "reason": reason})


def withdraw_rest(master_id: int, *, reason: str, actor: records.Actor, now: datetime) -> dict[int, str]:
    """Withdraw every sub-case that can still be withdrawn; what became of each, by case."""
    results: dict[int, str] = {}
    with transaction.atomic():
        master = Master.objects.select_for_update().get(pk=master_id)
        for part in _parts(master):
            results[part.case.pk] = _withdraw(part, reason, actor, now)
        _record(master, "withdraw", actor, now, {"results": {str(case): text for case, text in results.items()}})
    return results


def _withdraw(part: MasterPart, reason: str, actor: records.Actor, now: datetime) -> str:
    state = State(part.case.state)
    if state in ENDED:
        return f"此前已经{state.title}"
    try:
        with transaction.atomic():
            if state is State.DRAFT:
                submission.discard(part.case.pk, actor=actor, now=now)
            else:
                decision.withdraw(part.case.pk, reason=reason, actor=actor, now=now)
    except (CaseProblem, IllegalAct) as problem:
        return f"未能撤回：{problem}"
    MasterPart.objects.filter(pk=part.pk).update(held="")
    return "已撤回"


def _parts(master: Master) -> list[MasterPart]:
    return list(MasterPart.objects.filter(master=master).select_related("case").order_by("case_id"))


def _record(master: Master, verb: str, actor: records.Actor, now: datetime, payload: dict[str, Any]) -> None:
    subject = ("joint", str(master.pk))
    records.act(chain=subject, verb=f"joint.{verb}", actor=actor, at=now, subject=subject, payload=payload)
