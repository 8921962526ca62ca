"""Requirement graphs: decisions by decisions, knowledge models, services, imports, types, boxed expressions, limits."""

import datetime as dt
from typing import Any

import pytest
from dmns import decision, given, knowledge, model, service, table, text

from yipan.kernel import dmn, feel

NUMBERS = given("a", "b")


def value(xml: bytes, name: str, **inputs: Any) -> Any:
    return dmn.load(xml).decide(name, inputs).value


def test_decisions_require_decisions():
    xml = model(NUMBERS, decision("和", text("a + b"), "i_a", "i_b"), decision("倍", text("和 * 2"), "d_和"))
    assert value(xml, "倍", a=1, b=2) == 6
    assert value(xml, "d_倍", a=1, b=2) == 6  # by id, too


def test_only_what_is_required_is_seen():
    """§6.3.7: a decision that does not require an input does not see it."""
    assert value(model(NUMBERS, decision("和", text("a + b"), "i_a")), "和", a=1, b=2) is None


def test_a_decision_that_is_given_is_not_made():
    xml = model(NUMBERS, decision("和", text("a + b"), "i_a", "i_b"), decision("倍", text("和 * 2"), "d_和"))
    assert value(xml, "倍", 和=10) == 20


def test_knowledge_models_are_functions():
    xml = model(
        given("面积"), knowledge("费率", "m", table("m", "r", "<= 50 -> 2", "> 50 -> 3")),
        knowledge("费用", "m", text("m * 费率(m)"), "k_费率"), decision("应缴", text("费用(面积)"), "i_面积", "k_费用"),
    )  # fmt: skip
    assert (value(xml, "应缴", 面积=50), value(xml, "应缴", 面积=60)) == (100, 180)


def test_a_knowledge_model_may_call_itself_within_limits():
    grows = knowledge("f", "n", text("if n <= 0 then 0 else 1 + f(n - 1)"), "k_f")
    xml = model(given("n"), grows, decision("r", text("f(n)"), "i_n", "k_f"))
    assert value(xml, "r", n=10) == 10
    with pytest.raises(feel.FeelError, match="嵌套"):
        value(xml, "r", n=10_000)


def test_decision_services():
    """§6.3.10: parameters are input data, then input decisions; what lies inside is not seen outside."""
    xml = model(
        NUMBERS, decision("和", text("a + b"), "i_a", "i_b"), decision("倍", text("和 * 2"), "d_和"),
        decision("差", text("a - b"), "i_a", "i_b"), service("翻倍", "倍", inputs="a, b"), service("两个", "倍, 差", "a, b"),
        service("给定", "倍", decisions="和"), decision("用", text("翻倍(3, 4) + 给定(1)"), "k_翻倍", "k_给定"),
    )  # fmt: skip
    made = dmn.load(xml)
    assert made.call("翻倍", {"a": 1, "b": 2}).value == 6
    assert made.call("两个", {"a": 5, "b": 2}).value == {"倍": 14, "差": 3}
    assert made.call("给定", {"和": 4}).value == 8
    assert made.call("给定", {"a": 1, "b": 1}).value is None  # 和 is given or null, it is not made
    assert made.decide("用", {}).value == 16


def test_models_import_each_other_by_name():
    """§6.3.3: what is imported is seen below the name of the import."""
    shared = model(knowledge("费率", "m", text("m * 2")), namespace="urn:shared")
    importing = '<import name="公共" namespace="urn:shared" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    xml = model(importing, given("m"), decision("r", text("公共.费率(m)"), "i_m", "urn:shared#k_费率"))
    assert dmn.load(xml, [shared]).decide("r", {"m": 4}).value == 8
    with pytest.raises(dmn.DmnError, match="urn:shared"):
        dmn.load(xml)


def test_models_that_import_each_other_in_a_ring_are_refused():
    def one(mine: str, other: str) -> bytes:
        kind = "https://www.omg.org/spec/DMN/20230324/MODEL/"
        return model(f'<import name="o" namespace="{other}" importType="{kind}"/>', namespace=mine)

    with pytest.raises(dmn.DmnError, match="引入了自己"):
        dmn.load(one("urn:a", "urn:b"), [one("urn:b", "urn:a")])


def test_decisions_that_require_each_other_in_a_ring_are_stopped():
    xml = model(decision("a", text("b"), "d_b"), decision("b", text("a"), "d_a"))
    with pytest.raises((dmn.DmnError, feel.FeelError)):
        value(xml, "a")


TYPES = """
<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues></itemDefinition>
<itemDefinition name="tPerson"><itemComponent name="姓名"><typeRef>string</typeRef></itemComponent>
<itemComponent name="年 龄"><typeRef>tAge</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tPersons" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>
"""


