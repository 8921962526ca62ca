"""One value: text as typed → value as stored → value in conditions → text as shown.

Stored values are plain JSON: texts, whole numbers, decimals as text, money as fen, dates as ISO text, choices by code.
In conditions money is yuan, so that an official writes the number he sees.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from yipan.kernel import identifiers, money

from .schema import Field

DOCUMENTS: dict[str, tuple[str, Callable[[str], identifiers.Check]]] = {
    "resident": ("居民身份证", identifiers.check_resident_id),
    "residence_permit": ("港澳台居民居住证", identifiers.check_residence_permit),
    "hk_macao_permit": ("港澳居民来往内地通行证", identifiers.check_hk_macao_permit),
    "taiwan_permit": ("台湾居民来往大陆通行证", identifiers.check_taiwan_permit),
    "foreigner_residence": ("外国人永久居留身份证", identifiers.check_foreigner_residence),
    "passport": ("护照", identifiers.check_passport),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Unusable(ValueError):
    """What was typed cannot be this kind of value; the text says how to mend it."""


def clean(field: Field, raw: str, options: tuple[tuple[str, str], ...]) -> Any:
    """The stored value of a simple field; None when nothing was typed. Raises Unusable."""
    text = _CONTROL.sub("", raw).strip()
    if not text:
        return None
    return _CLEANERS.get(field.kind, _text)(field, text, options)


def _text(field: Field, text: str, _options: Any) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text if field.kind == "textarea" else " ".join(text.split())
    if len(text) > field.max_length:
        raise Unusable(f"不能超过 {field.max_length} 字，现在有 {len(text)} 字")
    return text


def _integer(field: Field, text: str, _options: Any) -> int:
    value = _number(text)
    if value != value.to_integral_value():
        raise Unusable("应为整数")
    return int(_within(field, value))


def _decimal(field: Field, text: str, _options: Any) -> str:
    value = _number(text)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > field.digits:
        raise Unusable(f"最多保留 {field.digits} 位小数")
    return format(_within(field, value), "f")


def _money(field: Field, text: str, _options: Any) -> int:
    try:
        fen = money.parse_yuan(identifiers.normalise(text))
    except ValueError as wrong:
        raise Unusable(str(wrong)) from wrong
    _within(field, Decimal(fen) / 100)
    return fen


def _number(text: str) -> Decimal:
    plain = identifiers.normalise(text).replace(",", "")
    if not re.fullmatch(r"-?\d{1,18}(\.\d{1,10})?", plain, re.ASCII):
        raise Unusable("应为数字，例如 120 或 120.5")
    try:
        return Decimal(plain)
    except InvalidOperation as wrong:
        raise Unusable("应为数字") from wrong


def _within(field: Field, value: Decimal) -> Decimal:
    if field.least is not None and value < field.least:
        raise Unusable(f"不能小于 {field.least}{field.unit}")
    if field.most is not None and value > field.most:
        raise Unusable(f"不能大于 {field.most}{field.unit}")
    return value


def _date(_field: Field, text: str, _options: Any) -> str:
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", identifiers.normalise(text), re.ASCII)
    try:
        day = dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError as wrong:
        raise Unusable(f"没有“{text}”这一天") from wrong
    if day is None or not 1850 <= day.year <= 2200:
        raise Unusable("应为日期，例如 2026-03-02")
    return day.isoformat()


def _choice(_field: Field, text: str, options: tuple[tuple[str, str], ...]) -> str:
    if text not in {value for value, _ in options}:
        raise Unusable("请从列出的选项中选择")
    return text


def _checked(check: identifiers.Check) -> str:
    if not check.ok:
        raise Unusable(check.message)
    return check.normalised


def _document(field: Field, text: str, _options: Any) -> str:
    """Any of the allowed documents; when none fits, what is wrong with the first."""
    checks = [DOCUMENTS[name][1](text) for name in field.documents]
    return _checked(next((check for check in checks if check.ok), checks[0]))


_CLEANERS: dict[str, Callable[[Field, str, Any], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "date": _date,
    "choice": _choice,
    "radio": _choice,
    "select": _choice,
    "agree": lambda _field, text, _options: True if text == "1" else None,
    "id_number": _document,
    "credit_code": lambda _field, text, _options: _checked(identifiers.check_credit_code(text)),
    "phone": lambda _field, text, _options: _checked(identifiers.check_phone(text)),
}


def clean_many(raw: list[str], options: tuple[tuple[str, str], ...]) -> list[str] | None:
    """Chosen codes in the order of the options; None when nothing was chosen. Raises Unusable."""
    chosen = {text for text in raw if text}
    if chosen - {value for value, _ in options}:
        raise Unusable("请从列出的选项中选择")
    return [value for value, _ in options if value in chosen] or None


def in_conditions(field: Field, stored: Any) -> Any:
    """The stored value as conditions see it. A group without a tick is an empty list and a missing tick is false:
    both are answers, unlike a text that is not written yet."""
    if field.kind == "checkboxes":
        return stored or []
    if field.kind == "agree":
        return stored is True
    if stored is None:
        return None
    if field.kind == "decimal":
        return Decimal(stored)
    if field.kind == "money":
        return Decimal(stored) / 100
    return dt.date.fromisoformat(stored) if field.kind == "date" else stored


def show(field: Field, stored: Any, options: tuple[tuple[str, str], ...]) -> str:
    """The stored value as people read it; "" for nothing. A code that left its table is shown as it is."""
    if stored is None or stored == "":
        return ""
    names: dict[Any, str] = dict(options)
    match field.kind:
        case "checkboxes":
            return "、".join(str(names.get(code, code)) for code in stored)
        case "choice" | "radio" | "select":
            return str(names.get(stored, stored))
        case "money":
            return f"{money.format_yuan(stored)} 元"
        case "agree":
            return "已确认"
        case "date":
            day = dt.date.fromisoformat(stored)
            return f"{day.year}年{day.month}月{day.day}日"
        case _:
            return f"{stored}{f' {field.unit}' if field.unit else ''}"


def typed(field: Field, stored: Any) -> Any:
    """The stored value as somebody would type it: what the input shows again."""
    if stored is None:
        return [] if field.kind == "checkboxes" else ""
    if field.kind == "checkboxes":
        return [str(one) for one in stored]
    if field.kind == "agree":
        return "1" if stored else ""
    return money.format_yuan(stored, grouped=False) if field.kind == "money" else str(stored)


def mask(field: Field, shown: str) -> str:
    """Numbers of persons, covered in the middle."""
    if field.kind == "id_number":
        return identifiers.mask_id(shown)
    return identifiers.mask_phone(shown) if field.kind == "phone" else shown
