"""What the search index knows of an item."""

from collections.abc import Iterator

from yipan.platform.search.domain import Entry

from .domain import Item

POPULAR = 60


def entry_of(item: Item) -> Entry:
    facets = [f"object:{'1' if item.for_persons else ''}{'2' if item.for_firms else ''}"]
    if item.for_persons:
        facets.append("person")
    if item.for_firms:
        facets.append("firm")
    if item.handling.online:
        facets.append("online")
    names = "、".join(material.name for material in item.materials)
    return Entry(
        kind="item",
        key=item.key,
        title=item.title,
        url=f"/items/{item.key}/",
        aliases=item.aliases,
        summary=item.summary,
        body=names,
        codes=(item.catalog_code, item.task_code, item.variant_code),
        facets=tuple(dict.fromkeys(facets)),
        unit_name=item.unit_name,
        region="440703",
        popularity=POPULAR if item.applies_online else 30,
    )


def all_entries() -> Iterator[Entry]:
    from . import queries

    for view in queries.in_force():
        yield entry_of(view.item)
