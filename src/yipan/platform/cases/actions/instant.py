"""即办件: everything that law wants recorded, in one act of one officer; or, when it cannot be, the way to 承诺件.

Each step still leaves its own act with its own time (sheet of items and cases c2).
"""

from .. import items
from ..domain.states import State
from . import clocks, decision, messages, precheck, results
from .core import CaseProblem, Work

SHORTEST_REASON = 6


def grant(work: Work, *, text: str) -> bool:
    """Accept, decide and produce. Returns whether the result is there at once (no licence has to be made)."""
    precheck.accept(work)
    decision.grant(work, text=text)
    results.produce(work)
    return work.case.state == State.DELIVERY


def convert(work: Work, *, reason: str) -> None:
    """The case needs an inspection or a closer look after all: it is accepted with the limit the item has for that, and
    the applicant is told why. Raises CaseProblem where the item has no such limit."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise CaseProblem("请写明为什么不能当场办结，理由会告知申请人。")
    found = items.terms(work.case)
    if not found.instant or found.converted is None:
        raise CaseProblem("本事项没有规定转为承诺件后的办理时限，不能转办；请补充实施清单。")
    precheck.accept(work)
    case = work.case
    case.converted_at = work.now
    clocks.refresh(case, items.terms(case))
    due = case.promised_due.isoformat() if case.promised_due else ""
    work.act("convert", reason=reason.strip(), payload={"promised_due": due}, public={"promised_due": due})
    messages.tell_applicant(work, "case.converted", due=case.promised_due, reason=reason.strip())
