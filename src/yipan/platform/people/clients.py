"""Clients at a window: natural persons and firms a clerk registers from the papers they show.

A person is joined by document number and a firm by credit code, so the same client is the same person whichever way he
comes; when he already has an account of the province's identity service, his counter cases appear in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.kernel import identifiers
from yipan.platform import records

from . import papers, vault
from .domain import sort_key
from .models import Account, LegalEntity, Person


class ClientRefused(Exception):
    """``faults`` are Chinese messages by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults.values()))


@dataclass(frozen=True, slots=True)
class Client:
    """Who stands at the window: ``kind`` is person, or entity when he acts for a firm."""

    kind: str
    person_id: int
    person_name: str
    entity_id: int | None
    entity_name: str
    entity_code: str
    account_id: int | None


def register(fields: Mapping[str, str], *, actor: records.Actor, at: datetime) -> Client:
    """Find or make the person (and the firm). Fields: kind person|entity, name, id_kind (papers.kinds, a resident ID
    when empty), id_no, phone, and for a firm firm_name, firm_code, legal_rep. Raises ClientRefused with every fault at
    once."""
    kind = "entity" if fields.get("kind") == "entity" else "person"
    faults = _faults(fields, kind)
    if faults:
        raise ClientRefused(faults)
    with transaction.atomic():
        person = _person(fields, at)
        entity = _entity(fields, at) if kind == "entity" else None
        account = Account.objects.filter(person=person, kind=Account.Kind.CITIZEN).order_by("id").first()
        records.act(
            chain=("account", str(actor.account_id)),
            verb="client.register",
            actor=actor,
            at=at,
            subject=("person", str(person.pk)),
            payload={"entity_id": entity.pk if entity else None},
        )
    return Client(
        kind,
        person.pk,
        person.name,
        entity.pk if entity else None,
        entity.name if entity else "",
        entity.code if entity else "",
        account.pk if account else None,
    )


def known_many(
    firms: Mapping[str, str], persons: Mapping[str, str], *, at: datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """Ids of firms by credit code and of persons by resident ID (checked by the caller), with those that were not known
    made under the given names; a known one keeps its own name. A fixed number of statements, inside the caller's
    transaction."""
    there = dict(LegalEntity.objects.filter(code__in=list(firms)).values_list("code", "pk"))
    new = [LegalEntity(code=code, name=name, created_at=at) for code, name in firms.items() if code not in there]
    there |= {entity.code: entity.pk for entity in LegalEntity.objects.bulk_create(new)}
    known = vault.find_many(vault.RESIDENT_ID, list(persons))
    fresh = [(number, name) for number, name in persons.items() if number not in known]
    made = Person.objects.bulk_create(Person(name=name, pinyin=sort_key(name), created_at=at) for _, name in fresh)
    vault.put_new([(person, vault.RESIDENT_ID, number) for person, (number, _) in zip(made, fresh, strict=True)], at=at)
    return there, known | {number: person.pk for person, (number, _) in zip(made, fresh, strict=True)}


def _faults(fields: Mapping[str, str], kind: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if len(fields.get("name", "").strip()) < 2:
        faults["name"] = "请填写来人姓名"
    if _id_kind(fields) not in dict(papers.kinds()):
        faults["id_kind"] = "请选择证件类型"
    else:
        checked = papers.check(_id_kind(fields), fields.get("id_no", ""))
        if not checked.ok:
            faults["id_no"] = checked.message or "请填写证件号码"
    if kind == "entity":
        code = identifiers.check_credit_code(fields.get("firm_code", ""))
        if not code.ok:
            faults["firm_code"] = code.message or "请填写统一社会信用代码"
        if len(fields.get("firm_name", "").strip()) < 4:
            faults["firm_name"] = "请填写营业执照上的名称"
    phone = fields.get("phone", "").strip()
    if phone and not (phone.isascii() and phone.isdigit() and 7 <= len(phone) <= 12):
        faults["phone"] = "联系电话应为 7 至 12 位数字"
    return faults


def _id_kind(fields: Mapping[str, str]) -> str:
    return fields.get("id_kind") or vault.RESIDENT_ID


def _person(fields: Mapping[str, str], at: datetime) -> Person:
    number = papers.check(_id_kind(fields), fields["id_no"]).normalised
    kind = papers.kind_of(number, _id_kind(fields))
    known = vault.find(kind, number)
    if known is not None:
        person = Person.objects.get(pk=known)
        if person.name != fields["name"].strip():
            raise ClientRefused({"name": "姓名与该证件号码此前登记的不一致，请核对证件"})
    else:
        person = Person.objects.create(name=fields["name"].strip(), pinyin=sort_key(fields["name"]), created_at=at)
        vault.put(person, kind, number, at=at)
    if fields.get("phone", "").strip():
        vault.put(person, vault.PHONE, fields["phone"].strip(), at=at)
    return person


def _entity(fields: Mapping[str, str], at: datetime) -> LegalEntity:
    code = identifiers.check_credit_code(fields["firm_code"]).normalised
    entity, made = LegalEntity.objects.get_or_create(
        code=code,
        defaults={
            "name": fields["firm_name"].strip(),
            "legal_representative": fields.get("legal_rep", "").strip(),
            "created_at": at,
        },
    )
    if not made and entity.name != fields["firm_name"].strip():
        raise ClientRefused({"firm_name": f"该统一社会信用代码登记的名称是“{entity.name}”，请核对营业执照"})
    return entity
