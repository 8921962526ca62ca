"""Values that pass between this room and those who use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yipan.platform.records import Actor
from yipan.platform.ui.errors import Conflict


class ProcessProblem(Conflict):
    """What was asked for is not possible now; the Chinese text says why and what to do. Nothing was written.

    ``code`` names the rule: gone (somebody else was first), refused, not_yours, separation, own_application, model …
    """

    def __init__(self, message: str, code: str = "refused") -> None:
        self.code = code
        super().__init__(message)


class ModelError(Exception):
    """Raised by a handler of an act: the error event with this code in the model is to catch it."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(message or code)


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """A deployed version. ``new`` is false when this content was deployed before."""

    id: int
    key: str
    version: int
    name: str
    sha256: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class InstanceView:
    """An instance as other rooms see it. ``status``: running, suspended, completed, terminated, failed."""

    id: int
    definition_key: str
    version: int
    subject: tuple[str, str]
    item_key: str
    business_key: str
    status: str
    started_at: datetime
    ended_at: datetime | None = None
    applicant_person_id: int | None = None
    applicant_entity_id: int | None = None
    repeated: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class TaskOfCall:
    """The task (or service task: ``id`` None) whose act is performed. ``key`` is the engine's id."""

    id: int | None
    key: str
    name: str
    element_id: str
    act: str
    opinion_column: str = ""
    form: str = ""
    unit_key: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActCall:
    """What a handler of an act gets; its answer are variables for the model.

    ``data`` is what the caller of ``complete`` sent (for service tasks: the mapped inputs)."""

    task: TaskOfCall
    instance: InstanceView
    subject: tuple[str, str]
    actor: Actor
    now: datetime
    outcome: str = ""
    opinion: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer of ``complete``: what opened, and whether the process has ended. ``repeated``: done before."""

    task_id: int
    instance_id: int
    status: str
    opened: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The answer of ``move``: names of the tasks that opened."""

    task_id: int
    instance_id: int
    opened: tuple[str, ...] = ()
    repeated: bool = False
