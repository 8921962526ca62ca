"""Entering a receipt that was written by hand during an outage: its number, its time, and the mark that stays."""

from datetime import datetime

from yipan.kernel import clock
from yipan.platform import calendar, numbers
from yipan.platform.numbers import queries as number_queries

from ..domain import genuine
from ..domain.letters import LETTERS
from ..domain.paper_receipts import DAYS, Entered, PaperReceipt, ReceiptRefused, check
from ..models import Case, Channel, GenuineAlert
from . import messages
from .core import CaseProblem, Work

RULE = "补录"


def word() -> str:
    """The word in the numbers of receipts."""
    return LETTERS["receipt"].series


def blanks(case: Case) -> list[number_queries.Blank]:
    """Numbers that were set aside for the unit's receipts and are not used yet."""
    return number_queries.reserved_documents(word(), unit_key=case.unit_key)


def take(work: Work, receipt: PaperReceipt) -> None:
    """Use the number up, set the time of the paper, mark the case. Raises CaseProblem."""
    case = work.case
    if case.channel != Channel.COUNTER:
        raise CaseProblem("只有窗口收的件可以补录手工收件凭证。")
    blank = next(iter(number_queries.reserved_documents(word(), unit_key=case.unit_key, texts=[receipt.number])), None)
    if blank is None:
        raise CaseProblem(f"{receipt.number}不是{case.unit_name}预留的收件凭证编号，或者已经使用、作废。")
    try:
        check(receipt, blank.value, book_since=blank.since, others=_entered(case, blank), now=work.now)
        numbers.use_reserved_document(
            unit_key=case.unit_key, word=word(), text=receipt.number, owner=("case", case.pk), actor=work.actor,
            at=work.now,
        )  # fmt: skip
    except (ReceiptRefused, numbers.NumberProblem) as refused:
        raise CaseProblem(str(refused)) from refused
    case.paper_receipt, case.received_at = receipt.number, receipt.at
    _tell_if_late(work)


def _entered(case: Case, blank: number_queries.Blank) -> list[Entered]:
    """What was entered from this series already."""
    found = Case.objects.filter(unit_key=case.unit_key).exclude(paper_receipt="")
    times = dict(found.values_list("paper_receipt", "received_at"))
    values = number_queries.document_values(word(), unit_key=case.unit_key, like=blank.text, texts=list(times))
    return [Entered(value, text, times[text]) for text, value in values.items()]


def _tell_if_late(work: Work) -> None:
    """Entered after more working days than are allowed: valid for the applicant, told to those who watch over it."""
    case = work.case
    assert case.received_at is not None
    days = calendar.current().working_days_between(clock.day_of(case.received_at), clock.day_of(work.now))
    if days <= DAYS:
        return
    text = f"手工收件凭证 {case.paper_receipt} 开出 {days} 个工作日以后才补录，超过 {DAYS} 个工作日"
    GenuineAlert.objects.create(case=case, rule=RULE, level=genuine.RED, text=text, at=work.now)
    messages.alert_supervision(work, "case.not_genuine", text=text)


def read(number: str, at: str) -> PaperReceipt | None:
    """What a form sends; None when no receipt was chosen. Raises CaseProblem."""
    if not number:
        return None
    try:
        written = datetime.strptime(at, "%Y-%m-%dT%H:%M").replace(tzinfo=clock.SHANGHAI)
    except ValueError as wrong:
        raise CaseProblem("请填写手工收件凭证上的收件日期和时间。") from wrong
    return PaperReceipt(number, written)
