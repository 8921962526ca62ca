"""Pack folders ``notices`` (texts: a list ``notices``) and ``reminders`` (rules: a list ``reminders``)."""

from collections.abc import Sequence
from typing import Any

from yipan.kernel.packs import Document, Fields, Finding, InstallContext, Pack, PackFile

from . import domain


class NoticeLoader:
    """Reads texts of notices; an unchanged text changes nothing, a changed one replaces the current one."""

    folder = "notices"

    def check(self, file: PackFile) -> list[Finding]:
        return _read(file)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .models import Template

        known = dict(Template.objects.values_list("key", "sha256"))
        for values in _read(file)[0]:
            if known.get(values["key"]) == file.sha256:
                continue
            rest = {name: value for name, value in values.items() if name != "key"}
            Template.objects.update_or_create(
                key=values["key"],
                defaults=rest | {"pack": context.pack.key, "sha256": file.sha256, "installed_at": context.at},
            )

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]:  # noqa: ARG002
        """One key, one text: two files of a pack must not claim the same key."""
        seen: dict[str, str] = {}
        found: list[Finding] = []
        for file in files:
            for values in _read(file)[0]:
                if seen.setdefault(values["key"], file.place) != file.place:
                    found.append(file.finding(0, f"通知“{values['key']}”在 {seen[values['key']]} 中已有"))
        return found


def _read(file: PackFile) -> tuple[list[dict], list[Finding]]:
    document: Document = file.document
    top = document.fields()
    templates: list[dict] = []
    keys: set[str] = set()
    for one in top.maps("notices", required=True):
        values = _template(one)
        if values["key"] in keys:
            one.fault(f"通知“{values['key']}”重复", "key")
        keys.add(values["key"])
        templates.append(values)
    top.nothing_else()
    return templates, top.findings


def _template(one: Fields) -> dict:
    values = {
        "key": one.text("key"),
        "title": one.text("title"),
        "body": one.text("body"),
        "sms": one.text("sms", required=False),
        "link": one.text("link", required=False),
        "channels": one.texts("channels", required=True),
        "audience": one.choice("audience", list(domain.AUDIENCES)),
        "mandatory": one.flag("mandatory"),
    }
    one.nothing_else()
    for name in ("title", "body", "sms", "link"):
        for fault in domain.faults(values[name], sms=name == "sms"):
            one.fault(fault, name)
    for channel in values["channels"]:
        if channel not in domain.CHANNELS:
            one.fault(f"不认识的渠道“{channel}”，可用：{'、'.join(domain.CHANNELS)}", "channels")
    if domain.SMS in values["channels"] and not values["sms"]:
        for fault in domain.faults(values["body"], sms=True):
            one.fault(f"没有单独的短信文字，正文将作为短信发送：{fault}", "body")
    if values["link"] and not values["link"].startswith("/"):
        one.fault("链接应当是本平台内以“/”开头的路径", "link")
    return values


class ReminderLoader:
    """Rules of reminders; what stands in the packs counts, an unchanged rule changes nothing."""

    folder = "reminders"

    def check(self, file: PackFile) -> list[Finding]:
        return _read_rules(file)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:
        from .models import ReminderRule

        rules = _read_rules(file)[0]
        for values in rules:
            rest = {name: value for name, value in values.items() if name != "key"}
            ReminderRule.objects.update_or_create(
                key=values["key"], defaults=rest | {"pack": context.pack.key, "installed_at": context.at}
            )


def _read_rules(file: PackFile) -> tuple[list[dict], list[Finding]]:
    top = file.document.fields()
    rules = [_rule(one) for one in top.maps("reminders", required=True)]
    top.nothing_else()
    return rules, top.findings


def _rule(one: Fields) -> dict:
    values: dict[str, Any] = {name: one.text(name) for name in ("key", "source", "deadline", "template")}
    values["unit"] = one.choice("unit", ("working_days", "calendar_days"), required=False, default="working_days")
    values["to"] = one.texts("to", required=True)
    offsets = one.raw("offsets", [])
    if not isinstance(offsets, list) or not offsets or not all(isinstance(n, int) and abs(n) <= 400 for n in offsets):
        one.fault("提醒时间写整数天数的列表：负数为到期前，0 为最后一日，正数为到期后，例如 [-2, 0, 1]", "offsets")
        offsets = [0]
    values["offsets"] = sorted(set(offsets))
    one.nothing_else()
    return values
