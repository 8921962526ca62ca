"""Put work of other rooms and outside systems into the one to-do, and take it out when it is done there."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from yipan.platform import people, records
from yipan.platform.records import Actor

from .. import errands
from ..domain import holders
from ..models import Errand, ErrandEntry
from ..telling import TODO_CHANNEL

TODO, TO_READ, READ, CONCLUDED, STARTED = "todo", "to_read", "read", "concluded", "started"


def post_errand(
    source: str,
    key: object,
    *,
    title: str,
    url: str,
    to: Sequence[errands.Receiver],
    actor: Actor,
    at: datetime,
    subtitle: str = "",
    due: datetime | None = None,
    excluded: Collection[int] = (),
    subject: tuple[str, object] = ("", ""),
    unit: str = "",
    kind: str = "",
    read_only: bool = False,
) -> int:
    """Show work to whoever ``to`` names, but never to ``excluded`` persons; its id.

    The same source and key again changes it: other people see it, a closed one is open anew. ``read_only``: there is
    nothing to do, it stands under 待阅 until it was opened. ``subject`` lets the owner close all that is about it;
    ``kind`` names it where its source is not registered.
    """
    with transaction.atomic():
        known = Errand.objects.select_for_update().filter(source=source, key=str(key)).first()
        still_open = known is not None and known.closed_at is None
        opened = known.opened_at if known is not None and still_open else at
        facts = {
            "kind": kind, "title": title, "subtitle": subtitle, "url": url, "due_at": due, "unit_key": unit,
            "opened_at": opened, "subject_kind": subject[0], "subject_id": str(subject[1]), "closed_at": None,
            "closed_by_name": "", "outcome": "",
        }  # fmt: skip
        errand, _made = Errand.objects.update_or_create(source=source, key=str(key), defaults=facts)
        ErrandEntry.objects.filter(errand=errand, box__in=(TODO, TO_READ)).delete()
        found = _holder_keys(to)
        box = TO_READ if read_only else TODO
        lines = [(box, holder, due or at, list(excluded)) for holder in found]
        if actor.person_id is not None:
            lines.append((STARTED, holders.person_key(actor.person_id), at, []))
        ErrandEntry.objects.bulk_create(
            [
                ErrandEntry(errand=errand, box=box, holder=holder, sort_at=sort, excluded=barred, by_name=actor.name,
                            at=at)
                for box, holder, sort, barred in lines
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        if not read_only:
            _tell_outside(errand, f"change-{at:%Y%m%d%H%M%S%f}" if still_open else "open", at)
    return errand.pk


def close_errand(source: str, key: object, *, actor: Actor, at: datetime, outcome: str = "") -> bool:
    """It was done: off the lists of open work, into the 办结 of whoever did it. False when it was closed already."""
    with transaction.atomic():
        errand = Errand.objects.select_for_update().filter(source=source, key=str(key), closed_at=None).first()
        if errand is None:
            return False
        _close(errand, actor, at, outcome)
    return True


def close_errands(subject: tuple[str, object], *, actor: Actor, at: datetime, outcome: str = "") -> int:
    """Nothing about this subject waits any more; how many were closed."""
    with transaction.atomic():
        rows = Errand.objects.select_for_update().filter(
            subject_kind=subject[0], subject_id=str(subject[1]), closed_at=None
        )
        found = list(rows.order_by("id"))
        for errand in found:
            _close(errand, actor, at, outcome)
    return len(found)


def read_errand(errand_id: int, *, actor: Actor, at: datetime) -> int:
    """Copies of this errand that waited to be read by the actor are read now; how many."""
    if actor.person_id is None:
        return 0
    keys = [holders.person_key(actor.person_id)]
    mine = ErrandEntry.objects.filter(box=TO_READ, holder__in=keys, errand_id=errand_id)
    return mine.update(box=READ, sort_at=at)


def hand_over(*, from_person: int, to_person: int, at: datetime) -> list[Errand]:
    """Open lines of a person who leaves go to his successor; what was moved."""
    old, new = holders.person_key(from_person), holders.person_key(to_person)
    boxes = (TODO, TO_READ)
    lines = list(ErrandEntry.objects.filter(box__in=boxes, holder=old).exclude(excluded__contains=[to_person]))
    twins = ErrandEntry.objects.filter(box__in=boxes, holder=new, errand__in=[line.errand_id for line in lines])
    there = set(twins.values_list("errand_id", flat=True))
    for line in lines:
        if line.errand_id in there:
            line.delete()
            continue
        line.holder = new
        line.save(update_fields=["holder"])
    moved = list(Errand.objects.filter(pk__in={line.errand_id for line in lines}).order_by("id"))
    for errand in moved:
        _tell_outside(errand, f"change-{at:%Y%m%d%H%M%S%f}", at)
    return moved


def _close(errand: Errand, actor: Actor, at: datetime, outcome: str) -> None:
    errand.closed_at, errand.closed_by_name, errand.outcome = at, actor.name, outcome
    errand.save(update_fields=["closed_at", "closed_by_name", "outcome"])
    ErrandEntry.objects.filter(errand=errand, box=TODO).delete()
    handled = [(actor.person_id, ""), (actor.deputy_for_id, actor.name)]
    ErrandEntry.objects.bulk_create(
        [
            ErrandEntry(errand=errand, box=CONCLUDED, holder=holders.person_key(person), sort_at=at, by_name=by, at=at)
            for person, by in handled
            if person is not None
        ],
        ignore_conflicts=True,
    )
    _tell_outside(errand, "close", at)


def _holder_keys(to: Sequence[errands.Receiver]) -> list[str]:
    wanted = {receiver.name for receiver in to if isinstance(receiver, errands.Right)}
    roles = people.queries.roles_with(wanted) if wanted else {}
    return list(dict.fromkeys(key for receiver in to for key in errands.keys_of(receiver, roles)))


def _tell_outside(errand: Errand, action: str, at: datetime) -> None:
    """粤政易 shows it to the same people, and closes it when it is done here."""
    key = f"errand-{errand.pk}-{errand.opened_at:%Y%m%d%H%M%S%f}-{action}"
    records.queue(channel=TODO_CHANNEL, key=key, at=at, payload={"errand": errand.pk}, subject=("errand", errand.pk))
