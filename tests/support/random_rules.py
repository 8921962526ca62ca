"""Random conditions, tables and data of the set-wise subset, for the tests of ``yipan.analysis``."""

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

COLUMNS = {"行业": "string", "名": "string", "收入": "decimal(2)", "人数": "integer", "新": "boolean", "成立": "date"}
TEXTS = ["工业", "农业", "零售业", "a", ""]
DATES = [dt.date(2024, 2, 29), dt.date(2025, 1, 1), dt.date(2026, 3, 2)]
TEXT = st.sampled_from(TEXTS)
CENTS = st.integers(-1000, 1000).map(lambda n: Decimal(n).scaleb(-2))
WHOLE = st.integers(-20, 20).map(Decimal)

ROW = st.tuples(
    st.none() | TEXT, st.none() | TEXT, st.none() | CENTS, st.none() | WHOLE, st.none() | st.booleans(),
    st.none() | st.sampled_from(DATES),
)  # fmt: skip
ROWS = st.lists(ROW, min_size=1, max_size=12)


def quoted(text: str) -> str:
    return f'"{text}"'


TEXT_LITERAL = TEXT.map(quoted)
DATE_LITERAL = st.sampled_from(DATES).map(lambda one: f'date("{one.isoformat()}")')
NUMBER_LITERAL = st.sampled_from(["0", "1", "5", "-3", "2.5", "0.25", "10"])
ORDER = st.sampled_from(["<", "<=", ">", ">="])
EQUAL = st.sampled_from(["=", "!="])


def numbers(depth: int = 2) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["收入", "人数"]) | NUMBER_LITERAL
    if depth == 0:
        return leaf
    inner = numbers(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda one: f"-({one})"), inner.map(lambda one: f"abs({one})"),
        st.sampled_from(["string length(行业)", "string length(名)"]),
        st.tuples(inner, inner, st.integers(0, 4)).map(lambda p: f"decimal({p[0]} / {p[1]}, {p[2]})"),
        st.tuples(truths(0), inner, inner).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
    )  # fmt: skip


def truths(depth: int = 2) -> st.SearchStrategy[str]:
    number, text = (
        (numbers(depth - 1) if depth else st.sampled_from(["收入", "人数"]) | NUMBER_LITERAL),
        st.sampled_from(["行业", "名"]),
    )
    atoms = st.one_of(
        st.tuples(number, ORDER | EQUAL, number).map(" ".join),
        st.tuples(text, EQUAL, TEXT_LITERAL | text).map(" ".join),
        st.tuples(st.just("成立"), ORDER | EQUAL, DATE_LITERAL).map(" ".join),
        st.tuples(st.sampled_from(["行业", "收入", "新", "成立"]), EQUAL, st.just("null")).map(" ".join),
        st.just("新"), st.tuples(st.just("新"), EQUAL, st.sampled_from(["true", "false"])).map(" ".join),
        st.tuples(number, number, number).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
        st.tuples(text, st.lists(TEXT_LITERAL, min_size=1, max_size=3)).map(lambda p: f"{p[0]} in ({', '.join(p[1])})"),
        number.map(lambda one: f"{one} in (< 0, [1..5), 7)"),
        st.tuples(st.sampled_from(["contains", "starts with", "ends with"]), text, TEXT_LITERAL).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]})"),
    )  # fmt: skip
    if depth == 0:
        return atoms
    inner = truths(depth - 1)
    return st.one_of(
        atoms,
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda one: f"not({one})"),
        st.tuples(inner, inner, inner).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
    )


# -- tables ------------------------------------------------------------------------------------------------------------
CELLS = {
    "行业": st.sampled_from(["-", '"工业"', '"工业","农业"', 'not("工业")', "null", "not(null)", 'contains(?, "业")']),
    "收入": st.sampled_from(["-", "< 0", ">= 1", "[0..2.5]", "(0..5)", "< 人数", "1, 2.5", "not(< 0)"]),
    "新": st.sampled_from(["-", "true", "false"]),
    "成立": st.sampled_from(["-", '< date("2025-01-01")', '>= date("2025-01-01")', "null"]),
}
OUTPUTS = st.sampled_from(["1", "2.5", "收入", "人数 * 2", "-1"])
POLICIES = st.sampled_from(
    ["UNIQUE", "ANY", "FIRST", "COLLECT SUM", "COLLECT MIN", "COLLECT MAX", "COLLECT COUNT", "PRIORITY"]
)
