"""Cases towards the carriers of results: orders that leave by the outbox, what is told back, and what is asked for.

Name, phone and address are read from the vault at the moment of sending, so that no list of messages has them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from yipan.connectors import ems, locker
from yipan.connectors.base import ConnectorError
from yipan.platform import calendar, people, records

from .actions import delivery, dispatching, tracking
from .domain.delivery import EVENTS, LOCKER, MAIL, REPORTED, Told
from .models import Dispatch

TRACKS: dict[str, Callable[[str], list[Mapping[str, Any]]]] = {MAIL: ems.track, LOCKER: locker.track}
LONGEST_NUMBER = 40


class NotUnderstood(ValueError):
    """A report that says nothing; the text says which field is wrong."""


def order_mail(message: records.Outgoing) -> records.Sent:
    """Order a parcel; a field the post refuses ends in the dead letters with its name."""
    made = Dispatch.objects.select_related("case").get(pk=message.payload["dispatch"])
    if made.number:
        return records.Sent(made.number, "received")
    address = None
    if made.address_person_id is not None:
        records.log_access(records.SYSTEM, ("person", str(made.address_person_id)), ["收件地址", "电话"], "邮寄结果")
        address = people.addresses.read(made.address_person_id, made.address_ref)
    if address is None:
        raise records.Rejected("没有收件地址")
    parcel = ems.Parcel(
        address.name, address.phone, address.text, made.case.unit_name, made.case.short_no or str(made.case.pk)
    )
    number = _ordered(lambda: ems.order(parcel, made.ordered_at, key=message.key))
    dispatching.taken(made.pk, number=number, now=calendar.now())
    return records.Sent(number, "received")


def order_cell(message: records.Outgoing) -> records.Sent:
    """Take a cell of the locker; its code goes to the applicant in the same transaction and is kept nowhere."""
    made = Dispatch.objects.select_related("case").get(pk=message.payload["dispatch"])
    if made.number:
        return records.Sent(made.number, "received")
    case, days = made.case, delivery.term("locker_days")
    cell = _ordered(
        lambda: locker.store(case.short_no or str(case.pk), case.unit_name, made.ordered_at, days, key=message.key)
    )
    dispatching.taken(
        made.pk, number=cell.number, place=cell.place, code=cell.code, until=cell.until, now=calendar.now()
    )
    return records.Sent(cell.number, "received")


def _ordered(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ConnectorError as problem:
        if problem.permanent:
            raise records.Rejected(str(problem)) from problem
        raise


def told(way: str, body: Any) -> tuple[str, Told]:
    """A carrier's report as we keep it: (number of the dispatch, event). Raises NotUnderstood."""
    if not isinstance(body, Mapping):
        raise NotUnderstood("内容须是一个 JSON 对象")
    number, state, count = body.get("number"), body.get("state"), body.get("event")
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST_NUMBER:
        raise NotUnderstood("number：须是单号")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count < 10_000:
        raise NotUnderstood("event：须是从 1 开始的事件序号")
    if not isinstance(state, str) or state not in REPORTED[way]:
        known = "、".join(f"{key}（{EVENTS[key]}）" for key in EVENTS if key in REPORTED[way])
        raise NotUnderstood(f"state：只能是{known}")
    try:
        at = datetime.fromisoformat(str(body.get("at", "")))
    except ValueError as wrong:
        raise NotUnderstood("at：须是带时区的时间") from wrong
    if at.tzinfo is None:
        raise NotUnderstood("at：须是带时区的时间")
    words = {name: str(body.get(name) or "") for name in ("place", "receiver", "text")}
    return number, Told(count, state, at, **words)


def ask_carriers() -> int:
    """Ask for what is under way, in case a report got lost; how many events were new."""
    new = 0
    running: Sequence[tuple[str, str]] = list(
        Dispatch.objects.filter(state="sent", way__in=TRACKS).order_by("pk").values_list("way", "number")[:500]
    )
    for way, number in running:
        try:
            events = TRACKS[way](number)
        except ConnectorError:
            continue  # asked again at the next round
        for body in events:
            new += tracking.take(way, *told(way, {**body, "number": number}), now=calendar.now())
    return new
