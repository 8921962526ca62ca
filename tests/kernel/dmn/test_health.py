"""Faults of a whole table: found exactly, with an example that shows them, and nothing said of a sound table."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from dmns import decision, given, model, table
from hypothesis import given as property_
from hypothesis import settings
from hypothesis import strategies as st

from yipan.kernel import dmn
from yipan.kernel.dmn import health
from yipan.kernel.dmn.health import Fault, faults
from yipan.kernel.dmn.model import Decision, Table


def found(logic: str) -> list[Fault]:
    document = dmn.read(model(given("x"), decision("r", logic, "i_x")))
    (node,) = [one for one in document.nodes.values() if isinstance(one, Decision)]
    assert isinstance(node.expression, Table)
    return faults(node.expression)


def kinds(logic: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(fault.kind, fault.rules) for fault in found(logic)]


@pytest.mark.parametrize(("rows", "expected"), [
    (("< 18 -> 1", ">= 18 -> 2"), []),
    (("< 18 -> 1", "> 18 -> 2"), [("gap", ())]),
    (("<= 18 -> 1", ">= 18 -> 2"), [("conflict", (1, 2))]),
    (("<= 18 -> 1", ">= 18 -> 1"), [("overlap", (1, 2))]),
    (("< 18 -> 1", "[18..60) -> 2", ">= 60 -> 3"), []),
    (("< 18 -> 1", "(18..60) -> 2", ">= 60 -> 3"), [("gap", ())]),
    (("- -> 1",), []),
    (("< 1 -> 1", "not(< 1) -> 2"), []),
    (('"a" -> 1', '"b" -> 2'), [("gap", ())]),
    (('"a" -> 1', 'not("a") -> 2'), []),
    (("true -> 1", "false -> 2"), []),
    (("true -> 1",), [("gap", ())]),
    (('< date("2021-01-01") -> 1', '>= date("2021-01-01") -> 2'), []),
    (('<= date("2021-01-01") -> 1', '>= date("2021-01-03") -> 2'), [("gap", ())]),
    (('<= date("2021-01-01") -> 1', '> date("2021-01-01") -> 2'), []),
    (('< duration("P5D") -> 1', '>= duration("P5D") -> 2'), []),
    (("1,2 -> 1", "2,3 -> 2", "not(1,2,3) -> 3"), [("conflict", (1, 2))]),
    (("[5..1] -> 1", "- -> 2"), [("never", (1,))]),
    # Kinds mixed in one column, texts in their order, times with and without a zone.
    (('< 5 -> 1', '"none" -> 2', '>= 5 -> 3'), [("gap", ())]),
    (('< "m" -> 1', '>= "m" -> 2'), []),
    (('< date and time("2021-01-01T00:00:00") -> 1', '> date and time("2021-01-01T00:00:00Z") -> 2'), [("gap", ())]),
])  # fmt: skip
def test_one_input(rows: tuple[str, ...], expected: list[Any]):
    assert kinds(table("x", "r", *rows)) == expected


def test_examples_show_the_fault():
    (gap,) = found(table("年龄, 户籍", "r", "< 18 | - -> 1", '>= 18 | "本市" -> 2'))
    assert gap.kind == "gap"
    assert dict(gap.example)["户籍"] == "其他值"
    assert Decimal(dict(gap.example)["年龄"]) >= 18
    (conflict,) = found(table("年龄, 户籍", "r", '- | "本市" -> 1', ">= 60 | - -> 2", '< 60 | not("本市") -> 3'))
    assert (conflict.kind, conflict.rules) == ("conflict", (1, 2))
    assert dict(conflict.example)["户籍"] == '"本市"'
    assert Decimal(dict(conflict.example)["年龄"]) >= 60


def test_rules_that_are_never_reached():
    rows = ("> 10 -> 1", "> 20 -> 2", "<= 10 -> 3", "- -> 4")
    assert kinds(table("x", "r", *rows, policy="FIRST")) == [("shadowed", (2,)), ("shadowed", (4,))]


def test_several_rules_together_shadow_one():
    rows = ("< 10 | - -> 1", ">= 10 | true -> 2", ">= 10 | false -> 3", "- | - -> 4")
    assert kinds(table("x, y", "r", *rows, policy="FIRST")) == [("shadowed", (4,))]


def test_allowed_values_close_a_gap():
    rows = ('"新办" -> 1', '"延续" -> 2')
    assert kinds(table("x", "r", *rows)) == [("gap", ())]
    assert kinds(table("x", "r", *rows, allowed='"新办","延续"')) == []
    assert kinds(table("x", "r", "< 18 -> 1", "[18..150] -> 2", allowed="[0..150]")) == []


def test_a_default_closes_every_gap():
    assert kinds(table("x", "r", "> 1 -> 1", default="0")) == []


def test_any_allows_equal_outputs():
    assert kinds(table("x", "r", "<= 5 -> 1", ">= 5 -> 1", policy="ANY")) == []
    assert kinds(table("x", "r", "<= 5 -> 1", ">= 5 -> 2", policy="ANY")) == [("conflict", (1, 2))]


def test_cells_that_are_no_comparison_are_named():
    assert kinds(table("x", "r", "? > y -> 1", "- -> 2", policy="FIRST")) == [("opaque", (1,))]


def test_a_long_table_is_looked_through_at_once():
    """A cell is asked at its own boundaries only: as many questions as rules, not as their square."""
    rows = [f"[{n}..{n + 1}) -> {n}" for n in range(1500)]
    assert kinds(table("x", "r", "< 0 -> 0", *rows, ">= 1500 -> 1")) == []
    assert kinds(table("x", "r", *rows, ">= 1499.5 -> 1")) == [("conflict", (1500, 1501)), ("gap", ())]


def test_too_large_to_look_through_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "MOST_STEPS", 1)
    rows = ("< 10 | - -> 1", ">= 10 | true -> 2", "- | - -> 3")
    assert kinds(table("x, y", "r", *rows, policy="FIRST")) == [("large", ()), ("large", ())]


CELL = st.sampled_from(["-", "< 3", "<= 3", "> 3", ">= 3", "[2..4]", "(2..4)", "3", "not(3)", "1,5", "< 1", "> 5"])


@settings(max_examples=150, deadline=None)
@property_(st.lists(st.tuples(CELL, CELL, st.sampled_from(["1", "2"])), min_size=1, max_size=5))
def test_what_is_found_is_what_happens(rows: list[tuple[str, str, str]]):
    """Against every point of a grid that is finer than all boundaries: a gap, an overlap is told exactly when one is."""
    logic = table("x, y", "r", *(f"{a} | {b} -> {out}" for a, b, out in rows), policy="COLLECT")
    unique = logic.replace('hitPolicy="COLLECT"', 'hitPolicy="UNIQUE"')
    xml = model(given("x", "y"), decision("r", logic, "i_x", "i_y"))
    made = dmn.load(xml)
    grid = [Decimal(n) / 2 for n in range(-1, 14)]
    hits = [made.decide("r", {"x": x, "y": y}).fired[0].rules for x, y in itertools.product(grid, grid)]
    told = {fault.kind for fault in found(unique)}
    assert ("gap" in told) == any(not one for one in hits)
    pairs = {(a, b) for one in hits for a, b in itertools.combinations(one, 2)}
    assert {fault.rules for fault in found(unique) if fault.kind in ("overlap", "conflict")} == pairs