@pytest.mark.parametrize(("kind", "given_", "expected"), [
    ("tAge", 30, 30), ("tAge", 200, None), ("tAge", "30", None), ("number", [5], 5), ("tAge", [[5]], None),
    ("tPerson", {"姓名": "王", "年 龄": 3}, {"姓名": "王", "年 龄": 3}), ("tPerson", {"姓名": "王"}, None),
    ("tPerson", {"姓名": "王", "年 龄": 300}, None), ("tPersons", [{"姓名": "王", "年 龄": 3}], [{"姓名": "王", "年 龄": 3}]),
    ("tPersons", {"姓名": "王", "年 龄": 3}, [{"姓名": "王", "年 龄": 3}]), ("tPersons", [1], None), ("unheard", 1, 1),
])  # fmt: skip
def test_types(kind: str, given_: Any, expected: Any):
    """§7.3.3 and §10.3.2.9.4: what is not of its type is null; a list of one stands for its element, and back."""
    xml = model(TYPES, given(x=kind), decision("r", text("x"), "i_x"))
    assert value(xml, "r", x=given_) == expected


def test_names_with_spaces_are_read_where_they_are_known():
    xml = model(TYPES, given(p="tPerson"), decision("r", text("p.年 龄 + 1"), "i_p"))
    assert value(xml, "r", p={"姓名": "王", "年 龄": 3}) == 4


def test_the_type_of_a_decision_holds_for_its_result():
    xml = model(given("a"), decision("r", text("a"), "i_a", kind="number"))
    assert (value(xml, "r", a=1), value(xml, "r", a="x"), value(xml, "r", a=dt.date(2021, 1, 1))) == (1, None, None)


CONTEXT = (
    '<context><contextEntry><variable name="x"/><literalExpression><text>a + 1</text></literalExpression></contextEntry>'
    '<contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/><literalExpression><text>n * x</text>'
    "</literalExpression></functionDefinition></contextEntry>{}</context>"
)


@pytest.mark.parametrize(("logic", "expected"), [
    (CONTEXT.format("<contextEntry><literalExpression><text>f(10)</text></literalExpression></contextEntry>"), 30),
    (f"<list>{text('a')}{text('a + 1')}</list>", [2, 3]),
    (f'<relation><column name="k"/><column name="v"/><row>{text("1")}{text("a")}</row></relation>', [{"k": 1, "v": 2}]),
    (f"<conditional><if>{text('a > 1')}</if><then>{text('1')}</then><else>{text('0')}</else></conditional>", 1),
    (f'<for iteratorVariable="i"><in>{text("[1,2,3]")}</in><return>{text("i * a")}</return></for>', [2, 4, 6]),
    (f'<every iteratorVariable="i"><in>{text("[1,2]")}</in><satisfies>{text("i <= a")}</satisfies></every>', True),
    (f'<some iteratorVariable="i"><in>{text("[1,2]")}</in><satisfies>{text("i > a")}</satisfies></some>', False),
    (f"<filter><in>{text('[1,2,3]')}</in><match>{text('item > a')}</match></filter>", [3]),
])  # fmt: skip
def test_boxed_expressions(logic: str, expected: Any):
    """§10.2.2: contexts, lists, relations, functions, conditionals, iterators, filters."""
    assert value(model(given("a"), decision("r", logic, "i_a")), "r", a=2) == expected


def test_invocations():
    call = (
        f'<invocation>{text("差")}<binding><parameter name="y"/>{text("1")}</binding>'
        f'<binding><parameter name="x"/>{text("a")}</binding></invocation>'
    )
    xml = model(given("a"), knowledge("差", "x, y", text("x - y")), decision("r", call, "i_a", "k_差"))
    assert value(xml, "r", a=5) == 4


def test_functions_in_other_languages_are_told():
    java = '<functionDefinition kind="Java"><context/></functionDefinition>'
    made = dmn.load(model(decision("r", java)))
    assert "Java" in made.findings[0].message
    assert made.decide("r", {}).value is None


@pytest.mark.parametrize(("xml", "words"), [
    (b"<x/>", "不是 DMN"), (b"no xml", "XML"), (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DMN"), (b"", "XML"),
    (model(decision("r", '<decisionTable hitPolicy="SOMETIMES"><output name="o"/></decisionTable>')), "命中策略"),
    (model(decision("r", "<invocation/>")), "调用没有指明函数"), (model(decision("r", "<decisionTable/>")), "没有输出列"),
    (model(decision("r", text("1")), decision("r", text("2"))), "重复"),
])  # fmt: skip
def test_what_is_no_model_is_refused(xml: bytes, words: str):
    with pytest.raises(dmn.DmnError, match=words) as refused:
        dmn.load(xml)
    assert all(finding.remedy for finding in refused.value.findings)


@pytest.mark.parametrize("logic", [
    "sum(for i in 1..1000000 return i)", "for i in 1..1000, j in 1..1000 return i * j",
    "every i in 1..10000000 satisfies i > 0", 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a+)+b")',
])  # fmt: skip
def test_a_hostile_model_ends_by_its_budget(logic: str):
    """The budget counts operations, so it ends at the same place on every machine."""
    made = dmn.load(model(decision("r", text(logic))))
    with pytest.raises(feel.FeelError, match="20000 步"):
        made.decide("r", {}, budget=20_000)


def test_the_same_question_gives_the_same_answer():
    xml = model(given("n"), decision("r", table("n", "r", "> 1 -> 1", "<= 1 -> 2"), "i_n"))
    made = dmn.load(xml)
    assert {made.decide("r", {"n": 5}).value for _ in range(50)} == {1}
