"""A 粤政易 to-do opens with a task, follows it, and closes when the work is done here: over real HTTP."""

import httpx
import pytest
from django.db import connection

from yipan.connectors import base
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.processes.tests.conftest import _memory, acts, begin, clock_2026, office  # noqa: F401

pytestmark = pytest.mark.django_db


def find(sandbox, key):
    answer = httpx.get(f"{sandbox}/yuezhengyi/todos", headers=base.gateway_headers())
    return answer.json()["todos"][key]


@pytest.fixture
def two(office, begin):  # noqa: F811
    """A matter that waits for 王, and his first task."""
    from yipan.platform.people import vault
    from yipan.platform.people.models import Person
    from yipan.platform.processes import queries
    from yipan.platform.processes.tests import models
    from yipan.platform.processes.tests.office import NOW

    wang = office.add("王", "examiner")
    vault.put(Person.objects.get(pk=wang.person_id), vault.YUEZHENGYI, "gd-王", at=NOW)
    matter = begin(models.TWO, "two")
    return matter, queries.open_task(matter.subject), wang


def send_now():
    """Send what waits, also what failed before and would wait for its pause."""
    from yipan.platform.records.outbox import send_due

    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_outbox SET next_at = clock_timestamp() WHERE state = 'queued'")
    return send_due()


def states():
    from yipan.platform.records.models import OutboxRow

    return list(OutboxRow.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.parametrize("fault", ["error", "slow"])
def test_a_todo_closes_although_the_messenger_fails_or_dawdles(sandbox, inject, two, fault, monkeypatch):
    """Issue 2 §3: a 粤政易 to-do closes when the work is done here; sheet 00 §7 faults: 500 and slow answers."""
    from yipan.platform import processes
    from yipan.platform.processes.tests.office import NOW

    matter, task, wang = two
    send_now()
    monkeypatch.setattr(base, "READ_SECONDS", 0.2)
    monkeypatch.setattr("yipan.connectors.base.call.__kwdefaults__", base.call.__kwdefaults__ | {"seconds": 0.2})
    processes.complete(task_id=task.pk, actor=wang, now=NOW)
    inject("yuezhengyi", fault, seconds=0.6)
    send_now()
    assert find(sandbox, f"{matter.id}-{task.key}")["state"] in ("open", "closed")
    assert "queued" in states()  # nobody was told that it is done
    for _ in range(3):
        send_now()
    assert find(sandbox, f"{matter.id}-{task.key}")["state"] == "closed"
    assert set(states()) == {"sent"}


def test_a_late_opening_never_brings_a_done_todo_back(sandbox, inject, two):
    """Out of order: the opening fails, the work is done meanwhile, then both messages arrive, the older one last."""
    from yipan.platform import processes
    from yipan.platform.processes.tests.office import NOW

    matter, task, wang = two
    inject("yuezhengyi", "error")
    send_now()
    assert states() == ["queued"]
    processes.complete(task_id=task.pk, actor=wang, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_outbox SET next_at = now() + interval '1 hour' WHERE key LIKE '%%-open'")
    from yipan.platform.records.outbox import send_due

    send_due()  # the closing leaves first
    send_now()
    assert find(sandbox, f"{matter.id}-{task.key}")["state"] == "closed"
    assert set(states()) == {"sent"}


def test_work_done_while_the_opening_is_on_its_way_is_closed_at_once(sandbox, two, monkeypatch):
    """A second worker may have sent the closing before the opening arrived."""
    from yipan.connectors import yuezhengyi
    from yipan.platform.processes.models import Task

    matter, task, _wang = two
    really = yuezhengyi.open_todo

    def done_meanwhile(*arguments, **named):
        answer = really(*arguments, **named)
        Task.objects.filter(pk=task.pk).update(status="done")
        return answer

    monkeypatch.setattr(yuezhengyi, "open_todo", done_meanwhile)
    send_now()
    assert find(sandbox, f"{matter.id}-{task.key}")["state"] == "closed"


def test_errands_of_other_rooms_are_shown_and_closed_there_too(sandbox, office):  # noqa: F811
    from yipan.platform import processes, records
    from yipan.platform.people import vault
    from yipan.platform.people.models import Person
    from yipan.platform.processes import errands
    from yipan.platform.processes.tests.office import NOW

    wang, li, zhao = office.add("王", "reviewer"), office.add("李", "reviewer"), office.add("赵")
    for actor in (wang, li, zhao):
        vault.put(Person.objects.get(pk=actor.person_id), vault.YUEZHENGYI, f"gd-{actor.name}", at=NOW)
    office.absent(li, zhao)
    errands.register("test.approval", "试验审批")
    number = processes.post_errand(
        "test.approval", 1, title="请审批", url="/x/", to=[errands.Role("reviewer", "market")],
        excluded=[wang.person_id], unit="market", actor=records.SYSTEM, at=NOW,
    )  # fmt: skip
    send_now()
    (key,) = [
        key for key in httpx.get(f"{sandbox}/yuezhengyi/todos", headers=base.gateway_headers()).json()["todos"]
        if key.startswith(f"errand-{number}-")
    ]  # fmt: skip
    shown = find(sandbox, key)
    assert (sorted(shown["users"]), shown["title"]) == (["gd-李", "gd-赵"], "试验审批：请审批")
    processes.close_errand("test.approval", 1, actor=zhao, at=NOW)
    send_now()
    assert find(sandbox, key)["state"] == "closed"


def test_a_todo_lives_as_long_as_its_task(sandbox, office, begin):  # noqa: F811
    from yipan.platform import processes
    from yipan.platform.people import vault
    from yipan.platform.people.models import Person
    from yipan.platform.processes import queries
    from yipan.platform.processes.tests import models
    from yipan.platform.processes.tests.office import NOW
    from yipan.platform.records.models import OutboxRow

    wang, li, zhao = office.add("王", "examiner"), office.add("李", "reviewer"), office.add("赵")
    for actor in (wang, li, zhao):
        vault.put(Person.objects.get(pk=actor.person_id), vault.YUEZHENGYI, f"gd-{actor.name}", at=NOW)
    matter = begin(models.TWO, "two")
    first = queries.open_task(matter.subject)
    run_sweeps("records.send")
    shown = find(sandbox, f"{matter.id}-{first.key}")
    assert (shown["users"], shown["state"]) == (["gd-王"], "open")
    assert shown["title"].startswith("审查：")
    office.absent(li, zhao)
    processes.complete(task_id=first.pk, actor=wang, now=NOW)
    run_sweeps("records.send")
    assert find(sandbox, f"{matter.id}-{first.key}")["state"] == "closed"
    second = queries.open_task(matter.subject)
    shown = find(sandbox, f"{matter.id}-{second.key}")
    assert (sorted(shown["users"]), shown["state"]) == (["gd-李", "gd-赵"], "open")
    assert shown["due"].startswith("2026-03-0")
    processes.terminate(matter.subject, actor=wang, now=NOW, reason="撤回")
    run_sweeps("records.send")
    assert find(sandbox, f"{matter.id}-{second.key}")["state"] == "closed"
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {"sent"}
