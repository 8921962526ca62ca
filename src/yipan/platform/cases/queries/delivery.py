"""How a result is on its way, for the case page, the applicant's page, slips and the public announcements."""

from dataclasses import dataclass
from datetime import datetime

from yipan.kernel import identifiers
from yipan.kernel.clock import Calendar, Light, light, show_due
from yipan.platform import people

from ..domain.delivery import CHOICES, EVENTS, WAYS
from ..domain.states import ENDED, State
from ..models import Case, Delivery, Dispatch
from .reach import part
from .rows import masked_name

NOTICE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class EventRow:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """One attempt; ``open`` while it is under way, ``failed`` while the desk owes a decision."""

    id: int
    way: str
    way_word: str
    state: str
    state_word: str
    number: str
    place: str
    reason: str
    ordered_at: datetime
    until: datetime | None
    settlement: str
    events: tuple[EventRow, ...]

    @property
    def open(self) -> bool:
        return self.state in ("ordered", "sent")

    @property
    def until_by(self) -> str:
        return show_due(self.until) if self.until else ""

    @property
    def failed(self) -> bool:
        return self.state in ("returned", "lost", "expired", "rejected") and not self.settlement


@dataclass(frozen=True, slots=True)
class DeliveryView:
    choice: str
    choice_word: str
    address: str
    due: datetime | None
    copies: int
    dispatches: tuple[DispatchRow, ...]

    @property
    def due_by(self) -> str:
        return show_due(self.due) if self.due else ""

    @property
    def under_way(self) -> bool:
        return any(one.open for one in self.dispatches)

    @property
    def failed(self) -> DispatchRow | None:
        return next((one for one in reversed(self.dispatches) if one.failed), None)


def delivery_of(case: Case) -> DeliveryView:
    """What was chosen and what was tried; the address masked. Before the decision nothing can have been tried."""
    chosen = Delivery.objects.filter(case=case).first() or Delivery(case=case)
    tried: list[Dispatch] = []
    if case.state >= State.DELIVERY and case.decided_at is not None:
        tried = list(Dispatch.objects.filter(case=case).prefetch_related("events"))
    address = ""
    if chosen.address_person_id is not None:
        book = {kept.ref: kept.text for kept in people.addresses.book(chosen.address_person_id)}
        address = book.get(chosen.address_ref, "")
    return DeliveryView(
        chosen.choice, CHOICES[chosen.choice], address, chosen.due, chosen.copies, tuple(map(_row, tried))
    )


def _row(one: Dispatch) -> DispatchRow:
    events = tuple(
        EventRow(event.at, " ".join(part for part in (EVENTS[event.state], event.place) if part))
        for event in one.events.all()  # type: ignore[attr-defined]
    )
    return DispatchRow(
        one.pk, one.way, WAYS[one.way], one.state, "公告中" if one.way == "notice" and one.state == "sent" else
        one.get_state_display(), one.number, one.place, one.reason, one.ordered_at, one.until,  # type: ignore[attr-defined]
        one.settlement, events,
    )  # fmt: skip


def sent_to(person_id: int, ref: str) -> list[str]:
    """Cases that are not ended and want their papers at an address, in words."""
    found = Case.objects.filter(delivery__address_person_id=person_id, delivery__address_ref=ref)
    open_ = found.exclude(state__in=ENDED).order_by("id").values_list("item_title", "short_no")
    return [f"“{title}”（{number or '草稿'}）" for title, number in open_]


def addresses(case: Case) -> list[tuple[str, str]]:
    """The address book of whoever receives for a case, for a choice; masked."""
    person = case.applicant_person_id or case.agent_person_id
    return [(kept.ref, kept.text) for kept in people.addresses.book(person)] if person is not None else []


def get_dispatch(case: Case, dispatch_id: int) -> Dispatch:
    """An attempt of this very case. Raises CaseNotFound."""
    return part(Dispatch.objects.filter(case=case, pk=dispatch_id))


@dataclass(frozen=True, slots=True)
class Announcement:
    """One line of the public page: no name of a person in full, no number that opens anything."""

    applicant: str
    item_title: str
    decision: str
    unit_name: str
    at: datetime
    until: datetime | None


def announcements() -> list[Announcement]:
    """Announcements that run, newest first (one statement)."""
    found = Dispatch.objects.filter(way="notice", state="sent").select_related("case").order_by("-sent_at", "-id")
    return [
        Announcement(
            masked_name(one.case), one.case.item_title, one.case.decision_no, one.case.unit_name, one.ordered_at,
            one.until,
        )
        for one in found[:NOTICE_LIMIT]
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One line of the delivery desk."""

    id: int
    short_no: str
    item_title: str
    applicant_name: str
    unit_name: str
    choice: str
    standing: str
    tone: str
    light: Light | None
    due: datetime | None


def desk_row(values: dict, now: datetime, days: Calendar) -> DeskRow:
    """``values`` of the list's fields; the last attempt says how it stands."""
    due, state = values["delivery__due"], values["last_state"] or ""
    words = dict(Dispatch.STATES)
    way = WAYS.get(values["last_way"] or "", "")
    standing, tone = (f"{way}{words[state]}", "blue") if state in words else ("等待送达", "grey")
    if state in ("returned", "lost", "expired", "rejected"):
        tone = "red"
    person = values["applicant_kind"] == "person"
    name = identifiers.mask_name(values["applicant_name"]) if person else values["applicant_name"]
    return DeskRow(
        values["id"], values["short_no"] or "", values["item_title"], name, values["unit_name"],
        "电子送达" if values["e_service"] else CHOICES[values["delivery__choice"] or "counter"], standing, tone,
        light(due, now=now, calendar=days) if due else None, due,
    )  # fmt: skip
