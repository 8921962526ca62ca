"""Administrators: which versions of which items are published, and what changed between two."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from yipan.platform.ui import listing, render
from yipan.platform.ui.access import needs

from .. import queries
from ..domain.completeness import completeness

GOOD, FAIR = 90, 70  # of how complete a guide is, for the colour


class ItemList(listing.ListPage):
    """The version of every item that is in force."""

    key, title, face = "catalogue.items", "事项", "administration"
    intro = "正在使用的事项版本。事项随内容包发布；受理后的办件按受理时的版本办完。"
    default_order = "title"
    columns = (
        listing.Column(
            "title", "事项", link=lambda row: reverse("catalogue:versions", args=[row.key]), sub=lambda row: row.code,
            sort=True, fixed=True,
        ),
        listing.Column("unit_name", "实施单位"),
        listing.Column("handling", "在哪里办"),
        listing.Column("promised", "承诺时限", nowrap=True),
        listing.Column("legal", "法定时限", nowrap=True, shown=False),
        listing.Column(
            "complete", "完整度", "status", value=lambda row: f"{row.complete}%",
            tone=lambda row: "green" if row.complete >= GOOD else "orange" if row.complete >= FAIR else "red",
        ),
        listing.Column("number", "版本", "number"),
        listing.Column("effective_from", "生效", "day", sort=True),
    )  # fmt: skip
    filters = (
        listing.Text("q", "名称或编码"),
        listing.Choice("unit", "实施单位", lambda _request: queries.units_with_items()),
    )
    empty_title = "还没有发布事项"
    template = "catalogue/admin_items.html"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return queries.items_query()


@needs("catalogue.manage")
def versions(request: HttpRequest, key: str) -> HttpResponse:
    views = queries.versions(key)
    if not views:
        raise Http404("没有这个事项")
    return render(request, "catalogue/admin_versions.html", {"face": "administration", "views": views})


@needs("catalogue.manage")
def version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One version against the one before it, element by element."""
    views = queries.versions(key)
    here = next((view for view in views if view.number == number), None)
    if here is None:
        raise Http404("没有这个版本")
    earlier = next((view for view in views[views.index(here) + 1 :]), None)
    context = {
        "face": "administration",
        "view": here,
        "earlier": earlier,
        "changes": changes(earlier.item.raw, here.item.raw) if earlier else [],
        "complete": completeness(here.item),
    }
    return render(request, "catalogue/admin_version.html", context)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Differing elements as (place, before, after), in the order of the document."""
    before, after = dict(_flat(old)), dict(_flat(new))
    places = [*after, *(place for place in before if place not in after)]
    return [
        (place, before.get(place, ""), after.get(place, ""))
        for place in places
        if before.get(place) != after.get(place)
    ]


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(part, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            name = part.get("key") or part.get("code") or at + 1 if isinstance(part, Mapping) else at + 1
            yield from _flat(part, f"{place}[{name}]")
    else:
        yield place, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
