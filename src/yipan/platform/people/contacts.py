"""How to reach people; addresses come from the vault and go nowhere but into a message."""

from collections.abc import Collection
from dataclasses import dataclass

from yipan.platform import calendar

from . import vault
from .models import Account, Person
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


def by_persons(ids: Collection[int], kind: str = "") -> list[Contact]:
    """Contacts of persons: every account (of a kind: staff, citizen); who has none is reached by phone only."""
    accounts = Account.objects.filter(person_id__in=ids, is_active=True).select_related("person")
    found = _contacts(list(accounts.filter(kind=kind) if kind else accounts))
    without = set(ids) - {contact.person_id for contact in found}
    if not without or kind == Account.Kind.STAFF:
        return found
    names = dict(Person.objects.filter(pk__in=without).values_list("pk", "name"))
    phones = vault.read(without, [vault.PHONE])
    return found + [
        Contact(None, pk, name, phones[pk, vault.PHONE]) for pk, name in names.items() if (pk, vault.PHONE) in phones
    ]


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
