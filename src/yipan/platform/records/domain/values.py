"""Frozen values that pass between rooms and the record tables."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ChainKey = tuple[str, str]
Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the names of the moment: a unit that is renamed later keeps its old name in old records.

    ``deputy_for_*`` is set when a deputy (AB岗) acts for somebody on leave; screens then show 代.
    """

    account_id: int | None
    person_id: int | None
    name: str
    unit_id: int | None = None
    unit_name: str = ""
    post_id: int | None = None
    post_name: str = ""
    deputy_for_id: int | None = None
    deputy_for_name: str = ""
    channel: str = "screen"
    ip: str = ""
    request_id: str = ""

    @property
    def chain(self) -> ChainKey:
        """The chain of this account, for acts that belong to no case and no other subject."""
        return ("account", str(self.account_id) if self.account_id is not None else "system")


SYSTEM = Actor(account_id=None, person_id=None, name="系统", channel="system")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: ``seq`` acts so far, digest of the last one."""

    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act to be recorded. ``chain`` and ``subject`` are (kind, key); ``at`` is business time, aware.

    ``payload`` holds JSON values (dates and decimals become text); with ``reason`` it lies apart and can be erased.
    """

    chain: tuple[str, object]
    verb: str
    actor: Actor
    at: dt.datetime
    subject: tuple[str, object]
    from_state: str = ""
    to_state: str = ""
    reason: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def chain_key(self) -> ChainKey:
        return (self.chain[0], str(self.chain[1]))


@dataclass(frozen=True, slots=True)
class Act:
    """A recorded act: its row id, its place in the chain and the chain's head after it."""

    id: int
    chain: ChainKey
    seq: int
    head: bytes
    at: dt.datetime
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the only event log: something happened to an element of a process, or to a subject.

    ``lifecycle`` is scheduled | enabled | claimed | started | suspended | resumed | completed | cancelled … for
    elements, empty for business events. The four times let mining tell waiting from working. ``clock_stopped`` says
    that the legal clock stood still, ``applicant_step`` that the applicant has to move. ``id`` is set on reading.
    """

    kind: str
    subject_kind: str
    subject_id: str
    at: dt.datetime
    actor: Actor = SYSTEM
    role: str = ""
    item_key: str = ""
    process_key: str = ""
    process_version: int | None = None
    instance_id: str = ""
    task_id: str = ""
    element_id: str = ""
    element_name: str = ""
    lifecycle: str = ""
    enabled_at: dt.datetime | None = None
    claimed_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    completed_at: dt.datetime | None = None
    clock_stopped: bool = False
    applicant_step: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be sent outside. ``key`` is the idempotency key: the same key is queued and delivered once."""

    channel: str
    key: str
    at: dt.datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    subject: tuple[str, object] = ("", "")
