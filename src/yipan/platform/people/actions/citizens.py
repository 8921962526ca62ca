"""Citizens: accounts come from the province's identity service; firms manage their own agents."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yipan.kernel import identifiers
from yipan.platform import records

from .. import vault
from ..domain import sort_key, today_of
from ..models import Account, Agency, LegalEntity, Person


class IdentityProblem(Exception):
    """The identity service's answer cannot be used; the text is shown to the citizen."""


def sign_in(claims: dict[str, Any], *, now: datetime, ip: str = "") -> tuple[Account, int | None]:
    """The account behind identity claims, made or brought up to date; and the firm signed in for, if any.

    A person is joined by document number, so the same person with another document of his own stays one person.
    Claims: sub, name, id_type, id_no, phone, level, user_type, entity {name, credit_code, legal_rep}, agent_relation.
    """
    for name in ("sub", "name"):
        if not claims.get(name):
            raise IdentityProblem("统一身份认证没有返回完整的身份信息，请重新登录。")
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(subject=claims["sub"]).select_related("person").first()
        if account is None:
            person = _person(claims, now)
            account = Account.objects.create(
                login=f"c-{claims['sub']}"[:60],
                kind=Account.Kind.CITIZEN,
                person=person,
                subject=claims["sub"],
                password="!",
            )
        if claims.get("phone"):
            vault.put(account.person, vault.PHONE, claims["phone"], at=now)
        account.level = _level(claims.get("level"))
        account.last_login = timezone.now()
        account.save(update_fields=["level", "last_login"])
        entity_id = _entity(claims, account.person, now) if claims.get("user_type") == "entity" else None
        records.act(
            chain=("account", str(account.pk)),
            verb="account.sign_in",
            actor=records.Actor(account.pk, account.person_id, account.person.name, ip=ip),
            at=now,
            subject=("account", str(account.pk)),
            payload={"level": account.level, "entity_id": entity_id},
        )
    return account, entity_id


def _person(claims: dict[str, Any], now: datetime) -> Person:
    number, kind = claims.get("id_no") or "", claims.get("id_type") or vault.RESIDENT_ID
    kind = vault.RESIDENT_ID if str(kind) in ("10", "111", "resident_id") else str(kind)
    known = vault.find(kind, number) if number else None
    if known is not None:
        return Person.objects.get(pk=known)
    person = Person.objects.create(name=claims["name"], pinyin=sort_key(claims["name"]), created_at=now)
    if number:
        vault.put(person, kind, number, at=now)
    return person


def _entity(claims: dict[str, Any], person: Person, now: datetime) -> int:
    facts = claims.get("entity") or {}
    checked = identifiers.check_credit_code(facts.get("credit_code") or "")
    if not checked.ok:
        raise IdentityProblem("统一身份认证返回的统一社会信用代码不正确，请联系 12345。")
    entity, _made = LegalEntity.objects.update_or_create(
        code=checked.normalised,
        defaults={"name": facts.get("name") or "", "legal_representative": facts.get("legal_rep") or ""},
        create_defaults={
            "name": facts.get("name") or "",
            "legal_representative": facts.get("legal_rep") or "",
            "created_at": now,
        },
    )
    manager = claims.get("agent_relation") in ("legal_rep", "manager")
    if not Agency.objects.filter(entity=entity, person=person, revoked_at=None).exists():
        if Agency.objects.filter(entity=entity, person=person).exists():
            raise IdentityProblem("您对该企业的经办权限已被撤销，请联系企业管理员重新授权。")
        Agency.objects.create(
            entity=entity, person=person, manager=manager, valid_from=today_of(now), granted_by="统一身份认证"
        )
    return entity.pk


def _level(value: Any) -> int:
    text = str(value or "").upper().removeprefix("L")
    return int(text) if text.isdigit() else 0


def dismiss_agent(agency_id: int, *, entity_id: int, actor: records.Actor, at: datetime) -> None:
    """End an agent's power at once; open drafts stay with the firm."""
    with transaction.atomic():
        agency = Agency.objects.select_for_update().get(pk=agency_id, entity_id=entity_id)
        if agency.revoked_at is None:
            agency.revoked_at = at
            agency.save(update_fields=["revoked_at"])
            records.act(
                chain=("entity", str(entity_id)),
                verb="entity.dismiss_agent",
                actor=actor,
                at=at,
                subject=("entity", str(entity_id)),
                payload={"person": agency.person_id},
            )
