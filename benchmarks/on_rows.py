"""Load → step → commit on PostgreSQL, each step its own transaction: ours, the bare statements, SpiffWorkflow.

All on one fresh embedded PostgreSQL with the settings of a real installation, over Django's connection.

- yipan: lock, step, write with act, hash chain, event rows, to-do lines and outbox
- with rights: the whole command ``processes.complete``, which also asks who may do it
- bare SQL: the very statements and parameters of such steps, recorded and sent again for new instances; no engine
- SpiffWorkflow: state as JSON in one row, spec cached in memory; SELECT … FOR UPDATE, deserialize, run, serialize, UPDATE
"""

import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from blocks import Block, Plan
from engine import APPROVAL, SHAPES, STAGES, _spiff_specs


@contextlib.contextmanager
def database() -> Iterator[None]:
    """A fresh, durable, migrated database; undone at the end."""
    from pathlib import Path

    from yipan.house.database import OWNER, EmbeddedPostgres
    from yipan.house.places import Places

    os.environ |= {"YIPAN_ENV": "test", "DJANGO_SETTINGS_MODULE": "yipan.house.settings", "YIPAN_DB_ROLE": "owner"}
    with tempfile.TemporaryDirectory(
        dir="/var/lib" if os.geteuid() == 0 else None, prefix="yipan-benchmark-"
    ) as folder:
        os.chmod(folder, 0o755)
        home = Places(Path(folder) / "home")
        os.environ["YIPAN_HOME"] = str(home.home)
        with EmbeddedPostgres(home).hold() as server:
            os.environ["DATABASE_URL"] = server.dsn(OWNER)
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connections

            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
            yield
            connections.close_all()


class Ours:
    """Instances of the approval, completed by one clerk."""

    def __init__(self, block: Block, table: int) -> None:
        """``table`` is the number of the table measured: subjects, people and ids of each are its own."""
        from yipan.platform import processes, records
        from yipan.platform.people.models import Unit
        from yipan.platform.processes.tests.office import NOW, Office

        xml = Plan(block).xml.replace(b'isExecutable="true"', b'isExecutable="true" yipan:unit=\'"market"\'')
        self.now, self.number, self.table = NOW, 0, table
        unit, _ = Unit.objects.get_or_create(key="market", defaults={"name": "市场监督管理局"})
        self.actor = Office(unit).add(f"王{table}", "examiner")
        processes.deploy(xml, key="p", actor=records.SYSTEM, at=NOW)

    @property
    def subject(self) -> str:
        return f"t{self.table}n{self.number}"

    def start(self, subject: str = "") -> int:
        from yipan.platform import processes, records

        self.number += 1
        view = processes.start(
            definition_key="p", subject=("thing", subject or self.subject), actor=records.SYSTEM, now=self.now
        )
        return view.id

    def next_task(self, instance: int) -> int | None:
        from yipan.platform.processes.models import Task

        return (
            Task.objects.filter(instance_id=instance, ended_at=None).order_by("id").values_list("id", flat=True).first()
        )

    def complete(self, task: int) -> None:
        """Load, step, commit."""
        from django.db import transaction

        from yipan.kernel import engine
        from yipan.platform.processes import definitions, store
        from yipan.platform.processes.run import Run

        with transaction.atomic():
            held = store.lock(store.LOCK_TASK, id=task)
            assert held and held.row
            row = held.row
            run = Run(held, definitions.ready(held.definition_id), actor=self.actor, now=self.now, acted=row["key"])
            run.feed(engine.Complete(task=row["key"], by=str(self.actor.person_id)))
            run.act("task.complete", payload={"task": task, "element": row["element_id"], "name": row["name"]})
            run.write()

    def steps(self, seconds: float) -> tuple[int, float, float]:
        """Completed tasks, wall seconds and CPU seconds of the steps alone (starting and finding tasks are not timed)."""
        done, wall, cpu = 0, 0.0, 0.0
        while wall < seconds:
            instance = self.start()
            while (task := self.next_task(instance)) is not None:
                a, b = time.perf_counter(), time.process_time()
                self.complete(task)
                wall, cpu, done = wall + time.perf_counter() - a, cpu + time.process_time() - b, done + 1
        return done, wall, cpu


class WithRights(Ours):
    """The whole command, as a screen calls it."""

    def __init__(self, ours: Ours) -> None:
        self.__dict__ = ours.__dict__  # the same people and the same numbers

    def complete(self, task: int) -> None:
        from yipan.platform.processes.actions.complete import complete

        complete(task_id=task, actor=self.actor, now=self.now, key=f"k{task}")


