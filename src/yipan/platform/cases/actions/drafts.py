"""A draft before submission: begin, choose sources of materials, keep the form."""

from datetime import date, datetime
from typing import IO, Any

from django.db import transaction

from yipan.kernel import clock
from yipan.platform import catalogue, files, people, records

from .. import items
from ..domain.applicants import Applicant
from ..domain.states import EXAMINING, State
from ..models import Case, CaseMaterial, Channel
from ..sources import SourceProblem, fetch_licence_file, verify_by_data
from . import bans
from .core import CaseProblem, work_on

EDITABLE = frozenset({State.DRAFT, State.CORRECTION})


def check_offered(item_key: str, now: datetime) -> None:
    """Nothing is applied for that is suspended or cancelled at this moment, whichever version a draft began with."""
    words = items.standing(item_key, now).words
    if words:
        raise CaseProblem(words)


def begin(
    *,
    item_key: str,
    answers: dict[str, Any],
    applicant: Applicant,
    actor: records.Actor,
    now: datetime,
    channel: int = Channel.ONLINE,
    hall: str = "",
    window: str = "",
) -> Case:
    """Open a draft of an item for an applicant; the materials the situation asks for are listed on it at once."""
    check_offered(item_key, now)
    view = catalogue.queries.item_at(item_key, now)
    bans.check_applicant(view.item.variant_code, applicant, now)
    found = items.of_view(view, answers)
    unit = people.queries.unit_by_key(found.unit_key)
    with transaction.atomic():
        case = Case.objects.create(
            item_code=view.item.variant_code,
            item_key=item_key,
            item_title=found.title,
            item_version=found.version,
            unit_id=unit.id,
            unit_key=found.unit_key,
            unit_name=unit.name_at(now.date()),
            applicant_kind=applicant.kind,
            applicant_person_id=applicant.person_id,
            applicant_entity_id=applicant.entity_id,
            applicant_name=applicant.name,
            applicant_code=applicant.code,
            agent_person_id=applicant.agent_person_id,
            agent_name=applicant.agent_name,
            applicant_account_id=applicant.account_id,
            channel=channel,
            hall=hall,
            window=window,
            received_by_id=actor.account_id if channel == Channel.COUNTER else None,
            answers=answers,
            commitment=bool(found.variables.get("commitment")),
            created_at=now,
        )
        CaseMaterial.objects.bulk_create(
            CaseMaterial(
                case=case,
                code=need.code,
                name=need.name,
                kind=need.kind,
                required=need.required,
                government=need.exempt,
                at=now,
            )
            for need in found.materials
        )
        records.act(
            chain=("case", str(case.pk)),
            verb="case.begin",
            actor=actor,
            at=now,
            subject=("case", str(case.pk)),
            to_state=str(State.DRAFT.value),
            payload={"item": item_key, "item_version": found.version, "answers": answers, "channel": channel},
        )
    return case


def attach(
    case_id: int, code: str, *, file: IO[bytes], name: str, actor: records.Actor, now: datetime, scanned: bool = False,
    valid_to: date | None = None,
) -> CaseMaterial:  # fmt: skip
    """Upload a file for a material. Raises files.Rejected with the reason when the content is not acceptable, and
    CaseProblem for a paper that is no longer valid (``valid_to``, where the applicant said it)."""
    if valid_to is not None and valid_to < clock.day_of(now):
        raise CaseProblem(f"这份材料已于 {valid_to.isoformat()} 过期，请换一份有效的。")
    with work_on(case_id, actor, now) as work:
        editable(work.case)
        stored = files.store(file, name=name, owner=("case", str(case_id)), actor=actor, at=now)
        source = CaseMaterial.Source.PAPER if scanned else CaseMaterial.Source.UPLOADED
        return replace(work.case, code, now, source=source, file_id=stored.id, sha256=stored.sha256, valid_to=valid_to)


def fetch_licence(case_id: int, code: str, *, actor: records.Actor, now: datetime) -> CaseMaterial:
    """Fetch a material from the e-licence library instead of asking for it (四免).

    When the library does not answer, the reason is kept and the material stays open for upload; the network call is
    made before the case is locked.
    """
    case = Case.objects.get(pk=case_id)
    need = items.terms(case).need(code)
    if need is None or not need.licence_type:
        raise CaseProblem("这项材料不能从电子证照库获取。")
    try:
        fetched = fetch_licence_file(case, need.licence_type, actor)
    except SourceProblem as problem:
        raise _not_given(case_id, code, problem, actor, now) from problem
    with work_on(case_id, actor, now) as work:
        editable(work.case)
        stored = files.store(fetched.content, name=fetched.file_name, owner=("case", str(case_id)), actor=actor, at=now)
        return replace(
            work.case,
            code,
            now,
            source=CaseMaterial.Source.LICENCE,
            file_id=stored.id,
            sha256=stored.sha256,
            licence_ref=fetched.identifier,
            facts=fetched.facts,
            valid_to=fetched.valid_to,
            exempt_reason="政府部门核发，免提交",
        )


