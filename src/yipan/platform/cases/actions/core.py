"""What every act on a case does alike: lock, guard, change the state, record, tell the province and the applicant.

Every act runs inside one transaction (``with work_on(...)``). The running process is locked before the case row, and
the case row before its chain, always in this order, as the completion of a task does it too: two acts on one case wait
for each other and never dead-lock.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.platform import processes, records

from ..domain import pushes
from ..domain.states import ACTS, ENDED, State, resulting_state
from ..models import Case


class CaseProblem(Exception):
    """An act that cannot be done; the text says why and what to do instead (shown to the person, HTTP 409)."""


@dataclass(slots=True)
class Work:
    """A locked case with the person who acts on it and the time of the act; ``said``: what he wrote at the task;
    ``found``: the fingerprint of the row as the last act left it."""

    case: Case
    actor: records.Actor
    now: datetime
    said: "Said | None" = None
    found: str = ""

    def __post_init__(self) -> None:
        self.found = self.found or fingerprint(self.case)

    def guard(self, verb: str) -> State:
        """The state the act would lead to. Raises IllegalAct when the table does not allow it now."""
        return resulting_state(
            verb,
            State(self.case.state),
            open_special=self.case.open_special,
            open_opinions=self.case.open_opinions,
        )

    def act(
        self,
        verb: str,
        *,
        reason: str = "",
        payload: Mapping[str, Any] | None = None,
        public: Mapping[str, Any] | None = None,
    ) -> records.Act:
        """Change the state as the table says, save, record the act and queue what follows from it.

        ``payload`` goes into the act (erasable, digest in the chain); ``public`` into the report to the province.
        """
        case = self.case
        before = State(case.state)
        after = self.guard(verb)
        case.state = after
        case.version += 1
        case.save()
        said, self.said = self.said, None
        found, self.found = self.found, fingerprint(case)
        act = records.act(
            chain=("case", str(case.pk)),
            verb=f"case.{verb}",
            actor=self.actor,
            at=self.now,
            subject=("case", str(case.pk)),
            from_state=str(before.value),
            to_state=str(after.value),
            reason=reason,
            payload=dict(payload or {})
            | {"fingerprint_before": found, "fingerprint_after": self.found}
            | ({"opinion": dict(said.words)} if said else {}),
        )
        if said:
            said.keep(self, act)
        if after in ENDED:
            processes.close_errands(("case", case.pk), actor=self.actor, at=self.now, outcome=after.title)
        self._tell_province(verb, before, after, reason, public or {})
        records.publish(
            records.Event(
                kind=f"case.{verb}",
                subject_kind="case",
                subject_id=str(case.pk),
                item_key=case.item_key,
                element_name=ACTS[verb].title,
                lifecycle="completed",
                actor=self.actor,
                at=self.now,
                clock_stopped=after is State.SPECIAL_PROCEDURE,
                applicant_step=True,
                payload={"from": before.value, "to": after.value},
            )
        )
        return act

    def _tell_province(self, verb: str, before: State, after: State, reason: str, public: Mapping[str, Any]) -> None:
        stage = pushes.stage_of(verb)
        case = self.case
        if stage is None or not case.case_no:
            return
        records.queue(
            channel="acceptance",
            key=f"case-{case.pk}-{case.version}-{verb}",
            payload={
                "case_no": case.case_no,
                "stage": stage,
                "verb": verb,
                "seq": case.version,
                "item_code": case.item_code,
                "item_title": case.item_title,
                "unit_name": case.unit_name,
                "applicant_name": case.applicant_name,
                "from_state": before.value,
                "to_state": after.value,
                "at": self.now.isoformat(),
                "reason": reason,
                **public,
            },
            subject=("case", str(case.pk)),
            at=self.now,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """An opinion that goes into the chain with the next act; ``keep`` makes its row from the act, before the papers
    that follow from the act are made."""

    words: Mapping[str, Any]
    keep: Callable[[Work, records.Act], None]


@contextlib.contextmanager
def work_on(case_id: int, actor: records.Actor, now: datetime) -> Iterator[Work]:
    """Lock one case for an act; everything inside is one transaction. Raises Case.DoesNotExist."""
    with transaction.atomic():
        processes.hold(("case", str(case_id)))
        case = Case.objects.select_for_update().get(pk=case_id)
        yield Work(case, actor, now)


def fingerprint(case: Case) -> str:
    """What a case is now; which process runs for it is bookkeeping and no part of it."""
    return records.fingerprint(case, without=("instance_id",))


def acting_persons(actor: records.Actor) -> frozenset[int]:
    """The person who acts and the one he deputises for: what one may not decide, his deputy may not either."""
    return frozenset(person for person in (actor.person_id, actor.deputy_for_id) if person is not None)
