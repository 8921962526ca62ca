"""Running instances move to another version: trial run, one by one, all at once, on rows and on screen."""

import pytest
from django.urls import reverse

from yipan.kernel.engine import Plan, Spawn
from yipan.platform import processes, records
from yipan.platform.jobs.testing import run_jobs
from yipan.platform.processes import check, queries
from yipan.platform.processes.actions import migration
from yipan.platform.processes.models import Instance, Task
from yipan.platform.records.models import ActRow, EventRow
from yipan.platform.records.rights import Refused

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db
THREE = models.bpmn(
    "joint",
    '<startEvent id="s"/><parallelGateway id="p1"/>' + models.user("A", "住建") + models.user("B", "交警")
    + models.user("C", "城管") + '<parallelGateway id="p2"/>' + models.user("E", "汇总") + '<endEvent id="e"/>',
    "s>p1\np1>A\np1>B\np1>C\nA>p2\nB>p2\nC>p2\np2>E\nE>e",
)  # fmt: skip
FOUR = models.bpmn(
    "joint",
    '<startEvent id="s"/><parallelGateway id="p1"/>' + models.user("A", "住建") + models.user("B", "交警")
    + models.user("C", "城管") + models.user("D", "消防") + '<parallelGateway id="p2"/>' + models.user("E", "汇总")
    + '<endEvent id="e"/>',
    "s>p1\np1>A\np1>B\np1>C\nA>p2\nB>p2\nC>p2\np2>E\nE>e\np1>D\nD>p2",
)  # fmt: skip
FOURTH = Plan(spawn=(Spawn("D", ("A", "B", "C", "p2")),))


def done(subject, element, actor):
    task = Task.objects.get(instance__subject_id=subject[1], element_id=element, ended_at=None)
    return processes.complete(task_id=task.pk, actor=actor, now=NOW)


def test_other_version_is_an_explicit_act(office, begin):
    """Architecture §2: running instances stay; a trial run says what is safe, mapped, needs mapping and is refused."""
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    matter = begin(models.TWO, "two")
    renamed = models.TWO.replace(b'"first"', b'"erste"')
    processes.deploy(renamed, key="two", actor=boss, at=NOW)
    found = migration.trial("two", source=1, target=2)
    assert (found.safe, found.mapped, list(found.needs_mapping), found.refused) == ([], [], [matter.id], {})
    assert "没有“审查”" in found.needs_mapping[matter.id]
    plan = Plan({"first": "erste"})
    assert migration.trial("two", source=1, target=2, plan=plan).mapped == [matter.id]
    with pytest.raises(Refused):
        processes.migrate(matter.id, target=2, actor=wang, now=NOW, reason="改版", plan=plan)
    with pytest.raises(processes.ProcessProblem, match="新版本中没有"):
        processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason="改版")
    with pytest.raises(processes.ProcessProblem, match="原因"):
        processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason=" ", plan=plan)
    processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason="改版", plan=plan)
    assert check.verify() == []
    assert queries.instance(matter.id).version == 2
    act = ActRow.objects.get(verb="process.upgrade")
    assert (act.actor_name, act.chain_key) == ("管", matter.subject[1])
    event = EventRow.objects.get(lifecycle="migrated")
    assert (event.payload["from"], event.payload["to"], event.payload["detail"]) == (1, 2, "改版")
    done(matter.subject, "erste", wang)
    assert queries.open_task(matter.subject).excluded == [wang.person_id]


def test_a_fourth_department_while_three_are_open(office, begin):
    """The new one gets its task, the join waits for all four, and rows equal states at every step."""
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    matter = begin(THREE, "joint")
    done(matter.subject, "A", wang)
    processes.deploy(FOUR, key="joint", actor=boss, at=NOW)
    assert migration.trial("joint", source=1, target=2).safe == [matter.id]
    assert migration.trial("joint", source=1, target=2, plan=FOURTH).mapped == [matter.id]
    processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason="增加消防意见", plan=FOURTH)
    assert check.verify() == []
    for element in ("B", "C", "D"):
        done(matter.subject, element, wang)
        assert check.verify() == []
    assert [task.element_id for task in queries.open_tasks(matter.subject)] == ["E"]
    done(matter.subject, "E", wang)
    assert queries.instance(matter.id).status == "completed"


def test_a_department_is_given_up(office, begin):
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    matter = begin(FOUR, "joint")
    for element in ("A", "B", "C"):
        done(matter.subject, element, wang)
    processes.deploy(THREE, key="joint", actor=boss, at=NOW)
    processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason="不再征求", plan=Plan(cancel=("D",)))
    assert check.verify() == []
    assert Task.objects.get(element_id="D").status == "cancelled"
    assert [task.element_id for task in queries.open_tasks(matter.subject)] == ["E"]


