"""Items from pack files: every fault with its line, former versions rebuilt from what they had otherwise."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yipan.kernel import identifiers
from yipan.kernel.clock import Limit
from yipan.kernel.feel import FeelError, compile
from yipan.kernel.packs import Document, Fields, Finding

from .item import (
    Basis,
    Handling,
    Item,
    LimitText,
    Material,
    Option,
    Path,
    Point,
    Question,
    Reuse,
    Source,
    Special,
    Step,
    Tolerance,
)
from .standing import CANCELLED, SUSPENDED, Standing

SOURCES = ("form", "upload", "licence", "shared_data", "commitment", "choose")
PLACES = ("here", "interface", "jump", "returned")
UNITS = ("working_days", "calendar_days", "hours", "months")
DEFAULT_CORRECTION_DAYS = 15
LONGEST_TOLERANCE = 60
REUSED_MONTHS, LONGEST_REUSE = 12, 120
HANDED_IN = ("upload", "choose")
_DAYS = re.compile(r"延长(\d+)个工作日")
# Elements the guide shows as they stand; their shape is checked by ``_guide_parts``.
GUIDE_KEYS = (
    "project_type", "handle_type", "visits", "accept_conditions", "refuse_conditions", "windows", "contact",
    "supervision", "remedies", "faq", "to_confirm", "commitment", "notices", "follow_up", "titles", "fees",
    "former_versions", "change_note", "quantity_limit", "intermediary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemVersionText:
    """One version to publish: from which day, why, and the whole document of it."""

    effective_from: date
    change_note: str
    value: dict[str, Any]


def read_item(document: Document) -> tuple[Item | None, list[Finding]]:
    """The item of a file, or None, with every finding."""
    fields = document.fields()
    item = _Reader(document, fields).item()
    errors = [finding for finding in fields.findings if finding.is_error]
    return (None if errors else item), fields.findings


def versions_of(value: Mapping[str, Any]) -> list[ItemVersionText]:
    """All versions a document tells of, oldest first; a former version is the present one with some elements set."""
    present = {name: part for name, part in value.items() if name != "former_versions"}
    found = [ItemVersionText(value["effective_from"], value.get("change_note", ""), plain(present))]
    for former in value.get("former_versions") or []:
        old = copy.deepcopy(present)
        old["effective_from"], old["change_note"] = former["effective_from"], former.get("change_note", "")
        for place, part in (former.get("set") or {}).items():
            _set(old, place.split("."), part)
        found.append(ItemVersionText(former["effective_from"], old["change_note"], plain(old)))
    return sorted(found, key=lambda version: version.effective_from)


def _set(target: Any, place: list[str], part: Any) -> None:
    """Set one element by its dotted place; entries of lists are named by their ``key``."""
    head, *rest = place
    if isinstance(target, list):
        target = next(entry for entry in target if entry.get("key") == head)
        if not rest:
            target.update(part)
            return
        _set(target, rest, part)
        return
    if not rest:
        target[head] = part
        return
    _set(target[head], rest, part)


def plain(value: Any) -> Any:
    """JSON values: dates as texts, whole decimals as integers."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


