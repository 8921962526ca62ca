"""Models whose acts cannot follow each other are refused with the element and the remedy."""

from dataclasses import dataclass, field

from yipan.platform.cases.domain.model_check import check_acts
from yipan.platform.cases.domain.states import ACTS, State


@dataclass
class Work:
    act: str = ""


@dataclass
class Node:
    id: str
    name: str
    work: Work
    outgoing: tuple[str, ...] = ()
    line: int = 7


@dataclass
class Flow:
    target: str


@dataclass
class Line:
    """A straight process of the given task acts."""

    acts: tuple[str, ...]
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = ["start", *self.acts]
        for number, name in enumerate(names):
            last = number == len(names) - 1
            key = f"f{number}"
            act = "" if name == "start" else name
            self.nodes[name] = Node(name, name, Work(act), () if last else (key,))
            if not last:
                self.flows[key] = Flow(names[number + 1])

    def starts(self, scope: str) -> tuple[Node, ...]:
        return (self.nodes["start"],) if scope == "" else ()

    def boundaries(self, _node_id: str) -> tuple[Node, ...]:
        return ()


def test_the_order_of_the_standard_process_is_legal():
    line = Line(("precheck", "examine", "inspect", "conclude", "review", "decide", "produce", "deliver"))
    assert check_acts(line) == []


def test_producing_before_deciding_is_refused_with_the_element_and_the_remedy():
    (finding,) = check_acts(Line(("precheck", "examine", "produce")))
    assert finding.element_id == "produce"
    assert finding.line == 7
    assert "不能制证" in finding.message
    assert "准予" in finding.remedy


def test_delivering_without_a_decision_is_refused():
    assert [finding.element_id for finding in check_acts(Line(("precheck", "deliver")))] == ["deliver"]


def test_every_act_of_a_task_is_an_act_of_the_table():
    from yipan.platform.cases.domain.model_check import TASK_ACTS

    verbs = {verb for outcomes in TASK_ACTS.values() for chain in outcomes.values() for verb in chain}
    assert verbs <= set(ACTS)
    assert State.RECEIVED in ACTS["accept"].sources
