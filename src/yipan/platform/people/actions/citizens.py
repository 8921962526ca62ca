"""Citizens: accounts come from the province's identity service, persons are joined by their documents."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from yipan.kernel import identifiers
from yipan.platform import records

from .. import papers, vault
from ..domain import sort_key, today_of
from ..models import Account, Agency, LegalEntity, Person
from .join import JoinProblem, add_document

UNUSABLE = make_password(None)  # citizens sign in through the identity service only


class IdentityProblem(Exception):
    """The identity service's answer cannot be used; the text is shown to the citizen."""


def sign_in(claims: dict[str, Any], *, now: datetime, ip: str = "") -> tuple[Account, int | None]:
    """The account behind identity claims, made or brought up to date; and the firm signed in for, if any.

    A person is joined by document number; another document of a known account is added to its person, and when it was
    known as somebody else's of the same name (registered at a window), both become one. Raises IdentityProblem, also
    for a real-name level below what the platform asks (YIPAN_IDENTITY_LEVEL).
    Claims: sub, name, id_type, id_no, phone, level, user_type, entity {name, credit_code, legal_rep}, agent_relation.
    """
    for name in ("sub", "name"):
        if not claims.get(name):
            raise IdentityProblem("统一身份认证没有返回完整的身份信息，请重新登录。")
    level, needed = _level(claims.get("level")), settings.YIPAN_IDENTITY_LEVEL
    if level < needed:
        raise IdentityProblem(
            f"您的实名等级为 L{level}，本平台办事需要 L{needed} 以上。"
            "请先在“粤省事”或统一身份认证平台完成人脸等实名核验，再重新登录；也可以持身份证到窗口办理。"
        )
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
        else:
            _join(account, claims, now, ip)
        if claims.get("phone"):
            vault.put(account.person, vault.PHONE, claims["phone"], at=now)
        account.level = level
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
    kind, number = papers.recognised(str(claims.get("id_no") or ""), str(claims.get("id_type") or ""))
    known = vault.find(kind, number) if number else None
    if known is not None:
        return Person.objects.get(pk=known)
    person = Person.objects.create(name=claims["name"], pinyin=sort_key(claims["name"]), created_at=now)
    if number:
        vault.put(person, kind, number, at=now)
    return person


def _join(account: Account, claims: dict[str, Any], now: datetime, ip: str) -> None:
    """A known account may come with another document of its owner than last time."""
    kind, number = papers.recognised(str(claims.get("id_no") or ""), str(claims.get("id_type") or ""))
    if not number or kind == papers.OTHER or vault.find(kind, number) == account.person_id:
        return
    actor = records.Actor(account.pk, account.person_id, account.person.name, ip=ip)
    try:
        account.person_id = add_document(account.person_id, kind=kind, number=number, actor=actor, at=now)
    except JoinProblem as problem:
        raise IdentityProblem(f"{problem}如有疑问请致电 12345。") from problem
    account.person = Person.objects.get(pk=account.person_id)


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
    head = claims.get("agent_relation") == "legal_rep"
    living = Agency.objects.filter(entity=entity, person=person, revoked_at=None).first()
    if living is not None:
        if living.valid_to is not None and living.valid_to < today_of(now) and not head:
            raise IdentityProblem("您对该企业的经办权限已到期，请联系企业管理员重新授权。")
        # The service vouches that he acts for the firm: an invitation needs no further answer.
        living.accepted_at = living.accepted_at or now
        living.manager = living.manager or manager
        if head:
            living.valid_to, living.items = None, []
        living.save(update_fields=["accepted_at", "manager", "valid_to", "items"])
        return entity.pk
    # Whom the firm's manager dismissed does not come back by signing in again, unless the law makes him its head.
    if not head and Agency.objects.filter(entity=entity, person=person).exists():
        raise IdentityProblem("您对该企业的经办权限已被撤销，请联系企业管理员重新授权。")
    Agency.objects.create(
        entity=entity,
        person=person,
        manager=manager,
        valid_from=today_of(now),
        accepted_at=now,
        granted_by="统一身份认证",
    )
    return entity.pk


def _level(value: Any) -> int:
    text = str(value or "").upper().removeprefix("L")
    return int(text) if text.isdigit() else 0
