"""Who is behind a recipient: names and numbers, asked of ``people`` when they are needed and kept nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from .domain import INAPP, SMS, YUEZHENGYI, Account, Person, Phone, Recipient, Role


@dataclass(frozen=True, slots=True)
class Contact:
    """One addressee. ``phone`` and ``yuezhengyi`` (user id there) are plain and must not be stored or shown."""

    account_id: int | None
    name: str
    phone: str = ""
    yuezhengyi: str = ""

    @property
    def reachable(self) -> set[str]:
        found = {INAPP} if self.account_id is not None else set()
        return found | ({SMS} if self.phone else set()) | ({YUEZHENGYI} if self.yuezhengyi else set())


def resolve(recipients: Sequence[Recipient], audience: str = "") -> list[Contact]:
    """Addressees without repeats: at most one statement per kind of recipient and role. ``audience`` (citizen, staff)
    chooses among the accounts of a person who has both."""
    found = [
        *_people(recipients, audience),
        *(Contact(None, r.name, r.number) for r in recipients if isinstance(r, Phone)),
    ]
    unique: dict[object, Contact] = {}
    for contact in found:
        unique.setdefault(contact.account_id if contact.account_id is not None else contact.phone, contact)
    return list(unique.values())


def _people(recipients: Sequence[Recipient], audience: str) -> list[Contact]:
    from yipan.platform.people import contacts

    accounts = [r.id for r in recipients if isinstance(r, Account)]
    persons = [r.id for r in recipients if isinstance(r, Person)]
    found = contacts.by_accounts(accounts) if accounts else []
    found = [*found, *(contacts.by_persons(persons, audience) if persons else [])]
    for role in (r for r in recipients if isinstance(r, Role)):
        found = [*found, *contacts.by_role(role.key, role.unit_id)]
    return [Contact(c.account_id, c.name, c.phone, c.yuezhengyi) for c in found]


def of_account(account_id: int) -> Contact | None:
    found = resolve([Account(account_id)])
    return found[0] if found else None
