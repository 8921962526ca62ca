"""What the search index knows of an item: the item itself, and each question its guide answers."""

from collections.abc import Iterator

from yipan.platform.search.domain import Entry
from yipan.platform.ui import site

from .domain import Item

POPULAR, ELSEWHERE, ANSWERS = 60, 30, 10


def entry_of(item: Item) -> Entry:
    facets = [f"object:{'1' if item.for_persons else ''}{'2' if item.for_firms else ''}"]
    if item.for_persons:
        facets.append("person")
    if item.for_firms:
        facets.append("firm")
    if item.handling.online:
        facets.append("online")
    if any(material.source.exempt for material in item.materials):
        facets.append("exempt")
    if item.promised is not None and item.promised.amount == 0:
        facets.append("instant")
    names = "、".join(material.name for material in item.materials)
    return Entry(
        kind="item",
        key=item.key,
        title=item.title,
        url=f"/items/{item.key}/",
        aliases=item.aliases,
        summary=item.standing.words or item.summary,
        body=names,
        codes=(item.catalog_code, item.task_code, item.variant_code),
        facets=tuple(dict.fromkeys(facets)),
        unit_name=item.unit_name,
        region=site.current().region_code,
        popularity=POPULAR if item.applies_online else ELSEWHERE,
    )


def answers_of(item: Item) -> Iterator[Entry]:
    """The frequent questions of an item: found on their own, answered where the guide answers them."""
    for number, entry in enumerate(item.raw.get("faq") or (), 1):
        yield Entry(
            kind="faq",
            key=f"{item.key}-{number}",
            title=str(entry["q"]),
            url=f"/items/{item.key}/#faq",
            summary=str(entry["a"]),
            body=item.title,
            unit_name=item.unit_name,
            region=site.current().region_code,
            popularity=ANSWERS,
        )


def all_answers() -> Iterator[Entry]:
    from . import queries

    for view in queries.offered():
        yield from answers_of(view.item)


def all_entries() -> Iterator[Entry]:
    from . import queries

    for view in queries.offered():
        yield entry_of(view.item)
