"""Texts with placeholders, who a notice goes to, and which channels it takes. No Django."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

INAPP, SMS, YUEZHENGYI = "inapp", "sms", "yuezhengyi"
CHANNELS = {INAPP: "站内消息", SMS: "短信", YUEZHENGYI: "粤政易"}
AUDIENCES = {"citizen": "群众和企业", "staff": "工作人员"}
SMS_LIMIT = 300  # characters; operators split longer texts into more than five parts

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
# Whatever a phone would turn into a link: an address with a scheme, with www, or a name with a known ending.
_LINK = re.compile(
    r"(?i)(?:https?|ftp)\s*[:：]\s*/\s*/\S*|www\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|gov|top|xyz|vip|cc|me|io|app|link)\b\S*"
)


@dataclass(frozen=True, slots=True)
class Account:
    """The owner of an account."""

    id: int


@dataclass(frozen=True, slots=True)
class Person:
    """Every account of a natural person."""

    id: int


@dataclass(frozen=True, slots=True)
class Role:
    """Everybody who holds a role now, in one unit when ``unit_id`` is given."""

    key: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody without an account, for example an applicant at the window."""

    number: str
    name: str = ""


Recipient = Account | Person | Role | Phone


class MissingValue(KeyError):
    """A placeholder of a template got no value."""


class UnknownTemplate(LookupError):
    """No pack brought a template of this key."""


def placeholders(text: str) -> list[str]:
    """Names in braces, in order, each once; also malformed ones (see :func:`faults`)."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values in. Values are text and never read as templates; there is no access to attributes or functions."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise MissingValue(name)
        return str(values[name])

    return _PLACEHOLDER.sub(value, text)


def without_links(text: str) -> str:
    """The text with everything that a phone would make clickable taken out."""
    return _LINK.sub("（网址略）", text)


def sms_text(text: str, values: Mapping[str, object]) -> str:
    """A filled SMS: no links, also none that came in by a value, and not longer than allowed."""
    filled = without_links(fill(text, values))
    return filled if len(filled) <= SMS_LIMIT else filled[: SMS_LIMIT - 1] + "…"


def faults(text: str, *, sms: bool = False) -> list[str]:
    """What is wrong with a text of a template, in Chinese."""
    found = [f"占位符“{{{n}}}”只能用小写字母、数字和下划线" for n in placeholders(text) if not _NAME.match(n)]
    rest = _PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        found.append("花括号不成对")
    if sms and _LINK.search(text):
        found.append("短信不得含有可点击的链接，请改为“登录平台查看”之类的文字")
    if sms and len(rest) > SMS_LIMIT - 50:
        found.append(f"短信正文不能超过 {SMS_LIMIT - 50} 字（占位符另计）")
    return found


def channels_for(
    wanted: Iterable[str], *, mandatory: bool, refused: Collection[str], reachable: Collection[str]
) -> list[str]:
    """Channels a notice takes to one person: those of the template that reach the person and were not refused.

    The inbox cannot be refused; a mandatory notice (time limits, legal effects) ignores refusals."""
    return [
        channel
        for channel in wanted
        if channel in reachable and (channel == INAPP or mandatory or channel not in refused)
    ]


def mask_phone(number: str) -> str:
    """138****0000; short numbers show only their last two digits."""
    digits = number.strip()
    if len(digits) < 7:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"
