"""Starting and completing: the hot path with its acts, lists, events and refusals."""

import datetime as dt
import json

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from yipan.platform import processes, records
from yipan.platform.processes import check, queries
from yipan.platform.processes.models import Definition, Entry, Instance, Task
from yipan.platform.records.models import ActRow, EventRow, OutboxRow

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db


def do(subject, actor, *, element="", **more):
    task = queries.open_task(subject, element=element)
    return processes.complete(task_id=task.pk, actor=actor, now=NOW, **more)


def test_a_matter_goes_from_list_to_list(office, begin):
    """Sheet 22: 待办 goes to whoever holds the role in the unit, 已办 and 办结 to who did it, 我发起 to who began."""
    clerk, wang, li = office.add("陈", "examiner"), office.add("王", "examiner"), office.add("李", "reviewer")
    matter = begin(models.TWO, "two", clerk)
    assert [line.task_name for line in queries.todo(wang).lines] == ["审查"]
    assert queries.todo(li).lines == ()
    assert queries.counts(clerk)["started"] == 1
    done = do(matter.subject, wang, opinion="材料齐全", key="a")
    assert (done.opened, done.status) == (("审核",), "running")
    assert queries.todo(wang).lines == ()
    assert [line.task_name for line in queries.todo(wang, "done").lines] == ["审查"]
    (line,) = queries.todo(li).lines
    assert line.due_at == dt.datetime(2026, 3, 5, 16, 0, tzinfo=dt.UTC)  # three working days after Monday, 24:00
    assert do(matter.subject, li).status == "completed"
    assert queries.todo(wang, "done").lines == ()
    assert [line.status for line in queries.todo(wang, "concluded").lines] == ["completed"]
    assert queries.counts(li) == {"todo": 0, "to_read": 0, "done": 0, "concluded": 1, "started": 0, "followed": 0}
    assert check.verify() == []


def test_what_is_written(office, begin):
    """Architecture §2: acts on the subject's chain, one event row a change, external to-dos in the outbox."""
    wang = office.add("王", "examiner")
    matter = begin(models.TWO, "two")
    do(matter.subject, wang, opinion="同意")
    (act,) = ActRow.objects.filter(verb="task.complete")
    assert (act.chain_kind, act.chain_key, act.actor_name) == ("thing", matter.subject[1], "王")
    events = list(EventRow.objects.filter(instance_id=str(matter.id)).order_by("id"))
    told = [(event.element_id, event.lifecycle, event.actor_name) for event in events]
    assert ("first", "enabled", "系统") in told
    assert ("first", "completed", "王") in told
    assert ("second", "enabled", "系统") in told
    assert len(told) == len(set(told))
    assert {event.process_version for event in events} == {1}
    keys = list(OutboxRow.objects.filter(channel="yuezhengyi_todo").order_by("id").values_list("payload", flat=True))
    assert [json.loads(p)["action"] if isinstance(p, str) else p["action"] for p in keys] == ["open", "close", "open"]


def test_same_key_again_changes_nothing(office, begin):
    wang = office.add("王", "examiner")
    matter = begin(models.TWO, "two")
    task = queries.open_task(matter.subject)
    first = processes.complete(task_id=task.pk, actor=wang, now=NOW, key="k")
    acts = ActRow.objects.count()
    again = processes.complete(task_id=task.pk, actor=wang, now=NOW, key="k")
    assert (first.repeated, again.repeated) == (False, True)
    assert ActRow.objects.count() == acts


def test_start_key_starts_once(office, begin):
    processes.deploy(models.TWO, key="two", actor=records.SYSTEM, at=NOW)
    wanted = {"definition_key": "two", "subject": ("thing", "77"), "data": {"unit": "market"}, "now": NOW, "key": "s"}
    wang = office.add("王", "examiner")
    first = processes.start(**wanted, actor=wang)
    again = processes.start(**wanted, actor=wang)
    assert (again.id, again.repeated) == (first.id, True)
    assert Instance.objects.count() == 1


def test_late_comer_is_told_who_did_it(office, begin):
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    matter = begin(models.TWO, "two")
    task = queries.open_task(matter.subject)
    processes.complete(task_id=task.pk, actor=wang, now=NOW)
    with pytest.raises(processes.ProcessProblem, match="“审查”已由王于 2026-03-02 09:00 办理") as told:
        processes.complete(task_id=task.pk, actor=zhao, now=NOW)
    assert told.value.code == "gone"


