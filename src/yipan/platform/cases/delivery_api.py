"""Delivery of results for programs: how it stands, dispatching, what follows a failure, the applicant's choice."""

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from yipan.platform import calendar, people
from yipan.platform.ui import interface

from . import queries
from .actions import delivery, dispatching
from .api import STAFF, room
from .queries.delivery import DeliveryView, delivery_of, get_dispatch


class DispatchEventOut(Schema):
    at: dt.datetime
    text: str


class DispatchOut(Schema):
    """One attempt. ``number`` is the carrier's; the code of a locker is told to the applicant only."""

    id: int
    way: str
    state: str
    number: str
    place: str
    until: dt.datetime | None
    settlement: str
    events: list[DispatchEventOut]


class DeliveryOut(Schema):
    """``address`` is masked; ``due``: until when the law wants it delivered (null before the result is ready)."""

    choice: str
    address: str
    due: dt.datetime | None
    copies: int
    dispatches: list[DispatchOut]


class DispatchIn(Schema):
    """``reason`` is asked for an announcement (公告送达)."""

    way: Literal["mail", "locker", "notice"]
    reason: Annotated[str, Field(max_length=500)] = ""


class SettleIn(Schema):
    """``reissue`` is for what the carrier has lost, and needs its ``reason``."""

    how: Literal["resend", "pickup", "reissue"]
    reason: Annotated[str, Field(max_length=500)] = ""


class AddressIn(Schema):
    name: Annotated[str, Field(max_length=50)]
    phone: Annotated[str, Field(max_length=12)]
    region: Annotated[str, Field(max_length=60)]
    detail: Annotated[str, Field(max_length=120)]


class ChoiceIn(Schema):
    """``address`` is asked for mail."""

    way: Literal["counter", "mail", "locker"]
    address: AddressIn | None = None


def _out(view: DeliveryView) -> DeliveryOut:
    return DeliveryOut(
        choice=view.choice,
        address=view.address,
        due=view.due,
        copies=view.copies,
        dispatches=[
            DispatchOut(
                id=one.id, way=one.way, state=one.state, number=one.number, place=one.place, until=one.until,
                settlement=one.settlement, events=[DispatchEventOut(at=e.at, text=e.text) for e in one.events],
            )
            for one in view.dispatches
        ],
    )  # fmt: skip


@room.get("/cases/{case_id}/delivery", "办件送达情况", door=STAFF, answer=DeliveryOut)
def standing(request: HttpRequest, case_id: interface.Id) -> DeliveryOut:
    """What the applicant chose and what was tried."""
    return _out(delivery_of(queries.get_for_staff(case_id, interface.actor(request))))


@room.post("/cases/{case_id}/dispatches", "交寄、存柜或者公告", door=interface.staff("case.handle"), answer=DeliveryOut)
def dispatch(
    request: HttpRequest, case_id: interface.Id, asked: DispatchIn, idempotency_key: interface.RepeatKey
) -> DeliveryOut:
    """Begin a delivery that its carrier ends. A second one while the first is under way is refused (409)."""
    actor = people.actor(request)
    found = queries.get_for_staff(case_id, actor)
    key = f"{actor.account_id}:{found.pk}:{idempotency_key}"
    dispatching.dispatch(found.pk, way=asked.way, reason=asked.reason, key=key, actor=actor, now=calendar.now())
    return _out(delivery_of(found))


@room.post(
    "/cases/{case_id}/dispatches/{dispatch_id}/settle",
    "处理没有送到的结果",
    door=interface.staff("case.handle"),
    answer=DeliveryOut,
)
def settle(request: HttpRequest, case_id: interface.Id, dispatch_id: interface.Id, asked: SettleIn) -> DeliveryOut:
    """What follows an attempt that failed; decided once (409 afterwards)."""
    actor = people.actor(request)
    found = queries.get_for_staff(case_id, actor)
    made = get_dispatch(found, dispatch_id)
    dispatching.settle(made.pk, how=asked.how, reason=asked.reason, actor=actor, now=calendar.now())
    return _out(delivery_of(found))


@room.post("/my/cases/{case_id}/delivery", "选择领取方式", door=interface.CITIZEN, answer=DeliveryOut)
def choose(request: HttpRequest, case_id: interface.Id, asked: ChoiceIn) -> DeliveryOut:
    """How papers shall come, until they are on their way."""
    found = queries.get_own(case_id, people.principal(request))
    told = people.addresses.Address(**asked.address.dict()) if asked.address else None
    choice = delivery.Choice(asked.way, address=told)
    delivery.choose(found.pk, choice, actor=people.actor(request), now=calendar.now())
    return _out(delivery_of(found))
