"""Fen, splits and capital words."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.kernel import money


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (10005, "壹佰元零伍分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (1000, "壹拾元整"),
        (1000000000000, "壹佰亿元整"),
        (100001000000, "壹拾亿零壹万元整"),
        (-12300, "负壹佰贰拾叁元整"),
        (100_0000_0000_0000_00, "壹佰万亿元整"),
    ],
)
def test_words(fen: int, words: str):
    """The examples of the rule for filling in cheques."""
    assert money.amount_words(fen) == words
    assert money.parse_amount_words(words) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("人民币壹拾万零柒仟元零伍角叁分", 10700053),
        ("壹拾万柒仟元伍角叁分", 10700053),
        ("壹仟陆佰捌拾元零叁角贰分", 168032),
        ("拾圆正", 1000),
        ("贰角整", 20),
        ("壹萬圓整", 1000000),
    ],
)
def test_spellings_in_use(text: str, fen: int):
    assert money.parse_amount_words(text) == fen


@pytest.mark.parametrize(
    "text", ["", "整", "元", "壹贰元", "壹佰佰元", "壹拾壹拾元", "壹元伍分整", "一百元", "壹佰", "壹万万万元"]
)
def test_wrong_words(text: str):
    with pytest.raises(ValueError, match="大写金额"):
        money.parse_amount_words(text)


def test_parse_and_format():
    assert money.parse_yuan("￥1,234.5") == 123450
    assert money.parse_yuan("-0.01") == -1
    assert money.parse_yuan("12 元") == 1200
    assert money.format_yuan(-123450) == "-1,234.50"
    assert money.format_yuan(5, grouped=False) == "0.05"
    for wrong in ("1.234", "12,34", "abc", "", "1e3", "١"):
        with pytest.raises(ValueError, match="不是金额"):
            money.parse_yuan(wrong)


def test_share_rounds_half_up():
    assert money.share(101, Fraction(1, 2)) == 51
    assert money.share(-101, Fraction(1, 2)) == -51
    assert money.share(10**17, Decimal("0.3")) == 3 * 10**16
    assert money.rounded(Decimal("0.125")) == 13


def test_splits():
    assert money.split_evenly(100, 3) == [34, 33, 33]
    assert money.split(100, [Decimal("0.5"), 0, Decimal("0.25")]) == [67, 0, 33]
    for weights in ([], [0, 0], [1, -1]):
        with pytest.raises(ValueError, match="分摊"):
            money.split(100, weights)


amounts = st.integers(-(10**17), 10**17)


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_a_split_never_loses_a_fen(fen: int, weights: list[int]):
    parts = money.split(fen, weights)
    assert sum(parts) == fen
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(fen * weight, total)) < 1
        assert weight or part == 0


@given(amounts)
def test_words_and_figures_return_to_the_amount(fen: int):
    assert money.parse_amount_words(money.amount_words(fen)) == fen
    assert money.parse_yuan(money.format_yuan(fen)) == fen
    assert "零零" not in money.amount_words(fen)


@given(st.text("零壹贰叁拾佰仟万亿元角分整负", max_size=12))
def test_any_words_are_read_or_refused(text: str):
    try:
        fen = money.parse_amount_words(text)
    except ValueError as error:
        assert "大写金额" in str(error)  # noqa: PT017
    else:
        assert money.parse_amount_words(money.amount_words(fen)) == fen
