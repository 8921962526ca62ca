"""The same answer row by row and set-wise, nulls included: random conditions, tables, data, on DuckDB and PostgreSQL."""

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from dmns import decision, given, model
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo
from random_rules import CELLS, COLUMNS, OUTPUTS, POLICIES, ROWS, numbers, quoted, truths

from yipan.analysis import frames, setwise
from yipan.analysis.setwise.columns import bound_types
from yipan.analysis.setwise.tree import columns_of
from yipan.kernel import dmn, feel
from yipan.kernel.dmn.model import table_of

TYPES = bound_types(columns_of(COLUMNS))
SLOW = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
Rows = list[tuple[Any, ...]]


def maps(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def memory() -> Iterator[frames.Memory]:
    with frames.Memory() as made:
        yield made


@pytest.fixture(scope="module")
def postgres() -> Iterator[psycopg.Connection]:
    """The server of the test run; the tables are temporary."""
    with psycopg.connect(make_conninfo(os.environ["DATABASE_URL"], dbname="postgres"), autocommit=True) as connection:
        columns = ", ".join(
            f'"{name}" {kind.replace("decimal", "numeric").replace("string", "text")}' for name, kind in TYPES.items()
        )
        connection.execute(f"CREATE TEMPORARY TABLE firms (n integer, {columns})")
        yield connection


def on_duckdb(memory: frames.Memory, rows: Rows, ask) -> list[dict[str, Any]]:
    """The answers in the order of the rows."""
    numbered = [(Decimal(n), *row) for n, row in enumerate(rows)]
    frame = memory.put("firms", {"n": "decimal(18, 0)", **TYPES}, numbered)
    found = sorted(memory.rows(ask(frame)), key=lambda one: one["n"])
    return [{key: value for key, value in one.items() if key != "n"} for one in found]


def on_postgres(connection: psycopg.Connection, rows: Rows, ask) -> list[dict[str, Any]]:
    connection.execute("TRUNCATE firms")
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * (len(COLUMNS) + 1))
        cursor.executemany(f"INSERT INTO firms VALUES ({marks})", [(n, *row) for n, row in enumerate(rows)])
        frame = frames.frame("firms", {"n": "int64", **TYPES})
        cursor.execute(frames.sql(ask(frame), "postgres").replace("%", "%%"), ())
        names = [column.name for column in cursor.description or ()]
        found = sorted((dict(zip(names, row, strict=True)) for row in cursor.fetchall()), key=lambda one: one["n"])
    return [{key: value for key, value in one.items() if key != "n"} for one in found]


def compiled(text: str):
    try:
        return setwise.expression(text, COLUMNS)
    except setwise.NotSetwise as refused:
        assume("位小数" not in str(refused))  # products of products have too many digits
        raise


@SLOW
@drawn(truths(2) | numbers(2), ROWS)
def test_expressions_mean_what_feel_says(memory, postgres, text, rows):
    value = compiled(text)
    expected = [feel.compile(text).evaluate(row) for row in maps(rows)]
    assert [value.row(row) for row in maps(rows)] == expected

    def ask(frame):
        return frame.select("n", x=value.over(frame))

    assert [one["x"] for one in on_duckdb(memory, rows, ask)] == expected
    assert [one["x"] for one in on_postgres(postgres, rows, ask)] == expected


@SLOW
@drawn(st.lists(truths(2), min_size=1, max_size=4), ROWS)
def test_policies_have_three_values(memory, postgres, texts, rows):
    """Met, not met, unknown; the same conditions fail, the same are unknown, for want of the same data."""
    for text in texts:
        compiled(text)
    rules = setwise.policies([setwise.Policy("p", tuple(texts)), setwise.Policy("q", (texts[0],))], COLUMNS)
    expected = [rules.row(row) for row in maps(rows)]

    def ask(frame):
        return rules.over(frame, keep=("n", *COLUMNS))

    for found in (on_duckdb(memory, rows, ask), on_postgres(postgres, rows, ask)):
        for one, verdicts in zip(found, expected, strict=True):
            for key, verdict in verdicts.items():
                assert one[key] == (-1 if verdict.met is None else int(verdict.met))
                assert one[f"{key}_failed"] == sum(1 << at for at in verdict.failed)
                assert one[f"{key}_unknown"] == sum(1 << at for at in verdict.unknown)
                absent = [name for name in COLUMNS if one[name] is None]
                assert set(rules.missing(key, one[f"{key}_unknown"], absent)) == set(verdict.missing)
                # A condition may have no value although all data are there (0 / 0): then nothing is missing.
                assert (verdict.met is None) <= bool(verdict.unknown)


