"""What the engine's effects mean for the derived rows: pure bookkeeping between a step and the writing statement.

Rows are plain dicts, as they go into JSON parameters; a new row collects its later changes, so that a task which opens
and ends in one transaction is written once, in its last form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yipan.kernel.bpmn import Process
from yipan.kernel.engine import effects as fx

from . import holders
from .values import ProcessProblem

Row = dict[str, Any]
NEVER = "9999-12-31T00:00:00+00:00"  # open work without a limit comes last
OPEN = ("open", "claimed", "waiting")  # waiting: for signers added before


@dataclass(frozen=True, slots=True)
class Frame:
    """What does not change during a transaction of one instance."""

    process: Process
    now: datetime
    item_key: str
    applicant_person: int | None
    applicant_entity: int | None


@dataclass(slots=True)
class Delta:
    """``tasks`` are the known rows of the instance's tasks by engine id: locked ones, loaded ones, new ones."""

    frame: Frame
    tasks: dict[str, Row] = field(default_factory=dict)
    new_tasks: dict[str, Row] = field(default_factory=dict)
    task_changes: dict[str, Row] = field(default_factory=dict)
    timers: dict[str, Row] = field(default_factory=dict)
    timers_gone: set[str] = field(default_factory=set)
    subscriptions: dict[str, Row] = field(default_factory=dict)
    subscriptions_gone: set[str] = field(default_factory=set)
    relist: set[str] = field(default_factory=set)
    redated: dict[str, str] = field(default_factory=dict)
    copies: list[Row] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    status: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    # -- tasks -------------------------------------------------------------------------------------------------------

    def open_task(self, effect: fx.OpenTask) -> Row:
        node = self.frame.process.node(effect.element)
        work = node.work
        roles = [role for role in effect.roles if role]
        persons = person_ids(effect.persons, node.shown)
        excluded = person_ids(effect.excluded, node.shown)
        if holders.APPLICANT not in roles and self.frame.applicant_person is not None:
            excluded.append(self.frame.applicant_person)  # nobody handles his own application
        row: Row = {
            "key": effect.task,
            "element_id": effect.element,
            "name": effect.name or node.shown,
            "kind": effect.kind,
            "act": effect.act,
            "form": effect.form,
            "opinion_column": work.opinion_column,
            # An added signer says what he thinks; the outcome is for those whose step it is.
            "outcomes": list(work.outcomes) if effect.kind in ("work", "sign") else [],
            "status": "open",
            "roles": roles,
            "persons": persons,
            "unit_key": "" if effect.unit is None else str(effect.unit),
            "excluded": sorted(set(excluded)),
            "person_id": None,
            "person_name": "",
            "opened_at": self.frame.now.isoformat(),
            "claimed_at": None,
            "due_at": _iso(effect.due),
            "limit_text": effect.limit,
            "ended_at": None,
            "outcome": "",
            "done_by": None,
            "done_by_account": None,
            "done_by_name": "",
            "on_behalf": None,
            "on_behalf_name": "",
            "done_key": "",
            "parent_key": effect.parent,
            "returned_from": effect.returned_from,
            "applicant_step": work.applicant_step or holders.APPLICANT in roles,
            "clock_stopped": work.clock_stopped,
        }
        self.tasks[effect.task] = self.new_tasks[effect.task] = row
        self.relist.add(effect.task)
        self.opened.append(effect.task)
        return row

    def change_task(self, key: str, **changes: Any) -> Row:
        row = self.tasks.setdefault(key, {"key": key})
        row.update(changes)
        if key not in self.new_tasks:
            self.task_changes.setdefault(key, {}).update(changes)
        return row

    def hand_over(self, effect: fx.ChangeTask, names: Mapping[int, str]) -> None:
        """Another status or person of a task."""
        person = int(effect.person) if effect.person else None
        changes: Row = {"status": effect.status, "person_id": person, "person_name": names.get(person or 0, "")}
        changes["persons"] = person_ids(effect.persons, "")
        if effect.move == "claim":
            changes["claimed_at"] = self.frame.now.isoformat()
        elif person is None:
            changes["claimed_at"] = None
        self.change_task(effect.task, **changes)
        self.relist.add(effect.task)

    def close_task(self, effect: fx.CloseTask) -> Row:
        row = self.change_task(
            effect.task, status=effect.status, ended_at=self.frame.now.isoformat(), outcome=effect.outcome
        )
        self.relist.add(effect.task)
        self.closed.append(effect.task)
        return row

    def redate_task(self, effect: fx.RedateTask) -> None:
        due = _iso(effect.due)
        self.change_task(effect.task, due_at=due)
        self.redated[effect.task] = due or NEVER

    # -- timers and subscriptions ------------------------------------------------------------------------------------

    def arm(self, effect: fx.ArmTimer) -> None:
        self.timers_gone.discard(effect.timer)
        self.timers[effect.timer] = {"key": effect.timer, "element_id": effect.element, "due_at": _iso(effect.at)}

    def cancel_timer(self, key: str) -> None:
        self.timers.pop(key, None)
        self.timers_gone.add(key)

    def subscribe(self, effect: fx.Subscribe) -> None:
        self.subscriptions[effect.subscription] = {
            "key": effect.subscription,
            "element_id": effect.element,
            "kind": effect.kind,
            "name": effect.name,
            "correlation": effect.key,
        }

    def unsubscribe(self, key: str) -> None:
        self.subscriptions.pop(key, None)
        self.subscriptions_gone.add(key)

    # -- lists -------------------------------------------------------------------------------------------------------

    def entries(self) -> list[Row]:
        """The lines of open tasks that were touched; those of ended ones just go."""
        found: list[Row] = []
        for key in sorted(self.relist):
            row = self.tasks[key]
            if row["status"] not in OPEN:
                continue
            found += entries_of(row, self.frame)
        return found


def entries_of(row: Row, frame: Frame) -> list[Row]:
    """Lines of one open task in the lists of those who may take it."""
    keys = holders.keys_of_task(
        person_id=row["person_id"],
        persons=row["persons"],
        roles=row["roles"],
        unit=row["unit_key"],
        applicant_person=frame.applicant_person,
        applicant_entity=frame.applicant_entity,
    )
    return [
        {
            "box": "todo",
            "holder": key,
            "sort_at": row["due_at"] or NEVER,
            "task_key": row["key"],
            "item_key": frame.item_key,
            "excluded": row["excluded"],
            "by_name": "",
            "at": row["opened_at"],
        }
        for key in keys
    ]


def person_ids(texts: Any, where: str) -> list[int]:
    """Person ids of the engine's texts."""
    found: list[int] = []
    for text in texts:
        if not str(text).isdigit():
            raise ProcessProblem(f"“{where}”指定的办理人“{text}”不是人员编号，请流程管理员检查模型。", "model")
        found.append(int(text))
    return list(dict.fromkeys(found))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
