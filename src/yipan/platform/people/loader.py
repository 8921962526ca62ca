"""Pack folder ``people``: regions, units with their names in time, sections, posts, roles, and demo persons."""

from datetime import date
from typing import Any

from yipan.kernel import identifiers
from yipan.kernel.packs import Finding, InstallContext, PackFile
from yipan.platform.records import rights

from . import vault
from .actions import absences, accounts
from .domain import sort_key, today_of
from .models import (
    Absence,
    Account,
    Holding,
    Person,
    Post,
    Region,
    Role,
    RoleAssignment,
    Section,
    Unit,
    UnitName,
)

SECTIONS = ("regions", "units", "roles", "posts", "persons")
SCOPES = {choice.value for choice in RoleAssignment.Scope}


class PeopleLoader:
    """Reads ``people/*.yaml``. Installing again brings names, roles and posts up to date; nothing is deleted."""

    folder = "people"

    def check(self, file: PackFile) -> list[Finding]:
        document = file.document
        if not isinstance(document.value, dict):
            return [file.finding(1, "此处应当是键值表")]
        findings = [
            document.finding(f"不认识的项“{key}”，可用的有：{'、'.join(SECTIONS)}", key)
            for key in document.value
            if key not in SECTIONS
        ]
        for n, unit in enumerate(document.value.get("units") or []):
            if unit.get("code"):
                checked = identifiers.check_credit_code(unit["code"])
                if not checked.ok:
                    findings.append(document.finding(f"统一社会信用代码不正确：{checked.message}", "units", n, "code"))
        known = {right.name for right in rights.all_rights()}
        for n, role in enumerate(document.value.get("roles") or []):
            for name in role.get("rights") or []:
                if name not in known:
                    findings.append(document.finding(f"没有“{name}”这项权限", "roles", n, "rights"))
        for n, post in enumerate(document.value.get("posts") or []):
            for role in post.get("roles") or []:
                if role.get("scope", "unit") not in SCOPES:
                    findings.append(document.finding(f"数据范围“{role['scope']}”不正确", "posts", n, "roles"))
        return findings

    def install(self, file: PackFile, context: InstallContext) -> None:
        value = file.document.value
        today = today_of(context.at)
        for row in value.get("regions") or []:
            _region(row)
        for row in value.get("units") or []:
            _unit(row)
        for row in value.get("roles") or []:
            Role.objects.update_or_create(
                key=row["key"],
                defaults={
                    "title": row["title"],
                    "rights": sorted(set(row.get("rights") or [])),
                    "separation": row.get("separation") or "",
                },
            )
        for row in value.get("posts") or []:
            _post(row, today)
        for row in value.get("persons") or []:
            _person(row, context)
        for row in value.get("persons") or []:
            _absence(row, context)


def _region(row: dict[str, Any]) -> None:
    facts = {key: row.get(key) or "" for key in ("parent_code", "mapped_to")}
    dates = {"valid_from": row.get("valid_from"), "valid_to": row.get("valid_to")}
    Region.objects.update_or_create(
        code=str(row["code"]), name=row["name"], defaults=facts | dates
    )


def _unit(row: dict[str, Any]) -> None:
    parent = Unit.objects.get(key=row["parent"]) if row.get("parent") else None
    unit, _made = Unit.objects.update_or_create(
        key=row["key"],
        defaults={
            "name": row["name"],
            "short_name": row.get("short") or "",
            "code": row.get("code") or "",
            "kind": row.get("kind") or "department",
            "region_code": str(row.get("region") or ""),
            "parent": parent,
            "valid_from": row.get("valid_from"),
            "valid_to": row.get("valid_to"),
        },
    )
    for name in row.get("former_names") or []:
        UnitName.objects.update_or_create(
            unit=unit,
            name=name["name"],
            defaults={"valid_from": name.get("valid_from"), "valid_to": name.get("valid_to")},
        )
    for section in row.get("sections") or []:
        Section.objects.update_or_create(unit=unit, key=section["key"], defaults={"name": section["name"]})


def _post(row: dict[str, Any], today: date) -> None:
    unit = Unit.objects.get(key=row["unit"])
    section = Section.objects.get(unit=unit, key=row["section"]) if row.get("section") else None
    post, _made = Post.objects.update_or_create(
        key=row["key"], defaults={"unit": unit, "section": section, "title": row["title"]}
    )
    for given in row.get("roles") or []:
        RoleAssignment.objects.get_or_create(
            role=Role.objects.get(key=given["role"]),
            post=post,
            scope=given.get("scope") or "unit",
            defaults={"valid_from": date(2021, 1, 1) if today.year >= 2021 else today},
        )


def _person(row: dict[str, Any], context: InstallContext) -> None:
    account = Account.objects.filter(login=row["login"]).select_related("person").first()
    if account is not None:
        return
    person = Person.objects.create(
        name=row["name"], pinyin=sort_key(row["name"]), employer=row.get("employer") or "", created_at=context.at
    )
    if row.get("phone"):
        vault.put(person, vault.PHONE, str(row["phone"]), at=context.at)
    vault.put(person, vault.YUEZHENGYI, row.get("yuezhengyi") or row["login"], at=context.at)
    for n, held in enumerate(row.get("posts") or []):
        key, kind = (held, "main" if n == 0 else "concurrent") if isinstance(held, str) else (held["post"], held["kind"])
        Holding.objects.create(
            person=person, post=Post.objects.get(key=key), kind=kind, valid_from=date(2021, 1, 1)
        )
    accounts.create_staff(
        login=row["login"],
        person=person,
        password=row["password"],
        actor=context.actor,
        at=context.at,
        demo_title=row.get("title") or "",
    )


def _absence(row: dict[str, Any], context: InstallContext) -> None:
    """``absent: {deputy: login, from: date, to: date, reason: text}``."""
    facts = row.get("absent")
    if not facts:
        return
    person = Account.objects.get(login=row["login"]).person_id
    deputy = Account.objects.get(login=facts["deputy"]).person_id
    if not Absence.objects.filter(person_id=person, begins=facts["from"]).exists():
        absences.enter(
            person_id=person,
            deputy_id=deputy,
            begins=facts["from"],
            ends=facts["to"],
            reason=facts["reason"],
            actor=context.actor,
            at=context.at,
        )
