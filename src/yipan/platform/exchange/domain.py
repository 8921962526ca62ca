"""What a key looks like and which keys may be issued: ``yk_<prefix>_<secret>``, a year at most."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(days=366)
MOST_PER_MINUTE = 6000


class KeyRefused(Exception):
    """A key that must not be issued; ``faults`` by field (Chinese)."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults.values()))


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for on the form."""

    application: str
    unit_id: int | None
    reach: str
    scopes: tuple[str, ...]
    per_minute: int
    valid_to: datetime | None


def check(asked: Asked, *, at: datetime, known_scopes: Sequence[str], reaches: Sequence[str]) -> None:
    """Raises KeyRefused naming every fault."""
    faults: dict[str, str] = {}
    if not 2 <= len(asked.application) <= 100:
        faults["application"] = "请填写应用名称（2 至 100 个字）"
    if asked.unit_id is None:
        faults["unit"] = "请选择责任单位"
    if asked.reach not in reaches:
        faults["reach"] = "请选择数据范围"
    if not asked.scopes or not set(asked.scopes) <= set(known_scopes):
        faults["scopes"] = "请从列出的接口范围中至少选择一项"
    if not 1 <= asked.per_minute <= MOST_PER_MINUTE:
        faults["per_minute"] = f"每分钟调用次数应当在 1 至 {MOST_PER_MINUTE} 之间"
    if asked.valid_to is None or not at < asked.valid_to <= at + LONGEST:
        faults["valid_to"] = "有效期应当晚于今天，且不超过一年"
    if faults:
        raise KeyRefused(faults)


def new_secret() -> tuple[str, str]:
    """(prefix, secret)."""
    return secrets.token_hex(5), secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    # The secret has 256 random bits, so a plain digest cannot be searched; passwords need a slow hash, this does not.
    return hashlib.sha256(secret.encode()).hexdigest()


def text_of(prefix: str, secret: str) -> str:
    return f"yk_{prefix}_{secret}"


def split(text: str) -> tuple[str, str] | None:
    """(prefix, secret) of a key, or None for any other text."""
    parts = text.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "yk" and text.isascii() else None


def same(known: str, secret: str) -> bool:
    return hmac.compare_digest(known, digest(secret))
