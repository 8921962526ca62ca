"""Staff accounts: make, set and change passwords, sign in with lock-out."""

import functools
import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from yipan.platform import records

from .. import guard
from ..domain import LOCK_FOR, MAX_FAILURES, PASSWORD_MEMORY, password_expired, password_faults
from ..models import Account, PasswordHistory, Person


class SignInRefused(Exception):
    """Why signing in failed; the text never says whether the account exists."""


class BadPassword(Exception):
    """A password that may not be used; ``faults`` names every reason."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults))


WRONG = f"账号或口令不正确。连续输错 {MAX_FAILURES} 次将锁定 {LOCK_FOR.seconds // 60} 分钟。"
LOCKED_NOW = f"连续输错 {MAX_FAILURES} 次，已锁定 {LOCK_FOR.seconds // 60} 分钟。忘记口令请找单位管理员重置。"


def create_staff(
    *,
    login: str,
    person: Person,
    password: str,
    actor: records.Actor,
    at: datetime,
    demo_title: str = "",
    must_change: bool = False,
) -> Account:
    """Make a staff account. Raises BadPassword."""
    faults = password_faults(password, login=login, name=person.name)
    if faults:
        raise BadPassword(faults)
    with transaction.atomic():
        account = Account.objects.create(
            login=login,
            kind=Account.Kind.STAFF,
            person=person,
            password=_public_hash(password) if demo_title else make_password(password),
            password_set_at=timezone.now(),
            demo_title=demo_title,
            demo_password=password if demo_title else "",
            must_change=must_change,
        )
        PasswordHistory.objects.create(account=account, password=account.password, at=timezone.now())
        _record("account.create", account, actor, at)
    return account


def set_password(
    account_id: int, password: str, *, actor: records.Actor, at: datetime, must_change: bool = False
) -> None:
    """Set a new password; the last five may not come back. Raises BadPassword."""
    with transaction.atomic():
        account = Account.objects.select_for_update().select_related("person").get(pk=account_id)
        faults = password_faults(password, login=account.login, name=account.person.name)
        recent = PasswordHistory.objects.filter(account=account).order_by("-id")[:PASSWORD_MEMORY]
        if any(check_password(password, old.password) for old in recent):
            faults.append(f"不能使用最近 {PASSWORD_MEMORY} 次用过的口令")
        if faults:
            raise BadPassword(faults)
        account.password = make_password(password)
        account.password_set_at = timezone.now()
        account.must_change = must_change
        account.demo_password = ""
        account.save()
        guard.succeeded(account.login)
        PasswordHistory.objects.create(account=account, password=account.password, at=timezone.now())
        _record("account.set_password", account, actor, at)


def sign_in(login: str, password: str, *, ip: str, now: datetime) -> Account:
    """Check a staff password. Real time rules the lock, never the demo clock. Raises SignInRefused.

    A login that does not exist is counted, locked and answered like one that does, so nobody learns which exist.
    """
    refused = ""
    with transaction.atomic():
        minutes = guard.locked_minutes(login, ip)
        account = (
            Account.objects.select_for_update()
            .filter(login=login, kind=Account.Kind.STAFF, is_active=True)
            .select_related("person")
            .first()
        )
        if minutes:
            refused = f"连续输错次数过多，已锁定，请 {minutes} 分钟后再试，或请单位管理员解锁。"
        elif not check_password(password, account.password if account else _no_password()):
            left = guard.failed(login, ip)
            refused = WRONG if left else LOCKED_NOW
            if account is not None:
                _record("account.sign_in_failed", account, records.SYSTEM, now, ip=ip)
        else:
            assert account is not None
            guard.succeeded(login)
            account.last_login = timezone.now()
            # Demo passwords stand in a pack for everybody to read; asking to renew them would only annoy.
            expired = not account.demo_title and password_expired(account.password_set_at, timezone.now())
            account.must_change = account.must_change or expired
            account.save(update_fields=["last_login", "must_change"])
            _record("account.sign_in", account, self_of(account, ip), now, ip=ip)
            return account
    raise SignInRefused(refused)


@functools.cache
def _public_hash(password: str) -> str:
    """One hash for all demo accounts of a password: it stands in a pack for everybody, and hashing takes long."""
    return make_password(password)


@functools.cache
def _no_password() -> str:
    """The hash that an unknown login is checked against: the answer takes as long as for one that exists."""
    return make_password(secrets.token_urlsafe())


def check_own_password(account: Account, password: str, *, ip: str) -> None:
    """Ask for the password again before something sensitive; counts like signing in. Raises SignInRefused."""
    with transaction.atomic():
        minutes = guard.locked_minutes(account.login, ip)
        right = not minutes and check_password(password, account.password)
        if not minutes and not right:
            guard.failed(account.login, ip)
    if minutes:
        raise SignInRefused(f"连续输错次数过多，请 {minutes} 分钟后再试。")
    if not right:
        raise SignInRefused("当前口令不正确。")


def unlock(account_id: int, *, actor: records.Actor, at: datetime) -> None:
    """Lift a lock before its time."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        guard.succeeded(account.login)
        _record("account.unlock", account, actor, at)


def deactivate(account_id: int, *, actor: records.Actor, at: datetime, reason: str) -> None:
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        account.is_active = False
        account.save(update_fields=["is_active"])
        _record("account.deactivate", account, actor, at, reason=reason)


def activate(account_id: int, *, actor: records.Actor, at: datetime, reason: str) -> None:
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        account.is_active = True
        account.save(update_fields=["is_active"])
        _record("account.activate", account, actor, at, reason=reason)


def self_of(account: Account, ip: str) -> records.Actor:
    return records.Actor(account.pk, account.person_id, account.person.name, ip=ip)


def _record(verb: str, account: Account, actor: records.Actor, at: datetime, *, reason: str = "", ip: str = "") -> None:
    records.act(
        chain=("account", str(account.pk)),
        verb=verb,
        actor=actor,
        at=at,
        subject=("account", str(account.pk)),
        reason=reason,
        payload={"ip": ip} if ip else {},
    )
