"""A single expression, with the meaning of FEEL: null equals null and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .. import frames
from . import columns, rows
from . import tree as t
from .reading import read


@dataclass(frozen=True, slots=True)
class Expression:
    """``row(values)`` and ``over(frame)`` give the same; ``reads`` are the columns it reads."""

    text: str
    tree: t.Node
    reads: tuple[str, ...]
    row: rows.Step = field(repr=False)

    def over(self, frame: frames.Frame) -> frames.Value:
        return columns.expression(self.tree, frame, sure=False)


def expression(text: str, columns_: Mapping[str, str]) -> Expression:
    """Read an expression over columns (name → ``string``, ``boolean``, ``date``, ``integer``, ``decimal(2)``). Raises
    NotSetwise."""
    tree = read(text, t.columns_of(columns_))
    return Expression(text, tree, t.reads(tree), rows.step(tree, sure=False))
