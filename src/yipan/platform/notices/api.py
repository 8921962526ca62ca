"""One's own messages."""

import datetime as dt
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Query, Schema
from pydantic import Field

from yipan.platform import calendar
from yipan.platform.ui import context, interface

from . import queries
from .actions.read import mark_read

room = interface.Room("notices", "消息")


class MessageOut(Schema):
    id: int
    title: str
    body: str
    at: dt.datetime
    read: bool
    link: str


class InboxOut(Schema):
    """``older`` is the ``before`` of the next page; null at the end."""

    messages: list[MessageOut]
    unread: int
    older: int | None


class InboxAsked(Schema):
    unread: bool = False
    before: interface.Id | None = None
    size: interface.Size = queries.PAGE


@room.get("/messages", "我的消息", door=interface.SIGNED_IN, answer=InboxOut)
def messages(request: HttpRequest, asked: Query[InboxAsked]) -> InboxOut:
    """Newest first; a message belongs to the account that is signed in."""
    page = queries.inbox(_mine(request), only_unread=asked.unread, before=asked.before, size=asked.size)
    return InboxOut(messages=[MessageOut.from_orm(line) for line in page.lines], unread=page.unread, older=page.older)


class Reading(Schema):
    """``message_id`` null: all of them."""

    message_id: interface.Id | None = None


class ReadOut(Schema):
    marked: Annotated[int, Field(ge=0)]
    unread: int


@room.post("/messages/read", "标为已读", door=interface.SIGNED_IN, answer=ReadOut)
def read(request: HttpRequest, reading: Reading) -> ReadOut:
    """Mark one message, or all, as read; again changes nothing."""
    account_id = _mine(request)
    if reading.message_id is not None and queries.opened(account_id, reading.message_id) is None:
        raise Http404
    marked = mark_read(account_id=account_id, now=calendar.now(), message_id=reading.message_id)
    return ReadOut(marked=marked, unread=queries.unread(account_id))


def _mine(request: HttpRequest) -> int:
    account_id = context.account_id(request)
    assert account_id is not None, "the door has let nobody in without an account"
    return account_id
