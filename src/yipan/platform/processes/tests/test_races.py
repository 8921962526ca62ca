"""Two people at once, on real connections: exactly one wins, a join fires once, nothing is half written."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from yipan.platform import processes
from yipan.platform.processes import check, queries
from yipan.platform.processes.models import Instance, Task
from yipan.platform.records.models import ActRow, EventRow

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PAIRS = 100


def at_once(*jobs):
    """Run the jobs at the same moment on connections of their own; answers or errors in order."""
    barrier = threading.Barrier(len(jobs))

    def run(job):
        try:
            connection.ensure_connection()
            barrier.wait(10)
            return job()
        except Exception as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def completing(task_id, actor, key):
    return lambda: processes.complete(task_id=task_id, actor=actor, now=NOW, key=key)


def test_of_two_people_on_one_task_exactly_one_wins(office, begin):
    """Issue acceptance: 100 pairs; the loser is told who was first."""
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    tasks = [queries.open_task(begin(models.TWO, "two").subject).pk for _ in range(PAIRS)]
    losers = 0
    for task in tasks:
        answers = at_once(completing(task, wang, f"w{task}"), completing(task, zhao, f"z{task}"))
        won = [a for a in answers if isinstance(a, processes.Completed)]
        lost = [a for a in answers if isinstance(a, processes.ProcessProblem)]
        assert (len(won), len(lost)) == (1, 1), answers
        assert "已由王" in str(lost[0]) or "已由赵" in str(lost[0])
        losers += len(lost)
    assert losers == PAIRS
    assert ActRow.objects.filter(verb="task.complete").count() == PAIRS
    assert Task.objects.filter(element_id="second").count() == PAIRS
    assert EventRow.objects.filter(element_id="first", lifecycle="completed").count() == PAIRS
    assert check.verify() == []


def test_one_click_twice_is_done_once(office, begin):
    wang = office.add("王", "examiner")
    for _ in range(20):
        task = queries.open_task(begin(models.TWO, "two").subject).pk
        answers = at_once(completing(task, wang, f"k{task}"), completing(task, wang, f"k{task}"))
        assert sorted(a.repeated for a in answers) == [False, True], answers
    assert Task.objects.filter(element_id="second").count() == 20


def test_join_fires_once_when_branches_end_together(office, begin):
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    for _ in range(25):
        subject = begin(models.FORK, "fork").subject
        left, right = queries.open_task(subject, element="left").pk, queries.open_task(subject, element="right").pk
        answers = at_once(completing(left, wang, f"l{left}"), completing(right, zhao, f"r{right}"))
        assert sorted(a.opened for a in answers) == [(), ("汇总",)], answers
    assert Task.objects.filter(element_id="after").count() == 25
    assert check.verify() == []


def test_claim_by_two(office, begin):
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    for _ in range(10):
        task = queries.open_task(begin(models.TWO, "two").subject).pk
        answers = at_once(
            *(
                lambda who=who, task=task: processes.move(task_id=task, move="claim", actor=who, now=NOW)
                for who in (wang, zhao)
            )
        )
        assert sorted(isinstance(a, processes.ProcessProblem) for a in answers) == [False, True], answers


def test_start_with_one_key_at_once(office, begin):
    begin(models.TWO, "two")
    wang = office.add("王", "examiner")

    def job():
        return processes.start(
            definition_key="two", subject=("thing", "900"), data={"unit": "market"}, actor=wang, now=NOW, key="once"
        )

    answers = at_once(job, job)
    assert len({a.id for a in answers}) == 1, answers
    assert sorted(a.repeated for a in answers) == [False, True]
    assert Instance.objects.filter(start_key="once").count() == 1


def statements(do):
    """The statements of one command by what they touch: begin and commit are not statements of work."""
    with CaptureQueriesContext(connection) as asked:
        do()
    found = [q["sql"] for q in asked if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    return found, [sql for sql in found if "processes_" in sql]


def test_statements_of_the_hot_path(office, begin, acts):
    """Architecture §2: two statements for engine rows, acts, events and outbox with them."""
    wang = office.add("王", "examiner")
    begin(models.TWO, "two")  # compiled once in a program
    task = queries.open_task(begin(models.TWO, "two").subject).pk
    processes.move(task_id=task, move="claim", actor=wang, now=NOW)
    found, ours = statements(lambda: processes.complete(task_id=task, actor=wang, now=NOW, opinion="同意", key="k"))
    assert len(ours) == 2, ours
    others = [sql for sql in found if sql not in ours]
    assert all("calendar_" in sql for sql in others), others  # the working-day calendar, remembered outside of tests
    task = queries.open_task(begin(models.ACTS, "acts").subject).pk
    found, ours = statements(
        lambda: processes.complete(task_id=task, actor=wang, now=NOW, outcome="refuse", opinion="不予")
    )
    assert len(ours) == 2
    assert len(found) <= 5, found  # with the roles of the actor and the units behind his