def verify_data(case_id: int, code: str, *, actor: records.Actor, now: datetime) -> CaseMaterial:
    """Have a fact verified by the data exchange instead of asking for a paper (数据核验).

    Falls back like a licence. What exists only now is looked up by the unit that examines the case, and nobody else.
    """
    case = Case.objects.get(pk=case_id)
    need = items.terms(case).need(code)
    if need is None or not need.data_resource:
        raise CaseProblem("这项材料不能通过数据共享核验。")
    if need.in_examination:
        _examined(case)
        people.require(actor, "case.examine", unit_id=case.unit_id)
    try:
        verified = verify_by_data(case, need.data_resource, actor)
    except SourceProblem as problem:
        if need.in_examination:
            raise CaseProblem(f"{problem.text}请通过其他方式核实，并写入审查意见。") from problem
        raise _not_given(case_id, code, problem, actor, now) from problem
    with work_on(case_id, actor, now) as work:
        (_examined if need.in_examination else editable)(work.case)
        return replace(
            work.case,
            code,
            now,
            source=CaseMaterial.Source.DATA,
            licence_ref=verified.receipt,
            facts=verified.facts,
            valid_to=verified.valid_to,
            exempt_reason="数据共享核验，免提交",
        )


def _examined(case: Case) -> None:
    if State(case.state) not in EXAMINING:
        raise CaseProblem("这项数据在审查时由办理单位核验。")


def _not_given(case_id: int, code: str, problem: SourceProblem, actor: records.Actor, now: datetime) -> CaseProblem:
    """The source did not give it: the reason stays with the material, which has to be uploaded now."""
    with work_on(case_id, actor, now) as work:
        editable(work.case)
        CaseMaterial.objects.filter(case=work.case, code=code, replaced=False).update(
            exempt_reason=problem.reason, required=True
        )
    return CaseProblem(f"{problem.text}请上传该材料。")


def commit(case_id: int, code: str, *, actor: records.Actor, now: datetime) -> CaseMaterial:
    """Replace a proof by a signed commitment, where the item allows it."""
    with work_on(case_id, actor, now) as work:
        editable(work.case)
        need = items.terms(work.case).need(code)
        if need is None or not (need.status == "commitment" or _no_record(work.case, need)):
            raise CaseProblem("这项材料不能以告知承诺代替。")
        return replace(work.case, code, now, source=CaseMaterial.Source.COMMITMENT, exempt_reason="已作告知承诺")


def _no_record(case: Case, need: items.Need) -> bool:
    """Government had nothing on it: a promise may stand for it where the item has one."""
    asked = CaseMaterial.objects.filter(case=case, code=need.code, replaced=False, source="")
    return bool(need.data_resource and need.commitment) and asked.exclude(exempt_reason="").exists()


def editable(case: Case) -> None:
    """Raises CaseProblem once the application is handed in and nothing has to be corrected."""
    if State(case.state) not in EDITABLE:
        raise CaseProblem("申请已经提交，材料只能在补正时更换。")


def replace(case: Case, code: str, now: datetime, **facts: Any) -> CaseMaterial:
    """Keep the earlier instance (it is part of the record) and put a new one in its place."""
    earlier = CaseMaterial.objects.filter(case=case, code=code, replaced=False).order_by("-id").first()
    if earlier is None:
        raise CaseProblem("申请中没有这项材料。")
    if not earlier.source and case.state == State.DRAFT:
        for key, value in facts.items():
            setattr(earlier, key, value)
        earlier.at = now
        earlier.save()
        return earlier
    earlier.replaced = True
    earlier.save(update_fields=["replaced"])
    number = earlier.round + (1 if case.state != State.DRAFT else 0)
    return CaseMaterial.objects.create(
        case=case, code=code, name=earlier.name, kind=earlier.kind, required=earlier.required,
        government=earlier.government, round=number, at=now, **facts,
    )  # fmt: skip
