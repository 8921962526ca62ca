"""What the worker does for cases: make documents and licences, restart clocks, recount after a calendar change."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from yipan.platform import calendar, catalogue, documents, licences, processes, records

from . import carriers
from .actions import (
    bans,
    bundles,
    delivery,
    dispatching,
    disputes,
    examination,
    genuine,
    hearings,
    letters,
    messages,
    priors,
    recount,
    results,
    tolerance,
)
from .domain.bans import FRAUD
from .domain.letters import LETTERS
from .domain.states import BEFORE_ACCEPTANCE, UNDECIDED, State
from .models import Case, CaseDocument

PRODUCE, ISSUE = letters.PRODUCE, results.ISSUE
REJECTED = "case.rejected_push"
PRIOR_ENDS = ("grant", "refuse", "refuse_acceptance", "terminate", "withdraw", "deem_withdrawn")


def tell_unit_of_rejected_push(event: records.Event) -> None:
    """A stage of a case did not reach the province: its unit looks after what is wrong with it."""
    if event.payload.get("about_kind") != "case":
        return
    case = Case.objects.filter(pk=int(event.payload["about_id"])).first()
    if case is None:
        return
    processes.post_errand(
        REJECTED,
        event.subject_id,
        title=f"{case.item_title}（{case.short_no}）推送未成功",
        subtitle=str(event.payload.get("error", ""))[:200],
        url=reverse("cases:page", args=[case.pk]),
        to=[processes.errands.Role("unit_admin", case.unit_key)],
        subject=("push", case.pk),
        unit=case.unit_key,
        actor=event.actor,
        at=event.at,
    )


def push_was_resent(event: records.Event) -> None:
    processes.close_errand(REJECTED, event.subject_id, actor=event.actor, at=event.at, outcome="已重发")


def produce_document(case_document_id: int) -> None:
    """Make the PDF of a registered document; a second run finds it made."""
    wanted = CaseDocument.objects.select_related("case").get(pk=case_document_id)
    if wanted.document_id is not None:
        return
    letter = LETTERS[wanted.kind]
    made = documents.make(
        template=letter.template,
        data=wanted.data | (delivery.printed_address(wanted.case) if wanted.kind == "address" else {}),
        number=wanted.number,
        title=wanted.title,
        subject=("case", str(wanted.case_id)),  # type: ignore[attr-defined]
        sealed=letter.sealed,
        unit_key=wanted.case.unit_key,
        actor=records.SYSTEM,
        at=wanted.at,
        key=f"case-document-{wanted.pk}",
        keep_broken=True,
    )
    CaseDocument.objects.filter(pk=wanted.pk, document_id=None).update(document_id=made.id)


def issue_licence(case_id: int) -> None:
    results.issue_licence(case_id, now=calendar.now())


def end_overrun_procedures() -> int:
    return examination.end_overrun_procedures(calendar.now())


def check_genuine(event: records.Event) -> None:
    """A concluded case is looked at for signs of 线下办理、线上录入."""
    genuine.check(int(event.subject_id), at=calendar.now())


def tell_who_has_drafts(event: records.Event) -> None:
    """An item was suspended or cancelled: whoever has a draft of it is told before he fills in more."""
    now = calendar.now()
    view = catalogue.queries.item_at(event.item_key, now)
    words = view.item.standing.words
    if not words or view.number != event.payload["number"]:
        return
    for case in Case.objects.filter(item_key=event.item_key, state=State.DRAFT).order_by("pk").iterator(500):
        messages.tell(case, messages.applicants(case, now), "case.item_closed", now, words=words)


def prior_came(event: records.Event) -> None:
    """A licence was issued: cases of its holder may have waited for it."""
    licence = licences.queries.holder_of(int(event.subject_id))
    if licence is not None:
        priors.came(licence.template, person_id=licence.person_id, entity_id=licence.entity_id, now=calendar.now())


def take_outside_answers() -> int:
    return disputes.outside_answers(calendar.now())


def licence_changed(event: records.Event) -> None:
    """A licence that was obtained by fraud was revoked: its holder is banned from applying for it again."""
    if not event.payload.get("fraud"):
        return
    licence = licences.queries.holder_of(int(event.subject_id))
    if licence is not None and licence.subject[0] == "case":
        bans.impose_on(int(licence.subject[1]), FRAUD, number=str(event.payload.get("number", "")), now=event.at)


def end_unasked_hearings() -> int:
    return hearings.end_unasked(calendar.now())


def fill_in_delivery() -> int:
    return delivery.fill_in(calendar.now())


def end_announcements() -> int:
    return dispatching.end_announcements(calendar.now())


def ask_carriers() -> None:
    carriers.ask_carriers()


def refused_dispatch(event: records.Event) -> None:
    dispatching.refused(event)


def end_broken_promises() -> int:
    return tolerance.end_broken_promises(calendar.now())


def joint_prior_ended(event: records.Event) -> None:
    """A sub-case of a joint application was decided or ended: what waits for it begins, or is held with the reason."""
    bundles.prior_ended(int(event.subject_id), now=calendar.now())


def keep_lights() -> int:
    """Cases from before lights were kept get their instant; how many they were."""
    return _recount(_open_cases().filter(yellow_at=None, shown_due__isnull=False, decided_at=None))


def recount_clocks(event: Any) -> None:  # noqa: ARG001 - every open case may reach into the corrected year
    """A corrected calendar moves the due dates of open cases: each is recomputed, with a record and a message."""
    _recount(_open_cases())


def _open_cases() -> QuerySet[Case]:
    return Case.objects.filter(state__in=BEFORE_ACCEPTANCE | UNDECIDED)


def _recount(cases: QuerySet[Case]) -> int:
    """Recompute cases one by one, each in its own transaction; how many they were."""
    now, last, number = calendar.now(), 0, 0
    while batch := list(cases.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:500]):
        for case_id in batch:
            recount.recount(case_id, now=now)
        last, number = batch[-1], number + len(batch)
    return number
