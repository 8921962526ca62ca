"""The transaction around a command: tried again when two commands met in a way that only one of them can survive."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

Answer = TypeVar("Answer")
TRIES = 3
DEADLOCK, SERIALIZATION = "40P01", "40001"


def command(do: Callable[[], Answer]) -> Answer:
    """Run ``do`` in one transaction. A deadlock (a case action locks its case first, a task its instance) or a repeat
    that arrived at the same moment is tried again, unless the caller's own transaction is around it."""
    outermost = not connection.in_atomic_block
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return do()
        except (OperationalError, IntegrityError) as problem:
            if not outermost or attempt == TRIES or not _worth_trying(problem):
                raise
    raise AssertionError("unreachable")


def _worth_trying(problem: Exception) -> bool:
    cause = problem.__cause__
    state = getattr(cause, "sqlstate", "")
    if state in (DEADLOCK, SERIALIZATION):
        return True
    diag = getattr(cause, "diag", None)
    if getattr(diag, "table_name", "") == "records_chain":
        return True  # the chain had no row when we looked: somebody else has begun it
    constraint = getattr(diag, "constraint_name", "") or ""
    return constraint == "processes_command_pkey" or constraint.startswith("processes_instance_start_key")