def test_strangers_and_nobody_in_other_units(office, begin):
    from yipan.platform.people.models import Unit

    other = Unit.objects.create(key="health", name="卫生健康局")
    stranger, reviewer = office.add("孙", "examiner", unit=other), office.add("李", "reviewer")
    district = office.add("周", "examiner", unit=other, scope="district")
    matter = begin(models.TWO, "two")
    for actor in (stranger, reviewer):
        assert queries.todo(actor).lines == ()
        assert queries.my_task(matter.subject, actor) is None
        with pytest.raises(processes.ProcessProblem, match="不在“审查”的办理人员之列"):
            do(matter.subject, actor)
    assert len(queries.todo(district).lines) == 1
    assert do(matter.subject, district).opened == ("审核",)


def test_merged_unit_answers_for_old_matters(office, begin):
    """Units are merged with dates: open work of the old unit is found by the people of the new one."""
    from yipan.platform.people.models import Unit

    successor = Unit.objects.create(key="new_market", name="新市场监督管理局")
    matter = begin(models.TWO, "two")
    office.unit.successor = successor
    office.unit.save()
    wang = office.add("王", "examiner", unit=successor)
    assert len(queries.todo(wang).lines) == 1
    do(matter.subject, wang)


def test_act_runs_in_the_same_transaction(office, begin, acts):
    wang = office.add("王", "examiner")
    matter = begin(models.ACTS, "acts")
    task = queries.open_task(matter.subject, act="test_decide")
    answer = processes.complete(
        task_id=task.pk, actor=wang, now=NOW, outcome="grant", opinion="准予", data={"law": "第三十八条"}
    )
    decide, note = acts
    assert answer.status == "completed"
    assert (decide.task.id, decide.task.opinion_column, decide.outcome) == (task.pk, "决定意见", "grant")
    assert (decide.opinion, decide.data, decide.actor) == ("准予", {"law": "第三十八条"}, wang)
    assert (note.actor.name, note.task.id, note.subject) == ("系统", None, matter.subject)
    assert not ActRow.objects.filter(verb="task.complete").exists()  # the act's room has recorded it


def test_failing_act_leaves_nothing(office, begin, acts, monkeypatch):
    from yipan.platform.processes import registry

    def refuse(call):
        raise processes.ProcessProblem("还缺少材料。")

    monkeypatch.setitem(registry.acts, "test_note", refuse)
    wang = office.add("王", "examiner")
    matter = begin(models.ACTS, "acts")
    before = EventRow.objects.count()
    with pytest.raises(processes.ProcessProblem, match="还缺少材料"):
        do(matter.subject, wang, outcome="grant")
    assert EventRow.objects.count() == before
    assert queries.open_task(matter.subject).name == "决定"
    with pytest.raises(processes.ProcessProblem, match="办理结果不能是“x”"):
        do(matter.subject, wang, outcome="x")


def test_separation_of_duties_binds_the_deputy_too(office, begin):
    """AB岗: a deputy acts for the absent reviewer, marked 代, unless either of them did the step before."""
    wang, li, zhao = office.add("王", "examiner"), office.add("李", "reviewer"), office.add("赵")
    both = office.add("钱", "examiner", "reviewer")
    matter = begin(models.TWO, "two")
    do(matter.subject, both)
    with pytest.raises(processes.ProcessProblem, match="职责分离") as told:
        do(matter.subject, both)
    assert told.value.code == "separation"
    assert queries.todo(both).lines == ()
    office.absent(li, zhao)
    (line,) = queries.todo(zhao).lines
    assert line.for_other
    assert queries.my_task(matter.subject, zhao).deputy_for == "李"
    do(matter.subject, zhao)
    task = Task.objects.get(element_id="second")
    assert (task.done_by_name, task.on_behalf_name) == ("赵", "李")
    (act,) = ActRow.objects.filter(verb="task.complete", actor_name="赵")
    assert act.deputy_for_name == "李"
    assert wang.person_id not in task.excluded


