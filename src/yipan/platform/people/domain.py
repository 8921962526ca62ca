"""Rules about passwords, roles and absences, as pure functions."""

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

from yipan.kernel.clock import SHANGHAI

MAX_FAILURES = 5
LOCK_FOR = timedelta(minutes=15)
# A whole office may stand behind one address, so an address is locked only by what no office does by mistake.
MAX_FAILURES_OF_ADDRESS = 60
PASSWORD_LIFE = timedelta(days=90)
PASSWORD_MEMORY = 5
SEPARATED = {"system": "系统管理员", "security": "安全管理员", "audit": "审计员"}
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


def password_faults(password: str, *, login: str, name: str) -> list[str]:
    """What is wrong with a new password (等保 2.0: complexity); empty when it may be used."""
    faults = []
    if len(password) < 10:
        faults.append("口令至少 10 位")
    if sum(bool(re.search(kind, password)) for kind in _KINDS) < 3:
        faults.append("口令须包含大写字母、小写字母、数字、符号中的三种")
    lowered = password.lower()
    if login and login.lower() in lowered:
        faults.append("口令不能包含账号")
    if name and name in password:
        faults.append("口令不能包含姓名")
    if re.search(r"(.)\1{3,}", password):
        faults.append("口令不能有连续四个相同的字符")
    return faults


def separation_fault(separations: Collection[str]) -> str:
    """The three administrators exclude each other; empty when the set is allowed."""
    held = sorted({kind for kind in separations if kind})
    if len(held) < 2:
        return ""
    return "、".join(SEPARATED[kind] for kind in held) + "须由不同的人担任（三员分立）"


def absence_fault(*, begins: date, ends: date, person_id: int, deputy_id: int, deputy_absent: bool) -> str:
    """Why an absence cannot be entered; empty when it can."""
    if ends < begins:
        return "结束日期不能早于开始日期"
    if person_id == deputy_id:
        return "不能由本人代理本人"
    if deputy_absent:
        return "代理人在这段时间也不在岗，请另选代理人"
    return ""


def password_expired(set_at: datetime | None, now: datetime) -> bool:
    return set_at is None or now - set_at > PASSWORD_LIFE


def sort_key(name: str) -> str:
    """Pinyin for sorting and finding names (the embedded database has no Chinese collation)."""
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(name)).lower()


def majority(born: date) -> date:
    """The eighteenth birthday, the first day of full age; who was born on a 29th of February has it on 1 March."""
    year = born.year + 18
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def today_of(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
