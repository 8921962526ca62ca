"""Staff accounts: make, set and change passwords, sign in with lock-out."""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from yipan.platform import records
from yipan.platform.records import rights

from ..domain import LOCK_FOR, MAX_FAILURES, PASSWORD_MEMORY, password_expired, password_faults
from ..models import Account, PasswordHistory, Person

MANAGE = rights.declare("people.manage", "管理机构、人员和账号")


class SignInRefused(Exception):
    """Why signing in failed; the text never says whether the account exists."""


class BadPassword(Exception):
    """A password that may not be used; ``faults`` names every reason."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults))


WRONG = "账号或口令不正确。连续输错 5 次账号将锁定 15 分钟。"


def create_staff(
    *, login: str, person: Person, password: str, actor: records.Actor, at: datetime, demo_title: str = ""
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
            password=make_password(password),
            password_set_at=timezone.now(),
            demo_title=demo_title,
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
        account.failures, account.locked_until = 0, None
        account.save()
        PasswordHistory.objects.create(account=account, password=account.password, at=timezone.now())
        _record("account.set_password", account, actor, at)


def sign_in(login: str, password: str, *, ip: str, now: datetime) -> Account:
    """Check a staff password. Locks after five failures (real time, never the demo clock). Raises SignInRefused."""
    real = timezone.now()
    with transaction.atomic():
        account = (
            Account.objects.select_for_update()
            .filter(login=login, kind=Account.Kind.STAFF, is_active=True)
            .select_related("person")
            .first()
        )
        if account is None:
            make_password(password)  # the answer takes as long as for an account that exists
            refused = WRONG
        elif account.locked_until is not None and account.locked_until > real:
            minutes = int((account.locked_until - real).total_seconds() // 60) + 1
            refused = f"账号已锁定，请 {minutes} 分钟后再试，或请单位管理员解锁。"
        elif not check_password(password, account.password):
            account.failures += 1
            if account.failures >= MAX_FAILURES:
                account.locked_until, account.failures = real + LOCK_FOR, 0
            account.save(update_fields=["failures", "locked_until"])
            _record("account.sign_in_failed", account, records.SYSTEM, now, ip=ip)
            refused = WRONG
        else:
            account.failures, account.locked_until = 0, None
            account.last_login = real
            account.must_change = account.must_change or password_expired(account.password_set_at, real)
            account.save(update_fields=["failures", "locked_until", "last_login", "must_change"])
            _record("account.sign_in", account, _self(account, ip), now, ip=ip)
            return account
    raise SignInRefused(refused)


def deactivate(account_id: int, *, actor: records.Actor, at: datetime, reason: str) -> None:
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        account.is_active = False
        account.save(update_fields=["is_active"])
        _record("account.deactivate", account, actor, at, reason=reason)


def _self(account: Account, ip: str) -> records.Actor:
    return records.Actor(account.pk, account.person_id, account.person.name, ip=ip)


def _record(
    verb: str, account: Account, actor: records.Actor, at: datetime, *, reason: str = "", ip: str = ""
) -> None:
    records.act(
        chain=("account", str(account.pk)),
        verb=verb,
        actor=actor,
        at=at,
        subject=("account", str(account.pk)),
        reason=reason,
        payload={"ip": ip} if ip else {},
    )
