"""Text as it is searched, without a database."""

import pytest

from yipan.platform.search.domain import (
    Entry,
    compact,
    initials,
    looks_like_code,
    masked,
    names_of,
    pinyin,
    understand,
    vector_of,
)


def test_normal_form_of_traditional_and_full_width():
    assert compact("失業登記") == "失业登记"
    assert compact("ＫＴＶ　許可！") == "ktv许可"
    assert compact("老人優待證") == "老人优待证"


def test_pinyin_and_initials():
    assert pinyin("失业登记") == "shiyedengji"
    assert initials("失业登记") == "sydj"
    assert initials("KTV许可") == "ktvxk"
    assert pinyin("旅馆") == "lvguan"


def test_names_without_brackets():
    entry = Entry("item", "x", "食品经营许可（新办）", "/x/", aliases=("食品证",))
    assert names_of(entry) == ["食品经营许可新办", "食品经营许可", "食品证"]


def test_vector_has_every_character_at_the_beginning_of_a_token():
    vector = vector_of(Entry("item", "x", "失业", "/x/"))
    assert "'失业':1A" in vector
    assert "'业':2A" in vector
    assert "'^isy'" in vector


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("000131024000", "基本编码"),
        ("11440703MB9P0004294000123016000", "实施编码"),
        ("11440703MB9P000429400012301600001", "业务办理项编码"),
        ("12441500196720244T3442199806003202206230068", "办件编号"),
        ("１１４４０７０３ＭＢ９Ｐ０００４２９４０００１２３０１６０００", "实施编码"),
        ("shiyedengjii", ""),
        ("13800138000", ""),
    ],
)
def test_codes_are_known_by_length(text, kind):
    assert looks_like_code(text) == kind


def test_case_numbers_are_not_searched():
    """Sheet 23 c2: a case number leads to the progress page after verification, never to content."""
    understood = understand("12441500196720244T3442199806003202206230068")
    assert understood.case_no
    assert not understood.body_query


def test_empty_words_are_dropped_but_never_everything():
    assert understand("蓬江区失业登记怎么办", ignore=["怎么办", "蓬江区"]).name == "失业登记"
    assert understand("怎么办", ignore=["怎么办"]).name == "怎么办"


def test_long_digits_are_struck_out_of_the_log():
    assert masked("张三 440703199003070013") == "张三 #"
    assert masked("138 00138000 补贴") == "138 # 补贴"
    assert masked("44070319850615234X") == "#"


@pytest.mark.parametrize("text", ["'", "\\", ":*", "a' | 'b", "失业' & '", "()!&|<->", "  "])
def test_queries_contain_only_letters_and_characters(text):
    understood = understand(text)
    assert set(understood.body_query) <= set("':*()<-> &|ab失业")
