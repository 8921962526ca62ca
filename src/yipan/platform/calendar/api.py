"""Working days for programs: when a limit ends and why, how many working days lie between two days."""

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from yipan.kernel import clock
from yipan.kernel.clock import CalendarError, Limit
from yipan.platform.ui import interface

from .current import current

room = interface.Room("calendar", "工作日历")
interface.answer_with(422, CalendarError)

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
Day = Annotated[dt.date, Field(ge=FIRST, le=LAST)]


class LimitAsked(Schema):
    """A limit: 7 working days from an event. The day of the event is not counted."""

    start: interface.Moment
    amount: Annotated[int, Field(ge=0, le=400)]
    unit: Literal["hours", "working_days", "calendar_days", "months", "years"] = "working_days"


class Line(Schema):
    kind: str
    text: str
    days: list[dt.date]


class DueAnswer(Schema):
    """``at`` is the first instant that is late, ``shown`` how people write it, ``lines`` why it is so."""

    at: dt.datetime
    last_day: dt.date
    shown: str
    lines: list[Line]


@room.get("/calendar/due", "期限计算", door=interface.PUBLIC, answer=DueAnswer)
def due(request: HttpRequest, asked: Query[LimitAsked]) -> clock.Due:  # noqa: ARG001
    """When a limit ends, with the explanation that letters and screens show."""
    return clock.due(Limit(asked.amount, asked.unit), asked.start, calendar=current())


class Span(Schema):
    first: Day
    last: Day


class SpanAnswer(Schema):
    """Working days after ``first`` up to and including ``last``; negative when ``last`` lies before ``first``."""

    first: dt.date
    last: dt.date
    working_days: int


@room.get("/calendar/working-days", "两日之间的工作日数", door=interface.PUBLIC, answer=SpanAnswer)
def working_days(request: HttpRequest, asked: Query[Span]) -> SpanAnswer:  # noqa: ARG001
    days = current().working_days_between(asked.first, asked.last)
    return SpanAnswer(first=asked.first, last=asked.last, working_days=days)
