"""Reading ``people/*.yaml`` into plain maps, with every fault and its line; no database."""

from collections.abc import Collection
from typing import Any

from yipan.kernel import identifiers
from yipan.kernel.packs import NOTE, Document, Fields, Finding
from yipan.platform.records import rights

SCOPES = ("own", "section", "unit", "subordinate", "district")
KINDS = ("main", "concurrent", "seconded", "outsourced")
UNIT_KINDS = ("department", "town", "group", "centre")
SEPARATIONS = ("system", "security", "audit")
LEADS = ("section", "unit", "head")
LISTS = ("regions", "units", "roles", "posts", "persons", "residents", "entities")
Content = dict[str, Any]


def read(document: Document) -> tuple[Content, list[Finding]]:
    """The content of one file and its findings. Lists that are not written are empty."""
    top = document.fields()
    listed = _listed_rights(top)
    content: Content = {
        "demo_password": top.text("demo_password", required=False),
        "regions": [_region(row) for row in top.maps("regions")],
        "units": [_unit(row) for row in top.maps("units")],
        "roles": [_role(row, listed) for row in top.maps("roles")],
        "posts": [_post(row) for row in top.maps("posts")],
        "persons": [_person(row) for row in top.maps("persons")],
        "residents": [_resident(row) for row in top.maps("residents")],
        "entities": [_entity(row) for row in top.maps("entities")],
    }
    top.nothing_else()
    if content["persons"] and not content["demo_password"]:
        top.fault("有“persons”时须写“demo_password”（只用于演示库和测试库）", "persons")
    return content, top.findings


def _listed_rights(top: Fields) -> set[str]:
    """The rights this file says exist; one that no room declares is only a note: its room may not be installed."""
    table = top.raw("rights", {}) or {}
    if not isinstance(table, dict):
        top.fault("“rights”应当是键值表：权限名: 中文名称", "rights")
        return set()
    declared = {right.name for right in rights.all_rights()}
    for name in table:
        if name not in declared:
            top.fault(f"权限“{name}”所属的模块没有安装，角色暂时用不上它", "rights", name, severity=NOTE)
    return set(table) | declared


def _region(row: Fields) -> Content:
    values: Content = {
        "code": row.text("code"),
        "name": row.text("name"),
        "parent_code": row.text("parent_code", required=False),
        "mapped_to": row.text("mapped_to", required=False),
        "valid_from": row.day("valid_from", required=False),
        "valid_to": row.day("valid_to", required=False),
    }
    row.nothing_else()
    if values["code"] and not (values["code"].isdigit() and len(values["code"]) in (6, 9, 12)):
        row.fault("行政区划代码应为 6、9 或 12 位数字", "code")
    return values


def _unit(row: Fields) -> Content:
    values: Content = {
        "key": row.text("key"),
        "name": row.text("name"),
        "short": row.text("short", required=False),
        "code": row.text("code", required=False),
        "kind": row.choice("kind", UNIT_KINDS, required=False, default="department"),
        "region": row.text("region", required=False),
        "parent": row.text("parent", required=False),
        "valid_from": row.day("valid_from", required=False),
        "valid_to": row.day("valid_to", required=False),
        "former_names": [_former_name(one) for one in row.maps("former_names")],
        "sections": [{"key": one.text("key"), "name": one.text("name")} for one in row.maps("sections")],
    }
    row.nothing_else()
    if values["code"]:
        _code(row, values["code"])
    return values


def _former_name(row: Fields) -> Content:
    values = {"name": row.text("name"), "valid_from": row.day("valid_from", required=False)}
    values["valid_to"] = row.day("valid_to")
    row.nothing_else()
    return values


def _code(row: Fields, code: str) -> None:
    for error in identifiers.check_credit_code(code).errors:
        row.fault(error, "code")


def _role(row: Fields, known: Collection[str]) -> Content:
    values: Content = {
        "key": row.text("key"),
        "title": row.text("title"),
        "rights": row.texts("rights", required=True),
        "separation": row.choice("separation", SEPARATIONS, required=False),
        "official": row.flag("official"),
        "single": row.flag("single"),
        "leads": row.choice("leads", LEADS, required=False),
    }
    row.nothing_else()
    for n, name in enumerate(values["rights"]):
        if name not in known:
            row.fault(f"没有哪个模块声明权限“{name}”，请检查拼写，或在“rights”中列出", "rights", n)
    return values


def _post(row: Fields) -> Content:
    values: Content = {
        "key": row.text("key"),
        "unit": row.text("unit"),
        "section": row.text("section", required=False),
        "title": row.text("title"),
        "roles": [
            {"role": one.text("role"), "scope": one.choice("scope", SCOPES, required=False, default="unit")}
            for one in row.maps("roles")
        ],
    }
    row.nothing_else()
    return values


def _person(row: Fields) -> Content:
    """A demo person. ``posts``: keys, or {post, kind}; ``absent``: {deputy: login, from, to, reason}."""
    absent = row.raw("absent")
    values: Content = {
        "login": row.text("login"),
        "name": row.text("name"),
        "title": row.text("title", required=False),
        "phone": row.text("phone", required=False),
        "employer": row.text("employer", required=False),
        "posts": [],
        "absent": None,
    }
    for n, held in enumerate(row.raw("posts", []) or []):
        facts = {"post": held, "kind": "main" if n == 0 else "concurrent"} if isinstance(held, str) else held
        if not isinstance(facts, dict) or set(facts) != {"post", "kind"} or facts["kind"] not in KINDS:
            row.fault(f"岗位写作 岗位键 或 {{post: 岗位键, kind: {'|'.join(KINDS)}}}", "posts", n)
            continue
        values["posts"].append(facts)
    if absent is not None:
        inner = row.document.fields(*row.at, "absent")
        values["absent"] = {
            "deputy": inner.text("deputy"),
            "from": inner.day("from"),
            "to": inner.day("to"),
            "reason": inner.text("reason"),
        }
        inner.nothing_else()
        row.findings.extend(inner.findings)
    row.nothing_else()
    return values


def _resident(row: Fields) -> Content:
    values = {"name": row.text("name"), "resident_id": row.text("resident_id")}
    values["phone"] = row.text("phone", required=False)
    row.nothing_else()
    for error in identifiers.check_resident_id(values["resident_id"]).errors:
        row.fault(error, "resident_id")
    return values


def _entity(row: Fields) -> Content:
    values: Content = {
        "code": row.text("code"),
        "name": row.text("name"),
        "legal_representative": row.text("legal_representative", required=False),
        "agents": [
            {"resident_id": one.text("resident_id"), "manager": one.flag("manager")} for one in row.maps("agents")
        ],
    }
    row.nothing_else()
    _code(row, values["code"])
    return values
