"""Pack folder ``numbers``: how numbers are written, and the prefix (发文字头) of each unit."""

from yipan.kernel.packs import Finding, InstallContext, PackFile

from .domain import BadPattern, names_in

KNOWN = {"prefix", "word", "year", "unit", "number"}


class NumbersLoader:
    folder = "numbers"

    def check(self, file: PackFile) -> list[Finding]:
        fields = file.document.fields()
        for rule in fields.maps("rules", required=True):
            rule.text("key")
            rule.text("title")
            pattern = rule.text("pattern")
            try:
                names = names_in(pattern)
            except BadPattern as error:
                rule.fault(str(error), "pattern")
                names = []
            if pattern and names and names.count("number") != 1:
                rule.fault("“pattern”须恰好含有一处 {number}", "pattern")
            unknown = sorted(set(names) - KNOWN)
            if unknown:
                rule.fault(f"“pattern”中有不认识的名称：{'、'.join(unknown)}", "pattern")
            rule.nothing_else()
        prefixes = fields.raw("prefixes") or {}
        if not isinstance(prefixes, dict):
            fields.fault("“prefixes”应当是键值表：单位键: 字头", "prefixes")
            prefixes = {}
        taken: dict[str, str] = {}
        for unit, prefix in prefixes.items():
            if not isinstance(prefix, str) or not prefix.strip():
                fields.fault(f"单位“{unit}”的字头应当是文字", "prefixes", unit)
            elif prefix in taken:
                fields.fault(f"字头“{prefix}”已用于单位“{taken[prefix]}”，编号会重复", "prefixes", unit)
            else:
                taken[prefix] = unit
        fields.nothing_else()
        return fields.findings

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .models import Rule

        value = file.document.value
        for rule in value["rules"]:
            last = Rule.objects.filter(key=rule["key"]).order_by("-revision").first()
            new = {"title": rule["title"], "pattern": rule["pattern"], "prefixes": value.get("prefixes") or {}}
            if last is not None and all(getattr(last, name) == new[name] for name in new):
                continue
            Rule.objects.create(key=rule["key"], revision=last.revision + 1 if last else 1, at=context.at, **new)
