"""Very many parallel instances: each is an instance of its own, with a lock and a chain of its own."""

import pytest
from django.db import connection, connections, transaction

from yipan.kernel.engine import activities
from yipan.platform import processes
from yipan.platform.processes import check, pictures, queries, store
from yipan.platform.processes.models import Instance
from yipan.platform.records import audit
from yipan.platform.records.models import ActRow

from . import models
from .office import NOW
from .test_races import at_once, completing

MULTI = ('<multiInstanceLoopCharacteristics yipan:collection="places" yipan:item="place" '
         'yipan:outputCollection="all" yipan:output="answer"/>')  # fmt: skip
ASKED = models.bpmn(
    "asked",
    '<startEvent id="s"/><subProcess id="W">' + MULTI + '<startEvent id="s1"/>' + models.user("A", "征求意见")
    + models.user("B", "复核") + '<endEvent id="e1"/><sequenceFlow id="i1" sourceRef="s1" targetRef="A"/>'
    '<sequenceFlow id="i2" sourceRef="A" targetRef="B"/><sequenceFlow id="i3" sourceRef="B" targetRef="e1"/>'
    '</subProcess><boundaryEvent id="b" attachedToRef="W"><messageEventDefinition messageRef="m"/></boundaryEvent>'
    + models.user("C", "汇总") + '<endEvent id="e"/>',
    "s>W\nW>C\nb>C\nC>e",
    '<message id="m" name="停止征求"/>',
)  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    """Three are many."""
    monkeypatch.setattr(activities, "MANY", 2)


def begun(begin, number: int):
    return begin(ASKED, "asked", data={"places": [f"{n} 街道" for n in range(number)]})


def complete(subject, actor, element: str, **more):
    task = queries.open_task(subject, element=element)
    return processes.complete(task_id=task.pk, actor=actor, now=NOW, key=f"k{task.pk}", **more)


@pytest.mark.django_db
def test_three_become_instances_of_their_own(few, office, begin):
    wang = office.add("王", "examiner")
    matter = begun(begin, 3)
    whole = Instance.objects.get(pk=matter.id)
    assert list(Instance.objects.filter(parent=whole).values_list("parent_call", flat=True)) == ["1#0", "1#1", "1#2"]
    assert pictures.marks_of(whole) == {"s": "done", "s1": "done", "W": "active", "A": "active"}
    step, *_ = processes.steps_for(matter.id)
    assert (step.name, step.word) == ("征求意见", "已完成 0 个，共 3 个")
    for number in range(3):
        complete(matter.subject, wang, "A", data={"answer": f"意见 {number}"})
        complete(matter.subject, wang, "B")
        assert check.verify() == []
    whole.refresh_from_db()
    assert queries.open_task(matter.subject).name == "汇总"
    assert [(step.name, step.word[:13]) for step in processes.steps_for(matter.id)][:2] == [
        ("征求意见", "已完成 3 个，共 3 个"), ("复核", "已完成 3 个，共 3 个"),
    ]  # fmt: skip
    assert audit.verify().ok


@pytest.mark.django_db
def test_all_are_stopped_together(few, office, begin):
    matter = begun(begin, 4)
    processes.correlate("停止征求", "bk", now=NOW)
    assert sorted(Instance.objects.values_list("status", flat=True)) == ["running"] + ["terminated"] * 4
    assert queries.open_task(matter.subject).name == "汇总"
    assert check.verify() == []


@pytest.mark.django_db
def test_three_hundred(office, begin):
    """As many as need it without being told to: 300 tasks, small states, all gone with the matter."""
    wang = office.add("王", "examiner")
    matter = begun(begin, 300)
    assert Instance.objects.filter(parent_id=matter.id).count() == 300
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(length(state::text)) FROM processes_instance WHERE parent_id IS NOT NULL")
        assert cursor.fetchone()[0] < 1200
    complete(matter.subject, wang, "A")
    assert processes.terminate(matter.subject, actor=wang, now=NOW, reason="申请人撤回") == 1
    assert set(Instance.objects.values_list("status", flat=True)) == {"terminated"}
    assert check.verify() == []


@pytest.mark.django_db(transaction=True)
def test_they_do_not_wait_for_each_other(few, office, begin):
    """Somebody holds one part in an open transaction; another part and the parent's chain are free for others."""
    wang = office.add("王", "examiner")
    matter = begun(begin, 3)
    first, second, _ = queries.open_tasks(matter.subject)

    def second_part():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return completing(second.pk, wang, "k2")()

    with transaction.atomic():
        processes.complete(task_id=first.pk, actor=wang, now=NOW, key="k1")
        (answer,) = at_once(second_part)
    assert isinstance(answer, processes.Completed), answer
    assert check.verify() == []
    chains = ActRow.objects.filter(verb="task.complete").values_list("chain_kind", flat=True)
    assert set(chains) == {store.CHILD}
    connections["default"].close()


@pytest.mark.django_db(transaction=True)
def test_the_last_two_at_once(few, office, begin):
    """Parts that end at the same moment are both counted, ten times."""
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    for _ in range(10):
        matter = begun(begin, 3)
        for element in ("A", "A", "A", "B"):
            complete(matter.subject, wang, element)
        left, right = queries.open_tasks(matter.subject)
        answers = at_once(completing(left.pk, wang, f"l{left.pk}"), completing(right.pk, zhao, f"r{right.pk}"))
        assert all(isinstance(answer, processes.Completed) for answer in answers), answers
        assert queries.open_task(matter.subject).name == "汇总"
    assert check.verify() == []
