"""What follows when the day of a version comes: the search knows it, and rooms to the right are told by event."""

from datetime import datetime

from django.db import transaction

from yipan.kernel.clock import day_of
from yipan.platform import records, search

from .. import entries
from ..domain import Item
from ..models import ItemTurn, ItemVersion
from ..queries import item_at

TURNED = "item.in_force"
AT_ONCE = 50


def turn(now: datetime) -> int:
    """Periodic: versions whose day has come and which nobody has been told of; how many."""
    waiting = ItemVersion.objects.filter(turn=None, effective_from__lte=day_of(now)).order_by("effective_from", "id")
    found = list(waiting.defer("data")[:AT_ONCE])
    for version in found:
        with transaction.atomic():
            come(version, now)
    return len(found)


def come(version: ItemVersion, now: datetime) -> None:
    """The day of a version has come: once, whoever notices first."""
    _made, first = ItemTurn.objects.get_or_create(version=version, defaults={"at": now})
    if first:
        _tell(version, now)


def _tell(version: ItemVersion, now: datetime) -> None:
    view = item_at(version.key, now)
    index(view.item)
    records.publish(
        records.Event(
            kind=TURNED,
            subject_kind="item",
            subject_id=version.key,
            item_key=version.key,
            actor=records.SYSTEM,
            at=now,
            payload={"number": view.number, "state": view.item.standing.state},
        )
    )


def index(item: Item) -> None:
    """The item and its questions as they are now; questions it no longer answers, and what was cancelled, disappear."""
    answers = [] if item.standing.cancelled else list(entries.answers_of(item))
    if item.standing.cancelled:
        search.actions.remove("item", [item.key])
    else:
        search.actions.put([entries.entry_of(item), *answers])
    search.actions.keep_only("faq", f"{item.key}-", [answer.key for answer in answers])
