"""Reads of items. A version is immutable, so its item is parsed once per process and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from yipan.kernel.clock import day_of
from yipan.platform import calendar, people, records, search
from yipan.platform.ui import listing, memo

from .domain import Item, Names, item_of
from .domain.completeness import completeness
from .models import BaseItem, CodeTable, GuideReport, ItemDraft, ItemVersion, SavedAnswers


class ItemNotFound(LookupError):
    """No such item, or none in force on that day."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One version of an item."""

    version_id: int
    number: int
    effective_from: date
    change_note: str
    item: Item
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """Saved answers of a situation."""

    token: str
    item_key: str
    version_id: int
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TitleRow:
    key: str
    title: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of a fault in a guide; ``late`` when it waits longer than it may."""

    id: int
    item_key: str
    item_title: str
    part: str
    text: str
    at: datetime
    due: datetime | None
    late: bool
    answered_at: datetime | None
    answer: str
    answered_by: str


def _view(row: ItemVersion) -> ItemView:
    return ItemView(row.pk, row.number, row.effective_from, row.change_note, _kept(row), row.published_at)


def _kept(row: ItemVersion) -> Item:
    return _parsed(row.pk, row.sha256)


@lru_cache(maxsize=2048)
def _parsed(version_id: int, sha256: str) -> Item:  # noqa: ARG001 - the digest tells rolled-back test rows apart
    return item_of(ItemVersion.objects.values_list("data", flat=True).get(pk=version_id))


def item_at(key: str, at: datetime) -> ItemView:
    """The version in force at a moment. Raises ItemNotFound."""
    row = (
        ItemVersion.objects.defer("data")
        .filter(key=key, effective_from__lte=day_of(at))
        .order_by("-effective_from", "-number")
        .first()
    )
    if row is None:
        raise ItemNotFound(key)
    return _view(row)


def item_version(version_id: int) -> ItemView:
    row = ItemVersion.objects.defer("data").filter(pk=version_id).first()
    if row is None:
        raise ItemNotFound(str(version_id))
    return _view(row)


def item_version_number(key: str, number: int) -> ItemView:
    """A version by its number, read once within a request. Raises ItemNotFound."""
    return memo.once(("item", key, number), lambda: _version_number(key, number))


def _version_number(key: str, number: int) -> ItemView:
    row = ItemVersion.objects.defer("data").filter(key=key, number=number).first()
    if row is None:
        raise ItemNotFound(f"{key} {number}")
    return _view(row)


def versions(key: str) -> list[ItemView]:
    """All versions of an item, newest first."""
    rows = ItemVersion.objects.defer("data").filter(key=key).order_by("-effective_from", "-number")
    return [_view(row) for row in rows]


def former(view: ItemView) -> ItemView | None:
    """The version before this one; None for the first."""
    row = (
        ItemVersion.objects.defer("data")
        .filter(key=view.item.key, effective_from__lte=view.effective_from)
        .exclude(effective_from=view.effective_from, number__gte=view.number)
        .order_by("-effective_from", "-number")
        .first()
    )
    return _view(row) if row else None


def in_force(at: datetime | None = None, *, keys: Sequence[str] | None = None) -> list[ItemView]:
    """Every item in force (or those of ``keys``), by title; one statement, plus one for each version this process has
    not read yet."""
    day = day_of(at or calendar.now())
    rows = ItemVersion.objects.defer("data").filter(effective_from__lte=day)
    if keys is not None:
        rows = rows.filter(key__in=keys)
    rows = rows.order_by("key", "-effective_from", "-number").distinct("key")
    return sorted((_view(row) for row in rows), key=lambda view: view.item.title)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in the administrator's list."""

    id: int
    key: str
    title: str
    code: str
    unit_name: str
    handling: str
    promised: str
    legal: str
    number: int
    effective_from: date
    complete: int


def items_query() -> listing.TableQuery:
    """The version in force of every item, each page in one statement."""
    newest = ItemVersion.objects.filter(effective_from__lte=day_of(calendar.now())).order_by(
        "key", "-effective_from", "-number"
    )
    return listing.TableQuery(
        queryset=ItemVersion.objects.filter(pk__in=newest.distinct("key").values("pk")),
        fields=("id", "key", "number", "title", "effective_from", "data"),
        orders={"title": "title", "effective_from": "effective_from"},
        narrow=_narrow_items,
        row=_item_row,
    )


