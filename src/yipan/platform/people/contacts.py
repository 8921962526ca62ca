"""How to reach people; addresses come from the vault and go nowhere but into a message."""

from collections.abc import Collection
from dataclasses import dataclass

from yipan.platform import calendar

from . import vault
from .models import Account
from .queries import holders, unit


@dataclass(frozen=True, slots=True)
class Contact:
    """One reachable person; empty texts where an address is not known."""

    account_id: int | None
    person_id: int | None
    name: str
    phone: str = ""
    staff: bool = False
    yuezhengyi: str = ""


def by_accounts(ids: Collection[int]) -> list[Contact]:
    return _contacts(list(Account.objects.filter(pk__in=ids).select_related("person")))


def by_persons(ids: Collection[int]) -> list[Contact]:
    return _contacts(list(Account.objects.filter(person_id__in=ids, is_active=True).select_related("person")))


def by_role(role_key: str, unit_id: int | None) -> list[Contact]:
    key = unit(unit_id).key if unit_id is not None else None
    return by_accounts({holder.account_id for holder in holders(role_key, key, calendar.now())})


def _contacts(accounts: list[Account]) -> list[Contact]:
    addresses = vault.read({a.person_id for a in accounts}, [vault.PHONE, vault.YUEZHENGYI]) if accounts else {}
    return [
        Contact(
            account.pk,
            account.person_id,
            account.person.name,
            addresses.get((account.person_id, vault.PHONE), ""),
            account.kind == Account.Kind.STAFF,
            addresses.get((account.person_id, vault.YUEZHENGYI), ""),
        )
        for account in accounts
    ]
