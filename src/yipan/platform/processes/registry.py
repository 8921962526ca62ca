"""What other rooms tell this one at start-up: acts of tasks, kinds of subjects, checks of models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.kernel.bpmn import Finding, Process

from .domain.values import ActCall, ProcessProblem

Handler = Callable[[ActCall], Mapping[str, Any] | None]
ModelCheck = Callable[[Process], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Subject:
    """How lists lead to what a process is about. ``titles`` answers many ids in one statement, with values that have
    title, subtitle and light."""

    kind: str
    url: Callable[[str], str]
    titles: Callable[[list[str]], Mapping[str, Any]]


acts: dict[str, Handler] = {}
subjects: dict[str, Subject] = {}
model_checks: list[ModelCheck] = []
_batches: dict[str, list[Any]] = {}
decisions: Callable[[str, str, datetime], engine.Decision | None] | None = None


def register_act(name: str, handler: Handler) -> None:
    """``handler(ActCall) -> variables`` performs the act of tasks and service tasks with ``yipan:act="name"``, in the
    transaction of the step. An exception undoes the step; ``ModelError(code)`` is for error events of the model."""
    if acts.setdefault(name, handler) is not handler:
        raise ValueError(f"act {name} is already registered")


def handler_of(name: str, where: str) -> Handler:
    handler = acts.get(name)
    if handler is None:
        raise ProcessProblem(f"“{where}”要执行的办理动作“{name}”没有登记，请流程管理员检查模型。", "model")
    return handler


def register_subject(kind: str, *, url: Callable[[str], str], titles: Callable[[list[str]], Mapping[str, Any]]) -> None:
    """Say how a kind of subject is shown in lists."""
    subjects[kind] = Subject(kind, url, titles)


def register_model_check(check: ModelCheck) -> None:
    """A further check of models: called by the pack loader and by ``deploy`` after bpmn's own ones."""
    if check not in model_checks:
        model_checks.append(check)


def register_decisions(resolve: Callable[[str, str, datetime], engine.Decision | None]) -> None:
    """``resolve(key, version, at)``: the published decision that a business-rule task names. ``version`` is a number,
    "latest", or empty for the one in force at that time (the first one, when it was published later)."""
    global decisions
    decisions = resolve


def register_batch(box: str, action: Any) -> None:
    """Offer an act on many rows of a box of the to-do (a ``listing.BatchAction``)."""
    if action not in _batches.setdefault(box, []):
        _batches[box].append(action)


def batch_actions(box: str) -> Sequence[Any]:
    return tuple(_batches.get(box, ()))