def _narrow_items(rows: QuerySet[ItemVersion], filters: Mapping[str, Any]) -> QuerySet[ItemVersion]:
    if words := filters.get("q"):
        rows = rows.filter(Q(title__contains=words) | Q(key__contains=words) | Q(data__variant_code__startswith=words))
    return rows.filter(unit_key=filters["unit"]) if "unit" in filters else rows


def _item_row(values: dict[str, Any]) -> ItemRow:
    item = item_of(values["data"])
    return ItemRow(
        values["id"], item.key, values["title"], item.variant_code, item.unit_name, item.handling.words,
        item.promised_limit.words, item.legal_limit.words, values["number"], values["effective_from"],
        completeness(item).score,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of an item in the list."""

    id: int
    item_title: str
    unit_name: str
    state: str
    state_title: str
    change_note: str
    effective_from: date | None
    written_by: str
    written_at: datetime


def _changes(actor: records.Actor, right: str) -> QuerySet[ItemDraft]:
    """The changes of the units a right reaches."""
    scope = people.scope_filter(actor, right)
    rows = ItemDraft.objects.all()
    return rows if scope.kind == "district" else rows.filter(unit_key__in=scope.unit_keys)


def changes_query(actor: records.Actor, right: str) -> listing.TableQuery:
    names = people.queries.short_names()
    titles = dict(ItemDraft.State.choices)
    return listing.TableQuery(
        queryset=_changes(actor, right),
        fields=("id", "item_title", "unit_key", "state", "change_note", "effective_from", "written_by", "written_at"),
        orders={"written_at": "written_at"},
        narrow=_narrow_changes,
        row=lambda v: ChangeRow(
            v["id"], v["item_title"], names.get(v["unit_key"], v["unit_key"]), v["state"], titles[v["state"]],
            v["change_note"], v["effective_from"], v["written_by"], v["written_at"],
        ),
    )  # fmt: skip


def _narrow_changes(rows: QuerySet[ItemDraft], filters: Mapping[str, Any]) -> QuerySet[ItemDraft]:
    if words := filters.get("q"):
        rows = rows.filter(item_title__contains=words)
    return rows.filter(state__in=filters["state"]) if filters.get("state") else rows


def change(draft_id: int, actor: records.Actor, right: str) -> ItemDraft:
    """One change. Raises Http404 for one that is not there or not of the reader's units."""
    found = _changes(actor, right).select_related("base", "published").filter(pk=draft_id).first()
    if found is None:
        raise Http404("没有这项变更")
    return found


def units_with_items() -> list[tuple[str, str]]:
    """Units that carry out an item, for a choice."""
    keys = set(ItemVersion.objects.values_list("unit_key", flat=True))
    return [(key, name) for key, name in people.queries.short_names().items() if key in keys]


def titles() -> list[tuple[str, str]]:
    """(key, title) of every item there ever was, under its newest title, for a choice (one statement)."""
    newest = ItemVersion.objects.order_by("key", "-number").distinct("key").values_list("key", "title")
    return sorted(newest, key=lambda pair: pair[1])


def applied_for_here() -> list[tuple[str, str]]:
    """(key, title) of the items in force that are applied for on this platform."""
    return [(view.item.key, view.item.title) for view in in_force() if view.item.applies_online]


def of_base(catalog_code: str) -> list[ItemView]:
    """The items in force of an entry of the base catalogue."""
    return [view for view in in_force() if view.item.catalog_code == catalog_code]


def offered() -> list[ItemView]:
    """What people are shown: every item in force that was not cancelled."""
    return [view for view in in_force() if not view.item.standing.cancelled]


def by_theme(kind: str, code: str) -> list[ItemView]:
    """Items of a personal or legal theme."""
    attribute = "personal_themes" if kind == "personal" else "legal_themes"
    return [view for view in offered() if code in getattr(view.item, attribute)]


def by_unit(unit_key: str) -> list[ItemView]:
    return [view for view in offered() if view.item.unit == unit_key]


def saved_answers(token: str) -> Answered | None:
    row = SavedAnswers.objects.filter(token=token).first()
    return Answered(row.token, row.item_key, row.version_id, row.answers) if row else None  # type: ignore[attr-defined]


def codes(table: str) -> Sequence[tuple[str, str]] | None:
    """Code and name pairs of a table in order, or None for a table that does not exist."""
    found = CodeTable.objects.filter(key=table).values_list("codes", flat=True).first()
    return None if found is None else [(str(code["code"]), str(code["name"])) for code in found]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the register that a source of data stands for: a unit here, else an outside platform by name."""

    name: str
    unit: str
    days: int


KEEPER_DAYS = 5


def keeper(source: str) -> Keeper:
    """The keeper of a source (code table data_keeper); without an entry the platform that gave the value."""
    found = CodeTable.objects.filter(key="data_keeper").values_list("codes", flat=True).first() or []
    entry = next((code for code in found if code["code"] == source), {})
    return Keeper(str(entry.get("name", source)), str(entry.get("unit", "")), int(entry.get("days") or KEEPER_DAYS))


@dataclass(frozen=True, slots=True)
class Hall:
    """A hall as guides name it."""

    name: str
    address: str
    hours: str


def halls() -> dict[str, Hall]:
    """The halls by key, with address and opening hours."""
    found = CodeTable.objects.filter(key="hall").values_list("codes", flat=True).first() or []
    return {
        str(code["code"]): Hall(str(code["name"]), str(code.get("address", "")), str(code.get("hours", "")))
        for code in found
    }


def names() -> Names:
    """Codes of every table, and keys of units, in words: two statements, however many are looked up. An unknown code
    is shown as it is."""
    tables = {
        key: {str(code["code"]): str(code["name"]) for code in codes}
        for key, codes in CodeTable.objects.values_list("key", "codes")
    }
    tables["unit"] = people.queries.unit_names()
    return lambda table, code: tables.get(table, {}).get(code, code)


def base_item(catalog_code: str) -> BaseItem | None:
    return BaseItem.objects.filter(code=catalog_code).first()


def search_titles(words: str, limit: int = 30) -> list[TitleRow]:
    """Items for a window clerk: what the search finds, or all items that can be applied for here."""
    if words:
        hits = search.queries.find(words, kinds=["item"]).hits
        known = {view.item.key: view.item for view in offered()}
        found = [known[hit.key] for hit in hits if hit.key in known]
    else:
        found = [view.item for view in offered()]
    return [TitleRow(item.key, item.title, item.unit_name) for item in found if item.applies_online][:limit]


# -- 指南有误 --------------------------------------------------------------------------------------------------------
def _reports(scope: people.access.UnitScope) -> QuerySet[GuideReport]:
    """The reports a keeper of guides may read: those of his units, or all of the district."""
    found = GuideReport.objects.all()
    return found if scope.kind == "district" else found.filter(unit_key__in=scope.unit_keys)


def reports_query(actor: records.Actor, right: str) -> listing.TableQuery:
    """Reports on the guides that a keeper keeps, for the list."""
    now = calendar.now()
    return listing.TableQuery(
        queryset=_reports(people.scope_filter(actor, right)),
        fields=REPORT_FIELDS,
        orders={"at": "at", "due": "due"},
        narrow=lambda found, filters: _narrowed_reports(found, filters, now),
        row=lambda values: _report_row(GuideReport(**values), now),
    )


def guide_report(report_id: int, actor: records.Actor, right: str) -> ReportRow:
    """One report that a keeper may read. Raises Http404."""
    found = _reports(people.scope_filter(actor, right)).filter(pk=report_id).first()
    if found is None:
        raise Http404("没有这条纠错")
    return _report_row(found, calendar.now())


REPORT_FIELDS = (
    "id", "item_key", "item_title", "part", "text", "at", "due", "answered_at", "answer", "answered_by",
)  # fmt: skip


def _narrowed_reports(found: QuerySet[GuideReport], filters: Mapping[str, Any], now: datetime) -> QuerySet[GuideReport]:
    if words := filters.get("q"):
        found = found.filter(Q(item_title__contains=words) | Q(text__contains=words))
    match filters.get("state"):
        case "open":
            found = found.filter(answered_at=None)
        case "late":
            found = found.filter(answered_at=None, due__lte=now)
        case "answered":
            found = found.filter(answered_at__isnull=False)
    return found


def _report_row(r: GuideReport, now: datetime) -> ReportRow:
    late = r.answered_at is None and r.due is not None and r.due <= now
    return ReportRow(
        r.pk, r.item_key, r.item_title, r.part, r.text, r.at, r.due, late, r.answered_at, r.answer, r.answered_by
    )
