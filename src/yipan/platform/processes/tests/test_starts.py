"""Processes that begin by themselves, and called processes by version, tag and deployment."""

import datetime as dt

import pytest

from yipan.platform import calendar, processes, records
from yipan.platform.processes import check, queries, rows
from yipan.platform.processes.actions import starts
from yipan.platform.processes.models import Instance, StartEvent

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db
ROOT = '<message id="m" name="来文"/><signal id="g" name="汛情"/>'
DAY = dt.timedelta(days=1)


def by(definition: str, key: str = "auto", name: str = "办理") -> bytes:
    body = f'<startEvent id="s">{definition}</startEvent>' + models.user("A", name) + '<endEvent id="e"/>'
    return models.bpmn(key, body, "s>A\nA>e", ROOT)


MESSAGE = '<messageEventDefinition messageRef="m"/>'
SIGNAL = '<signalEventDefinition signalRef="g"/>'


def timer(inside: str) -> str:
    return f"<timerEventDefinition>{inside}</timerEventDefinition>"


def deployed(xml: bytes, key: str = "auto", at: dt.datetime = NOW):
    return processes.deploy(xml, key=key, actor=records.SYSTEM, at=at)


def running(key: str = "auto") -> list[Instance]:
    return list(Instance.objects.filter(definition__key=key).order_by("id"))


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL])
def test_a_message_or_signal_begins_an_instance(definition, office):
    deployed(by(definition))
    tell = processes.correlate if definition == MESSAGE else None
    for key in ("K1", "K2"):
        if tell:
            assert tell("来文", key, {"unit": "market"}, now=NOW) == 1
        else:
            assert processes.signal("汛情", {"unit": "market"}, now=NOW) == 1
    assert [one.business_key for one in running()] == (["K1", "K2"] if tell else ["", ""])
    assert [queries.open_task(("matter", str(one.pk))).element_id for one in running()] == ["A", "A"]
    assert check.verify() == []
    assert processes.correlate("别的", "K1", now=NOW) == 0
    wang = office.add("王", "examiner")
    shown = rows.rows_of(queries.todo(wang, "todo").lines, "todo")
    assert [(row.title, row.task) for row in shown] == [("auto", "办理")] * 2
    assert all(row.href.startswith("/todo/matter/") for row in shown)


def test_who_waits_for_the_message_takes_it(office, begin):
    """A message begins a new instance only when nobody waits for it under its key."""
    waits = models.bpmn("waits", '<startEvent id="s"/><intermediateCatchEvent id="c">' + MESSAGE
                        + '</intermediateCatchEvent><endEvent id="e"/>', "s>c\nc>e", ROOT)  # fmt: skip
    matter = begin(waits, "waits")
    deployed(by(MESSAGE))
    assert processes.correlate("来文", "bk", {"unit": "market"}, now=NOW) == 1
    assert queries.instance(matter.id).status == "completed"
    assert running() == []


def test_only_the_newest_version_begins(office):
    deployed(by(MESSAGE))
    deployed(by(MESSAGE, name="新办理"))
    processes.correlate("来文", "K1", {"unit": "market"}, now=NOW)
    (one,) = running()
    assert one.definition.version == 2
    deployed(by(MESSAGE))  # the old content again is no new version
    processes.correlate("来文", "K2", {"unit": "market"}, now=NOW)
    assert [one.definition.version for one in running()] == [2, 2]


def test_a_cycle_begins_again_and_again(office):
    """Every day at nine, three times; each once however often it is swept, also when the worker was away."""
    deployed(by(timer("<timeCycle>R3/2026-03-03T09:00:00+08:00/P1D</timeCycle>")))
    assert starts.sweep() == 0
    for days, expected in ((1, 1), (1, 1), (2, 2), (9, 3), (20, 3)):
        calendar.set_clock(NOW + DAY * days, frozen=True)
        starts.sweep()
        assert len(running()) == expected, days
    assert StartEvent.objects.get().due_at is None
    assert check.verify() == []


def test_a_date_begins_once(office):
    deployed(by(timer("<timeDate>2026-03-05T09:00:00+08:00</timeDate>")))
    calendar.set_clock(NOW + DAY * 5, frozen=True)
    assert starts.sweep() == 1
    assert starts.sweep() == 0
    assert len(running()) == 1


def test_a_start_that_fails_is_tried_again(office, monkeypatch):
    """One bad model does not stop the others, and is not given up."""
    deployed(by(timer("<timeDate>2026-03-03T09:00:00+08:00</timeDate>"), key="bad"), "bad")
    deployed(by(timer("<timeDate>2026-03-03T09:00:00+08:00</timeDate>")))
    calendar.set_clock(NOW + DAY, frozen=True)
    real = starts._begin

    def fails(row, *more):
        if row.definition.key == "bad":
            raise RuntimeError("disk full")
        real(row, *more)

    monkeypatch.setattr(starts, "_begin", fails)
    starts.sweep()
    assert len(running()) == 1
    bad = StartEvent.objects.get(definition__key="bad")
    assert (bad.attempts, "disk full" in bad.last_error) == (1, True)
    monkeypatch.setattr(starts, "_begin", real)
    calendar.set_clock(NOW + DAY * 2, frozen=True)
    starts.sweep()
    assert len(running("bad")) == 1


def test_processes_that_begin_each_other_without_end_are_stopped(office):
    endless = models.bpmn(
        "endless", f'<startEvent id="s">{SIGNAL}</startEvent><endEvent id="e">{SIGNAL}</endEvent>', "s>e", ROOT
    )  # fmt: skip
    deployed(endless, "endless")
    with pytest.raises(processes.ProcessProblem, match="没有尽头"):
        processes.signal("汛情", now=NOW)
    assert running("endless") == []


@pytest.mark.parametrize(("binding", "expected"), [
    ('yipan:binding="latest"', "第三"), ('yipan:binding="version" yipan:bound="1"', "第一"),
    ('yipan:binding="tag" yipan:bound="B"', "第二"), ('yipan:binding="deployment"', "第二"),
])  # fmt: skip
def test_a_call_chooses_its_version(binding, expected, office, begin):
    """Latest, by number, by tag, or as it stood when the caller was deployed."""

    def called(name: str, tag: str) -> bytes:
        xml = models.bpmn("called", '<startEvent id="s"/>' + models.user("A", name) + '<endEvent id="e"/>', "s>A\nA>e")
        return xml.replace(b'yipan:unit="unit"', f'yipan:unit="unit" yipan:version="{tag}"'.encode())

    deployed(called("第一", "A"), "called", NOW - DAY * 3)
    deployed(called("第二", "B"), "called", NOW - DAY * 2)
    caller = models.bpmn(
        "caller", f'<startEvent id="s"/><callActivity id="c" calledElement="called" {binding}><extensionElements>'
        '<yipan:in source="unit" target="unit"/></extensionElements></callActivity><endEvent id="e"/>', "s>c\nc>e",
    )  # fmt: skip
    deployed(caller, "caller", NOW - DAY)
    deployed(called("第三", "C"), "called", NOW)
    matter = begin(caller, "caller")
    assert [task.name for task in queries.open_tasks(matter.subject)] == [expected]


def test_a_call_of_a_version_that_is_not_there(office, begin):
    deployed(models.TWO, "two")
    caller = models.bpmn("caller", '<startEvent id="s"/><callActivity id="c" calledElement="two" yipan:binding="tag" '
                         'yipan:bound="Z"/><endEvent id="e"/>', "s>c\nc>e")  # fmt: skip
    with pytest.raises(processes.ProcessProblem, match="标签为“Z”的版本"):
        begin(caller, "caller")
