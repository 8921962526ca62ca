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


def refused(faults: list[dict[str, str]], code: str = "fields") -> Response:
    answer = jsonify({"code": code, "message": "数据校验不通过", "errors": faults})
    answer.status_code = 422
    return answer
