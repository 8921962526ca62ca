"""Demo cases told as stories in packs (folder ``demo``) and built by calling actions, so they are always possible.

A story says who applies for what, with which answers, form and papers, and what officials then did and when. All steps
of all stories are played in the order of their times on a business clock that is set to each moment; messages of this
history are journaled as simulated, never sent.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import Fields, Finding, InstallContext, PackFile
from yipan.platform import calendar, forms, people, processes, records

from . import items, prefill
from .actions import drafts, examination, results, submission, tolerance
from .domain.applicants import Applicant
from .models import Case, Channel, Extension, SpecialProposal

WAYS = ("counter", "online")
TASK_ACTS = (
    "precheck", "correct", "examine", "inspect", "consult", "conclude", "review", "decide", "produce", "deliver",
    "instant",
)  # fmt: skip
MOVES = ("supply", "special.ask", "special.approve", "special.end", "extension.ask", "extension.approve", "rate")


class StoryProblem(Exception):
    """A story that cannot be played as it is told; names the story and the step."""


class StoryLoader:
    """Checks stories with the pack; they are played by the seeding of a demo database, not by the installation."""

    folder = "demo"

    def check(self, file: PackFile) -> list[Finding]:
        if not file.path.endswith("cases.yaml"):
            return []
        fields = file.document.fields()
        fields.text("starts")
        for story in fields.maps("stories", required=True):
            _check_story(story)
        fields.nothing_else()
        return fields.findings

    def install(self, file: PackFile, context: InstallContext) -> None:
        """Nothing is written: production databases have no stories."""


def _check_story(story: Fields) -> None:
    for name in ("key", "item", "begin", "submit"):
        story.text(name)
    story.choice("channel", WAYS)
    story.text("clerk", required=False)
    for name in ("client", "claims", "answers", "form"):
        story.raw(name)
    story.texts("uploads", required=False)
    story.texts("commit", required=False)
    story.texts("defer", required=False)
    for step in story.maps("steps", required=False):
        step.text("at")
        step.choice("do", (*TASK_ACTS, *MOVES))
        for name in ("by", "outcome", "opinion"):
            step.text(name, required=False)
        step.raw("data")
        step.nothing_else()
    story.nothing_else()


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: datetime
    order: int
    story: "Telling"
    what: dict[str, Any]


@dataclass(slots=True)
class Telling:
    """A story while it is played."""

    told: dict[str, Any]
    sample: bytes
    case_id: int = 0

    def moments(self, order: int) -> Iterator[Moment]:
        yield Moment(moment(self.told["begin"]), order, self, {"do": "begin"})
        yield Moment(moment(self.told["submit"]), order + 1, self, {"do": "submit"})
        for number, step in enumerate(self.told.get("steps") or []):
            yield Moment(moment(step["at"]), order + 2 + number, self, step)


def moment(text: str) -> datetime:
    """A local time as stories write it (2026-02-10 09:30)."""
    return datetime.fromisoformat(str(text).replace(" ", "T")).replace(tzinfo=SHANGHAI)


def play(stories: Iterable[dict[str, Any]], *, sample: bytes) -> list[int]:
    """Play all stories in the order of time; the ids of their cases. Raises StoryProblem.

    ``sample`` is the PDF that stands for the papers people upload.
    """
    tellings = [Telling(story, sample) for story in stories]
    moments = [m for number, telling in enumerate(tellings) for m in telling.moments(number * 100)]
    with records.simulated():
        for what in sorted(moments, key=lambda one: (one.at, one.order)):
            calendar.set_clock(what.at, frozen=True)
            try:
                happen(what.story, what.what, what.at)
            except Exception as problem:
                step = what.what["do"]
                raise StoryProblem(f"{what.story.told['key']}：{what.at:%Y-%m-%d %H:%M} {step}：{problem}") from problem
    return [telling.case_id for telling in tellings]


def happen(story: Telling, step: dict[str, Any], now: datetime) -> None:
    """One step of a story, by the action the screens call. The caller has set the business clock."""
    match step["do"]:
        case "begin":
            _begin(story, now)
        case "submit":
            actor = receiver(story)
            submission.submit(
                story.case_id, key=f"story-{story.told['key']}", actor=actor, now=now, e_service=not at_counter(story)
            )
        case "rate":
            data = step.get("data") or {}
            results.rate(
                story.case_id,
                grade=data["grade"],
                labels=data.get("labels", []),
                text=data.get("text", ""),
                actor=receiver(story),
                now=now,
            )
        case "supply":
            supply(story, str((step.get("data") or {})["material"]), now)
        case task if task in TASK_ACTS:
            _complete(story, step, now)
        case move:
            _move(story, move, step, now)


# -- applying --------------------------------------------------------------------------------------------------------
def begin_draft(story: Telling, now: datetime) -> Case:
    """Open the draft, with nothing filled in yet."""
    told = story.told
    counter = at_counter(story)
    applicant = _applicant(told, now)
    actor = receiver(story)
    case = drafts.begin(
        item_key=told["item"],
        answers=told.get("answers") or {},
        applicant=applicant,
        actor=actor,
        now=now,
        channel=Channel.COUNTER if counter else Channel.ONLINE,
        hall=actor.unit_name if counter else "",
        window=actor.post_name if counter else "",
    )
    story.case_id = case.pk
    return case


def _begin(story: Telling, now: datetime) -> None:
    complete_draft(story, begin_draft(story, now), now)


def complete_draft(story: Telling, case: Case, now: datetime) -> None:
    """Fill in the form and hand in every material that is not there yet."""
    told, actor, terms = story.told, receiver(story), items.terms(case)
    fill_form(case, terms, told, actor, now)
    waiting = set(case.materials.filter(required=True, source="").values_list("code", flat=True))  # type: ignore[attr-defined]
    for need in terms.materials:
        if need.code in (told.get("defer") or []):
            tolerance.defer(case.pk, need.code, actor=actor, now=now)
        elif need.code in (told.get("commit") or []):
            drafts.commit(case.pk, need.code, actor=actor, now=now)
        elif need.source != "form" and (need.code in waiting or need.code in (told.get("uploads") or [])):
            drafts.attach(
                case.pk, need.code, file=io.BytesIO(story.sample), name=f"{need.name[:40]}.pdf", actor=actor, now=now,
                scanned=at_counter(story),
            )  # fmt: skip


def fill_form(case: Case, terms: items.Terms, told: dict[str, Any], actor: records.Actor, now: datetime) -> None:
    """Fill in and finish the form as it is told."""
    draft = prefill.open_form(case, terms, actor=actor, now=now)
    posted = QueryDict(mutable=True)
    for name, value in forms.actions.as_posted(draft, told.get("form") or {}).items():
        posted.setlist(name, value)
    answered = forms.actions.receive(draft, posted, actor=actor, at=now, final=True)
    if answered.version_id is None:
        raise StoryProblem(f"申请表：{answered.screen.errors}")
    prefill.keep_form(case, answered.version_id, actor=actor, now=now)


def _applicant(told: dict[str, Any], now: datetime) -> Applicant:
    if told["channel"] == "counter":
        client = people.clients.register(told["client"], actor=people.queries.actor_of(told["clerk"]), at=now)
        firm = client.kind == "entity"
        return Applicant(
            client.kind,
            client.entity_name if firm else client.person_name,
            client.entity_code,
            None if firm else client.person_id,
            client.entity_id,
            client.person_id if firm else None,
            client.person_name if firm else "",
            client.account_id,
        )
    account, entity_id = people.citizens.sign_in(told["claims"], now=now)
    entity = people.queries.entity(entity_id) if entity_id else None
    return Applicant(
        "entity" if entity else "person",
        entity.name if entity else account.person.name,
        entity.code if entity else "",
        None if entity else account.person_id,
        entity_id,
        account.person_id if entity else None,
        account.person.name if entity else "",
        account.pk,
    )


def at_counter(story: Telling) -> bool:
    return story.told["channel"] == "counter"


def receiver(story: Telling) -> records.Actor:
    """Who fills in: the clerk at the window, or the applicant himself."""
    if at_counter(story):
        return people.queries.actor_of(story.told["clerk"])
    return people.queries.actor_of_subject(story.told["claims"])


def supply(story: Telling, code: str, now: datetime) -> None:
    """A material that was promised for later comes in."""
    tolerance.supply(
        story.case_id, code, file=io.BytesIO(story.sample), name=f"{code}.pdf", actor=receiver(story), now=now,
        scanned=at_counter(story),
    )  # fmt: skip


# -- handling --------------------------------------------------------------------------------------------------------
def _complete(story: Telling, step: dict[str, Any], now: datetime) -> None:
    subject = ("case", str(story.case_id))
    task = processes.queries.open_task(subject, act=step["do"])
    if task is None:
        raise StoryProblem(f"没有打开的环节“{step['do']}”")
    for_applicant = step["do"] == "correct"
    processes.complete(
        task_id=task.id,
        actor=people.queries.actor_of(step["by"]) if step.get("by") else receiver(story),
        now=now,
        outcome=step.get("outcome", ""),
        opinion=step.get("opinion", ""),
        data=dict(step.get("data") or {}),
        key=f"story-{story.told['key']}-{step['at']}-{step['do']}",
        for_applicant=for_applicant,
    )


def _move(story: Telling, move: str, step: dict[str, Any], now: datetime) -> None:
    actor, data = people.queries.actor_of(step["by"]), dict(step.get("data") or {})
    case = Case.objects.get(pk=story.case_id)
    match move:
        case "special.ask":
            examination.propose_special_procedure(case.pk, **data, actor=actor, now=now)
        case "special.approve":
            proposal = SpecialProposal.objects.get(case=case, decided_at=None)
            examination.approve_special_procedure(proposal.pk, actor=actor, now=now)
        case "special.end":
            special = case.specials.get(ended_at=None)  # type: ignore[attr-defined]
            examination.end_special_procedure(special.pk, **data, actor=actor, now=now)
        case "extension.ask":
            from .actions import decision

            decision.request_extension(case.pk, **data, actor=actor, now=now)
        case "extension.approve":
            from .actions import decision

            extension = Extension.objects.get(case=case, approved=None)
            decision.decide_extension(extension.pk, approve=True, actor=actor, now=now)
