"""Administrative divisions in time: what a code meant on a day, and what it is called now."""

from dataclasses import dataclass
from datetime import date

from ..models import Region


@dataclass(frozen=True, slots=True)
class Division:
    """A division; ``code`` and ``name`` are those of the day that was asked for."""

    code: str
    name: str
    parent_code: str
    ended: date | None


def on_day(code: str, day: date) -> Division | None:
    """The division a code named on a day; None when there was none."""
    return next((_view(row) for row in _rows(code) if _in_force(row, day)), None)


def today_of_code(code: str, day: date) -> Division | None:
    """The division that answers on a day for an old code: itself while in force, else where it went (old records carry
    old codes). None for a code that never was, or whose successor is not known."""
    seen: set[str] = set()
    while code and code not in seen:
        seen.add(code)
        rows = _rows(code)
        found = next((row for row in rows if _in_force(row, day)), None)
        if found is not None:
            return _view(found)
        code = next((row.mapped_to for row in rows if row.mapped_to), "")
    return None


def _rows(code: str) -> list[Region]:
    return list(Region.objects.filter(code=code).order_by("-valid_from", "-id"))


def _in_force(row: Region, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def _view(row: Region) -> Division:
    return Division(row.code, row.name, row.parent_code, row.valid_to)
