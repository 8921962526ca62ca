"""What a document is fit for: test cases and their results, faults of its tables. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yipan.kernel import dmn, feel
from yipan.kernel.feel.values import equal, normalise


class DecisionProblem(Exception):
    """What was asked for is not possible; the text says why and how to mend it, in Chinese. Nothing was written."""


class Stale(DecisionProblem):
    """Somebody else has saved the draft meanwhile."""


@dataclass(frozen=True, slots=True)
class Case:
    """A test case. Values are plain; a text that begins with ``=`` is a FEEL expression (``=date("2026-03-01")``)."""

    decision: str
    inputs: Mapping[str, Any]
    expected: Any
    name: str = ""

    @property
    def shown(self) -> str:
        return self.name or "、".join(f"{key}={_said(value)}" for key, value in self.given().items())

    def given(self) -> dict[str, Any]:
        return {key: value_of(value) for key, value in self.inputs.items()}


@dataclass(frozen=True, slots=True)
class CaseResult:
    case: Case
    actual: Any
    problem: str = ""

    @property
    def wanted(self) -> str:
        return _said(value_of(self.case.expected))

    @property
    def got(self) -> str:
        return _said(self.actual)

    @property
    def passed(self) -> bool:
        expected = value_of(self.case.expected)
        both_null = expected is None and self.actual is None
        return not self.problem and (both_null or equal(expected, self.actual) is True)


def cases_of(kept: Any) -> tuple[list[Case], list[tuple[int, str]]]:
    """Test cases as written in a pack, and what is wrong with them: number of the case (from 1, 0 for all) and why."""
    cases: list[Case] = []
    wrong: list[tuple[int, str]] = []
    if not isinstance(kept, list):
        return [], [(0, "测试须是一个列表，每项有 decision、inputs、expected")]
    for number, one in enumerate(kept, 1):
        if not isinstance(one, dict) or "decision" not in one or not isinstance(one.get("inputs"), dict):
            wrong.append((number, "测试须有 decision、inputs 和 expected"))
            continue
        unreadable = _unreadable(one)
        wrong += [(number, f"测试的 {where} 无法读成 FEEL：{problem}") for where, problem in unreadable]
        if not unreadable:
            cases.append(Case(str(one["decision"]), one["inputs"], one.get("expected"), str(one.get("name", ""))))
    return cases, wrong


def run_cases(model: dmn.Model, cases: Iterable[Case]) -> list[CaseResult]:
    found = []
    for case in cases:
        try:
            found.append(CaseResult(case, model.decide(case.decision, case.given()).value))
        except KeyError:
            found.append(CaseResult(case, None, f"没有决策“{case.decision}”"))
        except (feel.FeelError, dmn.DmnError) as problem:
            found.append(CaseResult(case, None, str(problem)))
    return found


def _unreadable(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for where, value in [*one["inputs"].items(), ("expected", one.get("expected"))]:
        try:
            value_of(value)
        except feel.FeelError as problem:
            found.append((where, str(problem)))
    return found


def value_of(kept: Any) -> Any:
    """A value as a test case writes it. Raises FeelError."""
    if isinstance(kept, str) and kept.startswith("="):
        return feel.compile(kept[1:]).evaluate({})
    return normalise(kept)


def kept_as(value: Any) -> Any:
    """The other way round: how a test case writes a value of FEEL."""
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value.startswith("=")):
        return value
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 10**15:
        return int(value)
    return f"={feel.literal(value)}"


def failures(results: Sequence[CaseResult]) -> list[tuple[int, str]]:
    """Number of each case (from 1) that did not come out as it should, and how it did."""
    return [
        (number, f"测试“{one.case.shown}”：{one.problem or f'应为 {one.wanted}，得到 {one.got}'}")
        for number, one in enumerate(results, 1)
        if not one.passed
    ]


def _said(value: Any) -> str:
    return feel.literal(normalise(value))
