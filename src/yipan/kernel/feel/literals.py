"""Literals that need more than their text: numbers and ``@"…"``."""

import decimal
from typing import Any

from .errors import FeelError
from .lexer import Token
from .temporal import parse_at
from .values import NUMBERS


def number(token: Token) -> decimal.Decimal:
    try:
        return NUMBERS.create_decimal(token.text)
    except decimal.DecimalException:
        raise FeelError("数字超出范围", token.start, "最多 34 位有效数字，指数不超过 6144") from None


def at_literal(token: Token) -> Any:
    value = parse_at(token.text)
    if value is None:
        raise FeelError(
            f"“{token.text}”不是日期、时间或时长", token.start, '例：@"2021-10-09"、@"09:00:00"、@"P5D"、@"P1Y2M"'
        )
    return value
