"""What a run tells others: rows of the event log, acts on the subject's chain, to-dos outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yipan.platform.records import SYSTEM, Actor, Event, Message, NewAct

from .definitions import Ready
from .domain import holders
from .domain.delta import OPEN, Delta
from .domain.values import InstanceView
from .store import Held

TODO_CHANNEL = "yuezhengyi_todo"


class Telling:
    """The half of ``run.Run`` that collects events, acts and messages; nothing is written here."""

    held: Held
    ready: Ready
    delta: Delta
    actor: Actor
    now: datetime
    acted: str
    outcome: str
    acts: list[NewAct]
    events: list[Event]
    outbox: list[Message]
    since: dict[str, str]

    # -- events and acts of record -----------------------------------------------------------------------------------

    def event(
        self,
        lifecycle: str,
        element: str,
        *,
        task: str = "",
        detail: str = "",
        token: str = "",
        kind: str = "process.element",
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """One row of the event log."""
        node = self.ready.process.nodes.get(element)
        row = self.delta.tasks.get(task, {}) if task else {}
        mine = kind != "process.element" or (bool(task) and task == self.acted)
        done = lifecycle in ("completed", "cancelled", "terminated", "failed")
        payload: dict[str, Any] = {name: value for name, value in (("detail", detail), ("token", token)) if value}
        if mine and task:
            payload |= {"outcome": self.outcome} if self.outcome else {}
            if self.actor.deputy_for_id is not None:
                payload |= {"deputy_for": self.actor.deputy_for_id, "deputy_for_name": self.actor.deputy_for_name}
        self.events.append(
            Event(
                kind=kind,
                subject_kind=self.held.subject[0],
                subject_id=self.held.subject[1],
                at=self.now,
                actor=self.actor if mine else SYSTEM,
                role=",".join(row.get("roles") or ()),
                item_key=self.held.item_key,
                process_key=self.ready.key,
                process_version=self.ready.version,
                instance_id=str(self.held.id),
                task_id=task,
                element_id=element,
                element_name=node.shown if node is not None else self.ready.process.name,
                lifecycle=lifecycle,
                enabled_at=moment(row.get("opened_at") or self.since.get(task)),
                claimed_at=moment(row.get("claimed_at")),
                started_at=moment(row.get("claimed_at")) if task else None,
                completed_at=self.now if done else None,
                clock_stopped=self.held.clock_stopped or bool(node is not None and node.work.clock_stopped),
                applicant_step=bool(row.get("applicant_step") or (node is not None and node.work.applicant_step)),
                payload=payload | dict(more or {}),
            )
        )

    def act(self, verb: str, *, reason: str = "", payload: Mapping[str, Any] | None = None) -> None:
        """Record an act of the actor on the subject's chain."""
        held = self.held
        self.acts.append(NewAct(held.chain, verb, self.actor, self.now, held.subject, "", "", reason, payload or {}))

    def view(self) -> InstanceView:
        held = self.held
        return InstanceView(
            held.id, self.ready.key, self.ready.version, held.subject, held.item_key, held.business_key, held.status,
            held.started_at, held.ended_at, held.applicant_person_id, held.applicant_entity_id,
        )  # fmt: skip

    def tell_outside(self) -> None:
        """粤政易 to-dos follow the tasks of staff: opened, handed over, closed."""
        for task in sorted(self.delta.relist):
            row = self.delta.tasks[task]
            is_open = row["status"] in OPEN
            if holders.APPLICANT in row.get("roles", ()) or (task in self.delta.new_tasks and not is_open):
                continue
            action = "open" if task in self.delta.new_tasks else "change" if is_open else "close"
            mark = f"-{self.held.state['n']}" if action == "change" else ""
            self.outbox.append(
                Message(
                    TODO_CHANNEL,
                    f"todo-{self.held.id}-{task}-{action}{mark}",
                    self.now,
                    {"action": action, "instance": self.held.id, "task": task},
                    self.held.subject,
                )
            )


def moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
