"""Field checks that answer like the real platforms do: every wrong field at once, with a code."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify


def faults_of(body: Mapping[str, Any], rules: Mapping[str, str]) -> list[dict[str, str]]:
    """Faults of required fields against regular expressions."""
    found = []
    for field, pattern in rules.items():
        value = body.get(field)
        if value is None or value == "":
            found.append({"field": field, "message": "必填"})
        elif not re.fullmatch(pattern, str(value), re.DOTALL):
            found.append({"field": field, "message": "格式不正确"})
    return found


# For what a licence or a record is used must be said, and on what ground: the holder's consent, or a duty set by law.
USE = {"purpose": r".{4,120}", "item": r"[0-9A-Z]{31,33}", "reference": r".{3,60}", "ground": r"holder|law"}


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_credit_code(code: str) -> bool:
    """GB 32100-2015: the 18th character follows from the first 17."""
    if len(code) != 18 or not set(code) <= set(ALPHABET):
        return False
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return ALPHABET[-total % 31] == code[17]


def is_item_code(code: str) -> bool:
    """31 characters of the task, of which the first 18 are the body's credit code, then a level and 12 digits."""
    return is_credit_code(code[:18]) and re.fullmatch(r"[1-6]\d{12}(\d\d)?", code[18:]) is not None


def refused(faults: list[dict[str, str]], code: str = "fields") -> Response:
    answer = jsonify({"code": code, "message": "数据校验不通过", "errors": faults})
    answer.status_code = 422
    return answer
