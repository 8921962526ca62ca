"""Two versions of a model compared: every rule is told once, as what became of it."""

import pytest
from dmns import decision, given, model, table, text
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from yipan.kernel import dmn
from yipan.kernel.dmn import difference


def version(*rows: str, inputs: str = "age,city", policy: str = "UNIQUE", **more: str) -> dmn.Document:
    logic = table(inputs, "fee", *rows, policy=policy, **more)
    return dmn.read(model(given("age", "city", "sex"), decision("fee", logic, "i_age", "i_city")))


def said(old: dmn.Document, new: dmn.Document) -> list[str]:
    found = []
    for node in difference.compare(old, new):
        found += [f"{one.column}: {one.before} > {one.after}" for one in node.settings]
        for rule in node.rules:
            cells = ", ".join(f"{one.column}: {one.before} > {one.after}" for one in rule.cells)
            found.append(" ".join(filter(None, [f"{rule.what} {rule.before}>{rule.after}", cells])))
    return found


A, B, C = '<18 | "P" -> 0', '>=18 | "P" -> 5', '- | "J" -> 9'


@pytest.mark.parametrize(("old", "new", "expected"), [
    ((A, B), (A, B), []),
    ((A, B), (A, B, C), ['added None>3 age:  > -, city:  > "J", fee:  > 9']),
    ((A, B, C), (A, C), ['removed 2>None age: >=18 > , city: "P" > , fee: 5 > ']),
    ((A, B), (A, '>=18 | "P" -> 6'), ["changed 2>2 fee: 5 > 6"]),
    ((A, B, C), (C, A, B), ["moved 3>1"]),
    ((A, B), (C, A, '>=16 | "P" -> 5'), ['added None>1 age:  > -, city:  > "J", fee:  > 9', "changed 2>3 age: >=18 > >=16"]),
    ((A,), ('<18 | "P" -> 0 ',), []),
    (("- | - -> 1",), (" | - -> 1",), []),
])  # fmt: skip
def test_rules(old, new, expected):
    assert said(version(*old), version(*new)) == expected


def test_columns_and_policy():
    old, new = version(A, B), version('<18 | "P" | "f" -> 0', inputs="age,city,sex", policy="FIRST", default="7")
    assert said(old, new)[:4] == [
        "命中策略: UNIQUE > FIRST", "输入列 sex:  > sex", "输出列 fee: fee > fee，默认 7",
        'changed 1>1 sex:  > "f"',
    ]  # fmt: skip


def test_decisions_come_and_go():
    old = dmn.read(model(given("age"), decision("a", text("age + 1"), "i_age"), decision("b", text("1"))))
    new = dmn.read(model(given("age"), decision("a", text("age + 2"), "i_age"), decision("c", text("1"))))
    told = [(one.what, one.name, [(cell.before, cell.after) for cell in one.settings])
            for one in difference.compare(old, new)]  # fmt: skip
    assert told == [("changed", "a", [("age + 1", "age + 2")]), ("added", "c", []), ("removed", "b", [])]


ROWS = st.lists(st.tuples(st.sampled_from(["<18", ">=18", "-", "5"]), st.sampled_from(['"P"', "-"]),
                          st.integers(0, 3)).map(lambda r: f"{r[0]} | {r[1]} -> {r[2]}"), max_size=5)  # fmt: skip


@settings(max_examples=200, deadline=None)
@drawn(ROWS, ROWS)
def test_every_rule_is_told_once_or_is_the_same(old, new):
    """What is not told stands on both sides with the same text."""
    before, after = version(*old), version(*new)
    rules = [rule for node in difference.compare(before, after) for rule in node.rules]
    told_old = [rule.before for rule in rules if rule.before]
    told_new = [rule.after for rule in rules if rule.after]
    assert len(told_old) == len(set(told_old))
    assert len(told_new) == len(set(told_new))
    silent_old = sorted(row for n, row in enumerate(old, 1) if n not in told_old)
    silent_new = sorted(row for n, row in enumerate(new, 1) if n not in told_new)
    assert silent_old == silent_new
    assert difference.compare(after, after) == ()
