"""The second factor of staff: a time-based code (RFC 6238, django-otp), bound by the owner, reset by an administrator.

A USB key adapter (SM2 certificate) takes the same place later: ``is_bound``, ``check``.
"""

from datetime import datetime

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from yipan.platform import records

from . import guard
from .actions.accounts import self_of
from .models import Account

NAME = "authenticator"
ISSUER = "Yipan"


def is_bound(account: Account) -> bool:
    return TOTPDevice.objects.filter(user=account, confirmed=True).exists()


def new_key(account: Account) -> tuple[str, str]:
    """(otpauth address, key in base32) to bind; the same until it is confirmed."""
    import base64

    device, _made = TOTPDevice.objects.get_or_create(user=account, name=NAME, confirmed=False)
    device.user = account
    return f"{device.config_url}&issuer={ISSUER}", base64.b32encode(device.bin_key).decode()


def check(account: Account, code: str, *, at: datetime, ip: str) -> str:
    """Why a code is refused, or "" when it is right; the first right code binds the device. Each code counts once."""
    with transaction.atomic():
        minutes = guard.locked_minutes(f"otp:{account.pk}", ip)
        if minutes:
            return f"连续输错次数过多，请 {minutes} 分钟后再试。"
        device = TOTPDevice.objects.select_for_update().filter(user=account).order_by("-confirmed", "-id").first()
        if device is None or not code.isdecimal() or not device.verify_token(code):
            guard.failed(f"otp:{account.pk}", ip)
            return "动态口令不正确。请确认手机时间准确，等下一个 6 位数字出现后再输入。"
        guard.succeeded(f"otp:{account.pk}")
        if not device.confirmed:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            _record("account.second_factor", account, self_of(account, ip), at)
    return ""


def reset(account: Account, *, actor: records.Actor, at: datetime, reason: str = "") -> None:
    """Forget the owner's device (lost phone); he binds another one at the next sign-in."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=account).delete()
        guard.succeeded(f"otp:{account.pk}")
        _record("account.second_factor_reset", account, actor, at, reason)


def _record(verb: str, account: Account, actor: records.Actor, at: datetime, reason: str = "") -> None:
    subject = ("account", str(account.pk))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, reason=reason)
