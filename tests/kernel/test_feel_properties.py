"""Laws of FEEL on generated values, and a parser that never fails but with its own error."""

import contextlib
import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from yipan.kernel import feel
from yipan.kernel.feel import FeelError
from yipan.kernel.feel.temporal import parse_duration, parse_moment, show_duration, show_moment

numbers = st.integers(-(10**9), 10**9).map(Decimal) | st.decimals(-10000, 10000, places=3)
truths = st.sampled_from([True, False, None])
scalars = st.none() | st.booleans() | numbers | st.text(max_size=5) | st.dates()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner)
)
_FRAGMENTS = (
    "if then else for some every in return satisfies and or not between instance of function ( ) [ ] { } , .. . : + - "
    '* / ** = != < <= > >= 1 2.5 "a" null true a 面积 string length date time @"2021-01-01" ? item'
)


def ev(text: str, **context: object) -> object:
    return feel.compile(text).evaluate(context)


@given(truths, truths)
def test_de_morgan_holds_with_null(a: bool | None, b: bool | None) -> None:
    assert ev("not(a and b)", a=a, b=b) is ev("not(a) or not(b)", a=a, b=b)


@given(values, values)
def test_equality_is_symmetric_and_reflexive(a: object, b: object) -> None:
    assert ev("a = b", a=a, b=b) is ev("b = a", a=a, b=b)
    assert ev("a = a", a=a) is True


@given(numbers, numbers)
def test_exactly_one_of_less_equal_greater(a: Decimal, b: Decimal) -> None:
    assert [ev(f"a {op} b", a=a, b=b) for op in ("<", "=", ">")].count(True) == 1


@given(numbers, numbers, numbers)
def test_between_is_a_closed_range(x: Decimal, a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    assert ev("x between a and b", x=x, a=low, b=high) is ev("x in [a..b]", x=x, a=low, b=high) is (low <= x <= high)


@given(st.lists(numbers, max_size=20), numbers)
def test_filter_and_its_opposite_part_a_list(items: list[Decimal], limit: Decimal) -> None:
    kept = ev("items[item > limit]", items=items, limit=limit)
    rest = ev("items[not(item > limit)]", items=items, limit=limit)
    assert isinstance(kept, list)
    assert isinstance(rest, list)
    assert sorted(kept + rest) == sorted(items)


@given(st.text(max_size=30))
def test_text_survives_a_literal(value: str) -> None:
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert ev(quoted) == value


@given(st.datetimes(timezones=st.sampled_from([None, dt.UTC])))
def test_moments_are_read_as_written(value: dt.datetime) -> None:
    assert parse_moment(show_moment(value)) == value


@given(st.timedeltas(dt.timedelta(days=-9999), dt.timedelta(days=9999)))
def test_durations_are_read_as_written(value: dt.timedelta) -> None:
    assert parse_duration(show_duration(value)) == value


@settings(max_examples=400)
@given(st.text(max_size=40) | st.lists(st.sampled_from(_FRAGMENTS.split()), max_size=25).map(" ".join), values)
def test_no_text_breaks_the_language(text: str, value: object) -> None:
    """Anything typed is either understood or refused by the language's own error."""
    for run in (
        lambda: feel.compile(text).evaluate({"a": value, "面积": value}, budget=2000),
        lambda: feel.compile_unary_tests(text).evaluate(value, {"a": value}, budget=2000),
    ):
        with contextlib.suppress(FeelError):
            run()
