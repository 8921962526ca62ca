"""Bring in a year's calendar, or correct one: always a new revision, never a change of a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from yipan.kernel.clock import CalendarYear as Year
from yipan.kernel.clock import parse_year
from yipan.platform import records

from ..current import forget
from ..domain import Difference, compare
from ..models import CalendarYear


class NeedsReason(Exception):
    """An existing calendar would be corrected without saying why; the text is Chinese."""


@dataclass(frozen=True, slots=True)
class Imported:
    """`revision` 0: the year was already there with the same days; `difference` is what a correction changed."""

    year: int
    revision: int
    difference: Difference | None


def import_years(
    years: Sequence[Year], *, actor: records.Actor, at: datetime, reason: str = "", check_right: bool = True
) -> list[Imported]:
    """All years or none."""
    with transaction.atomic():
        return [import_year(year, actor=actor, at=at, reason=reason, check_right=check_right) for year in years]


def import_year(
    year: Year, *, actor: records.Actor, at: datetime, reason: str = "", check_right: bool = True
) -> Imported:
    """Put a year in force.

    A year that exists is corrected: that needs a reason, and publishes ``calendar.corrected`` with the days that
    changed, so that open clocks are counted again. The same data again change nothing. The installer of packs passes
    ``check_right=False``: whoever may install packs answers for their content. Raises Refused, NeedsReason."""
    if check_right:
        records.rights.require(actor, "calendar.manage")
    with transaction.atomic():
        with connection.cursor() as cursor:  # two imports of one year at once would give two equal revisions
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('calendar_year'), %s)", [year.year])
        last = CalendarYear.objects.filter(year=year.year).order_by("-revision").first()
        if last is not None and last.data == year.as_dict():
            return Imported(year.year, 0, None)
        if last is not None and not reason.strip() and not last.provisional:
            raise NeedsReason(f"{year.year} 年日历已经存在，更正须写明原因")
        difference = compare(parse_year(last.data), year) if last is not None else None
        revision = last.revision + 1 if last is not None else 1
        CalendarYear.objects.create(
            year=year.year, revision=revision, data=year.as_dict(), source=year.source, provisional=year.provisional,
            reason=reason.strip(), actor_name=actor.name, at=at,
        )  # fmt: skip
        _record(year, revision, difference, actor, at, reason)
    forget()
    transaction.on_commit(forget)
    return Imported(year.year, revision, difference)


def _record(
    year: Year, revision: int, difference: Difference | None, actor: records.Actor, at: datetime, reason: str
) -> None:
    changed = difference.as_dict() if difference else {}
    records.act(
        chain=("calendar", str(year.year)),
        verb="calendar.correct" if revision > 1 else "calendar.import",
        actor=actor,
        at=at,
        subject=("calendar", str(year.year)),
        from_state=str(revision - 1) if revision > 1 else "",
        to_state=str(revision),
        reason=reason,
        payload={"source": year.source, "provisional": year.provisional, **changed},
    )
    records.publish(
        records.Event(
            kind="calendar.corrected" if revision > 1 else "calendar.imported",
            subject_kind="calendar",
            subject_id=str(year.year),
            actor=actor,
            at=at,
            payload={"year": year.year, "revision": revision, **changed},
        )
    )
