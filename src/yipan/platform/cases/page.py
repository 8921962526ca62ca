"""Everything the staff page of a case shows, read in a fixed number of statements and handed over as frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel import clock
from yipan.platform import catalogue, forms, licences, people, processes, records
from yipan.platform.records import queries as record_queries
from yipan.platform.ui import formats

from . import dossier, figures, items, queries, timeline
from .actions import clocks, hearings, priors
from .domain import corrections, desk, marks, specials
from .domain.delivery import COUNTER, ELECTRONIC, LEFT, WAYS
from .domain.hearings import SIGNATURES
from .domain.states import EXAMINING, State, allowed_acts
from .models import Case, CaseMaterial, Channel
from .progress import GRADES
from .queries.delivery import delivery_of

RIGHTS = (
    "case.precheck", "case.examine", "case.approve_special", "case.approve_extension", "case.approve_exception",
    "case.terminate", "case.rectify",
)  # fmt: skip
SUGGESTIONS = "opinion_suggestion"
REFUSED = 2
REMEDY = 500  # characters
REVEAL_REASONS = ("核对申请人身份材料", "联系申请人补充情况", "现场核查核对人员")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open step that somebody else has to do, with whom, until when, and whether he may be urged from here."""

    task_id: int
    name: str
    who: str
    due: str
    light: Any
    urge: bool


@dataclass(frozen=True, slots=True)
class AtHand:
    """The task of the reader: what is asked, the usual opinions by outcome, and what else may be done with it."""

    task: "processes.queries.MyTask"
    question: desk.Question
    warning: str
    usual: dict[str, str]
    offers: "processes.moving.Offers"
    due: str
    light: Any


def context(
    case: Case, actor: records.Actor, now: datetime, *, problem: str, entered: dict[str, Any], revealed: bool
) -> dict[str, Any]:
    """The template's values. ``revealed``: numbers of persons are shown in full (the caller has logged why)."""
    terms = items.terms(case)
    subject = ("case", str(case.pk))
    open_tasks = processes.queries.open_tasks(subject)
    mine = processes.queries.my_tasks(subject, actor, open_tasks)
    task = mine[0] if mine else None
    grants = people.access.grants_for(actor)
    may = {name: any(people.access.reaches(grant, name, case.unit_id) for grant in grants) for name in RIGHTS}
    notices, materials = queries.notices(case), queries.materials(case)
    marked = queries.remarks(case)
    hearing = queries.hearing(case) if terms.hearing else None
    return {
        "face": "workbench",
        "case": queries.row(case, now),
        "facts": _facts(case, now),
        "bound": dossier.ready(case),
        "dates": clocks.explained(case, terms),
        "extension_days": terms.extension_days,
        "hand": _at_hand(case, task, materials, actor, now) if task is not None else None,
        "waiting": _waiting(open_tasks, task, now),
        "entered": entered,
        "receiver": case.agent_name or case.applicant_name,
        "ways": [(way, WAYS[way]) for way in (ELECTRONIC, COUNTER, LEFT) if way != ELECTRONIC or case.e_service],
        "usual_way": ELECTRONIC if case.e_service else COUNTER,
        "delivery": delivery_of(case),
        "may_deliver": any(one.act == "deliver" and one.may_be_done for one in mine),
        "sections": forms.queries.reading(case.form_data_id, masked=not revealed) if case.form_data_id else [],
        "revealed": revealed,
        "reveal_reasons": REVEAL_REASONS,
        "materials": materials,
        "marked": marked,
        "to_tell": _to_tell(materials, marked),
        "to_verify": _to_verify(case, terms, materials) if may["case.examine"] else set(),
        "story": timeline.story(case, record_queries.story_of("case", case.pk), for_applicant=False),
        "opinions": queries.opinions(case),
        "documents": queries.documents(case, for_applicant=False),
        "notice": next((notice for notice in notices if notice.answered_at is None), None),
        "noticed_before": bool(notices),
        "specials": queries.open_specials(case),
        "proposals": queries.pending_proposals(case),
        "exceptions": queries.pending_exceptions(case),
        "owed": queries.tolerances(case) if case.acceptance else [],
        "rectification": queries.rectification(case) if case.concluded_at else None,
        "grades": dict(GRADES),
        "now": now,
        "extensions": queries.pending_extensions(case),
        "hearing": hearing,
        "signed": queries.signatures(case) if case.channel == Channel.COUNTER else [],
        "disputes": queries.disputes(case, now),
        "priors": priors.of(case, terms, now),
        "bans": queries.bans(case) if case.decision == REFUSED or case.concluded_at else [],
        "hosts": hearings.hosts(case.unit_key, now) if hearing and hearing.state != "told" else [],
        "may_inform": terms.hearing and hearing is None,
        "signatures": list(SIGNATURES.items()),
        "special_titles": specials.KINDS,
        "special_kinds": _special_kinds(terms),
        "special_basis": next((one.basis for one in terms.specials.values() if one.basis), ""),
        "defect_kinds": corrections.KINDS,
        "picture": processes.picture_for(case.instance_id) if case.instance_id else "",
        "steps": processes.steps_for(case.instance_id) if case.instance_id else [],
        "followed": processes.queries.followed(case.instance_id, actor) if case.instance_id else False,
        "instance_id": case.instance_id,
        "phrases": queries.phrases(actor.account_id),
        "acts": {rule.verb for rule in allowed_acts(State(case.state))},
        "may": may,
        "me": actor.person_id,
        "problem": problem,
    }


