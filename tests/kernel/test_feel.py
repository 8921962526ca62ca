"""FEEL: what officials write in conditions, form rules and tables, and what it answers."""

import datetime as dt
from decimal import Decimal

import pytest

from yipan.kernel import feel
from yipan.kernel.feel import FeelError, YearsMonths

D = Decimal
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def ev(text: str, known: tuple[str, ...] = (), **context: object) -> object:
    return feel.compile(text, known).evaluate(context)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", D(7)),
        ("(1 + 2) * 3", D(9)),
        ("-2 ** 2", D(4)),
        ("10 - 2 - 3", D(5)),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 3", D("0.3333333333333333333333333333333333")),
        ("1 / 0", None),
        ('"一" + "盘棋"', "一盘棋"),
        ('1 + "a"', None),
        ("not(true)", False),
        ("5 between 1 and 10 and true", True),
        ('if null then "是" else "否"', "否"),
        ("for x in 1..3, y in [10, 20] return x * y", [D(10), D(20), D(20), D(40), D(30), D(60)]),
        ("for i in 3..1 return i", [D(3), D(2), D(1)]),
        ("for i in 1..4 return if i = 1 then 1 else partial[-1] * i", [D(1), D(2), D(6), D(24)]),
        ("string(for i in 1..3 return partial)", "[[], [[]], [[], [[]]]]"),
        ("some x in [1, 2, 3] satisfies x > 2", True),
        ("every x in [1, null] satisfies x > 0", None),
        ("[1, 2, 3, 4][item > 2]", [D(3), D(4)]),
        ("[1, 2, 3][-1]", D(3)),
        ("[{a: 1, b: 2}, {a: 3, b: 4}][a > 1].b", [D(4)]),
        ("{Monthly Salary: 100, 年薪: Monthly Salary * 12}.年薪", D(1200)),
        ("(function(a, b) a + b)(1, 2)", D(3)),
        ("{f: function(a, b) a - b, r: f(b: 1, a: 3)}.r", D(2)),
        ("3 in [1..5)", True),
        ("5 in [1..5[", False),
        ("5 in ]1..5]", True),
        ("7 in (1, < 3, >= 7)", True),
        ('"b" in ["a", "b"]', True),
        ("[1..3] instance of range<number>", True),
        ("[1, 2] instance of list<number>", True),
        ("null instance of Any", False),
        ('string length("蓬江区")', D(3)),
        ('substring("统一社会信用代码", -4, 2)', "信用"),
        ('matches("JY14407030001234", "^JY\\\\d{14}$")', True),
        ('replace("138 0013 8000", "\\\\s", "")', "13800138000"),
        ('split("甲、乙、丙", "、")', ["甲", "乙", "丙"]),
        ('string join(["a", null, "b"], "-")', "a-b"),
        ("decimal(2.5, 0)", D(2)),
        ("round half up(2.5, 0)", D(3)),
        ("modulo(-12, 5)", D(3)),
        ("sum([1, 2, 3])", D(6)),
        ("count([])", D(0)),
        ("max(1, 3, 2)", D(3)),
        ("sort([3, 1, 2], function(x, y) x > y)", [D(3), D(2), D(1)]),
        ("distinct values([1, 2, 1])", [D(1), D(2)]),
        ("flatten([1, [2, [3]]])", [D(1), D(2), D(3)]),
        ('number("1 234,5", " ", ",")', D("1234.5")),
        ("string(1.50)", "1.5"),
        ('get value({a: 1}, "a")', D(1)),
        ('date("2021-10-09") + duration("P1M")', dt.date(2021, 11, 9)),
        ('@"2021-01-31" + @"P1M"', dt.date(2021, 2, 28)),
        ('date("2021-11-12") - date("2021-11-05")', dt.timedelta(days=7)),
        ('years and months duration(date("2003-06-01"), date("2021-05-31"))', YearsMonths(215)),
        ('date and time("2021-10-09T08:30:00+08:00").hour', D(8)),
        ('date("2021-10-09").weekday', D(6)),
        ('day of week(date("2021-10-09"))', "Saturday"),
        ('date("2021-02-30")', None),
        ("overlaps([1..5], [5..8])", True),
        ("before([1..5), [5..8])", True),
        ("尚未填写", None),
        ("// 面积\n1 /* 平方米 */ + 1", D(2)),
    ],
)
def test_values(text: str, value: object) -> None:
    found = ev(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a and b", None),
        ("f and a", False),
        ("t or a", True),
        ("f or a", None),
        ("a = null", True),
        ("a > 1", None),
        ("a != null", False),
        ('1 = "1"', None),
        ('t and "x"', None),
    ],
)
def test_three_values(text: str, value: object) -> None:
    """Unknown stays unknown unless the other side decides; comparing different kinds is unknown."""
    result = ev(text, a=None, t=True, f=False)
    assert result is value


