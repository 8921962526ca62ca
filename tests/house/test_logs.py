"""Logs carry no personal data: planted numbers never come out."""

import logging
import re

import pytest

from yipan.house.logs import JsonLines, without_personal_data

PLANTED = ["440703199003070013", "44070319850615234X", "440703780512001", "13812345678", "H12345678", "M1234567801"]


@pytest.mark.parametrize("number", PLANTED)
def test_a_planted_number_is_masked(number):
    for text in (f"申请人{number}提交", f"id={number}&x=1", f'{{"id_no": "{number}"}}'):
        assert number not in without_personal_data(text)


def test_numbers_that_name_no_person_stay():
    text = "办件 11440703MB9P00026K4000131024000202111010001 统一代码 91440703MA9Q100100"
    assert without_personal_data(text) == text


def test_tracebacks_are_masked_too():
    try:
        raise ValueError("440703199003070013")
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, "", 0, "求助 %s", ("13812345678",), sys.exc_info())
    line = JsonLines().format(record)
    assert not re.search("440703199003070013|13812345678", line)
    assert '"level": "error"' in line
