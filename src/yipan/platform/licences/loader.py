"""Pack folder ``licences``: YAML files with a list ``licences`` of kinds."""

import json
import re
from collections.abc import Sequence
from typing import Any

from yipan.kernel.packs import Fields, Finding, InstallContext, Pack, PackFile
from yipan.platform.numbers import BadPattern

from .domain import Field, Kind, NumberRule

_TYPE_CODE = re.compile(r"[0-9A-Z]{21}")


class LicenceLoader:
    folder = "licences"

    def check(self, file: PackFile) -> list[Finding]:
        return _read(file)[1]

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """One key, one kind."""
        seen: dict[str, str] = {}
        found: list[Finding] = []
        for file in files:
            for definition in _read(file)[0]:
                if seen.setdefault(definition["key"], file.place) != file.place:
                    found.append(file.finding(0, f"证照“{definition['key']}”在 {seen[definition['key']]} 中已有"))
        return found

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .models import LicenceKind

        for definition in _read(file)[0]:
            last = LicenceKind.objects.filter(key=definition["key"]).order_by("-version").first()
            if last is not None and last.definition == definition:
                continue
            LicenceKind.objects.create(
                key=definition["key"],
                version=last.version + 1 if last else 1,
                pack=context.pack.key,
                title=definition["title"],
                definition=definition,
                installed_at=context.at,
            )


def kind_of(definition: dict[str, Any]) -> Kind:
    """The kind behind a stored definition."""
    number = definition["number"]
    return Kind(
        key=definition["key"],
        title=definition["title"],
        type_code=definition["type_code"],
        document=definition["document"],
        number=NumberRule(
            number["style"], number["pattern"], number["region"], tuple(number["kind_from"]), number["kinds"]
        ),
        years=definition["valid_years"] or None,
        holder_label=definition["holder_label"],
        code_label=definition["code_label"],
        fields=tuple(
            Field(f["label"], tuple(f["from"]), f["words"], f["masked"], f["public"], f["required"])
            for f in definition["fields"]
        ),
        note=definition["note"],
    )


def _read(file: PackFile) -> tuple[list[dict[str, Any]], list[Finding]]:
    top = file.document.fields()
    kinds = [_kind(one) for one in top.maps("licences", required=True)]
    top.nothing_else()
    return json.loads(json.dumps(kinds)), top.findings


def _kind(one: Fields) -> dict[str, Any]:
    definition = {
        "key": one.text("key"),
        "title": one.text("title"),
        "type_code": one.text("type_code", required=False),
        "document": one.text("document"),
        "valid_years": one.integer("valid_years", required=False),
        "holder_label": one.text("holder_label", required=False, default="持证主体"),
        "code_label": one.text("code_label", required=False, default="统一社会信用代码"),
        "note": one.text("note", required=False),
    }
    if definition["type_code"] and not _TYPE_CODE.fullmatch(definition["type_code"]):
        one.fault("“type_code”应为 21 位（18 位定义机构信用代码加 3 位），没有国家代码的省略此项", "type_code")
    if not 0 <= definition["valid_years"] <= 50:
        one.fault("“valid_years”应为 1 至 50，长期有效的省略此项", "valid_years")
    definition["number"] = _number(one)
    definition["fields"] = [_field(field) for field in one.maps("fields", required=True)]
    one.nothing_else()
    return definition


def _number(one: Fields) -> dict[str, Any]:
    from yipan.platform.numbers.domain import names_in

    raw = one.raw("number")
    rule = Fields(one.document, (*one.at, "number"), raw if isinstance(raw, dict) else {}, isinstance(raw, dict),
                  one.findings)  # fmt: skip
    style = rule.choice("style", ["food", "pattern"])
    made = {"style": style, "pattern": "", "region": "", "kind_from": [], "kinds": {}}
    if style == "pattern":
        made["pattern"] = pattern = rule.text("pattern")
        try:
            names = names_in(pattern)
        except BadPattern as error:
            rule.fault(str(error), "pattern")
        else:
            if names.count("number") != 1 or set(names) - {"number", "year"}:
                rule.fault("“pattern”须恰好含有一处 {number}，另可有 {year}", "pattern")
    elif style == "food":
        made["region"] = rule.text("region")
        made["kind_from"] = rule.texts("kind_from", required=True)
        made["kinds"] = _words(rule, "kinds")
        if not made["kinds"] or set(made["kinds"].values()) - {"1", "2", "3"}:
            rule.fault('“kinds”应把主体业态对应到 "1"、"2" 或 "3"', "kinds")
    rule.nothing_else()
    return made


def _words(fields: Fields, key: str) -> dict[str, str]:
    raw = fields.raw(key) or {}
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        fields.fault(f"“{key}”应当是文字对文字的键值表", key)
        return {}
    return {str(name): value for name, value in raw.items()}


def _field(one: Fields) -> dict[str, Any]:
    field = {
        "label": one.text("label"),
        "from": one.texts("from", required=True),
        "words": _words(one, "words"),
        "masked": one.flag("masked"),
        "public": one.flag("public", default=True),
        "required": one.flag("required"),
    }
    one.nothing_else()
    return field