def test_whom_the_deputy_stood_in_for_is_excluded_as_well(office, begin):
    li, zhao = office.add("李", "examiner", "reviewer"), office.add("赵", "reviewer")
    office.absent(li, zhao)
    matter = begin(models.TWO, "two")
    do(matter.subject, zhao)  # as deputy of 李
    task = queries.open_task(matter.subject)
    assert set(task.excluded) == {li.person_id, zhao.person_id}
    for actor in (li, zhao):
        with pytest.raises(processes.ProcessProblem, match="职责分离"):
            do(matter.subject, actor)


def test_nobody_handles_his_own_application(office, begin):
    wang = office.add("王", "examiner")
    matter = begin(models.TWO, "two", applicant_person_id=wang.person_id)
    assert queries.todo(wang).lines == ()
    with pytest.raises(processes.ProcessProblem, match="就是申请人"):
        do(matter.subject, wang)


def test_steps_of_the_applicant(office, begin):
    applicant, wang = office.add("申"), office.add("王", "examiner")
    matter = begin(models.APPLICANT, "applicant", applicant_person_id=applicant.person_id)
    with pytest.raises(processes.ProcessProblem, match="由申请人本人或其经办人办理"):
        do(matter.subject, wang)
    assert queries.todo(wang).lines == ()
    do(matter.subject, applicant)
    again = begin(models.APPLICANT, "applicant", applicant_person_id=applicant.person_id)
    do(again.subject, wang, for_applicant=True)
    assert EventRow.objects.get(
        instance_id=str(again.id), element_id="correct", lifecycle="completed"
    ).actor_name == "王"  # fmt: skip


def test_join_opens_once(office, begin):
    wang = office.add("王", "examiner")
    matter = begin(models.FORK, "fork")
    assert do(matter.subject, wang, element="left").opened == ()
    assert do(matter.subject, wang, element="right").opened == ("汇总",)
    assert do(matter.subject, wang).status == "completed"
    assert check.verify() == []


def test_definitions_never_change(office, begin):
    begin(models.TWO, "two")
    for statement in ("UPDATE processes_definition SET name = 'x'", "DELETE FROM processes_definition"):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_running_matters_stay_on_their_version(office, begin):
    wang = office.add("王", "examiner")
    old = begin(models.TWO, "two")
    changed = models.TWO.replace("审核".encode(), "复核".encode())
    assert processes.deploy(changed, key="two", actor=wang, at=NOW).version == 2
    assert not processes.deploy(changed, key="two", actor=wang, at=NOW).new
    new = begin(changed, "two")
    assert (old.version, new.version) == (1, 2)
    assert do(old.subject, wang).opened == ("审核",)
    assert do(new.subject, wang).opened == ("复核",)
    assert Definition.objects.count() == 2


def test_model_that_cannot_run_is_refused(office):
    with pytest.raises(processes.ProcessProblem, match="没有登记办理动作“unknown”"):
        processes.deploy(
            models.TWO.replace(b'yipan:role="examiner"', b'yipan:role="examiner" yipan:act="unknown"'),
            key="two", actor=office.add("王"), at=NOW,
        )  # fmt: skip
    with pytest.raises(processes.ProcessProblem, match="还没有发布"):
        processes.start(definition_key="none", subject=("a", "1"), actor=office.add("王"), now=NOW)


def test_paging_shows_every_line_once(office, begin):
    """A task found under two keys of one person is one line, also across pages."""
    wang = office.add("王", "examiner")
    office_wide = office.add("周", "examiner", scope="district")
    for _ in range(7):
        begin(models.TWO, "two")
    assert Entry.objects.filter(box="todo").count() == 14
    for actor in (wang, office_wide):
        seen, page = [], ""
        while True:
            found = queries.todo(actor, page=page, limit=3)
            seen += [line.task_id for line in found.lines]
            page = found.following
            if not page:
                break
        assert len(seen) == len(set(seen)) == 7
    with CaptureQueriesContext(connection) as asked:
        queries.counts(wang)
    assert len([q for q in asked if "processes_" in q["sql"]]) == 1
    with CaptureQueriesContext(connection) as asked:
        queries.todo(wang)
    assert len([q for q in asked if "processes_" in q["sql"]]) == 1
