"""What waits to leave the house, for those who watch operations."""

import datetime as dt

from django.http import HttpRequest
from ninja import Schema

from yipan.platform.ui import interface

from . import queries
from .work import DEADLETTER_RESEND

room = interface.Room("records", "运行")
interface.scope("outbox.read", "读取发件箱状况")


class QueueOut(Schema):
    """Messages or deliveries of one channel in one state. ``kind``: outbox | delivery; ``oldest``: waiting since."""

    kind: str
    channel: str
    state: str
    number: int
    oldest: dt.datetime | None


class OutboxOut(Schema):
    waiting: int
    dead: int
    queues: list[QueueOut]


@room.get("/outbox", "发件箱状况", door=interface.staff(DEADLETTER_RESEND, scope="outbox.read"), answer=OutboxOut)
def outbox(request: HttpRequest) -> OutboxOut:  # noqa: ARG001
    """How many messages and deliveries wait or have failed for good, by channel; contents are not shown."""
    queues = queries.queues()
    return OutboxOut(
        waiting=sum(queue.number for queue in queues if queue.state != "dead"),
        dead=sum(queue.number for queue in queues if queue.state == "dead"),
        queues=[QueueOut.from_orm(queue) for queue in queues],
    )