class Bare:
    """The statements of one recorded instance, sent again with other ids."""

    def __init__(self, ours: Ours) -> None:
        from unittest.mock import patch

        from django.db import connection

        from yipan.platform.records import prepared

        self.ours = ours
        # An id and a subject that are nowhere else in what is recorded: they are replaced as text.
        self.old, self.old_subject = 777_000_001 + 1_000_000 * ours.table, f"recorded-by-benchmark-{ours.table}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('processes_instance', 'id'), %s, false)", [self.old])
        instance = ours.start(self.old_subject)
        assert instance == self.old
        self.recorded: list[list[tuple[str, Any]]] = []
        while (task := ours.next_task(instance)) is not None:
            kept: list[tuple[str, Any]] = []

            def record(text: str, params: Any, kept: Any = kept, execute: Any = prepared.execute) -> Any:
                kept.append((text, params))
                return execute(text, params)

            with patch.object(prepared, "execute", record):
                ours.complete(task)
            self.recorded.append(kept)
        self.per_step = [len(step) for step in self.recorded]

    def steps(self, seconds: float) -> tuple[int, float, float]:
        from django.db import transaction

        from yipan.platform.records import prepared

        done, wall, cpu = 0, 0.0, 0.0
        while wall < seconds:
            instance = self.ours.start()
            subject = self.ours.subject
            for recorded in self.recorded:
                task = self.ours.next_task(instance)
                step = [(sql, self._other(params, instance, subject, task)) for sql, params in recorded]
                a, b = time.perf_counter(), time.process_time()
                with transaction.atomic():
                    for sql, params in step:
                        prepared.execute(sql, params)
                wall, cpu, done = wall + time.perf_counter() - a, cpu + time.process_time() - b, done + 1
        return done, wall, cpu

    def _other(self, value: Any, instance: int, subject: str, task: int | None) -> Any:
        if isinstance(value, dict):
            changed = {key: self._other(inner, instance, subject, task) for key, inner in value.items()}
            if "id" in changed and "command" in changed:
                changed["id"] = task
            return changed
        if isinstance(value, str):
            return value.replace(str(self.old), str(instance)).replace(self.old_subject, subject)
        if isinstance(value, (list, tuple)):
            return type(value)(self._other(inner, instance, subject, task) for inner in value)
        return instance if value == self.old else value


class Spiff:
    """The same process on SpiffWorkflow, its state in one row of its own table."""

    def __init__(self, block: Block) -> None:
        from django.db import connection
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        self.spec, self.subs = _spiff_specs(Plan(block, "spiff").xml)
        self.serializer = BpmnWorkflowSerializer()
        registry = self.serializer.registry
        name = registry.typenames[type(self.spec)]
        registry.convert_to_dict[name] = lambda spec: {"name": spec.name, "typename": name}
        registry.convert_from_dict[name] = lambda _kept: self.spec
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS spiff (id bigserial PRIMARY KEY, state jsonb NOT NULL)")

    def steps(self, seconds: float) -> tuple[int, float, float]:
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

        done, wall, cpu = 0, 0.0, 0.0
        while wall < seconds:
            workflow = BpmnWorkflow(self.spec, self.subs)
            workflow.do_engine_steps()
            row, more = self._insert(workflow), True
            while more:
                a, b = time.perf_counter(), time.process_time()
                more = self._step(row)
                wall, cpu, done = wall + time.perf_counter() - a, cpu + time.process_time() - b, done + 1
        return done, wall, cpu

    def _insert(self, workflow: Any) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            text = json.dumps(self.serializer.to_dict(workflow))
            cursor.execute("INSERT INTO spiff (state) VALUES (%s) RETURNING id", [text])
            return cursor.fetchone()[0]

    def _step(self, row: int) -> bool:
        """Complete the next task; whether another is open."""
        from django.db import connection, transaction
        from SpiffWorkflow.util.task import TaskState

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT state FROM spiff WHERE id = %s FOR UPDATE", [row])
            kept = cursor.fetchone()[0]
            workflow = self.serializer.from_dict(json.loads(kept) if isinstance(kept, str) else kept)
            workflow.get_next_task(state=TaskState.READY, manual=True).run()
            workflow.do_engine_steps()
            cursor.execute(
                "UPDATE spiff SET state = %s WHERE id = %s", [json.dumps(self.serializer.to_dict(workflow)), row]
            )
            return workflow.get_next_task(state=TaskState.READY, manual=True) is not None


def on_rows(seconds: float, rounds: int) -> list[str]:
    """A table for the short approval, in alternating rounds, and one for 8 departments x 4 stages, whole instances."""
    with database():
        lines = _table("approval, 9 tasks", APPROVAL, 1, seconds, rounds)
        # SpiffWorkflow needs minutes for one instance of it: once is enough.
        return [*lines, "", *_table(f"{STAGES}, one instance of SpiffWorkflow", SHAPES[STAGES], 2, seconds, 1)]


def _table(name: str, block: Block, number: int, seconds: float, rounds: int) -> list[str]:
    ours = Ours(block, number)
    bare = Bare(ours)
    players = {
        "yipan": ours,
        "yipan, with rights": WithRights(ours),
        "bare SQL": bare,
        "SpiffWorkflow": Spiff(block),
    }
    ours.steps(0.5)
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in players}
    for _ in range(rounds):
        for player in players:
            done, wall, cpu = players[player].steps(seconds)
            measured[player].append((done / wall, cpu / done * 1e6))
    lines = [f"| {name} | steps/s | CPU µs a step (client) |", "|---|---|---|"]
    for player, values in measured.items():
        rate, cpu = (statistics.median(column) for column in zip(*values, strict=True))
        lines.append(f"| {player} | {rate:,.0f} | {cpu:,.0f} |")

    def pair(other: str, what: int) -> float:
        return statistics.median(a[what] / b[what] for a, b in zip(measured["yipan"], measured[other], strict=True))

    lines += [
        "", f"- throughput, of the bare statements: **{pair('bare SQL', 0):.2f}** (target ≥ 0.5)",
        f"- CPU of SpiffWorkflow over ours: **{1 / pair('SpiffWorkflow', 1):.2f} x** (target ≥ 2.5)",
        f"- throughput, of SpiffWorkflow: **{pair('SpiffWorkflow', 0):.2f} x**",
        f"- statements a step: {sorted(set(bare.per_step))} (target 2)",
    ]  # fmt: skip
    return lines
