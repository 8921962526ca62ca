"""The immutable graph of a process: what the engine runs and the picture shows.

Expressions are kept as text; ``kernel.engine`` compiles them once per content hash. Where a value may be a literal or
an expression, ``Text.is_expression`` tells (written with a leading ``=``, as in FEEL tools).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .findings import Finding

Kind = Literal[
    "start", "end", "catch", "throw", "boundary",
    "user", "service", "script", "rule", "send", "receive", "manual", "task", "call",
    "subprocess", "transaction", "event_subprocess",
    "exclusive", "parallel", "inclusive", "event_based",
]  # fmt: skip
EventKind = Literal[
    "none", "message", "timer", "signal", "error", "escalation", "conditional", "terminate", "cancel", "compensation",
    "link",
]  # fmt: skip
SignOffMode = Literal["single", "all", "any", "ratio", "sequential"]
ACTIVITIES = frozenset(
    ("user", "service", "script", "rule", "send", "receive", "manual", "task", "call", "subprocess", "transaction")
)
CONTAINERS = frozenset(("subprocess", "transaction", "event_subprocess"))
GATEWAYS = frozenset(("exclusive", "parallel", "inclusive", "event_based"))


@dataclass(frozen=True, slots=True)
class Text:
    """A literal, or a FEEL expression."""

    text: str
    is_expression: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A legal limit in the units of kernel.clock; counted with working-day calendars and pauses."""

    amount: int
    unit: Literal["hours", "working_days", "calendar_days", "months", "years"]


@dataclass(frozen=True, slots=True)
class Timer:
    """``kind`` limit: ``limit`` counts legal time (pauses apply); else ``text`` is ISO 8601 or an expression."""

    kind: Literal["date", "duration", "cycle", "limit"]
    text: Text
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What a start, end, intermediate or boundary event waits for or throws.

    ``name``: message or signal name, error or escalation code (empty: any), link name. ``key``: expression of the
    correlation key (messages). ``condition``: FEEL. ``activity``: what a compensation throw undoes (empty: all)."""

    kind: EventKind = "none"
    name: str = ""
    key: str = ""
    timer: Timer | None = None
    condition: str = ""
    activity: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Multi:
    """Multi-instance: one instance per element of ``collection``, or ``cardinality`` of them."""

    sequential: bool
    cardinality: str = ""
    collection: str = ""
    item: str = ""
    output_collection: str = ""
    output: str = ""
    completion: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Standard loop: again while ``condition`` holds, at most ``maximum`` times (0: no cap)."""

    condition: str
    before: bool = False
    maximum: int = 0


@dataclass(frozen=True, slots=True)
class SignOff:
    """How several people decide one task. ``ratio`` is the share of agreeing signers needed; ``collect``: a
    disagreement does not end the sign-off at once; ``agree``: the outcomes that count as agreement."""

    mode: SignOffMode = "single"
    ratio: Decimal = Decimal(1)
    collect: bool = False
    agree: tuple[str, ...] = ("agree", "pass", "approve", "accept", "grant")


@dataclass(frozen=True, slots=True)
class Work:
    """The `yipan` attributes of a task: who takes it, which act it performs, how long it may take.

    ``role`` may be a literal key or an expression; ``unit``, ``person`` and ``signers`` are expressions."""

    role: Text | None = None
    unit: str = ""
    person: str = ""
    signers: str = ""
    act: str = ""
    form: str = ""
    limit: Limit | None = None
    sign_off: SignOff = SignOff()
    not_same_as: tuple[str, ...] = ()
    applicant_step: bool = False
    clock_stopped: bool = False
    return_cancels_siblings: bool = False
    recallable: bool = True
    skip_same_person: bool = False
    opinion_column: str = ""
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """The process a call activity starts. ``binding``: latest, deployment, version or tag (``bound`` says which)."""

    key: Text
    binding: Literal["latest", "deployment", "version", "tag"] = "latest"
    bound: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    all_in: bool = False
    all_out: bool = False
    business_key: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; ``condition`` is FEEL, empty when it is always taken."""

    id: str
    name: str
    source: str
    target: str
    condition: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One element that tokens pass. ``scope`` is the id of the sub-process it lies in ("" for the process).

    ``decision_version`` of a business rule task: "" for the version in force when the instance began, "latest", or a
    number."""

    id: str
    name: str
    kind: Kind
    scope: str = ""
    line: int = 0
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str = ""
    event: Event = Event()
    attached_to: str = ""
    interrupting: bool = True
    multi: Multi | None = None
    loop: Loop | None = None
    work: Work = Work()
    script: str = ""
    decision: Text | None = None
    decision_version: str = ""
    result: str = ""
    call: Call | None = None
    for_compensation: bool = False
    compensates: str = ""
    instantiates: bool = False
    all_events: bool = False
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    documentation: str = ""

    @property
    def is_activity(self) -> bool:
        return self.kind in ACTIVITIES

    @property
    def shown(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Shape:
    """Bounds of an element in the diagram, in pixels; ``label`` are the bounds of its text when given."""

    element: str
    x: float
    y: float
    width: float
    height: float
    label: tuple[float, float, float, float] | None = None
    expanded: bool = True
    horizontal: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """Way points of a flow in the diagram."""

    element: str
    points: tuple[tuple[float, float], ...]
    label: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Decoration:
    """What the picture shows and the engine does not run: pools, lanes, notes, data, message flows, associations."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Process:
    """A process as it runs: nodes and flows by id, scopes, diagram, and the XML it came from.

    ``sha256`` is the digest of the XML; two processes with equal digests are the same definition."""

    id: str
    name: str
    sha256: str
    version_tag: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    children: Mapping[str, tuple[str, ...]]  # scope id ("" = process) -> node ids in document order
    shapes: Mapping[str, Shape]
    edges: Mapping[str, Edge]
    decorations: Mapping[str, Decoration]
    associations: tuple[tuple[str, str], ...] = ()
    line: int = 0
    unit: str = ""  # expression: the unit every task belongs to unless it says otherwise
    findings: tuple[Finding, ...] = ()
    xml: bytes = field(default=b"", repr=False)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def node(self, node_id: str) -> Node:
        return self.nodes[node_id]

    def starts(self, scope: str = "") -> tuple[Node, ...]:
        return tuple(self.nodes[n] for n in self.children.get(scope, ()) if self.nodes[n].kind == "start")

    def boundaries(self, node_id: str) -> tuple[Node, ...]:
        return tuple(n for n in self.nodes.values() if n.attached_to == node_id)

    def tasks(self) -> tuple[Node, ...]:
        """User tasks in document order."""
        return tuple(n for n in self.nodes.values() if n.kind == "user")
