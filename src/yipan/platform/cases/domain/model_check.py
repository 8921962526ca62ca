"""Whether the acts a process model names can follow each other, judged by the transition table of cases.

The states in which a case can reach each task are propagated along the flows of the model. Conditions are not read, so
the set is larger than what really happens: an error is reported only where no path at all makes the act legal.
"""

from collections.abc import Iterable
from typing import Any

from yipan.kernel.bpmn.findings import Finding

from .states import ACTS, EXAMINING, IllegalAct, State, resulting_state

# What completing a task does, by task act and outcome, as acts of the case in their order.
TASK_ACTS: dict[str, dict[str, tuple[str, ...]]] = {
    "precheck": {
        "accept": ("accept", "begin_examination"),
        "tolerate": ("accept_tolerantly", "begin_examination"),
        "correct": ("notify_correction",),
        "refuse": ("refuse_acceptance",),
    },
    "instant": {
        "grant": ("accept", "begin_examination", "grant", "produce"),
        "convert": ("accept", "begin_examination", "convert"),
        "correct": ("notify_correction",),
        "refuse": ("refuse_acceptance",),
    },
    "correct": {"": ("submit_correction",)},
    "examine": {"": ("examine",)},
    "inspect": {"": ("record_inspection",)},
    "consult": {"": ("give_opinion",)},
    "conclude": {"": ("conclude_examination",)},
    "review": {"pass": ("review",), "return": ("return_to_examination",)},
    "decide": {
        "grant": ("grant",),
        "refuse": ("refuse", "make_ready"),
        "refuse without review": ("submit_for_decision", "refuse", "make_ready"),
    },
    "produce": {"": ("produce",)},
    "deliver": {"": ("deliver", "archive")},
    "deliver_electronically": {"": ("deliver", "archive")},
    "deem_accepted": {"": ("deem_accepted", "begin_examination")},
    "deem_withdrawn": {"": ("deem_withdrawn",)},
}


def check_acts(process: Any) -> list[Finding]:
    """Findings for tasks whose act no path makes legal. ``process`` is a ``kernel.bpmn.Process``."""
    reach = _reach(process)
    found: list[Finding] = []
    for node in process.nodes.values():
        outcomes = TASK_ACTS.get(node.work.act)
        if outcomes is None or node.id not in reach:
            continue
        before = reach[node.id]
        if not any(_after(verbs, state) for verbs in outcomes.values() for state in before):
            found.append(_impossible(node, before, outcomes))
    return found


def _impossible(node: Any, before: Iterable[State], outcomes: dict[str, tuple[str, ...]]) -> Finding:
    first = next(iter(outcomes.values()))[0]
    now = "、".join(state.title for state in sorted(before))
    legal = "、".join(state.title for state in sorted(ACTS[first].sources))
    return Finding(
        node.id,
        node.name,
        node.line,
        "error",
        f"走到这里时办件只可能是“{now}”，不能{ACTS[first].title}",
        f"只有“{legal}”的办件可以{ACTS[first].title}：请调整环节次序",
    )


def _reach(process: Any) -> dict[str, frozenset[State]]:
    """The states in which each element can be entered: the smallest solution of the flow equations."""
    reach: dict[str, frozenset[State]] = {}
    work = [(start.id, frozenset({State.RECEIVED, State.PRECHECK})) for start in process.starts("")]
    while work:
        node_id, states = work.pop()
        known = reach.get(node_id, frozenset())
        if states <= known:
            continue
        reach[node_id] = known | states
        node = process.nodes[node_id]
        leaving = _leaving(node.work.act, reach[node_id])
        work += [(process.flows[flow].target, leaving) for flow in node.outgoing]
        work += [(boundary.id, reach[node_id]) for boundary in process.boundaries(node_id)]
        work += [(start.id, reach[node_id]) for start in process.starts(node_id)]
    return reach


def _leaving(act: str, before: frozenset[State]) -> frozenset[State]:
    outcomes = TASK_ACTS.get(act)
    if outcomes is None:
        return before
    after = frozenset(s for verbs in outcomes.values() for state in before for s in _after(verbs, state))
    # An impossible act is reported where it stands; what follows it is judged as if it had been possible.
    return after or before


def _after(verbs: tuple[str, ...], state: State) -> frozenset[State]:
    """The states a chain of acts can lead to; empty when one of them is not legal."""
    states = {state}
    for verb in verbs:
        following: set[State] = set()
        for one in states:
            try:
                following.add(resulting_state(verb, one))
            except IllegalAct:
                continue
        states = following
    return frozenset(_by_itself(states))


def _by_itself(states: set[State]) -> set[State]:
    """What happens between tasks: special procedures and consultations come and go, production ends by the worker."""
    found = set(states)
    if found & EXAMINING:
        found |= EXAMINING
    if State.PRODUCTION in found:
        found.add(State.DELIVERY)
    return found