def _special_kinds(terms: items.Terms) -> list[tuple[int, str]]:
    """The item's special procedures for a choice, each with its longest time."""
    return [
        (kind, f"{specials.KINDS[kind]}{f'（最长 {one.max_days} 个工作日）' if one.max_days else ''}")
        for kind, one in terms.specials.items()
        if kind in specials.KINDS
    ]


def _to_tell(
    materials: Sequence[queries.MaterialRow], marked: dict[int, list[tuple[int, str, bool]]]
) -> dict[str, str]:
    """Code of a material with marks that were not told → how to mend it, as far as the marks say so."""
    fresh = {row.code: [(page, text) for page, text, told in marked.get(row.id, ()) if not told] for row in materials}
    return {code: marks.remedy(found, REMEDY) for code, found in fresh.items() if found}


def _to_verify(case: Case, terms: items.Terms, materials: Sequence[queries.MaterialRow]) -> set[str]:
    """Codes of the data that the unit asks for itself while it examines."""
    if State(case.state) not in EXAMINING:
        return set()
    open_ = {row.code for row in materials if not row.source}
    return {need.code for need in terms.materials if need.in_examination and need.code in open_}


def usual_opinions(task: "processes.queries.MyTask") -> dict[str, str]:
    """Outcome → the stock opinion that the installed content gives for it."""
    texts = dict(catalogue.queries.codes(SUGGESTIONS) or ())
    return desk.suggestions(task.act, texts, desk.question(task.act, task.outcomes).answers)


def _at_hand(
    case: Case, task: "processes.queries.MyTask", materials: Sequence[queries.MaterialRow], actor: records.Actor,
    now: datetime,
) -> AtHand:  # fmt: skip
    follows = any(row.source == CaseMaterial.Source.DEFERRED for row in materials)
    broken = figures.broken_promises(case, now) if follows and task.act == "precheck" else 0
    return AtHand(
        task=task,
        question=desk.question(task.act, desk.possible(task.act, task.outcomes, follows=follows)),
        warning=f"该申请人近两年有 {broken} 次容缺承诺没有兑现，请慎重容缺。" if broken else "",
        usual=usual_opinions(task),
        offers=processes.moving.offers(task, actor),
        due=clock.show_due(task.due_at) if task.due_at else "",
        light=processes.task_light(task.due_at, now=now),
    )


def _waiting(tasks: Sequence[Any], mine: Any, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            task_id=task.pk,
            name=task.name,
            who="申请人" if task.applicant_step else task.person_name or "待签收",
            due=clock.show_due(task.due_at) if task.due_at else "",
            light=processes.task_light(task.due_at, now=now),
            urge=not task.applicant_step,
        )
        for task in tasks
        if mine is None or task.pk != mine.id
    ]


def _facts(case: Case, now: datetime) -> list[tuple[str, str]]:
    """Name and value; what is still empty is left out."""
    found = [
        ("申请人", case.applicant_name),
        ("统一社会信用代码", case.applicant_code),
        ("监护人" if case.applicant_kind == "person" else "经办人", case.agent_name),
        ("电子送达", "同意" if case.e_service else "不同意"),
        ("办理单位", case.unit_name),
        ("收件", f"{formats.moment(case.received_at)}　{case.get_channel_display()}"),  # type: ignore[attr-defined]
        ("补录", f"手工收件凭证 {case.paper_receipt}，断网期间收件" if case.paper_receipt else ""),
        ("受理", formats.moment(case.accepted_at) if case.accepted_at else ""),
        ("决定", f"{formats.moment(case.decided_at)}　{case.get_decision_display()}" if case.decided_at else ""),  # type: ignore[attr-defined]
        ("决定文号", case.decision_no),
        ("结果现状", licences.queries.became(case.licence_id, clock.day_of(now)) if case.licence_id else ""),
        ("来源", f"历史导入（{case.history_batch}），不在本平台办理，没有材料和文书" if case.history_batch else ""),
        ("事项版本", f"第 {case.accepted_version or case.item_version} 版"),
        ("办件编号", case.case_no or ""),
    ]
    return [(name, value) for name, value in found if value]
