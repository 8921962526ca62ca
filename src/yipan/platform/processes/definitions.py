"""Definitions ready to run: the XML of a version is read and compiled once in a program and kept by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from yipan.kernel import bpmn, engine
from yipan.platform import calendar

from . import registry
from .domain.values import ProcessProblem
from .models import Definition

MAX_KEPT = 256


@dataclass(frozen=True)
class Ready:
    """A version as the room works with it."""

    id: int
    key: str
    version: int
    process: bpmn.Process
    model: engine.Compiled
    counts_days: bool

    def env(self, now: datetime, began: datetime) -> engine.Env:
        """What a step may know of an instance that began then. The calendar is asked for only by models with legal
        limits, decisions when a step comes to one."""
        days = calendar.current() if self.counts_days else None
        return engine.Env(now=now, calendar=days, decisions=Decisions(began))


class Decisions(Mapping[str, engine.Decision]):
    """The decisions an instance asks, each looked up when it is asked: ``key`` as it was in force when the instance
    ``began``, ``key@latest``, ``key@3``."""

    def __init__(self, began: datetime) -> None:
        self.began = began

    def __getitem__(self, reference: str) -> engine.Decision:
        key, _, version = reference.partition("@")
        found = registry.decisions(key, version, self.began) if registry.decisions is not None else None
        if found is None:
            raise KeyError(reference)
        return found

    def __iter__(self) -> Iterator[str]:
        raise TypeError("decisions are asked for by key")

    def __len__(self) -> int:
        raise TypeError("decisions are asked for by key")


@lru_cache(maxsize=MAX_KEPT)
def ready(definition_id: int) -> Ready:
    """The version with this id (one statement on first use in this program)."""
    row = Definition.objects.get(pk=definition_id)
    process = bpmn.load(bytes(row.xml))
    nodes = process.nodes.values()
    return Ready(
        row.pk,
        row.key,
        row.version,
        process,
        engine.compiled(process),
        any(node.work.limit or (node.event.timer and node.event.timer.kind == "limit") for node in nodes),
    )


def forget() -> None:
    """Empty the memory (tests, where a rolled back id may come again)."""
    ready.cache_clear()


def newest(key: str) -> int:
    """The id of the newest version of a process; a clear answer when it was never deployed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM processes_definition WHERE key = %s ORDER BY version DESC LIMIT 1", [key])
        row = cursor.fetchone()
    if row is None:
        raise ProcessProblem(f"流程“{key}”还没有发布，请先安装含有它的内容包。", "model")
    return row[0]