def test_host_values_come_in_as_numbers_lists_and_contexts() -> None:
    assert ev("面积 * 1.1", 面积=50) == D("55.0")
    assert ev("人员[年龄 >= 18].姓名", 人员=({"姓名": "张三", "年龄": 20}, {"姓名": "李四", "年龄": 17})) == ["张三"]
    assert ev("x.y", x={"y": 0.5}) == D("0.5")


def test_nothing_of_the_host_can_be_reached() -> None:
    class Secret:
        token = "x"

    assert ev("s.token", s=Secret()) is None
    assert ev("d.__class__", d={}) is None
    assert ev("s.strftime", s=dt.date(2021, 1, 1)) is None


def test_names_tell_what_an_expression_reads() -> None:
    found = feel.compile("经营面积 > 50 and some p in 人员 satisfies p.岗位 = 主岗 and count(设备[数量 > 1]) > 0")
    assert found.names == {"经营面积", "人员", "主岗", "设备"}
    assert found.maybe_names == {"数量"}


def test_names_with_spaces_and_operators_only_when_known() -> None:
    assert ev("年 收入 - 1", ("年 收入",), **{"年 收入": 5}) == D(4)
    assert ev("a-b", ("a-b",), **{"a-b": 5, "a": 1, "b": 1}) == D(5)
    with pytest.raises(FeelError, match="多出的内容"):
        feel.compile("年 收入 - 1")


def test_now_is_given_by_the_caller() -> None:
    moment = dt.datetime(2021, 11, 5, 9, tzinfo=SHANGHAI)
    assert feel.compile("today()").evaluate({}, now=moment) == dt.date(2021, 11, 5)
    assert feel.compile("now()").evaluate({}) is None


@pytest.mark.parametrize(
    ("tests", "value", "answer"),
    [
        ("-", None, True),
        ("< 5, [10..20]", 15, True),
        ("< 5, [10..20]", 7, False),
        ('"食品销售", "餐饮服务"', "餐饮服务", True),
        ('not("a", "b")', "b", False),
        ("? > 3 and ? < 9", 5, True),
        ("> 限额", 11, True),
        ("> 5", "text", None),
        ("null", None, True),
    ],
)
def test_unary_tests(tests: str, value: object, answer: bool | None) -> None:
    assert feel.compile_unary_tests(tests).evaluate(value, {"限额": 10}) is answer


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "空的"),
        ("1 +", 3, "不完整"),
        ("a == 1", 3, "一个等号"),
        ("a，b", 1, "全角"),
        ("if a then b", 11, "else"),
        ('"abc', 0, "引号"),
        ("[1..", 4, "不完整"),
        ('@"明天"', 0, "不是日期"),
        ("a b", 2, "多出"),
        ("{a: 1, a: 2}", 7, "重复"),
        ("x instance of 文本", 14, "类型"),
    ],
)
def test_errors_say_where_and_how_to_mend(text: str, position: int, message: str) -> None:
    with pytest.raises(FeelError) as caught:
        feel.compile(text)
    assert caught.value.position == position
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "for x in 1..1000000000 return x",
        "count(for a in 1..1000, b in 1..1000 return 1)",
        "some x in 1..1000000 satisfies x < 0",
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a|aa)+$")',
        "{f: function(g, n) g(g, n + 1), r: f(f, 0)}.r",
        'for i in 1..1000 return if i = 1 then "xxxxxxxx" else partial[-1] + partial[-1]',
        "{a: for i in 1..40 return if i = 1 then [1, 1] else [partial[-1], partial[-1]],"
        " b: for i in 1..40 return if i = 1 then [1, 1] else [partial[-1], partial[-1]], r: a[-1] = b[-1]}.r",
        "string(for i in 1..430 return if i = 1 then [1] else [partial[-1]])",
        "string(for i in 1..40 return if i = 1 then [1, 1] else [partial[-1], partial[-1]])",
    ],
)
def test_a_hostile_expression_stops_at_its_budget(text: str) -> None:
    with pytest.raises(FeelError):
        ev(text)


def test_depth_is_limited_before_the_host_gives_up() -> None:
    for text in ("(" * 500 + "1" + ")" * 500, "-" * 500 + "1", "1" + "+1" * 1000, "a" + ".b" * 1000):
        with pytest.raises(FeelError, match="太深"):
            feel.compile(text)
    assert ev("1" + " and true" * 1500) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("count + 1", {"count"}),
        ("date > today()", {"date"}),
        ("count(list) + sum(parts.price)", {"list", "parts"}),
        ("count(count)", {"count"}),
        ("sort(list, function(a, b) a < b)", {"list"}),
        ("some min in list satisfies min > 3", {"list"}),
    ],
)
def test_a_variable_may_be_named_like_a_function(text: str, names: set[str]):
    """Whoever hands over only the variables an expression reads must hand over these too."""
    assert feel.compile(text).names == names


def test_a_variable_named_like_a_function_is_read_by_its_name():
    expression = feel.compile("count > 3 and count(list) = 1")
    assert expression.evaluate({name: {"count": 4, "list": [0]}[name] for name in expression.names}) is True
