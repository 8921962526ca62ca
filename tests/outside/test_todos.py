"""A 粤政易 to-do opens with a task, follows it, and closes when the work is done here: over real HTTP."""

import httpx
import pytest

from yipan.connectors import base
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.processes.tests.conftest import _memory, acts, begin, clock_2026, office  # noqa: F401

pytestmark = pytest.mark.django_db


def find(sandbox, key):
    answer = httpx.get(f"{sandbox}/yuezhengyi/todos", headers=base.gateway_headers())
    return answer.json()["todos"][key]


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
