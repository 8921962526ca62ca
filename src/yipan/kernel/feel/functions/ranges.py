"""How points and ranges lie to each other (DMN 1.3 table 79): before, meets, overlaps, during and the rest."""

from typing import Any

from ..errors import NotApplicable
from ..values import Range, equal, kind, less
from .register import Functions, Run

FUNCTIONS = Functions()


def _lt(left: Any, right: Any) -> bool:
    answer = less(left, right)
    if answer is None:
        raise NotApplicable
    return answer


def _eq(left: Any, right: Any) -> bool:
    answer = equal(left, right)
    if answer is None:
        raise NotApplicable
    return answer


def _range(value: Any) -> Range:
    """A closed-ended range; a point is the range of itself alone."""
    if isinstance(value, Range):
        if value.low is None or value.high is None:
            raise NotApplicable
        return value
    if kind(value) not in ("number", "string", "date", "time", "date and time", "days and time duration",
                           "years and months duration"):  # fmt: skip
        raise NotApplicable
    return Range(value, value)


def _only_range(value: Any) -> Range:
    if not isinstance(value, Range):
        raise NotApplicable
    return _range(value)


def _before(a: Range, b: Range) -> bool:
    return _lt(a.high, b.low) or (_eq(a.high, b.low) and not (a.high_included and b.low_included))


@FUNCTIONS.add("before", "point1,point2")
def before(_run: Run, a: Any, b: Any) -> bool:
    return _before(_range(a), _range(b))


@FUNCTIONS.add("after", "point1,point2")
def after(_run: Run, a: Any, b: Any) -> bool:
    return _before(_range(b), _range(a))


@FUNCTIONS.add("meets", "range1,range2")
def meets(_run: Run, a: Any, b: Any) -> bool:
    first, second = _only_range(a), _only_range(b)
    return first.high_included and second.low_included and _eq(first.high, second.low)


@FUNCTIONS.add("met by", "range1,range2")
def met_by(run: Run, a: Any, b: Any) -> bool:
    return meets(run, b, a)


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


@FUNCTIONS.add("overlaps", "range1,range2")
def overlaps(_run: Run, a: Any, b: Any) -> bool:
    return _overlaps(_only_range(a), _only_range(b))


def _starts_earlier(a: Range, b: Range) -> bool:
    return _lt(a.low, b.low) or (_eq(a.low, b.low) and a.low_included and not b.low_included)


def _ends_earlier(a: Range, b: Range) -> bool:
    return _lt(a.high, b.high) or (_eq(a.high, b.high) and b.high_included and not a.high_included)


@FUNCTIONS.add("overlaps before", "range1,range2")
def overlaps_before(_run: Run, a: Any, b: Any) -> bool:
    """The first begins earlier, ends inside the second, and no later than it."""
    first, second = _only_range(a), _only_range(b)
    return _starts_earlier(first, second) and _overlaps(first, second) and not _ends_earlier(second, first)


@FUNCTIONS.add("overlaps after", "range1,range2")
def overlaps_after(_run: Run, a: Any, b: Any) -> bool:
    first, second = _only_range(a), _only_range(b)
    return _starts_earlier(second, first) and _overlaps(first, second) and not _ends_earlier(first, second)


@FUNCTIONS.add("finishes", "point1,range2")
def finishes(_run: Run, a: Any, b: Any) -> bool:
    second = _only_range(b)
    if not isinstance(a, Range):
        return second.high_included and _eq(a, second.high)
    first = _range(a)
    same_end = _eq(first.high, second.high) and first.high_included == second.high_included
    return same_end and not _starts_earlier(first, second)


@FUNCTIONS.add("finished by", "range1,point2")
def finished_by(run: Run, a: Any, b: Any) -> bool:
    return finishes(run, b, a)


@FUNCTIONS.add("includes", "range,point")
def includes(_run: Run, a: Any, b: Any) -> bool:
    outer = _only_range(a)
    if not isinstance(b, Range):
        inside = outer.contains(b)
        if inside is None:
            raise NotApplicable
        return inside
    inner = _range(b)
    return not _starts_earlier(inner, outer) and not _ends_earlier(outer, inner)


@FUNCTIONS.add("during", "point,range")
def during(run: Run, a: Any, b: Any) -> bool:
    return includes(run, b, a)


@FUNCTIONS.add("starts", "point,range")
def starts(_run: Run, a: Any, b: Any) -> bool:
    second = _only_range(b)
    if not isinstance(a, Range):
        return second.low_included and _eq(a, second.low)
    first = _range(a)
    same_start = _eq(first.low, second.low) and first.low_included == second.low_included
    return same_start and not _ends_earlier(second, first)


@FUNCTIONS.add("started by", "range,point")
def started_by(run: Run, a: Any, b: Any) -> bool:
    return starts(run, b, a)


@FUNCTIONS.add("coincides", "point1,point2")
def coincides(_run: Run, a: Any, b: Any) -> bool:
    first, second = _range(a), _range(b)
    return (
        _eq(first.low, second.low)
        and _eq(first.high, second.high)
        and first.low_included == second.low_included
        and first.high_included == second.high_included
    )
