"""Names of several words: FEEL reads them only when it knows them, and what is known depends on where one stands."""

from collections.abc import Callable, Iterable
from typing import Any

from . import model as m


def several_words(names: Iterable[str]) -> set[str]:
    return {name for name in names if name and not name.isidentifier()}


def parts(document: m.Document) -> set[str]:
    """Names of parts of values, which follow a dot anywhere: components of types, entries, columns, outputs."""
    found: set[str] = set()

    def item(one: m.ItemDefinition) -> None:
        for part in one.components:
            found.add(part.name)
            item(part)

    def look(value: Any) -> None:
        match value:
            case m.ContextEntry(variable=m.Variable(name=name)) | m.TableOutput(name=name):
                found.add(name)
            case m.Relation():
                found.update(value.columns)

    for one in document.types.values():
        item(one)
    for node in document.nodes.values():
        walk(node, look)
    return several_words(found)


def parameters(node: m.Node) -> set[str]:
    """Parameters of the functions within a node, and variables of its loops."""
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, m.FunctionDefinition):
            found.update(one.name for one in value.parameters)
        elif isinstance(value, m.Iteration):
            found.add(value.variable)

    walk(node, look)
    return found


def required(node: m.Node) -> tuple[tuple[str, str], ...]:
    match node:
        case m.Decision():
            return (*node.inputs, *node.decisions, *node.knowledge)
        case m.Knowledge():
            return node.knowledge
        case _:
            return ()


def walk(value: Any, look: Callable[[Any], None]) -> None:
    """Every value within a model, from outside to inside."""
    if isinstance(value, tuple):
        for part in value:
            walk(part, look)
    elif hasattr(value, "__dataclass_fields__"):
        look(value)
        for name in value.__dataclass_fields__:
            walk(getattr(value, name), look)