@SLOW
@drawn(truths(2), ROWS)
def test_a_condition_without_missing_data_is_feel(text, rows):
    """Where everything is known the three values are FEEL's two."""
    compiled(text)
    known = [row for row in maps(rows) if None not in row.values()]
    condition = setwise.condition(text, COLUMNS)
    assert [condition.row(row) for row in known] == [feel.compile(text).evaluate(row) for row in known]


@st.composite
def some_table(draw) -> bytes:
    inputs = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3, unique=True))
    policy, _, aggregation = draw(POLICIES).partition(" ")
    rules = draw(st.lists(st.tuples(st.tuples(*(CELLS[name] for name in inputs)), OUTPUTS), min_size=1, max_size=5))
    default = draw(st.sampled_from(["", "7"]))
    columns = "".join(
        f"<input label='{one}'><inputExpression><text>{one}</text></inputExpression>"
        + ('<inputValues><text>"工业","农业"</text></inputValues>' if one == "行业" and draw(st.booleans()) else "")
        + "</input>"
        for one in inputs
    )
    order = "<outputValues><text>2.5,-1,1</text></outputValues>" if policy == "PRIORITY" else ""
    preset = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    made = "".join(
        "<rule>" + "".join(f"<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{value}</text></outputEntry></rule>"
        for cells, value in rules
    )  # fmt: skip
    more = f' aggregation="{aggregation}"' if aggregation else ""
    logic = f'<decisionTable id="t" hitPolicy="{policy}"{more}>{columns}<output name="v">{order}{preset}</output>{made}</decisionTable>'
    return model(given(*COLUMNS), decision("d", logic, *(f"i_{name}" for name in COLUMNS)))


@SLOW
@drawn(some_table(), ROWS)
def test_tables_decide_the_same(memory, postgres, xml, rows):
    """Value, first rule, broken hit policies, for every hit policy that has one value per row."""
    document = dmn.read(xml)
    one = table_of(document.nodes["d_d"])  # type: ignore[arg-type]
    if one.hit_policy == "PRIORITY" and not all(rule.outputs[0] in ("2.5", "1", "-1") for rule in one.rules):
        with pytest.raises(setwise.NotSetwise, match="不在允许值中"):
            setwise.table(one, COLUMNS)
        return
    table = setwise.table(one, COLUMNS)
    asked = dmn.load(xml)
    answers = [asked.decide("d", row) for row in maps(rows)]
    expected = [
        {"v": answer.value, "rule": min(answer.fired[0].rules, default=0), "violation": bool(answer.violations)}
        for answer in answers
    ]

    def ask(frame):
        return table.over(frame, keep=("n",))

    for found in (on_duckdb(memory, rows, ask), on_postgres(postgres, rows, ask)):
        got = [{key: row[key] for key in ("v", "rule", "violation")} for row in found]
        assert got == expected
        masks = [
            sum(1 << at for at, (_, value) in enumerate(answer.fired[0].inputs) if value is None) for answer in answers
        ]
        assert [row["missing"] for row in found] == masks


# -- what is refused, and what fails alike ----------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "reason", "at"), [
    ("收入 / 人数", "不支持除法", 3), ("收入 ** 2 > 1", "乘方", 3), ("decimal(收入, 1) > 1", "须是一个除法", 8),
    ("decimal(收入 / 2, 人数) > 1", "小数位数须是", 16), ('行业 < "b"', "只能比较是否相等", 3),
    ('行业 = 5', "不能比较", 3), ("别的 = 1", "没有“别的”这一列", 0), ("for x in [1] return x", "不支持这种写法", 0),
    ("sum([1, 2]) > 收入", "不支持函数“sum”", 0), ("today() > 成立", "不支持函数“today”", 0), ("if 新 then 1 else \"a\"", "两个分支", 0),
    ("1 +", "", 0), ("null = null", "两边都是 null", 0), ("收入 in [1, [2..3]]", "只能列举值", 0),
    ("收入 * 收入 * 收入 * 收入 * 收入 * 收入 * 收入 > 1", "14 位小数", 0), ("1234567890123456789 > 收入", "超出 18 位", 0),
    ('upper case(行业) = "A"', "不支持函数“upper case”", 0), ('成立 > date("gestern")', "不是日期", 5), ("新 and 收入", "须是真假", 6),
    ("收入 > null", "只能比较是否相等", 0), ("not(value: 新)", "具名参数", 0), ("行业.长度 = 1", "不支持这种写法", 0),
])  # fmt: skip
def test_what_has_no_meaning_per_row_is_refused(text, reason, at):
    """With the place and the reason; it is never evaluated differently."""
    with pytest.raises(setwise.NotSetwise) as refused:
        setwise.expression(text, COLUMNS)
    assert reason in refused.value.message
    assert refused.value.position >= 0
    if at:
        assert abs(refused.value.position - at) <= 3


