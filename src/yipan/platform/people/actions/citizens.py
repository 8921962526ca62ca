"""Citizens: accounts come from the province's identity service; firms manage their own agents."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from yipan.kernel import identifiers
from yipan.platform import records

from .. import vault
from ..domain import sort_key, today_of
from ..models import Account, Agency, LegalEntity, Person

UNUSABLE = make_password(None)  # citizens sign in through the identity service only


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
                password=UNUSABLE,
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
    number = str(claims.get("id_no") or "")
    kind = _kind_of(number, str(claims.get("id_type") or ""))
    known = vault.find(kind, number) if number else None
    if known is not None:
        return Person.objects.get(pk=known)
    person = Person.objects.create(name=claims["name"], pinyin=sort_key(claims["name"]), created_at=now)
    if number:
        vault.put(person, kind, number, at=now)
    return person


def _kind_of(number: str, stated: str) -> str:
    """The vault's name of a document. Services write the same type in many ways, so the number itself decides:
    a resident ID and a residence permit of Hong Kong, Macao and Taiwan people check by their own digits."""
    if identifiers.check_residence_permit(number).ok:
        return "residence_permit"
    if identifiers.check_resident_id(number).ok:
        return vault.RESIDENT_ID
    return (stated or "other")[:20]


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
    living = Agency.objects.filter(entity=entity, person=person, revoked_at=None).first()
    if living is not None:
        if manager and not living.manager:
            living.manager = True
            living.save(update_fields=["manager"])
        return entity.pk
    # Whom the firm's manager dismissed does not come back by signing in again, unless the law makes him its head.
    if claims.get("agent_relation") != "legal_rep" and Agency.objects.filter(entity=entity, person=person).exists():
        raise IdentityProblem("您对该企业的经办权限已被撤销，请联系企业管理员重新授权。")
    Agency.objects.create(
        entity=entity, person=person, manager=manager, valid_from=today_of(now), granted_by="统一身份认证"
    )
    return entity.pk


def _level(value: Any) -> int:
    text = str(value or "").upper().removeprefix("L")
    return int(text) if text.isdigit() else 0


class AgentProblem(Exception):
    """Why an agent cannot be appointed or dismissed; ``errors`` by field, in Chinese."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("；".join(errors.values()))


def appoint_agent(*, entity_id: int, facts: dict[str, Any], actor: records.Actor, at: datetime) -> Agency:
    """A firm's manager gives a person power to act for it. Facts: name, resident_id, phone, manager (bool).

    The person is joined by number, so the power is there when he signs in through the identity service; name and
    number must belong together. Raises AgentProblem.
    """
    number = identifiers.check_resident_id(facts["resident_id"])
    errors = {} if facts["name"] else {"name": "请填写姓名"}
    if not number.ok:
        errors["resident_id"] = "；".join(number.errors)
    if facts.get("phone") and not identifiers.check_phone(facts["phone"]).ok:
        errors["phone"] = "手机号码应为 11 位数字"
    if errors:
        raise AgentProblem(errors)
    with transaction.atomic():
        LegalEntity.objects.select_for_update().get(pk=entity_id)
        known = vault.find(vault.RESIDENT_ID, number.normalised)
        person = Person.objects.get(pk=known) if known is not None else None
        if person is not None and person.name != facts["name"]:
            raise AgentProblem({"name": "姓名与公民身份号码不一致，请核对"})
        if person is None:
            person = Person.objects.create(name=facts["name"], pinyin=sort_key(facts["name"]), created_at=at)
            vault.put(person, vault.RESIDENT_ID, number.normalised, at=at)
            if facts.get("phone"):
                vault.put(person, vault.PHONE, facts["phone"], at=at)
        if Agency.objects.filter(entity_id=entity_id, person=person, revoked_at=None).exists():
            raise AgentProblem({"resident_id": "此人已经是本企业的经办人"})
        agency = Agency.objects.create(
            entity_id=entity_id,
            person=person,
            manager=bool(facts.get("manager")),
            valid_from=today_of(at),
            granted_by=actor.name,
        )
        _record("entity.appoint_agent", entity_id, person.pk, actor, at)
    return agency


def dismiss_agent(agency_id: int, *, entity_id: int, actor: records.Actor, at: datetime) -> None:
    """End an agent's power at once; open drafts stay with the firm. Raises AgentProblem for the last manager."""
    with transaction.atomic():
        LegalEntity.objects.select_for_update().get(pk=entity_id)
        agency = Agency.objects.filter(pk=agency_id, entity_id=entity_id, revoked_at=None).first()
        if agency is None:
            raise AgentProblem({"agency": "该经办人的授权已经不存在"})
        others = Agency.objects.filter(entity_id=entity_id, revoked_at=None, manager=True).exclude(pk=agency.pk)
        if agency.manager and not others.exists():
            raise AgentProblem({"agency": "企业至少要有一名管理员，请先授权另一名管理员"})
        agency.revoked_at = at
        agency.save(update_fields=["revoked_at"])
        _record("entity.dismiss_agent", entity_id, agency.person_id, actor, at)


def _record(verb: str, entity_id: int, person_id: int, actor: records.Actor, at: datetime) -> None:
    subject = ("entity", str(entity_id))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, payload={"person": person_id})
