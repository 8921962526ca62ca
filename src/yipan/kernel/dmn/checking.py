"""One text of a table checked while it is typed: can it be read, and does it name only what the decision sees?"""

from dataclasses import dataclass

from yipan.kernel import feel

from . import naming
from .evaluating import Model


@dataclass(frozen=True, slots=True)
class Problem:
    """``position``: where in the text, from 0; ``remedy`` how to mend it. Both sentences are Chinese."""

    message: str
    position: int = 0
    remedy: str = ""


def visible(model: Model, node_id: str) -> set[str]:
    """The names a decision or knowledge model sees: what it requires, its parameters, imports."""
    node = model.document.nodes[node_id]
    found = naming.parameters(node) | {one.name for one in model.document.imports} | {node.name}
    for namespace, key in naming.required(node):
        required = model.at(namespace).document.nodes.get(key)
        if required is not None:
            found.add(model.import_name(namespace) or required.name)
    return found


def check(model: Model, node_id: str, text: str, *, tests: bool) -> Problem | None:
    """What is wrong with a cell of tests, or with an expression; None when nothing is."""
    text = text.strip()
    if not text or (tests and text == "-"):
        return None
    seen = visible(model, node_id)
    known = naming.several_words(seen | model.parts)
    try:
        made = feel.compile_unary_tests(text, known) if tests else feel.compile(text, known)
    except feel.FeelError as problem:
        return Problem(problem.message_zh, problem.position, problem.hint or '文字请加引号，如 "甲"')
    strange = sorted(made.names - seen)
    if strange:
        at = max(text.find(strange[0]), 0)
        remedy = '文字请加引号，如 "' + strange[0] + '"；数据请先加为输入列'
        return Problem(f"没有“{strange[0]}”这项数据", at, remedy)
    return None
