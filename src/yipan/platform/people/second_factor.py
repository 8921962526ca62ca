"""The second factor of staff: a time-based code (RFC 6238), bound by the owner, reset by an administrator.

The key is kept encrypted (SM4). A USB key with an SM2 certificate takes the same place later: ``is_bound``, ``check``.
"""

import base64
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from yipan.platform import calendar, records
from yipan.platform.records import crypto

from . import guard
from .actions.accounts import self_of
from .models import Account, SecondFactor

ISSUER = "Yipan"
KEY_BYTES = 20
STEP_SECONDS, DIGITS = 30, 6
TOLERANCE = 1  # steps before and after, for clocks of phones


def is_bound(account: Account) -> bool:
    return SecondFactor.objects.filter(account=account, bound_at__isnull=False).exists()


def new_key(account: Account) -> tuple[str, str]:
    """(otpauth address, key in base32) to bind; the same until it is bound. A bound key is never shown again."""
    factor, _made = SecondFactor.objects.get_or_create(
        account=account, defaults={"cipher": _encrypt(account.pk, secrets.token_bytes(KEY_BYTES))}
    )
    if factor.bound_at is not None:
        raise PermissionError("the key of a bound authenticator is not shown")
    key = base64.b32encode(_key(factor)).decode()
    facts = urlencode({"secret": key, "issuer": ISSUER, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(f'{ISSUER}:{account.login}')}?{facts}", key


def check(account: Account, code: str, *, at: datetime, ip: str) -> str:
    """Why a code is refused, or "" when it is right; the first right code binds the key. Each code works once."""
    name = f"otp:{account.pk}"
    with transaction.atomic():
        minutes = guard.locked_minutes(name, ip)
        if minutes:
            return f"连续输错次数过多，请 {minutes} 分钟后再试。"
        factor = SecondFactor.objects.select_for_update().filter(account=account).first()
        if factor is None or not _right(factor, code):
            guard.failed(name, ip)
            return "动态口令不正确。请确认手机时间准确，等下一个 6 位数字出现后再输入。"
        guard.succeeded(name)
        if factor.bound_at is None:
            factor.bound_at = calendar.real_now()
            _record("account.second_factor", account, self_of(account, ip), at)
        factor.save(update_fields=["last_step", "drift", "bound_at"])
    return ""


def _right(factor: SecondFactor, code: str) -> bool:
    """Whether the code is right now; remembers its step, so that nobody who watched can use it again."""
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return False
    totp = TOTP(_key(factor), step=STEP_SECONDS, digits=DIGITS, drift=factor.drift)
    totp.time = calendar.real_now().timestamp()
    if not totp.verify(int(code), tolerance=TOLERANCE, min_t=factor.last_step + 1):
        return False
    factor.last_step, factor.drift = totp.t(), totp.drift
    return True


def reset(account: Account, *, actor: records.Actor, at: datetime, reason: str = "") -> None:
    """Forget the owner's key (lost phone); he binds another one at the next sign-in."""
    with transaction.atomic():
        SecondFactor.objects.filter(account=account).delete()
        guard.succeeded(f"otp:{account.pk}")
        _record("account.second_factor_reset", account, actor, at, reason)


def _context(account_id: int) -> str:
    return f"people_secondfactor/{account_id}"


def _encrypt(account_id: int, key: bytes) -> str:
    return base64.b64encode(crypto.current().encrypt(key, context=_context(account_id))).decode()


def _key(factor: SecondFactor) -> bytes:
    return crypto.current().decrypt(base64.b64decode(factor.cipher), context=_context(factor.account_id))


def _record(verb: str, account: Account, actor: records.Actor, at: datetime, reason: str = "") -> None:
    subject = ("account", str(account.pk))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, reason=reason)
