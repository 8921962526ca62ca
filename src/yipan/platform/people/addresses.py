"""The address book of a person: where papers are sent to, kept in the vault and masked wherever it is listed.

An address never changes once it is kept, so that whoever refers to it (``ref``) means the same place for ever.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from yipan.kernel import identifiers
from yipan.platform import records

from . import vault
from .models import Person

MOST = 10
Use = Callable[[int, str], Sequence[str]]  # (person, ref) → what the address is still needed for, in words
_uses: list[Use] = []
PHONE = re.compile(r"1\d{10}|\+85[23]\d{8}")


class AddressRefused(Exception):
    """``faults`` are Chinese messages by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults.values()))


@dataclass(frozen=True, slots=True)
class Address:
    """Who receives, and where. ``region`` goes down to the district, ``detail`` is street and number."""

    name: str
    phone: str
    region: str
    detail: str

    @property
    def text(self) -> str:
        return f"{self.region}{self.detail}"

    @property
    def masked(self) -> str:
        """As lists show it: the district, and nothing that leads to the door."""
        return f"{identifiers.mask_name(self.name)} {identifiers.mask_phone(self.phone)} {self.region}****"


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of the book: ``ref`` names it, ``text`` is masked."""

    ref: str
    text: str


def check(address: Address) -> None:
    """Raises AddressRefused with every fault at once."""
    faults = {}
    if not 2 <= len(address.name) <= 50:
        faults["address_name"] = "请填写收件人姓名"
    if not PHONE.fullmatch(address.phone):
        faults["address_phone"] = "请填写收件人手机号码，11 位数字；港澳号码以 +852、+853 开头"
    if not 4 <= len(address.region) <= 60:
        faults["address_region"] = "请填写省、市、区，例如广东省江门市蓬江区"
    if not 5 <= len(address.detail) <= 120:
        faults["address_detail"] = "请填写街道、门牌号，至少 5 个字"
    if faults:
        raise AddressRefused(faults)


def keep(person_id: int, address: Address, *, at: datetime) -> str:
    """Put an address into a person's book; its reference. The same address again is the one that is there."""
    check(address)
    value = json.dumps({"of": person_id, **asdict(address)}, ensure_ascii=False, sort_keys=True)
    known = {ref for ref, _ in _all(person_id)}
    ref = vault.index_of(vault.ADDRESS, value)
    if ref not in known and len(known) >= MOST:
        raise AddressRefused({"address_detail": f"地址簿最多保存 {MOST} 个地址，请从已有的地址中选择"})
    vault.put(Person.objects.get(pk=person_id), vault.ADDRESS, value, at=at)
    return ref


def register_use(use: Use) -> None:
    """Other rooms say for what an address is still needed; it is not removed while somebody names something."""
    _uses.append(use)


def remove(person_id: int, ref: str, *, actor: records.Actor, at: datetime) -> None:
    """Delete an address for good (个人信息保护法 art. 47). Raises AddressRefused while something is sent there."""
    needed = [what for use in _uses for what in use(person_id, ref)]
    if needed:
        raise AddressRefused({"ref": f"{'、'.join(needed)}还要寄到这个地址，送达以后或者改了领取方式再删除"})
    with transaction.atomic():
        if not vault.forget(person_id, vault.ADDRESS, ref):
            raise AddressRefused({"ref": "地址簿里没有这个地址"})
        subject = ("person", str(person_id))
        records.act(chain=subject, verb="person.remove_address", actor=actor, at=at, subject=subject)


def book(person_id: int) -> list[Kept]:
    """The addresses of a person, oldest first, masked."""
    return [Kept(ref, address.masked) for ref, address in _all(person_id)]


def read(person_id: int, ref: str) -> Address | None:
    """An address in clear. Callers log why they read (records.log_access)."""
    return dict(_all(person_id)).get(ref)


def _all(person_id: int) -> list[tuple[str, Address]]:
    found = []
    for kind, value, _at in vault.read_all(person_id):
        if kind == vault.ADDRESS:
            facts = json.loads(value)
            facts.pop("of")
            found.append((vault.index_of(kind, value), Address(**facts)))
    return found
