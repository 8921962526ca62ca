"""What a document is fit for: test cases and their results, faults of its tables. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yipan.kernel import dmn, feel
from yipan.kernel.dmn import health
from yipan.kernel.dmn import model as m
from yipan.kernel.feel.values import equal, normalise


class DecisionProblem(Exception):
    """A model that cannot be published; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Case:
    decision: str
    inputs: Mapping[str, Any]
    expected: Any
    name: str = ""

    @property
    def shown(self) -> str:
        return self.name or "、".join(
            f"{key}={feel.show(normalise(value), inside=True)}" for key, value in self.inputs.items()
        )


@dataclass(frozen=True, slots=True)
class CaseResult:
    case: Case
    actual: Any
    problem: str = ""

    @property
    def passed(self) -> bool:
        expected = normalise(self.case.expected)
        both_null = expected is None and self.actual is None
        return not self.problem and (both_null or equal(expected, self.actual) is True)


def cases_of(kept: Any) -> tuple[list[Case], list[str]]:
    """Test cases as written in a pack, and what is wrong with them."""
    cases: list[Case] = []
    wrong: list[str] = []
    if not isinstance(kept, list):
        return [], ["测试须是一个列表，每项有 decision、inputs、expected"]
    for number, one in enumerate(kept, 1):
        if not isinstance(one, dict) or "decision" not in one or not isinstance(one.get("inputs"), dict):
            wrong.append(f"第 {number} 个测试须有 decision、inputs 和 expected")
            continue
        cases.append(Case(str(one["decision"]), one["inputs"], one.get("expected"), str(one.get("name", ""))))
    return cases, wrong


def run_cases(model: dmn.Model, cases: Iterable[Case]) -> list[CaseResult]:
    found = []
    for case in cases:
        try:
            found.append(CaseResult(case, model.decide(case.decision, case.inputs).value))
        except KeyError:
            found.append(CaseResult(case, None, f"没有决策“{case.decision}”"))
        except (feel.FeelError, dmn.DmnError) as problem:
            found.append(CaseResult(case, None, str(problem)))
    return found


def failures(results: Sequence[CaseResult]) -> list[str]:
    return [
        f"测试“{one.case.shown}”：{one.problem or f'应为 {_said(one.case.expected)}，得到 {_said(one.actual)}'}"
        for one in results
        if not one.passed
    ]


def _said(value: Any) -> str:
    return feel.show(normalise(value), inside=True)


def faults_of(document: m.Document) -> list[tuple[str, health.Fault]]:
    """Faults of every table that is a decision's or knowledge model's whole logic, with the name of its owner."""
    found = []
    for node in document.nodes.values():
        logic = node.expression if isinstance(node, m.Decision) else None
        if isinstance(node, m.Knowledge) and node.function is not None:
            logic = node.function.body
        if isinstance(logic, m.Table):
            found += [(node.name, fault) for fault in health.faults(logic)]
    return found


# Which faults keep a model from being published: what contradicts itself is wrong whatever was meant.
ERRORS = frozenset(("conflict", "never", "shadowed"))
