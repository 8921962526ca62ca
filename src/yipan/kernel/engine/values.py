"""Variables as JSON: FEEL knows decimals, dates and durations, JSON does not; they are written as tagged objects."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_PLAIN = (str, bool, int, type(None))


def pack(value: Any) -> Any:
    """A JSON value. Whole decimals become integers; dates and other numbers ``{"@": kind, "v": text}``."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else {"@": "n", "v": str(value)}
    if isinstance(value, float):
        return pack(Decimal(repr(value)))
    if isinstance(value, dt.datetime):
        return {"@": "dt", "v": value.isoformat()}
    if isinstance(value, dt.date):
        return {"@": "d", "v": value.isoformat()}
    if isinstance(value, dt.time):
        return {"@": "t", "v": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"@": "p", "v": str(Decimal(value // dt.timedelta(microseconds=1)))}
    if isinstance(value, Mapping):
        return {str(key): pack(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [pack(inner) for inner in value]
    raise TypeError(f"变量不能保存 {type(value).__name__} 类型的值")


def unpack(value: Any) -> Any:
    """The value of a packed one."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list):
        return [unpack(inner) for inner in value]
    if isinstance(value, dict):
        if "@" in value and len(value) == 2:
            return _READ[value["@"]](value["v"])
        return {key: unpack(inner) for key, inner in value.items()}
    return value


_READ = {
    "n": Decimal,
    "dt": dt.datetime.fromisoformat,
    "d": dt.date.fromisoformat,
    "t": dt.time.fromisoformat,
    "p": lambda text: dt.timedelta(microseconds=int(text)),
}
