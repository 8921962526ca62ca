"""Moves of Chinese offices: claim, transfer, return, recall, copy, urge, added signers, reassigning, hand-over."""

from pathlib import Path

import pytest

import yipan
from yipan.platform import processes
from yipan.platform.processes import check, queries
from yipan.platform.processes.actions.move import hand_over_all
from yipan.platform.processes.models import Entry, Task
from yipan.platform.records.models import ActRow, EventRow
from yipan.platform.records.rights import Refused

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows_fit_states(request):
    yield
    assert check.verify() == []


def move(subject, actor, name, *, task_id=None, **more):
    task_id = task_id or queries.open_task(subject).pk
    return processes.move(task_id=task_id, move=name, actor=actor, now=NOW, **more)


def complete(subject, actor, **more):
    return processes.complete(task_id=queries.open_task(subject).pk, actor=actor, now=NOW, **more)


def test_claiming_takes_it_off_the_colleagues_lists(office, begin):
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    subject = begin(models.TWO, "two").subject
    assert queries.my_task(subject, wang).may_claim
    move(subject, wang, "claim")
    assert (len(queries.todo(wang).lines), len(queries.todo(zhao).lines)) == (1, 0)
    mine, his = queries.my_task(subject, wang), queries.my_task(subject, zhao)
    assert (mine.may_claim, mine.may_unclaim, mine.mine) == (False, True, True)
    assert his.claimed_by_other == "王"
    with pytest.raises(processes.ProcessProblem, match="“审查”由王办理"):
        complete(subject, zhao)
    with pytest.raises(processes.ProcessProblem, match="由王办理"):
        move(subject, zhao, "claim")
    move(subject, wang, "unclaim")
    assert len(queries.todo(zhao).lines) == 1
    assert [a.verb for a in ActRow.objects.filter(verb__startswith="task.").order_by("id")] == [
        "task.claim", "task.unclaim"
    ]  # fmt: skip


def test_transfer_needs_a_reason_and_never_reaches_the_excluded(office, begin):
    wang, li, qian = office.add("王", "examiner"), office.add("李", "reviewer"), office.add("钱", "reviewer")
    zhou = office.add("周", "reviewer")
    subject = begin(models.TWO, "two", applicant_person_id=qian.person_id).subject
    complete(subject, wang)
    with pytest.raises(processes.ProcessProblem, match="转办须写明原因"):
        move(subject, li, "transfer", to_account_id=zhou.account_id)
    for barred in (wang, qian):
        with pytest.raises(processes.ProcessProblem, match="不能交给他办理"):
            move(subject, li, "transfer", to_account_id=barred.account_id, reason="出差")
    sun = office.add("孙", "examiner")
    assert sun.account_id not in dict(queries.transfer_candidates(queries.open_task(subject).pk, li))
    assert dict(queries.transfer_candidates(queries.open_task(subject).pk, li)) == {
        zhou.account_id: f"周 · 市场监督管理局 {zhou.post_name}"
    }
    move(subject, li, "transfer", to_account_id=zhou.account_id, reason="出差", key="t1")
    assert move(subject, li, "transfer", to_account_id=zhou.account_id, reason="出差", key="t1").repeated
    assert [line.task_name for line in queries.todo(zhou).lines] == ["审核"]
    assert queries.todo(li).lines == ()
    assert [line.task_name for line in queries.todo(li, "done").lines] == ["审核"]
    event = EventRow.objects.get(lifecycle="transferred")
    assert (event.actor_name, event.element_name) == ("李", "审核")
    with pytest.raises(processes.ProcessProblem, match="不存在或已停用"):
        move(subject, zhou, "transfer", to_account_id=10**9, reason="x")


def test_return_arms_the_earlier_step_again(office, begin):
    """Sheet 22: 退回 goes back to who did it, afterwards forward again or straight back."""
    wang, zhao, li = office.add("王", "examiner"), office.add("赵", "examiner"), office.add("李", "reviewer")
    subject = begin(models.TWO, "two").subject
    complete(subject, wang)
    assert queries.passed_elements(queries.open_task(subject).instance_id) == [("first", "审查")]
    with pytest.raises(processes.ProcessProblem, match="退回须写明原因"):
        move(subject, li, "return")
    move(subject, li, "return", reason="材料不清", then="back")
    task = queries.open_task(subject)
    assert (task.name, task.persons, task.returned_from) == ("审查", [wang.person_id], "second")
    assert (len(queries.todo(wang).lines), len(queries.todo(zhao).lines)) == (1, 0)
    assert Task.objects.filter(element_id="second", status="returned").count() == 1
    complete(subject, wang)
    task = queries.open_task(subject)
    assert (task.name, task.persons) == ("审核", [li.person_id])  # straight back to who returned it
    assert complete(subject, li).status == "completed"


