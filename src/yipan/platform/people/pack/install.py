"""Writing what ``reading`` read. Installing again brings names, roles and posts up to date; nothing is deleted."""

from datetime import date, datetime
from typing import Any

from yipan.kernel.packs import Finding, InstallContext, PackError, PackFile
from yipan.platform import records

from .. import vault
from ..actions import absences, accounts, conflicts
from ..domain import separation_fault, sort_key
from ..models import (
    Absence,
    Account,
    Agency,
    Holding,
    LegalEntity,
    Person,
    Post,
    Region,
    Role,
    RoleAssignment,
    Section,
    Unit,
    UnitName,
)

Row = dict[str, Any]
# Posts and holdings of a pack have always been there: the plan the district works by began in 2021.
SINCE = date(2021, 1, 1)


def install(content: Row, file: PackFile, context: InstallContext) -> None:
    """Write one file. Raises PackError when demo persons would come into a production database, or a key is unknown."""
    if content["demo_password"] and records.installation().kind == "production":
        raise PackError([Finding(file.place, 0, "演示账号只能装入演示库或测试库，生产库请用人员导入或 yipan user")])
    try:
        _structure(content)
        for row in content["persons"]:
            _person(row, content["demo_password"], context)
        for row in content["persons"]:
            if row["absent"]:
                _absence(row, context)
        for row in content["residents"]:
            _resident(row, context.at)
        for row in content["entities"]:
            _entity(row, context.at)
    except _Unknown as unknown:
        raise PackError([Finding(file.place, 0, str(unknown))]) from unknown


class _Unknown(LookupError):
    """Something is named that is in no pack, or cannot come together."""


def _get(model: Any, what: str, **facts: Any) -> Any:
    found = model.objects.filter(**facts).first()
    if found is None:
        raise _Unknown(f"没有{what}“{next(iter(facts.values()))}”")
    return found


def _structure(content: Row) -> None:
    for row in content["regions"]:
        facts = {name: row[name] for name in ("parent_code", "mapped_to", "valid_from", "valid_to")}
        Region.objects.update_or_create(code=row["code"], name=row["name"], defaults=facts)
    for row in content["units"]:
        _unit(row)
    for row in content["roles"]:
        facts = {name: row[name] for name in ("title", "separation", "official", "single", "leads")}
        Role.objects.update_or_create(key=row["key"], defaults=facts | {"rights": sorted(set(row["rights"]))})
    for row in content["posts"]:
        _post(row)


def _unit(row: Row) -> None:
    """A unit that was renamed, merged or split on screen keeps what was decided there: newer than the pack."""
    parent = _get(Unit, "上级单位", key=row["parent"]) if row["parent"] else None
    facts = {"code": row["code"], "kind": row["kind"], "region_code": row["region"], "parent": parent}
    known = Unit.objects.filter(key=row["key"]).first()
    changed_here = known is not None and (
        known.valid_to is not None or UnitName.objects.filter(unit=known, decided=True).exists()
    )
    if not changed_here:
        facts |= {"name": row["name"], "short_name": row["short"]}
        facts |= {"valid_from": row["valid_from"], "valid_to": row["valid_to"]}
    unit, _made = Unit.objects.update_or_create(key=row["key"], defaults=facts)
    for name in row["former_names"]:
        dates = {"valid_from": name["valid_from"], "valid_to": name["valid_to"]}
        UnitName.objects.update_or_create(unit=unit, name=name["name"], defaults=dates)
    for section in row["sections"]:
        Section.objects.update_or_create(unit=unit, key=section["key"], defaults={"name": section["name"]})


def _post(row: Row) -> None:
    unit = _get(Unit, "单位", key=row["unit"])
    section = _get(Section, "股室", key=row["section"], unit=unit) if row["section"] else None
    facts = {"unit": unit, "section": section, "title": row["title"]}
    post, _made = Post.objects.update_or_create(key=row["key"], defaults=facts)
    roles = {given["role"]: _get(Role, "角色", key=given["role"]) for given in row["roles"]}
    fault = separation_fault({role.separation for role in roles.values()})
    if fault:
        raise _Unknown(f"岗位“{row['key']}”：{fault}")
    for given in row["roles"]:
        role = roles[given["role"]]
        RoleAssignment.objects.get_or_create(role=role, post=post, scope=given["scope"], defaults={"valid_from": SINCE})


def _person(row: Row, password: str, context: InstallContext) -> None:
    if Account.objects.filter(login=row["login"]).exists():
        return
    person = Person.objects.create(
        name=row["name"], pinyin=sort_key(row["name"]), employer=row["employer"], created_at=context.at
    )
    if row["phone"]:
        vault.put(person, vault.PHONE, row["phone"], at=context.at)
    vault.put(person, vault.YUEZHENGYI, row["login"], at=context.at)
    for held in row["posts"]:
        post = _get(Post, "岗位", key=held["post"])
        _check_holding(row, person, post, held["kind"])
        Holding.objects.create(person=person, post=post, kind=held["kind"], valid_from=SINCE)
    accounts.create_staff(
        login=row["login"],
        person=person,
        password=password,
        actor=context.actor,
        at=context.at,
        demo_title=row["title"] or row["name"],
    )


def _check_holding(row: Row, person: Person, post: Post, kind: str) -> None:
    roles = [given.role for given in RoleAssignment.objects.filter(post=post).select_related("role")]
    try:
        conflicts.check(person, roles, unit_id=post.unit_id, on=SINCE, outsourced=kind == "outsourced")
    except conflicts.StaffProblem as problem:
        raise _Unknown(f"{row['login']}（{post.key}）：{problem}") from problem


def _absence(row: Row, context: InstallContext) -> None:
    facts = row["absent"]
    person = _get(Account, "账号", login=row["login"]).person_id
    deputy = _get(Account, "代理人账号", login=facts["deputy"]).person_id
    if Absence.objects.filter(person_id=person, begins=facts["from"]).exists():
        return
    absences.enter(
        person_id=person,
        deputy_id=deputy,
        begins=facts["from"],
        ends=facts["to"],
        reason=facts["reason"],
        actor=context.actor,
        at=context.at,
    )


def _resident(row: Row, at: datetime) -> None:
    if vault.find(vault.RESIDENT_ID, row["resident_id"]) is not None:
        return
    person = Person.objects.create(name=row["name"], pinyin=sort_key(row["name"]), created_at=at)
    vault.put(person, vault.RESIDENT_ID, row["resident_id"], at=at)
    if row["phone"]:
        vault.put(person, vault.PHONE, row["phone"], at=at)


def _entity(row: Row, at: datetime) -> None:
    facts = {"name": row["name"], "legal_representative": row["legal_representative"]}
    entity, _made = LegalEntity.objects.update_or_create(
        code=row["code"], defaults=facts, create_defaults=facts | {"created_at": at}
    )
    for agent in row["agents"]:
        person = vault.find(vault.RESIDENT_ID, agent["resident_id"])
        if person is None:
            raise _Unknown(f"经办人“{agent['resident_id']}”不在居民名单中")
        Agency.objects.get_or_create(
            entity=entity,
            person_id=person,
            defaults={
                "manager": agent["manager"], "valid_from": SINCE, "accepted_at": at, "granted_by": "演示数据",
            },
        )  # fmt: skip
