"""Guides (办事指南) and the two ways to leaf through them: by theme and by department."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from yipan.platform import calendar, documents
from yipan.platform.ui import render
from yipan.platform.ui.access import public

from .. import queries
from ..domain import Item, Names, differences, elements, materials

THEME_TABLES = {"personal": "personal_theme", "legal": "legal_theme"}


def view_of(key: str) -> queries.ItemView:
    try:
        return queries.item_at(key, calendar.now())
    except queries.ItemNotFound as missing:
        raise Http404("没有这个事项，或者它还没有生效") from missing


@public
def item(request: HttpRequest, key: str) -> HttpResponse:
    """The guide of one item with everything the catalogue asks to publish."""
    view = view_of(key)
    found = view.item
    before = queries.former(view)
    names = queries.names()
    context = _guide(view, names) | {
        "face": "portal",
        "before": before,
        "changes": differences(before.item, found, names) if before else (),
        "related": [queries.item_at(path.other_item, calendar.now()) for path in found.paths if path.other_item],
        "print_url": reverse("catalogue:printed", args=[key]),
    }
    return render(request, "catalogue/item.html", context)


@public
def printed(request: HttpRequest, key: str) -> HttpResponse:
    """The guide on one sheet of paper, with a QR code that leads to the page, which may be newer than the paper."""
    context = _guide(view_of(key), queries.names()) | {"at": calendar.now()}
    return render(request, "catalogue/printed.html", context)


@public
def paper(request: HttpRequest, key: str, code: str, kind: str) -> HttpResponse:  # noqa: ARG001
    """An empty form or a sample of a material, as PDF."""
    found = next((one for one in view_of(key).item.materials if one.code == code), None)
    template = "" if found is None else found.sample_paper if kind == "sample" else found.template_paper
    if not template:
        raise Http404("这份材料没有样本")
    try:
        pdf = documents.render_pdf(template, {})
    except documents.DocumentProblem as problem:
        raise Http404("这份样本暂时不能提供") from problem
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f"inline; filename={kind}-{key}-{code}.pdf"
    return answer


def _guide(view: queries.ItemView, names: Names) -> dict[str, Any]:
    found = view.item
    base = queries.base_item(found.catalog_code)
    address = f"{settings.YIPAN_PUBLIC_URL}{reverse('catalogue:item', args=[found.key])}"
    return {
        "address": address,
        "qr_svg": documents.qr_svg(address),
        "item": found,
        "view": view,
        "raw": found.raw,
        "groups": elements(found, names),
        "materials": materials(found, names),
        "bases": [*(_basis(entry) for entry in (base.bases if base else [])), *_bases(found)],
        "kind": names("task_type", found.catalog_code[2:4]),
        "remedies": _pairs(found.raw.get("remedies"), REMEDY_WORDS),
        "windows": _windows(found),
    }


REMEDY_WORDS = {
    "review_body": "行政复议机关",
    "review_limit": "申请复议期限",
    "litigation_court": "诉讼管辖",
    "litigation_limit": "起诉期限",
}


def _bases(found: Item) -> list[dict[str, Any]]:
    return [
        {"title": basis.title, "doc_no": basis.doc_no, "article": basis.article, "text": basis.text}
        for basis in found.bases
    ]


def _basis(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry.get(name, "") for name in ("title", "doc_no", "article", "text")}


def _pairs(part: Any, words: dict[str, str]) -> list[tuple[str, str]]:
    return [(words.get(str(name)) or str(name), str(value)) for name, value in (part or {}).items()]


@dataclass(frozen=True, slots=True)
class Window:
    """Where an item is handed in."""

    hall: queries.Hall
    windows: str
    note: str


def _windows(found: Item) -> list[Window]:
    halls = queries.halls()
    return [
        Window(
            halls.get(window["hall"]) or queries.Hall(window["hall"], "", ""),
            window.get("windows", ""),
            window.get("note", ""),
        )
        for window in found.raw.get("windows") or []
    ]


@public
def themes(request: HttpRequest) -> HttpResponse:
    """All themes with how many items each has; empty ones are left out."""
    views = queries.offered()
    groups = []
    for kind, title, attribute in (("personal", "个人办事", "personal_themes"), ("legal", "企业办事", "legal_themes")):
        counts = Counter(code for view in views for code in getattr(view.item, attribute))
        entries = [(code, name, counts[code]) for code, name in queries.codes(THEME_TABLES[kind]) or () if counts[code]]
        groups.append((kind, title, entries))
    return render(request, "catalogue/themes.html", {"face": "portal", "groups": groups})


@public
def theme(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    table = THEME_TABLES.get(kind)
    name = dict(queries.codes(table) or ()).get(code) if table else None
    if name is None:
        raise Http404("没有这个主题")
    return _list(request, name, queries.by_theme(kind, code), "catalogue:themes", "主题")


@public
def departments(request: HttpRequest) -> HttpResponse:
    """Units that have items, with how many."""
    counts: Counter[tuple[str, str]] = Counter((view.item.unit, view.item.unit_name) for view in queries.offered())
    rows = [(key, name, count) for (key, name), count in sorted(counts.items(), key=lambda entry: entry[0][1])]
    return render(request, "catalogue/departments.html", {"face": "portal", "rows": rows})


@public
def department(request: HttpRequest, key: str) -> HttpResponse:
    views = queries.by_unit(key)
    if not views:
        raise Http404("这个单位没有事项")
    return _list(request, views[0].item.unit_name, views, "catalogue:departments", "部门")


def _list(request: HttpRequest, title: str, views: list[queries.ItemView], back: str, back_title: str) -> HttpResponse:
    context = {"face": "portal", "title": title, "views": views, "back": back, "back_title": back_title}
    return render(request, "catalogue/list.html", context)