@pytest.mark.parametrize(("change", "reason"), [
    (("UNIQUE", "RULE ORDER"), "多个结果"), (("UNIQUE", "COLLECT"), "多个结果"), (("<text>5</text>", '<text>"a"</text>'), "两个分支"),
    (("&lt; 5", "更多(?)"), "规则 1"), (('"v"', '"v" typeRef="string"'), "声明为 string"),
])  # fmt: skip
def test_tables_that_are_refused(change, reason):
    logic = (
        '<decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>收入</text></inputExpression></input>'
        '<output name="v"/><rule><inputEntry><text>&lt; 5</text></inputEntry><outputEntry><text>5</text></outputEntry>'
        "</rule><rule><inputEntry><text>&gt; 5</text></inputEntry><outputEntry><text>6</text></outputEntry></rule>"
        "</decisionTable>"
    )
    one = table_of(dmn.read(model(given("收入"), decision("d", logic, "i_收入"))).nodes["d_d"])  # type: ignore[arg-type]
    assert setwise.compile(one, COLUMNS).outcome.outputs == ("v",)
    changed = dmn.read(model(given("收入"), decision("d", logic.replace(*change), "i_收入")))
    with pytest.raises(setwise.NotSetwise, match=reason):
        setwise.table(table_of(changed.nodes["d_d"]), COLUMNS)  # type: ignore[arg-type]


def test_overflow_is_an_error_on_every_side(memory, postgres):
    big = Decimal(10) ** 15
    rows: Rows = [("工业", None, big, Decimal(10) ** 9, None, None)]
    value = setwise.expression("收入 * 人数 > 0", COLUMNS)
    with pytest.raises(ArithmeticError):
        value.row(maps(rows)[0])
    with pytest.raises(ArithmeticError):
        on_duckdb(memory, rows, lambda frame: frame.select("n", x=value.over(frame)))
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        on_postgres(postgres, rows, lambda frame: frame.select("n", x=value.over(frame)))
    with pytest.raises(ArithmeticError):
        value.row({"收入": Decimal("0.001"), "人数": 1})


def test_lengths_are_characters_not_bytes(memory, postgres):
    rows: Rows = [("食品经营許可𠮷", "a", None, None, None, None)]
    value = setwise.compile("string length(行业)", COLUMNS)
    assert value.row(maps(rows)[0]) == 7
    for run, on in ((on_duckdb, memory), (on_postgres, postgres)):
        assert run(on, rows, lambda frame: frame.select("n", x=value.over(frame))) == [{"x": 7}]


def test_tallies_are_the_sums_of_the_verdicts(memory):
    rules = setwise.policies([setwise.Policy("p", ("收入 > 1", f"行业 = {quoted('工业')}"))], COLUMNS)
    rows: Rows = [("工业", "", Decimal(n), None, None, None) for n in (0, 2, 3)] + [
        (None, "", Decimal(5), None, None, None)
    ]
    frame = memory.put("firms", TYPES, rows)
    assert memory.rows(rules.tallies(frame)) == [{"p_met": 2, "p_not_met": 1, "p_unknown": 1}]


def test_a_table_is_created_replaced_filled_mapped_and_dropped(memory):
    """The operations that Ibis and DuckDB have broken between versions (ibis issues 12101, 12124)."""
    memory.put("one", {"a": "int64"}, [(1,), (2,)])
    memory.create("two", memory.frame("one"))
    memory.create("two", memory.frame("one").filter(memory.frame("one").a > 1))
    memory.insert("two", memory.frame("one"))
    two = memory.frame("two")
    assert sorted(row["b"] for row in memory.rows(two.select(b=two.a * 10))) == [10, 20, 20]
    memory.drop("two")
    with pytest.raises(Exception, match="two"):
        memory.frame("two")


def test_nothing_else_imports_ibis_or_duckdb_at_start():
    """Half a second and eighty megabytes that no web request pays for."""
    import subprocess
    import sys

    code = "import sys, yipan.house.cli, yipan.analysis.setwise; print(sorted({'ibis', 'duckdb', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
