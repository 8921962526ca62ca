"""A single expression, with the meaning of FEEL: null equals null and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from .. import frames
from . import columns, rows
from . import tree as t
from .reading import read


@dataclass(frozen=True, slots=True)
class Expression:
    """``row(values)`` and ``over(frame)`` give the same; ``reads`` are the columns it reads. ``sure``: whether equality
    cannot be said of missing data."""

    text: str
    tree: t.Node
    reads: tuple[str, ...]
    row: rows.Step = field(repr=False)
    sure: ClassVar[bool] = False

    @classmethod
    def of(cls, text: str, tree: t.Node) -> Self:
        return cls(text, tree, t.reads(tree), rows.step(tree, sure=cls.sure))

    def over(self, frame: frames.Frame) -> frames.Value:
        return columns.expression(self.tree, frame, sure=self.sure)


def expression(text: str, columns_: Mapping[str, str]) -> Expression:
    """Read an expression over columns (name → ``string``, ``boolean``, ``date``, ``integer``, ``decimal(2)``). Raises
    NotSetwise."""
    return Expression.of(text, read(text, t.columns_of(columns_)))
