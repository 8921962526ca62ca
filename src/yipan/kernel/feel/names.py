"""Free variables of a tree: what an expression reads from its context.

A variable may be named like a function of the language (count, date, sum …): only what is called is the function.
"""

from . import nodes as n
from .functions import BUILTINS


def free_names(root: n.Node) -> tuple[frozenset[str], frozenset[str]]:
    """Names surely read from the context, and names inside filters that may belong to the elements instead."""
    sure: set[str] = set()
    maybe: set[str] = set()
    _walk(root, frozenset(), sure, maybe, filtering=False)
    return frozenset(sure), frozenset(maybe - sure)


def _walk(node: n.Node, bound: frozenset[str], sure: set[str], maybe: set[str], *, filtering: bool) -> None:
    def walk(child: n.Node, extra: frozenset[str] = frozenset(), *, inside: bool = False) -> None:
        _walk(child, bound | extra, sure, maybe, filtering=filtering or inside)

    match node:
        case n.Name():
            if node.name not in bound:
                (maybe if filtering else sure).add(node.name)
        case n.Call(function=n.Name(name=called)) if called in BUILTINS and called not in bound:
            for argument in node.arguments:
                walk(argument)
        case n.Filter():
            walk(node.source)
            walk(node.test, frozenset({"item"}), inside=True)
        case n.For() | n.Quantified():
            _domains(
                node, bound | ({"partial"} if isinstance(node, n.For) else set()), sure, maybe, filtering=filtering
            )
        case n.FunctionOf():
            walk(node.body, frozenset(name for name, _ in node.parameters))
        case n.ContextOf():
            seen: set[str] = set()
            for key, value in node.entries:
                walk(value, frozenset(seen))
                seen.add(key)
        case n.In():
            walk(node.value)
            for test in node.tests:
                walk(test, frozenset({"?"}))
        case _:
            for child in n.children(node):
                walk(child)


def _domains(
    node: n.For | n.Quantified, bound: frozenset[str], sure: set[str], maybe: set[str], *, filtering: bool
) -> None:
    for name, low, high in node.domains:
        for part in (low, high):
            if part is not None:
                _walk(part, bound, sure, maybe, filtering=filtering)
        bound |= {name}
    _walk(node.body, bound, sure, maybe, filtering=filtering)
