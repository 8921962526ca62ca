"""What the applicant chose for his papers, and from when and until when a result is to be delivered."""

from dataclasses import dataclass
from datetime import datetime

from yipan.platform import catalogue, people, records

from ..domain.delivery import CHOICES, COUNTER, MAIL
from ..domain.states import ENDED, State
from ..models import Case, CaseDocument, Delivery, Dispatch
from . import clocks, letters
from .core import CaseProblem, Work, work_on

TERMS = "delivery_term"
# Where the installed content says nothing: 行政许可法第四十四条.
DEFAULTS = {"due_days": 10, "announcement_days": 30, "locker_days": 3}
FILLED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """How papers shall come. ``ref`` is an address of the person's book, or ``address`` a new one."""

    way: str = COUNTER
    ref: str = ""
    address: "people.addresses.Address | None" = None


def term(name: str) -> int:
    """A number of days of the content."""
    text = dict(catalogue.queries.codes(TERMS) or ()).get(name, "")
    return int(text) if text.isascii() and text.isdigit() else DEFAULTS[name]


def addressee(case: Case) -> int | None:
    """Whose address book it is: the applicant's own, or that of whoever acts for the firm."""
    return case.applicant_person_id or case.agent_person_id


def keep_choice(work: Work, choice: Choice) -> None:
    """At the submission: keep what was chosen, with the paper that proves it (送达地址确认书)."""
    if choice.way not in CHOICES:
        raise CaseProblem("请选择纸质证照和文书的领取方式。")
    if choice.way != COUNTER:
        _keep(work, choice)
    if work.case.e_service or choice.way == MAIL:
        letters.order(work, "address", data=_confirmed(work.case, choice.way))


def choose(case_id: int, choice: Choice, *, actor: records.Actor, now: datetime) -> None:
    """The applicant changes his mind, until the paper is on its way."""
    if choice.way not in CHOICES:
        raise CaseProblem("请选择纸质证照和文书的领取方式。")
    with work_on(case_id, actor, now) as work:
        state = State(work.case.state)
        if state in ENDED or state in (State.DRAFT, State.DELIVERED):
            raise CaseProblem(f"办件现为“{state.title}”，不能再更改领取方式。")
        if Dispatch.objects.filter(case=work.case, state__in=("ordered", "sent")).exists():
            raise CaseProblem("结果已经寄出或者存入自助柜，不能再更改领取方式。")
        _keep(work, choice)
        if choice.way == MAIL:
            letters.order(work, "address", data=_confirmed(work.case, choice.way))
        record(work, "case.choose_delivery", way=CHOICES[choice.way])


def _keep(work: Work, choice: Choice) -> None:
    person, ref = None, ""
    if choice.way == MAIL:
        person = addressee(work.case)
        if person is None:
            raise CaseProblem("没有登记领取人，不能邮寄，请选择到窗口领取。")
        ref = _address(person, choice, work.now)
    facts = {"choice": choice.way, "address_person_id": person, "address_ref": ref, "chosen_at": work.now}
    Delivery.objects.update_or_create(case=work.case, defaults=facts)


def _address(person: int, choice: Choice, now: datetime) -> str:
    if choice.address is not None:
        try:
            return people.addresses.keep(person, choice.address, at=now)
        except people.addresses.AddressRefused as refused:
            raise CaseProblem(str(refused)) from refused
    if not choice.ref or choice.ref not in {kept.ref for kept in people.addresses.book(person)}:
        raise CaseProblem("选择邮寄的，请填写收件地址，或者选择一个已经保存的地址。")
    return choice.ref


def _confirmed(case: Case, way: str) -> dict[str, str]:
    """What the paper says; the address itself is read from the vault when it is printed."""
    return {"way": CHOICES[way], "e_service": "同意" if case.e_service else "不同意"}


def printed_address(case: Case) -> dict[str, str]:
    """The address of a case in clear, for its paper."""
    chosen = Delivery.objects.filter(case=case).exclude(address_ref="").first()
    if chosen is None or chosen.address_person_id is None:
        return {}
    found = people.addresses.read(chosen.address_person_id, chosen.address_ref)
    return {"receiver": found.name, "phone": found.phone, "address": found.text} if found else {}


def prepare(case: Case, now: datetime) -> None:
    """The result is ready: until when it must be delivered, counted from the decision."""
    due = clocks.working_days_after(case.decided_at or now, term("due_days"))
    ready = Delivery(case=case, ready_at=now, due=due)
    fields = ["ready_at", "due"]
    Delivery.objects.bulk_create([ready], update_conflicts=True, unique_fields=["case"], update_fields=fields)


def fill_in(now: datetime) -> int:
    """Cases that were ready before limits of delivery were kept; how many."""
    found = list(Case.objects.filter(state=State.DELIVERY).exclude(delivery__due__isnull=False)[:FILLED_AT_ONCE])
    for case in found:
        prepare(case, now)
    return len(found)


def note_read(paper: CaseDocument, *, actor: records.Actor, now: datetime) -> None:
    """The applicant opened a paper for the first time: the proof of electronic service (阅读回执)."""
    if paper.read_at is not None:
        return
    with work_on(paper.case_id, actor, now) as work:  # type: ignore[attr-defined]
        first = CaseDocument.objects.filter(pk=paper.pk, read_at=None).update(read_at=now)
        if first:
            record(work, "case.read_paper", paper=paper.title, number=paper.number)


def record(work: Work, verb: str, reason: str = "", **payload: object) -> records.Act:
    """An act that leaves the state as it is."""
    subject = ("case", str(work.case.pk))
    return records.act(
        chain=subject, verb=verb, actor=work.actor, at=work.now, subject=subject, reason=reason, payload=payload
    )