class _Reader:
    def __init__(self, document: Document, fields: Fields) -> None:
        self.document, self.fields = document, fields

    def inner(self, key: str, *, required: bool = True) -> Fields:
        """The map below a key; it shares the findings."""
        value = self.fields.raw(key)
        if value is None and required:
            self.fields.fault(f"缺少必填项“{key}”")
        is_map = isinstance(value, dict)
        inner = value if isinstance(value, dict) else {}
        return Fields(self.document, (*self.fields.at, key), inner, is_map or value is None, self.fields.findings)

    def item(self) -> Item:
        fields = self.fields
        body, variant = self.inner("body"), self.inner("variant")
        catalog, unit_code = fields.text("catalog_code"), body.text("code")
        level, number = body.text("level"), variant.integer("number")
        variant.text("name")
        task = f"{unit_code}{level}{catalog}"
        checked = identifiers.check_task_code(task)
        if not checked.ok:
            fields.fault(f"实施编码“{task}”不正确：{checked.message}", "catalog_code")
        process, form = fields.text("process", required=False), fields.text("form", required=False)
        promised = self.limit("promised_limit")
        themes = self.inner("themes", required=False)
        result = self.inner("result")
        for name in ("type", "name"):
            result.text(name)
        extension = fields.text("extension", required=False)
        found = _DAYS.search(extension)
        if extension and not found:
            fields.fault("“extension”须写明可以延长几个工作日，例如“经批准可以延长10个工作日”", "extension")
        for name in GUIDE_KEYS:
            fields.raw(name)
        fields.flag("public_safety")
        fields.choice("disputes", ("wait", "go_on"), required=False)
        self.prior_results()
        questions = tuple(self.questions())
        item = Item(
            key=fields.text("key"),
            title=fields.text("title"),
            catalog_code=catalog,
            task_code=task,
            variant_code=f"{task}{number:02d}",
            unit=body.text("unit"),
            unit_name=body.text("name"),
            unit_code=unit_code,
            summary=fields.text("summary"),
            effective_from=fields.day("effective_from") or date.min,
            legal_limit=self.limit("legal_limit"),
            promised_limit=promised,
            handling=self.handling(),
            materials=tuple(self.materials({question.key for question in questions})),
            questions=questions,
            paths=tuple(self.paths(promised, process)),
            steps=tuple(self.steps()),
            bases=tuple(self.bases()),
            aliases=tuple(fields.texts("aliases")),
            process=process,
            form=form,
            consult_unit=body.text("consult_unit", required=False),
            specials=tuple(self.specials({question.key for question in questions})),
            extension_days=int(found.group(1)) if found else 0,
            correction_days=fields.integer("correction_days", required=False, default=DEFAULT_CORRECTION_DAYS),
            licence_template=result.text("licence_template", required=False),
            converted=self.limit("converted_limit") if fields.raw("converted_limit") is not None else None,
            former_process=fields.text("former_process", required=False),
            personal_themes=tuple(themes.texts("personal")),
            legal_themes=tuple(themes.texts("legal")),
            server_types=tuple(fields.texts("server_type", required=True)),
            standing=self.standing(),
            raw=plain(fields.map),
        )
        fields.nothing_else()
        return item

    # -- parts -------------------------------------------------------------------------------------------------------
    def feel(self, fields: Fields, key: str) -> str:
        text = fields.text(key, required=False)
        if text:
            try:
                compile(text)
            except FeelError as problem:
                fields.fault(f"条件“{text}”无法读成 FEEL：{problem}", key)
        return text

    def limit(self, key: str, fields: Fields | None = None) -> LimitText:
        part = self.inner(key) if fields is None else fields
        if part.flag("none"):
            return LimitText(None, part.text("explain", required=False), part.text("basis", required=False))
        amount, unit = part.integer("amount"), part.choice("unit", UNITS)
        made = Limit(max(amount, 0), unit) if unit else None  # type: ignore[arg-type]
        return LimitText(made, part.text("explain", required=False), part.text("basis", required=False))

    def prior_results(self) -> None:
        """前置条件: each names the result, its law, and the licence kind or the materials that prove it."""
        codes = {str(one.get("code")) for one in self.fields.raw("materials") or () if isinstance(one, dict)}
        for entry in self.fields.maps("prior_results"):
            entry.text("name")
            entry.text("basis")
            licence, proofs = entry.text("licence", required=False), entry.texts("materials")
            if not licence and not proofs:
                entry.fault("须写明由哪种证照（licence）或者哪些材料（materials）证明", "name")
            for code in proofs:
                if code not in codes:
                    entry.fault(f"没有材料“{code}”", "materials")
            entry.nothing_else()

    def standing(self) -> Standing:
        if self.fields.raw("standing") is None:
            return Standing()
        part = self.inner("standing")
        found = Standing(
            state=part.choice("state", (SUSPENDED, CANCELLED)),
            reason=part.text("reason"),
            basis=part.text("basis", required=False),
            until=part.day("until", required=False),
            turn_to=part.text("turn_to", required=False),
        )
        if found.cancelled and not found.basis:
            part.fault("取消事项须写明依据（basis）", "basis")
        part.nothing_else()
        return found

    def handling(self) -> Handling:
        part = self.inner("handling")
        return Handling(
            place=part.choice("place", PLACES, default="here"),
            online=part.flag("online"),
            system=part.text("system", required=False),
            url=part.text("url", required=False),
            note=part.text("note", required=False),
            online_depth=part.text("online_depth", required=False),
            schedule=part.flag("schedule"),
            express=part.flag("express"),
            terminals=part.flag("terminals"),
        )

    def situation(self) -> Fields:
        return self.inner("situation", required=False)

    def questions(self) -> Iterator[Question]:
        for entry in self.situation().maps("questions"):
            kind = entry.choice("kind", ("yesno", "choice"))
            options = tuple(Option(option.text("value"), option.text("label")) for option in entry.maps("options"))
            if kind == "choice" and len(options) < 2:
                entry.fault("单选题至少要有两个选项“options”")
            yield Question(
                entry.text("key"),
                entry.text("text"),
                kind,
                options,
                self.feel(entry, "when"),
                entry.text("help", required=False),
            )
            entry.nothing_else()

    def paths(self, promised: LimitText, process: str) -> Iterator[Path]:
        entries = list(self.situation().maps("paths"))
        if not entries:
            limit = promised.limit or Limit(0, "working_days")
            yield Path("general", "一般程序", limit, promised, process)
            return
        for at, entry in enumerate(entries):
            when = self.feel(entry, "when")
            if not when and at < len(entries) - 1:
                entry.fault("只有最后一条路径可以没有条件“when”")
            own = (
                self.limit("promised_limit", self._below(entry, "promised_limit"))
                if entry.raw("promised_limit")
                else None
            )
            words = own or promised
            yield Path(
                key=entry.text("key"),
                name=entry.text("name"),
                promise=words.limit or Limit(0, "working_days"),
                promised=words,
                process=entry.text("process", required=False) or process,
                when=when,
                summary=entry.text("summary", required=False),
                handled=entry.flag("handled", default=True),
                other_item=entry.text("other_item", required=False),
                on_site=entry.flag("on_site"),
                variables=entry.raw("variables") or {},
            )
            entry.nothing_else()

    def _below(self, entry: Fields, key: str) -> Fields:
        value = entry.raw(key)
        inner = value if isinstance(value, dict) else {}
        return Fields(self.document, (*entry.at, key), inner, value is None or isinstance(value, dict), entry.findings)

    def materials(self, answers: set[str]) -> Iterator[Material]:
        known: set[str] = set()
        for entry in self.fields.maps("materials", required=True):
            code = entry.text("code")
            if code in known:
                entry.fault(f"材料编号“{code}”重复", "code")
            known.add(code)
            when = self.feel(entry, "when")
            self._names(entry, when, answers)
            commitment = self._below(entry, "commitment")
            source = entry.choice("source", SOURCES, default="upload")
            yield Material(
                code=code,
                name=entry.text("name"),
                source=Source(
                    source,
                    entry.text("licence_type", required=False),
                    entry.text("data_resource", required=False),
                    entry.text("form", required=False),
                    entry.text("holder", required=False),
                    entry.flag("in_examination"),
                ),
                when=when,
                explain=entry.text("fill_explain", required=False) or entry.text("source_explain", required=False),
                accept_stand=entry.text("accept_stand", required=False),
                by_law=entry.text("by_law", required=False),
                formats=tuple(entry.texts("formats")),
                max_mb=entry.integer("max_mb", required=False),
                paper=entry.text("material_type", required=False, default="2"),
                medium=entry.text("material_format", required=False),
                copies=entry.integer("copies", required=False, default=1),
                sample=entry.text("sample", required=False),
                sample_paper=entry.text("sample_paper", required=False),
                template=entry.text("template", required=False),
                template_paper=entry.text("template_paper", required=False),
                commitment=commitment.map.get("text", ""),
                recheck=commitment.map.get("recheck", ""),
                tolerance=self._tolerance(entry),
                reuse=self._reuse(entry, source),
                not_needed_when=entry.text("not_needed_when", required=False),
                needed=entry.text("is_need", required=False, default="1"),
            )
            entry.raw("source_explain")
            entry.nothing_else()

    def _tolerance(self, entry: Fields) -> Tolerance | None:
        told = self._below(entry, "tolerance")
        if not told.map:
            return None
        days = told.integer("days")
        if not 1 <= days <= LONGEST_TOLERANCE:
            told.fault(f"容缺补齐的工作日数应当为 1 至 {LONGEST_TOLERANCE}", "days")
        found = Tolerance(
            days=days,
            note=told.text("note", required=False),
            on_breach=told.choice("on_breach", ("terminate", "hold"), required=False, default="terminate"),
            licence_first=told.flag("licence_first"),
        )
        told.nothing_else()
        return found

    def _reuse(self, entry: Fields, source: str) -> Reuse | None:
        """What is handed in may serve again for a year, unless the item says otherwise (0 months: never)."""
        told = self._below(entry, "reuse")
        found = Reuse(
            months=told.integer("months", required=False, default=REUSED_MONTHS),
            kind=told.text("kind", required=False),
            ask_until=told.flag("ask_until"),
        )
        if not 0 <= found.months <= LONGEST_REUSE:
            told.fault(f"材料可以复用的月数应当为 0 至 {LONGEST_REUSE}", "months")
        if told.map and source not in HANDED_IN:
            entry.fault("只有申请人提交的材料可以复用，证照和数据每次重新调取", "reuse")
        told.nothing_else()
        return found if source in HANDED_IN and found.months else None

    def _names(self, entry: Fields, when: str, answers: set[str]) -> None:
        """A condition may only ask what the situation answers; a slip would silently leave a material out."""
        if not when:
            return
        try:
            names = set(compile(when).names)
        except FeelError:
            return
        unknown = sorted(names - answers - {"path"})
        if unknown:
            entry.fault(f"条件中的“{'、'.join(unknown)}”不是本事项的情形问题", "when")

    def steps(self) -> Iterator[Step]:
        for entry in self.fields.maps("steps"):
            points = tuple(
                Point(point.text("text"), point.choice("kind", ("form", "substance"))) for point in entry.maps("points")
            )
            yield Step(
                entry.text("name"),
                entry.text("role", required=False),
                entry.text("days", required=False),
                entry.text("result", required=False),
                points,
                self.feel(entry, "when"),
                entry.text("act", required=False),
            )
            entry.nothing_else()

    def bases(self) -> Iterator[Basis]:
        for entry in self.fields.maps("legal_bases"):
            yield Basis(
                entry.text("title"),
                entry.text("doc_no", required=False),
                entry.text("article", required=False),
                entry.text("text", required=False),
                entry.day("effective", required=False),
            )
            entry.nothing_else()

    def specials(self, answers: set[str]) -> Iterator[Special]:
        for entry in self.fields.maps("special_procedures"):
            kind, when = entry.text("kind"), self.feel(entry, "when")
            self._names(entry, when, answers)
            entry.text("note", required=False)
            if not kind.isdigit():
                entry.fault("“kind”应当是特别程序代码表中的代码", "kind")
                continue
            yield Special(
                int(kind),
                entry.text("basis", required=False),
                entry.integer("max_days", required=False),
                entry.flag("required"),
                when,
            )
            entry.nothing_else()


def item_of(value: Mapping[str, Any]) -> Item:
    """The item of a published version (its JSON document, which was checked when it was published)."""
    document = Document("published", dated(value), {})
    item, findings = read_item(document)
    if item is None:
        raise ValueError("; ".join(str(finding) for finding in findings))
    return item


def dated(value: Any, key: str = "") -> Any:
    """Days of a JSON document as days again."""
    if isinstance(value, Mapping):
        return {name: dated(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [dated(part) for part in value]
    if key in ("effective_from", "effective", "until") and isinstance(value, str):
        return date.fromisoformat(value)
    return value
