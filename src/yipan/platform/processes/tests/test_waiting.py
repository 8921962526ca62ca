"""What ends by itself or from outside: timers, the legal clock, messages, called processes, the end, other versions."""

import datetime as dt

import pytest

from yipan.platform import calendar, processes, records
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.processes import check, queries, registry
from yipan.platform.processes.models import Instance, Task, Timer
from yipan.platform.records.models import EventRow

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _rows_fit_states():
    yield
    assert check.verify() == []


def complete(subject, actor, **more):
    return processes.complete(task_id=queries.open_task(subject).pk, actor=actor, now=NOW, **more)


def test_silence_fires_the_timer_once(office, begin, acts):
    """Sheet 22: five working days without an answer count as acceptance; swept by business time."""
    matter = begin(models.TIMED, "timed")
    assert Timer.objects.get().due_at == dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC)
    assert run_sweeps("processes.timers") == 0
    calendar.set_clock(NOW + 8 * DAY, frozen=True)
    assert run_sweeps("processes.timers") == 1
    assert [call.task.act for call in acts] == ["test_note"]
    assert Instance.objects.get(pk=matter.id).status == "completed"
    assert Task.objects.get().status == "cancelled"
    assert not Timer.objects.exists()
    assert run_sweeps("processes.timers") == 0
    wang = office.add("王", "examiner")
    with pytest.raises(processes.ProcessProblem, match="被取消，不能再办理"):
        processes.complete(task_id=Task.objects.get().pk, actor=wang, now=NOW)


def test_completing_disarms_the_timer(office, begin, acts):
    wang = office.add("王", "examiner")
    matter = begin(models.TIMED, "timed")
    complete(matter.subject, wang)
    assert not Timer.objects.exists()


def test_pause_stops_limits_and_resume_dates_them_anew(office, begin, acts):
    """Sheet 22 c4: a special procedure takes its days out of every limit of the matter."""
    wang = office.add("王", "examiner")
    matter = begin(models.TIMED, "timed")
    assert processes.clock(matter.subject, "pause", NOW + DAY) == 1
    assert processes.clock(matter.subject, "pause", NOW + DAY) == 1  # a second procedure: it stands already
    assert Timer.objects.get().due_at is None
    assert Task.objects.get().due_at is None
    (line,) = queries.todo(wang).lines
    assert line.clock_stopped
    calendar.set_clock(NOW + 20 * DAY, frozen=True)
    assert run_sweeps("processes.timers") == 0
    processes.clock(matter.subject, "resume", NOW + 8 * DAY)
    assert Timer.objects.get().due_at == Task.objects.get().due_at > dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
    assert list(EventRow.objects.filter(kind="process.clock").order_by("id").values_list("lifecycle", flat=True)) == [
        "suspended", "resumed"
    ]  # fmt: skip
    processes.clock(matter.subject, "redate", NOW + 8 * DAY)


def test_failing_timer_is_tried_again_later(office, begin, acts, monkeypatch):
    begin(models.TIMED, "timed")

    def fail(call):
        raise RuntimeError("broken")

    good = registry.acts["test_note"]
    monkeypatch.setitem(registry.acts, "test_note", fail)
    calendar.set_clock(NOW + 8 * DAY, frozen=True)
    assert run_sweeps("processes.timers") == 1  # handled badly; then it waits
    timer = Timer.objects.get()
    assert (timer.attempts, "broken" in timer.last_error) == (1, True)
    assert timer.next_try > NOW + 8 * DAY
    monkeypatch.setitem(registry.acts, "test_note", good)
    calendar.set_clock(NOW + 9 * DAY, frozen=True)
    assert run_sweeps("processes.timers") == 1
    assert not Timer.objects.exists()


def test_message_finds_who_waits_for_it(office, begin):
    matter = begin(models.MESSAGES, "messages")
    assert processes.correlate("payment", "other", {}, now=NOW) == 0
    assert processes.correlate("payment", "bk", {}, now=NOW) == 1
    assert processes.correlate("payment", "bk", {}, now=NOW) == 0
    assert queries.open_task(matter.subject).name == "之后"


def test_called_process(office, begin):
    wang = office.add("王", "examiner")
    processes.deploy(models.CHILD, key="child", actor=records.SYSTEM, at=NOW)
    matter = begin(models.PARENT, "parent")
    child = Instance.objects.get(parent_id=matter.id)
    assert (child.subject_kind, child.subject_id) == matter.subject
    assert complete(matter.subject, wang).status == "completed"
    assert queries.open_task(matter.subject).name == "之后"
    assert complete(matter.subject, wang).status == "completed"


def test_end_of_a_parent_ends_its_children(office, begin):
    processes.deploy(models.CHILD, key="child", actor=records.SYSTEM, at=NOW)
    matter = begin(models.PARENT, "parent")
    wang = office.add("王", "examiner")
    processes.terminate(matter.subject, actor=wang, now=NOW, reason="申请人撤回")
    assert set(Instance.objects.values_list("status", flat=True)) == {"terminated"}
    assert queries.open_task(matter.subject) is None


def test_terminated_matter_leaves_all_lists(office, begin):
    wang, li = office.add("王", "examiner"), office.add("李", "reviewer")
    matter = begin(models.TWO, "two")
    complete(matter.subject, wang)
    assert processes.terminate(matter.subject, actor=wang, now=NOW, reason="申请人撤回") == 1
    assert queries.todo(li).lines == ()
    assert [line.status for line in queries.todo(wang, "concluded").lines] == ["terminated"]
    assert processes.terminate(matter.subject, actor=wang, now=NOW, reason="again") == 0


def test_act_may_stop_the_clock_of_its_own_instance(office, begin, acts, monkeypatch):
    """A handler that tells this room something about its own subject is part of the step."""
    wang = office.add("王", "examiner")
    matter = begin(models.ACTS, "acts")

    def decide(call):
        processes.clock(call.subject, "pause", call.now)
        return {"decision": "refuse"}

    monkeypatch.setitem(registry.acts, "test_decide", decide)
    assert complete(matter.subject, wang, outcome="refuse").status == "completed"
    assert EventRow.objects.filter(kind="process.clock").count() == 1


def test_act_may_end_its_own_instance(office, begin, acts, monkeypatch):
    wang = office.add("王", "examiner")
    matter = begin(models.ACTS, "acts")

    def decide(call):
        processes.terminate(call.subject, actor=call.actor, now=call.now, reason="撤回")
        return {"decision": "grant"}

    monkeypatch.setitem(registry.acts, "test_decide", decide)
    assert complete(matter.subject, wang, outcome="grant").status == "terminated"
    assert queries.open_task(matter.subject) is None


def test_suspended_matter_moves_nowhere(office, begin):
    wang = office.add("王", "examiner")
    matter = begin(models.TWO, "two")
    processes.suspend(matter.subject, actor=wang, now=NOW, reason="待定")
    with pytest.raises(processes.ProcessProblem, match="已挂起"):
        complete(matter.subject, wang)
    processes.resume(matter.subject, actor=wang, now=NOW)
    complete(matter.subject, wang)
