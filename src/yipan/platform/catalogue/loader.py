"""Pack folders ``items``, ``base_items`` and ``codes``."""

from yipan.kernel.packs import Finding, InstallContext, PackFile

from . import actions
from .domain import item_of, read_item, versions_of


class ItemLoader:
    folder = "items"

    def check(self, file: PackFile) -> list[Finding]:
        item, findings = read_item(file.document)
        if item is None:
            return findings
        if item.key != file.stem:
            findings.append(file.document.finding(f"“key”应当与文件名相同：{file.stem}", "key"))
        try:
            for version in versions_of(file.document.value):
                item_of(version.value)
        except (KeyError, StopIteration, TypeError, ValueError) as problem:
            findings.append(file.document.finding(f"历史版本无法还原：{problem}", "former_versions"))
        return findings

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .actions import drafting, upstream
        from .models import ItemVersion

        versions = versions_of(file.document.value)
        newest = versions[-1].value
        known = ItemVersion.objects.filter(key=newest["key"], sha256=drafting.digest_of(newest)).exists()
        if not known and drafting.changed_here(newest["key"]):
            upstream.hold_pack(newest, at=context.at)  # what a unit released is not published over
            return
        actions.publish_item(versions, actor=context.actor, at=context.at)


class CodesLoader:
    folder = "codes"

    def check(self, file: PackFile) -> list[Finding]:
        fields = file.document.fields()
        key = fields.text("key")
        if key != file.stem:
            fields.fault(f"“key”应当与文件名相同：{file.stem}", "key")
        fields.text("title")
        for name in ("source", "confidence", "note"):
            fields.raw(name)
        seen: set[str] = set()
        for entry in fields.maps("codes", required=True):
            code = entry.text("code")
            if code in seen:
                entry.fault(f"代码“{code}”重复", "code")
            seen.add(code)
            entry.text("name")
            for name in ("address", "hours", "unit"):  # of halls, of keepers of registers
                entry.text(name, required=False)
            entry.integer("days", required=False, default=0)
            entry.nothing_else()
        fields.nothing_else()
        return fields.findings

    def install(self, file: PackFile, context: InstallContext) -> None:  # noqa: ARG002
        value = file.document.value
        actions.replace_codes(value["key"], value["title"], value.get("source", ""), value["codes"])


class BaseItemLoader:
    folder = "base_items"

    def check(self, file: PackFile) -> list[Finding]:
        fields = file.document.fields()
        fields.text("source")
        for entry in fields.maps("items", required=True):
            code = entry.text("code")
            if not (code.isdigit() and len(code) == 12):
                entry.fault("基本编码应当是12位数字", "code")
            entry.text("name")
            entry.text("type")
            entry.raw("bases")
            entry.nothing_else()
        fields.nothing_else()
        return fields.findings

    def install(self, file: PackFile, context: InstallContext) -> None:  # noqa: ARG002
        actions.replace_base_items(file.document.value["source"], file.document.value["items"])
