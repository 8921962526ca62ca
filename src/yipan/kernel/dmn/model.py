"""What a DMN document says: decisions, inputs, knowledge, services, types, and the expressions they are made of.

Source: OMG DMN 1.5, chapters 6 to 8 and 10. Texts are kept as written; ``compiling`` makes them ready to run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# The name under which a rule's description is read as its note: other tools write notes there.
DESCRIPTION = "说明"
HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]


@dataclass(frozen=True, slots=True)
class TextExpression:
    """A literal expression. ``line`` is that of the element in the XML, for findings."""

    text: str
    type_ref: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TableInput:
    label: str
    expression: TextExpression
    allowed: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class TableOutput:
    name: str
    label: str = ""
    type_ref: str = ""
    allowed: str = ""
    default: TextExpression | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a unary test per input, an expression per output, a text per annotation column."""

    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()
    id: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy = "UNIQUE"
    aggregation: Aggregation = ""
    annotations: tuple[str, ...] = ()
    type_ref: str = ""
    id: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """``variable`` None: the result of the context (at most one, the last)."""

    variable: Variable | None
    expression: "Expression"


@dataclass(frozen=True, slots=True)
class ContextExpression:
    entries: tuple[ContextEntry, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ListExpression:
    items: tuple["Expression", ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    columns: tuple[str, ...]
    rows: tuple[tuple["Expression", ...], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    function: "Expression"
    bindings: tuple[tuple[str, "Expression"], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """``kind`` FEEL; Java and PMML functions are external and not carried out."""

    parameters: tuple[Variable, ...]
    body: "Expression | None"
    kind: str = "FEEL"
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Conditional:
    test: "Expression"
    then: "Expression"
    otherwise: "Expression"
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Iteration:
    """``kind``: for, every or some."""

    kind: Literal["for", "every", "some"]
    variable: str
    over: "Expression"
    body: "Expression"
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class FilterExpression:
    over: "Expression"
    match: "Expression"
    type_ref: str = ""


Expression = (
    TextExpression | Table | ContextExpression | ListExpression | Relation | Invocation | FunctionDefinition
    | Conditional | Iteration | FilterExpression
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: an alias (``type_ref``), a context (``components``), or a function; with allowed values."""

    name: str
    type_ref: str = ""
    allowed: str = ""
    components: tuple["ItemDefinition", ...] = ()
    is_collection: bool = False
    parameters: tuple[Variable, ...] | None = None
    returns: str = ""
    constraint: str = ""


@dataclass(frozen=True, slots=True)
class InputData:
    id: str
    name: str
    variable: Variable
    line: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """``inputs``, ``decisions``, ``knowledge``: what it requires, as (namespace, id); namespace "" is its own."""

    id: str
    name: str
    variable: Variable
    expression: Expression | None
    inputs: tuple[tuple[str, str], ...] = ()
    decisions: tuple[tuple[str, str], ...] = ()
    knowledge: tuple[tuple[str, str], ...] = ()
    question: str = ""
    line: int = 0

    @property
    def logic(self) -> Expression | None:
        return self.expression


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function, with what it requires."""

    id: str
    name: str
    variable: Variable
    function: FunctionDefinition | None
    knowledge: tuple[tuple[str, str], ...] = ()
    line: int = 0

    @property
    def logic(self) -> Expression | None:
        """What the function is made of."""
        return self.function.body if self.function is not None else None


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: parameters are its input data, then its input decisions."""

    id: str
    name: str
    variable: Variable
    outputs: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...] = ()
    input_decisions: tuple[tuple[str, str], ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A knowledge source: what decisions rest upon (a law, a document, a person). It is drawn, never evaluated."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Import:
    name: str
    namespace: str
    line: int = 0


Node = Decision | InputData | Knowledge | Service


def table_of(node: Node | None) -> Table | None:
    """The table that is the whole logic of a decision or knowledge model."""
    logic = node.logic if isinstance(node, (Decision, Knowledge)) else None
    return logic if isinstance(logic, Table) else None


@dataclass(frozen=True)
class Document:
    """One DMN file. ``sha256`` is the digest of the XML."""

    name: str
    namespace: str
    sha256: str
    nodes: Mapping[str, Node]  # by id, in document order
    types: Mapping[str, ItemDefinition]
    imports: tuple[Import, ...] = ()
    sources: tuple[Source, ...] = ()
    authorities: tuple[tuple[str, str], ...] = ()  # which id is an authority for which
    xml: bytes = field(default=b"", repr=False)

    def named(self, kind: type, name: str) -> Node | None:
        return next((node for node in self.nodes.values() if isinstance(node, kind) and node.name == name), None)
