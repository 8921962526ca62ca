"""An application for any item, filled in with sound answers and handled by the officers the demo has for its unit."""

import io
from datetime import datetime, timedelta
from typing import Any

import filling
import telling
from django.http import QueryDict

from yipan.platform import forms, licences, people, processes, records
from yipan.platform.cases import items, prefill, sheets
from yipan.platform.cases.actions import clocks, drafts, examination, hearings
from yipan.platform.cases.domain.applicants import Applicant
from yipan.platform.cases.domain.hearings import Plan
from yipan.platform.cases.models import Case, Channel, SpecialProposal
from yipan.platform.catalogue.domain import Item
from yipan.platform.forms import stored
from yipan.platform.forms.models import Draft

CLERK = "hall.clerk1"
OWN_NAMES = {
    "market": {"window": "window1", "inspector": "inspector1"},
    "health": {"window": "window1", "inspector": "inspector1"},
}
# Where the demo has one officer for several steps.
POSTS = {
    "precheck": "window", "instant": "examiner", "examine": "examiner", "inspect": "inspector", "conclude": "examiner",
    "review": "reviewer", "decide": "decider", "produce": "producer", "deliver": "deliverer",
}  # fmt: skip
SMOOTH = telling.SMOOTH | {
    "instant": {"outcome": "grant", "opinion": "材料齐全，符合规定条件，当场办结。"},
    "deliver": {"data": {"way": "counter", "receiver": "黄家俊", "id_no": "440703199003070013"}},
}

# What the licence of a prior result repeats of its form.
PRIOR_DATA = {"place_name": "样例歌舞厅", "premises": "建设二路8号", "place_kind": "歌舞厅"}


def officer(unit: str, act: str) -> str:
    """The login of whoever does this step in a unit of the demo."""
    post = POSTS[act]
    if unit not in ("market", "health"):
        post = {"inspector": "examiner", "producer": "window", "deliverer": "window"}.get(post, post)
    return f"{unit}.{OWN_NAMES.get(unit, {}).get(post, post)}"


def answers_of(item: Item, answer: bool) -> dict[str, Any]:
    """The same answer to every question of yes and no, the first option of every other."""
    found = {}
    for question in item.questions:
        found[question.key] = answer if question.kind == "yesno" else question.options[0].value
    return found


def client(item: Item, now: datetime) -> Applicant:
    """Somebody at the window whom the item is for."""
    kind = "person" if item.for_persons and not item.for_firms else "entity"
    told = {
        "kind": kind, "firm_name": "江门市蓬江区样例有限公司", "firm_code": "91440703MA9Q10037P", "legal_rep": "黄家俊",
        "name": "黄家俊", "id_no": "440703199003070013", "phone": "13800003001",
    }  # fmt: skip
    found = people.clients.register(told, actor=telling.staff(CLERK), at=now)
    firm = kind == "entity"
    return Applicant(
        kind, found.entity_name if firm else found.person_name, found.entity_code,
        None if firm else found.person_id, found.entity_id,
        found.person_id if firm else None, found.person_name if firm else "", None,
    )  # fmt: skip


def drafted(
    item: Item, answers: dict[str, Any], now: datetime, applicant: Applicant | None = None, *, priors: bool = True
) -> Case:
    """A draft with its form and every paper, and what other items must have given before."""
    clerk = telling.staff(CLERK)
    case = drafts.begin(
        item_key=item.key, answers=answers, applicant=applicant or client(item, now), actor=clerk, now=now,
        channel=Channel.COUNTER,
    )  # fmt: skip
    return filled(case, now, priors=priors)


