"""Decision tables: hit policies with their violations, defaults, allowed values, and why a table answered as it did."""

from decimal import Decimal
from typing import Any

import pytest
from dmns import decision, given, model, table

from yipan.kernel import dmn
from yipan.kernel.dmn import Near


def decide(logic: str, **inputs: Any) -> dmn.Answer:
    names = list(inputs)
    xml = model(given(*names), decision("结果", logic, *(f"i_{name}" for name in names)))
    return dmn.load(xml).decide("结果", inputs)


AGES = ('< 18 -> "未成年"', '[18..60) -> "成年"', '>= 60 -> "老年"')


@pytest.mark.parametrize(("age", "expected"), [(5, "未成年"), (18, "成年"), (59.5, "成年"), (60, "老年"), (None, None)])
def test_one_rule_fires(age: Any, expected: Any):
    """DMN 1.5 §8.2.8: unique; null is met by no comparison."""
    assert decide(table("年龄", "组", *AGES), 年龄=age).value == expected


OVERLAP = ("> 10 -> 1", "> 20 -> 2", "> 30 -> 3")


@pytest.mark.parametrize(("policy", "aggregation", "n", "expected", "violated"), [
    ("UNIQUE", "", 15, 1, False), ("UNIQUE", "", 25, None, True), ("ANY", "", 15, 1, False), ("ANY", "", 25, None, True),
    ("FIRST", "", 35, 1, False), ("RULE ORDER", "", 35, [1, 2, 3], False), ("COLLECT", "", 25, [1, 2], False),
    ("COLLECT", "SUM", 35, 6, False), ("COLLECT", "MIN", 35, 1, False), ("COLLECT", "MAX", 35, 3, False),
    ("COLLECT", "COUNT", 35, 3, False), ("COLLECT", "SUM", 5, None, False), ("FIRST", "", 5, None, False),
])  # fmt: skip
def test_hit_policies(policy: str, aggregation: str, n: int, expected: Any, violated: bool):
    """§8.2.10: what several rules that fire at once come to; a violation is null, and said."""
    answer = decide(table("n", "r", *OVERLAP, policy=policy, aggregation=aggregation), n=n)
    assert answer.value == (expected if not isinstance(expected, int) else Decimal(expected))
    assert bool(answer.violations) is violated


def test_any_with_equal_outputs_is_no_violation():
    assert decide(table("n", "r", "> 1 -> 7", "> 2 -> 7", policy="ANY"), n=3).value == 7


@pytest.mark.parametrize(("policy", "expected"), [("PRIORITY", "高"), ("OUTPUT ORDER", ["高", "中", "低"])])
def test_priorities(policy: str, expected: Any):
    """§8.2.10: by the order of the output values, not of the rules."""
    rows = ('> 0 -> "低"', '> 10 -> "高"', '> 5 -> "中"')
    assert decide(table("n", "r", *rows, policy=policy, order='"高","中","低"'), n=20).value == expected


def test_several_outputs_make_a_context():
    rows = ('"新办" -> 20 | "窗口"', '"延续" -> 10 | "网上"')
    assert decide(table("类型", "期限, 渠道", *rows), 类型="延续").value == {"期限": 10, "渠道": "网上"}


def test_defaults():
    """§8.2.11: what is answered when no rule fires; and it says so."""
    answer = decide(table("n", "r", "> 10 -> 1", default="0"), n=5)
    assert (answer.value, answer.fired[0].defaulted, answer.fired[0].rules) == (0, True, ())


def test_values_that_are_not_allowed():
    """§8.2.7: an input outside of its allowed values is answered by null, with the reason."""
    logic = table("类型", "r", "- -> 1", allowed='"新办","延续"')
    assert decide(logic, 类型="新办").value == 1
    wrong = decide(logic, 类型="注销")
    assert wrong.value is None
    assert "“类型”" in wrong.violations[0]


def test_a_table_explains_itself():
    """Which rule fired on which values, and which ones would have fired but for one condition."""
    rows = ('>= 18 | "本市" -> "可办"', '>= 18 | "外市" -> "须证明"', '< 18 | - -> "不可办"')
    (fired,) = decide(table("年龄, 户籍", "r", *rows), 年龄=30, 户籍="本市").fired
    assert fired.inputs == (("年龄", 30), ("户籍", "本市"))
    assert fired.rules == (1,)
    assert fired.near == (Near(2, "户籍", '"外市"', unknown=False), Near(3, "年龄", "< 18", unknown=False))


def test_what_is_unknown_is_told_apart_from_what_is_not_met():
    """Missing data: the near miss says unknown, so that a screen can ask for the data instead of refusing."""
    (fired,) = decide(table("年龄, 户籍", "r", '>= 18 | "本市" -> 1'), 年龄=None, 户籍="本市").fired
    assert fired.near == (Near(1, "年龄", ">= 18", unknown=True),)


@pytest.mark.parametrize(("test", "value", "met"), [
    ("-", 1, True), ("", None, True), ("5", 5, True), ("1,2,3", 2, True), ("[1..3]", 3, True), ("(1..3)", 3, False),
    ("not(1,2)", 3, True), ("not(1,2)", 1, False), ("null", None, True), ('"a","b"', "b", True), ("> 1, < 0", 0.5, False),
    ("? > 2 and ? < 4", 3, True), ("list contains([1,2], ?)", 2, True), ("date(\"2021-01-01\")", 5, False),
])  # fmt: skip
def test_cells(test: str, value: Any, met: bool):
    """§8.2.8 and §10.3.1.2: unary tests, also with ``?``."""
    assert decide(table("n", "r", f"{test} -> true"), n=value).value is (True if met else None)


def test_a_rule_that_has_too_few_cells_is_refused():
    xml = model(given("n"), decision("r", table("n", "r", "1 | 2 -> 3"), "i_n"))
    with pytest.raises(dmn.DmnError, match="2 个条件"):
        dmn.load(xml)


def test_a_cell_that_is_no_feel_is_a_finding():
    made = dmn.load(model(given("n"), decision("r", table("n", "r", "> > 1 -> 3"), "i_n")))
    assert "无法读成 FEEL" in made.findings[0].message
    assert made.findings[0].remedy
    assert made.decide("r", {"n": 1}).value is None
