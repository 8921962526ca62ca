"""Small texts inside models: limits, timers, booleans, expressions of other tools turned into FEEL."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from .model import Limit, SignOffMode, Text, Timer

ISO_DURATION = re.compile(
    r"^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$"
)
ISO_DATE = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$")
_LIMIT = re.compile(r"^P?T?(\d{1,4})(WD|BD|D|H|M|Y)$", re.IGNORECASE)
_UNITS = {"WD": "working_days", "BD": "working_days", "D": "calendar_days", "H": "hours", "M": "months", "Y": "years"}
_WORDS = {"个工作日": "working_days", "工作日": "working_days", "日": "calendar_days", "天": "calendar_days",
          "小时": "hours", "个月": "months", "年": "years"}  # fmt: skip
_JUEL = re.compile(r"^[$#]\{(.*)\}$", re.DOTALL)
_CALL = re.compile(r"[\w)\]]\s*\(")
_PLAIN = re.compile(r"^[\w\s.'\"<>=!&|()+\-*/,\[\]]*$")

Compile = Callable[[str], Any]


class ReadsAttributes(Protocol):
    def get(self, key: str, default: str | None = None) -> str | None: ...


def limit(text: str) -> Limit | None:
    """``P5WD`` five working days, ``P10D`` ten calendar days, ``PT4H`` hours, ``P1M`` a month; also ``5个工作日``.
    None when the text says something else."""
    text = text.strip()
    found = _LIMIT.match(text)
    if found:
        unit = found.group(2).upper()
        if unit == "M" and text.upper().startswith("PT"):
            return None
        return Limit(int(found.group(1)), _UNITS[unit])  # type: ignore[arg-type]
    for word, unit in _WORDS.items():
        if text.endswith(word) and text[: -len(word)].strip().isdigit():
            return Limit(int(text[: -len(word)]), unit)  # type: ignore[arg-type]
    return None


def expression(text: str) -> Text:
    """A text that is an expression when it starts with ``=`` or is a JUEL ``${…}`` that can be read as FEEL."""
    text = text.strip()
    if text.startswith("="):
        return Text(text[1:].strip(), True)
    juel = from_juel(text)
    return Text(juel, True) if juel is not None and juel != text else Text(text)


def feel(text: str) -> str | None:
    """The FEEL text of an expression attribute (a leading ``=`` is allowed); None for a JUEL text we cannot read."""
    text = text.strip()
    if text.startswith("="):
        return text[1:].strip()
    return from_juel(text)


def from_juel(text: str) -> str | None:
    """``${a == 'x' && !b}`` → ``a = "x" and not(b)``. Text without ``${`` is handed back; None when it is more than
    names, literals, comparisons and and/or/not."""
    found = _JUEL.match(text.strip())
    if not found:
        return None if "${" in text or "#{" in text else text.strip()
    inner = found.group(1).strip()
    if _CALL.search(inner) or not _PLAIN.match(inner):
        return None
    inner = re.sub(r"'([^']*)'", r'"\1"', inner)
    inner = inner.replace("==", "=").replace("&&", " and ").replace("||", " or ")
    inner = re.sub(r"!(?!=)\s*([\w.]+)", r"not(\1)", inner)
    return re.sub(r"\s+", " ", inner).strip()


def timer(kind: str, text: str) -> Timer | str:
    """A timer definition, or the Chinese reason why the text is none. ``P5WD`` anywhere means five working days."""
    text = text.strip()
    value = expression(text)
    if value.is_expression:
        return Timer(kind, value)  # type: ignore[arg-type]
    if kind == "date":
        return Timer("date", value) if ISO_DATE.match(text) else f"时间“{text}”不是 ISO 8601 日期时间"
    working = limit(text) if re.match(r"^P?\d+(WD|BD)$", text, re.IGNORECASE) else None
    if working is not None:
        return Timer("limit", value, working)
    if kind == "duration":
        return (
            Timer("duration", value)
            if ISO_DURATION.match(text)
            else f"时长“{text}”不是 ISO 8601 时长（如 P3D、PT2H、P5WD）"
        )
    head, _, rest = text.partition("/")
    parts = rest.split("/") if rest else []
    sound = re.match(r"^R\d*$", head) and parts and ISO_DURATION.match(parts[-1]) and (
        len(parts) == 1 or (len(parts) == 2 and ISO_DATE.match(parts[0]))
    )  # fmt: skip
    return Timer("cycle", value) if sound else f"周期“{text}”不是 ISO 8601 重复时段（如 R3/PT24H）"


def boolean(text: str | None, default: bool = False) -> bool:
    return default if text is None else text.strip().lower() in ("true", "1")


def ratio(text: str) -> Decimal | None:
    """``2/3``, ``0.6`` or ``60%`` as a share between 0 and 1 (thirds keep 28 digits); None otherwise."""
    try:
        if "/" in text:
            above, below = text.split("/")
            value = Decimal(above.strip()) / Decimal(below.strip())
        elif text.strip().endswith("%"):
            value = Decimal(text.strip()[:-1]) / 100
        else:
            value = Decimal(text.strip())
    except (InvalidOperation, ValueError, ZeroDivisionError):
        return None
    return value if 0 < value <= 1 else None


MODES: dict[str, SignOffMode] = {
    "single": "single", "all": "all", "any": "any", "ratio": "ratio", "sequential": "sequential",
    "单人": "single", "会签": "all", "或签": "any", "票签": "ratio", "顺签": "sequential",
}  # fmt: skip


def compiler() -> Compile | None:
    """FEEL's compiler."""
    try:
        from yipan.kernel import feel as feel_room
    except ImportError:
        return None
    return feel_room.compile