def test_recall_until_somebody_acts(office, begin):
    wang, li = office.add("王", "examiner"), office.add("李", "reviewer")
    subject = begin(models.TWO, "two").subject
    task_id = queries.open_task(subject).pk
    complete(subject, wang)
    with pytest.raises(processes.ProcessProblem, match="只有办理人本人可以撤回"):
        move(subject, li, "recall", task_id=task_id)
    move(subject, wang, "recall", task_id=task_id)
    assert queries.open_task(subject).persons == [wang.person_id]
    assert queries.todo(li).lines == ()
    again = queries.open_task(subject).pk
    complete(subject, wang)
    move(subject, li, "claim")
    with pytest.raises(processes.ProcessProblem, match="已经签收，不能撤回"):
        move(subject, wang, "recall", task_id=again)


def test_copies_are_read_once(office, begin):
    wang, zhao = office.add("王", "examiner"), office.add("赵")
    subject = begin(models.TWO, "two").subject
    move(subject, wang, "copy", to_person_ids=[zhao.person_id])
    (line,) = queries.todo(zhao, "to_read").lines
    assert (line.by_name, queries.counts(zhao)["to_read"]) == ("王", 1)
    assert queries.may_see(line.instance_id, zhao)
    assert processes.mark_read(line.instance_id, actor=zhao, now=NOW) == 1
    assert processes.mark_read(line.instance_id, actor=zhao, now=NOW) == 0
    assert queries.todo(zhao, "to_read").lines == ()
    assert queries.may_see(line.instance_id, zhao)


def test_follow(office, begin):
    wang = office.add("王", "examiner")
    instance = begin(models.TWO, "two").id
    for _ in range(2):
        processes.follow(instance, actor=wang, now=NOW)
    assert queries.counts(wang)["followed"] == 1
    assert queries.followed(instance, wang)
    processes.unfollow(instance, actor=wang)
    assert queries.todo(wang, "followed").lines == ()


@pytest.fixture
def texts(office):
    """The notices of the core pack."""
    from yipan.kernel.packs import InstallContext, read_pack
    from yipan.platform import records
    from yipan.platform.notices.loader import NoticeLoader

    pack = read_pack(Path(yipan.__file__).parent / "packs" / "core")
    (file,) = [file for file in pack.folder("notices") if file.name == "processes.yaml"]
    NoticeLoader().install(file, InstallContext(pack.manifest, records.SYSTEM, NOW))


def test_those_concerned_are_told(office, begin, texts):
    from yipan.platform.notices.models import Message

    wang, zhao, boss = office.add("王", "examiner"), office.add("赵", "examiner"), office.add("管")
    subject = begin(models.TWO, "two").subject
    move(subject, boss, "urge", reason="快到期")
    assert EventRow.objects.get(lifecycle="urged").actor_name == "管"
    assert sorted(Message.objects.values_list("account_id", flat=True)) == [wang.account_id, zhao.account_id]
    assert "管催办“审查”的“审查”。快到期" in Message.objects.first().body
    move(subject, wang, "transfer", to_account_id=zhao.account_id, reason="出差")
    (told,) = Message.objects.filter(template_key="task.handed")
    assert (told.account_id, told.link) == (zhao.account_id, f"/todo/matter/{queries.open_task(subject).instance_id}/")


def test_added_signers_before_and_after(office, begin):
    wang, zhao, sun = office.add("王", "examiner"), office.add("赵"), office.add("孙")
    subject = begin(models.TWO, "two").subject
    own = queries.open_task(subject).pk
    move(subject, wang, "add_before", to_person_ids=[zhao.person_id])
    with pytest.raises(processes.ProcessProblem, match="加签的人还没有办理"):
        processes.complete(task_id=own, actor=wang, now=NOW)
    (line,) = queries.todo(zhao).lines
    processes.complete(task_id=line.task_id, actor=zhao, now=NOW, opinion="可以")
    assert Task.objects.get(pk=own).status == "open"
    move(subject, wang, "add_after", task_id=own, to_person_ids=[sun.person_id])
    processes.complete(task_id=own, actor=wang, now=NOW)
    (line,) = queries.todo(sun).lines
    assert processes.complete(task_id=line.task_id, actor=sun, now=NOW).opened == ("审核",)


def test_an_added_signer_is_asked_for_no_outcome_and_an_act_waits_for_nobody_behind_it(office, begin, acts):
    """What a task with an act decides is carried out by whoever decided, at once."""
    wang, zhao = office.add("王", "examiner"), office.add("赵")
    subject = begin(models.ACTS, "acts").subject
    own = queries.open_task(subject)
    with pytest.raises(processes.ProcessProblem, match="请改用前加签"):
        move(subject, wang, "add_after", to_person_ids=[zhao.person_id])
    move(subject, wang, "add_before", to_person_ids=[zhao.person_id])
    (line,) = queries.todo(zhao).lines
    processes.complete(task_id=line.task_id, actor=zhao, now=NOW, opinion="可以")
    processes.complete(task_id=own.pk, actor=wang, now=NOW, outcome="grant", opinion="同意")
    assert [(call.actor.name, call.opinion) for call in acts if call.task.act == "test_decide"] == [("王", "同意")]


