"""Conditions of eligibility: met, not met, or unknown (Kleene), with what failed and what is missing.

Sheet 15: a firm is never refused in silence because data are missing. A comparison with missing data cannot be said;
``false and unknown`` is not met, ``true and unknown`` is unknown. Unlike FEEL, where nothing equals a missing value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .. import frames
from . import rows
from . import tree as t
from .expressions import Expression
from .reading import read
from .tree import NotSetwise

MOST_CONDITIONS = 62  # bits of a mask


@dataclass(frozen=True, slots=True)
class Verdict:
    """``met`` None: unknown, for want of ``missing``. ``failed`` and ``unknown``: numbers of conditions, from 0."""

    met: bool | None
    failed: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition(Expression):
    """True, false, or null where it cannot be said; ``reads``: the columns it cannot do without."""

    sure: ClassVar[bool] = True


def condition(text: str, columns_: Mapping[str, str]) -> Condition:
    """Raises NotSetwise, also for what is neither true nor false."""
    return _condition(text, t.columns_of(columns_))


def _condition(text: str, known: t.Columns) -> Condition:
    tree = read(text, known)
    if tree.type != t.BOOLEAN:
        raise NotSetwise(f"条件须是真假，得到{tree.type.shown}")
    return Condition.of(text, tree)


@dataclass(frozen=True, slots=True)
class Policy:
    """``conditions`` must all be met. ``key``: a name for columns."""

    key: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    key: str
    conditions: tuple[Condition, ...]


class Policies:
    """Many policies over one table, in one scan."""

    def __init__(self, ready: Sequence[_Ready]) -> None:
        self.ready = ready
        self.reads = tuple(dict.fromkeys(name for one in ready for part in one.conditions for name in part.reads))

    def row(self, row: rows.Row) -> dict[str, Verdict]:
        return {one.key: _verdict(one, row) for one in self.ready}

    def over(self, frame: frames.Frame, keep: Iterable[str] = (), *, masks: bool = True) -> frames.Frame:
        """``keep`` columns, and for each policy ``key`` (1 met, 0 not met, -1 unknown); with ``masks`` also
        ``key_failed`` and ``key_unknown``, bit i for condition i."""
        made = {name: frame[name] for name in keep}
        shared: dict[t.Node, frames.Value] = {}
        for one in self.ready:
            values = []
            for part in one.conditions:
                if part.tree not in shared:
                    shared[part.tree] = part.over(frame)
                values.append(shared[part.tree])
            answer = frames.both(values)
            made[one.key] = frames.cases([(answer, frames.small(1)), (~answer, frames.small(0))], frames.small(-1))
            if masks:
                made[f"{one.key}_failed"] = frames.bits([~value for value in values])
                made[f"{one.key}_unknown"] = frames.bits([frames.absent(value) for value in values])
        return frame.select(**made)

    def tallies(self, frame: frames.Frame) -> frames.Frame:
        """One row: for each policy how many rows met it, how many did not, and of how many it cannot be said."""
        found = self.over(frame, masks=False)
        made = {}
        for one in self.ready:
            for value, word in ((1, "met"), (0, "not_met"), (-1, "unknown")):
                made[f"{one.key}_{word}"] = frames.counted(found[one.key] == frames.small(value))
        return found.aggregate(**made)

    def missing(self, key: str, unknown: int, absent: Iterable[str]) -> tuple[str, ...]:
        """Which of the ``absent`` columns of a row the conditions of a mask wait for."""
        ready = next(one for one in self.ready if one.key == key)
        wanted = {name for at, part in enumerate(ready.conditions) if unknown >> at & 1 for name in part.reads}
        return tuple(name for name in absent if name in wanted)


def _verdict(ready: _Ready, row: rows.Row) -> Verdict:
    answers = [part.row(row) for part in ready.conditions]
    failed = tuple(at for at, answer in enumerate(answers) if answer is False)
    unknown = tuple(at for at, answer in enumerate(answers) if answer is None)
    names = dict.fromkeys(name for at in unknown for name in ready.conditions[at].reads if row.get(name) is None)
    met = False if failed else None if unknown else True
    return Verdict(met, failed, unknown, tuple(names))


def policies(wanted: Iterable[Policy], columns_: Mapping[str, str]) -> Policies:
    """Read every condition of every policy. Raises NotSetwise naming the first that cannot be carried out."""
    known, ready = t.columns_of(columns_), []
    for one in wanted:
        if not 1 <= len(one.conditions) <= MOST_CONDITIONS:
            raise NotSetwise(f"政策“{one.key}”须有 1 至 {MOST_CONDITIONS} 个条件")
        try:
            ready.append(_Ready(one.key, tuple(_condition(text, known) for text in one.conditions)))
        except NotSetwise as problem:
            raise problem.within(f"政策“{one.key}”") from problem
    return Policies(ready)
