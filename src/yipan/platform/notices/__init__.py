"""Notices: telling people something, in the platform and on the channels they chose.

* ``send(to=Account(…) | Person(…) | Role(…) | Phone(…), template=…, data={…}, subject=…, at=…)`` writes the message
  into the inbox and queues the other channels, in the caller's transaction.
* ``unread(account_id)`` counts what was not opened. Texts come from packs (folder ``notices``), never from code.

SMS never contain a link people could press: an SMS that asks for a click is what fraud looks like.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from .domain import Account, MissingValue, Person, Phone, Recipient, Role, UnknownTemplate

__all__ = ["Account", "MissingValue", "Person", "Phone", "Role", "UnknownTemplate", "send", "unread"]


def send(
    *,
    to: Recipient | Sequence[Recipient],
    template: str,
    data: Mapping[str, object],
    at: dt.datetime,
    subject: tuple[str, object] = ("", ""),
) -> list[int]:
    """Tell everybody behind ``to``; ids of the messages. See ``actions.send``."""
    from .actions.send import send as do

    return do(to=to, template=template, data=data, at=at, subject=subject)


def unread(account_id: int) -> int:
    """How many messages of this inbox were never opened."""
    from . import queries

    return queries.unread(account_id)