def test_timers_and_subscriptions_keep_their_place(office, begin):
    """A reminder under another name is the same row with the same time."""
    boss = office.add("管", "manager")
    old = models.bpmn("timed", '<startEvent id="s"/>' + models.user("A", "审查") + models.timer("b", "A", "P2D")
                      + '<endEvent id="e"/><endEvent id="f"/>', "s>A\nA>e\nb>f")  # fmt: skip
    matter = begin(old, "timed")
    before = Instance.objects.get(pk=matter.id).timer_set.get()
    new = old.replace(b'"b"', b'"bb"').replace(b'"A"', b'"AA"')
    processes.deploy(new, key="timed", actor=boss, at=NOW)
    plan = Plan({"A": "AA", "b": "bb"})
    processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason="改名", plan=plan)
    assert check.verify() == []
    after = Instance.objects.get(pk=matter.id).timer_set.get()
    assert (after.pk, after.element_id, after.due_at) == (before.pk, "bb", before.due_at)


def test_all_at_once(office, begin):
    """The job moves what can go, one transaction an instance, and says of the others why not."""
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    matters = [begin(THREE, "joint") for _ in range(3)]
    for element in ("A", "B", "C"):
        done(matters[0].subject, element, wang)  # at E, where no fourth can be begun
    processes.deploy(FOUR, key="joint", actor=boss, at=NOW)
    progress = migration.start_all("joint", source=1, target=2, plan=FOURTH, actor=boss, reason="增加消防意见")
    run_jobs()
    from yipan.platform.jobs.models import Progress

    row = Progress.objects.get(pk=progress)
    assert (row.state, row.result["moved"], row.result["refused"]) == ("done", 2, 1)
    assert row.result["reasons"][0][0] == matters[0].id
    assert sorted(Instance.objects.values_list("definition__version", flat=True)) == [1, 2, 2]
    assert check.verify() == []
    migration.migrate_all(progress, "joint", 1, 2, migration.as_json(FOURTH), "再来一次")  # killed and run again
    assert sorted(Instance.objects.values_list("definition__version", flat=True)) == [1, 2, 2]


def test_on_screen(office, begin, client):
    """Trial run with numbers and reasons, then the start of the job; a plan that cannot be read is explained."""
    from yipan.platform.people.models import Account

    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    matter = begin(THREE, "joint")
    processes.deploy(FOUR, key="joint", actor=boss, at=NOW)
    address = reverse("processes:migrate", args=["joint", 1])
    backend = "yipan.platform.people.backend.AccountBackend"
    client.force_login(Account.objects.get(pk=wang.account_id), backend=backend)
    assert client.get(address).status_code == 403
    client.force_login(Account.objects.get(pk=boss.account_id), backend=backend)
    text = client.get(address).content.decode()
    assert "运行中 1 件" in text
    text = client.get(address, {"target": "2", "spawn": "D 旁 A,B,C,p2"}).content.decode()
    assert "按方案迁移 1 件" in text
    for name, wrong, words in (("spawn", "D", "旁"), ("elements", "A B", "="), ("target", "9", "没有第 9 版")):
        answer = client.post(address, {"target": "2", "reason": "试", name: wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    answer = client.post(address, {"target": "2", "spawn": "D 旁 A,B,C,p2", "reason": ""})
    assert answer.status_code == 422
    assert "原因" in answer.content.decode()
    answer = client.post(address, {"target": "2", "spawn": "D 旁 A,B,C,p2", "reason": "增加消防意见"})
    assert answer.status_code == 302
    run_jobs()
    text = client.get(answer["Location"]).content.decode()
    assert "已迁移 1 件" in text
    assert queries.instance(matter.id).version == 2


def test_records_of_both_versions_are_kept(office, begin):
    """What was done under the old version stays with its number: version filed and version decided."""
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    matter = begin(THREE, "joint")
    done(matter.subject, "A", wang)
    processes.deploy(FOUR, key="joint", actor=records.SYSTEM, at=NOW)
    processes.migrate(matter.id, target=2, actor=boss, now=NOW, reason="改版")
    done(matter.subject, "B", wang)
    rows = EventRow.objects.filter(lifecycle="completed", element_id__in=["A", "B"]).order_by("id")
    assert list(rows.values_list("element_id", "process_version")) == [("A", 1), ("B", 2)]