def _fill_form(case: Case, terms: items.Terms, now: datetime) -> None:
    clerk = telling.staff(CLERK)
    draft = prefill.open_form(case, terms, actor=clerk, now=now)
    form = stored.form_of(Draft.objects.select_related("form").get(pk=draft).form)
    posted = QueryDict(mutable=True)
    for name, values in forms.actions.as_posted(draft, filling.answers_for(form)).items():
        posted.setlist(name, values)
    answered = forms.actions.receive(draft, posted, actor=clerk, at=now, final=True)
    assert not answered.errors, answered.errors
    prefill.keep_form(case, answered.version_id, actor=clerk, now=now)


def filled(case: Case, now: datetime, *, priors: bool = True) -> Case:
    """A draft gets its form, unless it has one, and every paper that is not there yet."""
    clerk = telling.staff(CLERK)
    terms = items.terms(case)
    if case.form_data_id is None:
        _fill_form(case, terms, now)
    for row in case.materials.filter(source=""):
        need = next(need for need in terms.materials if need.code == row.code)
        if need.status == "commitment":
            drafts.commit(case.pk, row.code, actor=clerk, now=now)
        elif row.required and need.source != "form":
            paper = io.BytesIO(telling.sample())
            drafts.attach(case.pk, row.code, file=paper, name="a.pdf", actor=clerk, now=now, scanned=True)
    if priors:
        have_priors(case, now)
    return Case.objects.get(pk=case.pk)


def have_priors(case: Case, now: datetime) -> None:
    """What other items must have given before this one is granted."""
    for prior in items.terms(case).priors:
        if prior.template:
            licences.issue(
                template=prior.template, holder=sheets.holder(case), data=PRIOR_DATA,
                issuer_unit="health", key=f"prior-{case.pk}-{prior.template}", actor=records.SYSTEM, at=now,
            )  # fmt: skip
        for code in prior.materials:
            paper = io.BytesIO(telling.sample())
            drafts.attach(case.pk, code, file=paper, name="a.pdf", actor=telling.staff(CLERK), now=now, scanned=True)


def step(case: Case, task: Any, now: datetime) -> None:
    """Do an open task as on the smooth way."""
    consulted = items.terms(case).consult_unit
    who = telling.staff(f"{consulted}.opinion" if task.act == "consult" else officer(case.unit_key, task.act))
    told = SMOOTH[task.act]
    processes.complete(
        task_id=task.pk, actor=who, now=now, outcome=told.get("outcome", ""), opinion=told.get("opinion", ""),
        data=dict(told.get("data", {})), key=f"{task.pk}",
    )  # fmt: skip


def special(case: Case, kind: int, now: datetime) -> datetime:
    """A special procedure, begun and ended at one moment; a hearing is held after its notice. When it was over."""
    examination.propose_special_procedure(
        case.pk, kind=kind, planned_days=2, basis="《中华人民共和国行政许可法》第四十五条",
        actor=telling.staff(officer(case.unit_key, "examine")), now=now,
    )  # fmt: skip
    proposal = SpecialProposal.objects.get(case=case, decided_at=None)
    reviewer = telling.staff(officer(case.unit_key, "review"))
    begun = examination.approve_special_procedure(proposal.pk, actor=reviewer, now=now)
    if kind == items.HEARING:
        return heard(case, now)
    examination.end_special_procedure(
        begun.pk, result="已完成", actor=telling.staff(officer(case.unit_key, "examine")), now=now
    )
    return now


def heard(case: Case, now: datetime) -> datetime:
    """The hearing that waits is announced, held and recorded; when."""
    examiner = telling.staff(officer(case.unit_key, "examine"))
    at = clocks.working_days_after(now, 7) + timedelta(hours=10)
    host = next(person for person, _name in hearings.hosts(case.unit_key, now) if person != examiner.person_id)
    hearings.schedule(case.pk, Plan(at, "行政服务中心三楼", host, True), actor=examiner, now=now)
    told = "审查人员陈述审查意见和理由；申请人陈述并出示隔音检测报告；双方无其他意见。"
    hearings.hold(case.pk, present="申请人、审查人员", text=told, signature="signed", actor=examiner, now=at)
    return at