def test_everybody_signs(office, begin):
    """会签: every signer has a task of his own; the step goes on when all have agreed."""
    wang, zhao = office.add("王"), office.add("赵")
    people = [str(wang.person_id), str(zhao.person_id)]
    subject = begin(models.SIGNED, "signed", data={"people": people}).subject
    for actor, opened in ((wang, ()), (zhao, ("之后",))):
        (line,) = queries.todo(actor).lines
        assert processes.complete(task_id=line.task_id, actor=actor, now=NOW, outcome="agree").opened == opened
    assert queries.open_task(subject).name == "之后"


def test_claimed_as_deputy_stays_marked(office, begin):
    """代: a deputy who claims works in the absent person's place until the end."""
    wang, zhao = office.add("王", "examiner"), office.add("赵")
    office.absent(wang, zhao)
    subject = begin(models.TWO, "two").subject
    move(subject, zhao, "claim")
    assert queries.my_task(subject, zhao).deputy_for == "王"
    complete(subject, zhao)
    done = Task.objects.get(element_id="first")
    assert (done.done_by_name, done.on_behalf_name) == ("赵", "王")
    assert queries.open_task(subject).excluded == sorted([wang.person_id, zhao.person_id])
    assert [line.by_name for line in queries.todo(wang, "done").lines] == ["赵"]


def test_administrator_gives_orphaned_work_to_a_colleague(office, begin):
    from yipan.platform.people.models import Account, Unit

    wang, zhao, admin = office.add("王", "examiner"), office.add("赵", "examiner"), office.add("管", "unit_admin")
    other = office.add("外", "unit_admin", unit=Unit.objects.create(key="health", name="卫健局"))
    subject = begin(models.TWO, "two").subject
    assert queries.unit_tasks(["market"]) == []
    assert [task.name for task in queries.unit_tasks(["market"], only_orphaned=False)] == ["审查"]
    move(subject, wang, "claim")
    Account.objects.filter(pk=wang.account_id).update(is_active=False)
    (orphan,) = queries.unit_tasks(["market"])
    assert orphan.why == "left"
    wanted = {"to_account_id": zhao.account_id, "reason": "王已离任"}
    for stranger in (zhao, other):
        with pytest.raises(Refused):
            move(subject, stranger, "reassign", **wanted)
    move(subject, admin, "reassign", **wanted)
    assert queries.unit_tasks(["market"]) == []
    assert len(queries.todo(zhao).lines) == 1
    complete(subject, zhao)
    (orphan,) = queries.unit_tasks(["market"])  # no reviewer was ever appointed
    assert (orphan.name, orphan.why) == ("审核", "nobody")


def test_hand_over_of_all_work(office, begin):
    wang, zhao, admin = office.add("王", "examiner"), office.add("赵"), office.add("管", "unit_admin")
    subjects = [begin(models.TWO, "two").subject for _ in range(3)]
    for subject in subjects:
        move(subject, wang, "claim")
    barred = begin(models.TWO, "two", applicant_person_id=zhao.person_id).subject
    move(barred, wang, "claim")
    done, refused = hand_over_all(
        person_id=wang.person_id, to_person_id=zhao.person_id, actor=admin, now=NOW, reason="调离"
    )
    assert (len(done), len(refused)) == (3, 1)
    assert len(queries.todo(zhao).lines) == 3
    assert Entry.objects.filter(box="todo", holder=f"p:{wang.person_id}").count() == 1


def test_a_leaver_s_tasks_stand_on_the_list_that_both_sign(office, begin):
    """Sheet 00 X6: to-dos cannot be orphaned; what the receiver may not do is named with its reason."""
    from yipan.platform.people.actions.handovers import hand_over

    wang, zhao, admin = office.add("王", "examiner"), office.add("赵", "examiner"), office.add("管", "unit_admin")
    move(begin(models.TWO, "two").subject, wang, "claim")
    barred = begin(models.TWO, "two", applicant_person_id=zhao.person_id).subject
    move(barred, wang, "claim")
    made = hand_over(wang.person_id, receiver_id=zhao.person_id, reason="调离", actor=admin, at=NOW)
    assert [(line["register"], line["note"][:3]) for line in made.lines] == [
        ("待办任务", "已移交"),
        ("待办任务", "未移交"),
    ]
    assert len(queries.todo(zhao).lines) == 1


def test_unknown_and_late_moves(office, begin):
    wang = office.add("王", "examiner")
    subject = begin(models.TWO, "two").subject
    task_id = queries.open_task(subject).pk
    with pytest.raises(processes.ProcessProblem, match="不认识的操作“fly”"):
        move(subject, wang, "fly")
    complete(subject, wang)
    with pytest.raises(processes.ProcessProblem, match="已由王于"):
        move(subject, wang, "claim", task_id=task_id)
    with pytest.raises(processes.ProcessProblem, match="不存在"):
        move(subject, wang, "claim", task_id=10**9)
