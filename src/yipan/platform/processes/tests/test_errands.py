"""Work of other rooms in the one to-do: posted, found, done, handed over, in one order with tasks."""

import datetime as dt
from types import SimpleNamespace

import pytest

from yipan.platform import processes, records
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.people.actions.handovers import hand_over, sign
from yipan.platform.people.models import Person, Unit
from yipan.platform.processes import check, errands, listing, queries
from yipan.platform.processes.actions.errands import read_errand
from yipan.platform.processes.boxes import Box
from yipan.platform.processes.models import Entry, Errand, ErrandEntry
from yipan.platform.records import outbox
from yipan.platform.records.actions.resend import resend
from yipan.platform.records.models import OutboxRow

from . import models
from .office import NOW, ROLES

pytestmark = pytest.mark.django_db
KIND = "test.approval"
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _kind():
    errands.register(KIND, "试验审批")


def post(key, to, *, actor=records.SYSTEM, at=NOW, **more):
    facts = {"title": f"请审批 {key}", "url": f"/test/{key}/"}
    return processes.post_errand(KIND, key, to=to, actor=actor, at=at, **facts | more)


def titles(actor, box="todo", **more):
    return [line.title for line in queries.todo(actor, box, **more).lines]


def test_an_errand_stands_in_the_list_until_it_is_done(office):
    wang, li, zhao = office.add("王", "reviewer"), office.add("李", "examiner"), office.add("赵", "reviewer")
    post(1, [errands.Role("reviewer", "market")], actor=li, subtitle="用途：统计", due=NOW + HOUR)
    (line,) = queries.todo(wang).lines
    assert (line.title, line.subtitle, line.url, line.due_at) == ("请审批 1", "用途：统计", "/test/1/", NOW + HOUR)
    assert titles(li) == []
    assert titles(li, "started") == ["请审批 1"]
    assert queries.counts(wang)["todo"] == queries.open_count(zhao) == 1
    assert processes.close_errand(KIND, 1, actor=wang, at=NOW, outcome="同意")
    assert not processes.close_errand(KIND, 1, actor=zhao, at=NOW)  # somebody was first
    assert titles(wang) == titles(zhao) == titles(zhao, "concluded") == []
    assert titles(wang, "concluded") == ["请审批 1"]
    assert queries.counts(wang)["concluded"] == 1


def test_the_same_errand_again_changes_it(office):
    wang, li = office.add("王"), office.add("李")
    first = post(1, [errands.Person(wang.person_id)])
    processes.close_errand(KIND, 1, actor=wang, at=NOW)
    assert post(1, [errands.Person(li.person_id)], title="请再看") == first
    assert (titles(wang), titles(li)) == ([], ["请再看"])
    assert Errand.objects.count() == 1


def test_whoever_has_the_right_in_the_unit_finds_it(office):
    """Through any role that gives the right; not in another unit; the excluded never; deputies while they stand in."""
    ROLES["approver"] = ["task.view", "export.approve"]
    health = Unit.objects.create(key="health", name="卫健局")
    wang, wide = office.add("王", "approver"), office.add("周", "approver", scope="district")
    other, li = office.add("外", "approver", unit=health), office.add("李", "examiner")
    post(1, [errands.Right("export.approve", "market")])
    assert [titles(who) for who in (wang, wide, other, li)] == [["请审批 1"], ["请审批 1"], [], []]
    office.absent(wang, li)
    (line,) = queries.todo(li).lines
    assert line.for_other
    post(2, [errands.Right("export.approve", "market")], excluded=[wide.person_id, li.person_id])
    assert titles(wide) == ["请审批 1"]
    assert titles(li) == ["请审批 1"]  # barred himself, also as deputy


def test_errands_and_tasks_stand_in_one_order_on_every_page(office, begin):
    wang = office.add("王", "examiner")
    for n in range(7):
        begin(models.TWO, "two")
        Entry.objects.filter(box="todo").update(sort_at=NOW)
        post(n, [errands.Person(wang.person_id)], due=NOW + (n % 3) * HOUR)
    seen, page = [], ""
    while True:
        got = queries.todo(wang, page=page, limit=3)
        seen += got.lines
        page = got.following
        if not page:
            break
    assert len({line.key for line in seen}) == len(seen) == 14
    assert [line.sort_at for line in seen] == sorted(line.sort_at for line in seen)
    last = (seen[-1].sort_at, seen[-1].key)
    back = Box(wang).lines(before=last, limit=20)
    assert [line.key for line in back] == [line.key for line in seen[:-1]]
    assert Box(wang).count() == queries.counts(wang)["todo"] == 14


def test_filters_know_errands(office, begin):
    wang = office.add("王", "examiner")
    begin(models.TWO, "two")
    post(1, [errands.Person(wang.person_id)], due=NOW - HOUR, unit="market")

    def found(**filters):
        box = Box(wang)
        lines = box.lines(filters)
        assert box.count(filters) == len(lines)
        return [line.errand is not None for line in lines]

    assert found(process=KIND) == [True]
    assert found(process="two") == [False]
    assert found(task="试验") == [True]
    assert found(task="审查") == [False]
    assert found(due_before=NOW) == [True]
    assert found(unit="market") == [True, False]
    assert found(item="item") == [False]
    assert found(since=NOW + HOUR) == []


def test_copies_to_read(office, client):
    wang, li = office.add("王", "examiner"), office.add("李")
    errand = post(1, [errands.Person(wang.person_id)], actor=li, read_only=True)
    assert (titles(wang), titles(wang, "to_read")) == ([], ["请审批 1"])
    assert queries.errand_url(errand, li)  # who asked may follow the link as well
    assert read_errand(errand, actor=wang, at=NOW) == 1
    assert read_errand(errand, actor=wang, at=NOW) == 0
    assert titles(wang, "to_read") == []


def test_everything_about_a_subject_ends_with_it(office):
    wang = office.add("王")
    for n in range(3):
        post(n, [errands.Person(wang.person_id)], subject=("case", 5 if n < 2 else 6))
    assert processes.close_errands(("case", 5), actor=records.SYSTEM, at=NOW, outcome="已撤回") == 2
    assert [title for title in titles(wang) if title] == ["请审批 2"]


def test_the_screen_shows_errands_and_opens_copies(office, client):
    from yipan.platform.people.models import Account

    wang, li = office.add("王", "examiner"), office.add("李")
    post(1, [errands.Person(wang.person_id)], actor=li, subtitle="用途：统计")
    copy = post(2, [errands.Person(wang.person_id)], actor=li, read_only=True)
    client.force_login(Account.objects.get(pk=wang.account_id), backend="yipan.platform.people.backend.AccountBackend")
    page = client.get("/todo/").content.decode()
    for shown in ("请审批 1", "试验审批", 'href="/test/1/"', "李 提出"):
        assert shown in page
    assert f"/todo/errand/{copy}/" in client.get("/todo/to_read/").content.decode()
    answer = client.get(f"/todo/errand/{copy}/")
    assert (answer.status_code, answer["Location"]) == (302, "/test/2/")
    assert titles(wang, "to_read") == []
    refused = client.post("/todo/", {"do": "batch:claim", "row": "0~m1"})
    assert refused.status_code < 500
    strange = post(3, [errands.Person(li.person_id)])
    assert client.get(f"/todo/errand/{strange}/").status_code == 404


def test_a_leaver_s_errands_copies_and_followed_matters_go_along(office, begin):
    """Issue 2 §3: hand-over of all open work; what the receiver may not decide stays and the list says why."""
    wang, zhao, admin = office.add("王", "examiner"), office.add("赵", "examiner"), office.add("管", "unit_admin")
    matter = begin(models.TWO, "two")
    processes.follow(matter.id, actor=wang, now=NOW)
    task = queries.open_task(matter.subject)
    processes.move(task_id=task.pk, move="copy", actor=zhao, now=NOW, to_person_ids=[wang.person_id])
    post(1, [errands.Person(wang.person_id)])
    post(2, [errands.Person(wang.person_id)], excluded=[zhao.person_id])
    post(3, [errands.Person(wang.person_id), errands.Person(zhao.person_id)])
    made = hand_over(wang.person_id, receiver_id=zhao.person_id, reason="调离", actor=admin, at=NOW)
    assert [(line["register"], line["note"][:3]) for line in made.lines if line["register"] != "待办任务"] == [
        ("其他待办", "已移交"), ("其他待办", "已移交"), ("其他待办", "未移交"), ("待阅", "已移交"),
        ("我的关注", "已移交"),
    ]  # fmt: skip
    assert {"请审批 1", "请审批 3"} <= set(titles(zhao))
    assert [title for title in titles(wang) if title] == ["请审批 2"]
    assert len(queries.todo(zhao, "to_read").lines) == len(queries.todo(zhao, "followed").lines) == 1
    assert ErrandEntry.objects.filter(errand__key="3", box="todo").count() == 1
    assert check.verify() == []


def test_the_list_of_a_hand_over_waits_for_its_signatures(office):
    wang, zhao, admin = office.add("王"), office.add("赵"), office.add("管", "unit_admin")
    made = hand_over(wang.person_id, receiver_id=zhao.person_id, reason="调离", actor=admin, at=NOW)
    run_sweeps("records.deliver")
    assert titles(wang) == titles(zhao) == titles(admin) == ["王移交给赵的工作清单"]
    sign(made.pk, actor=wang, at=NOW)
    run_sweeps("records.deliver")
    assert (titles(wang), len(titles(zhao))) == ([], 1)
    for actor in (zhao, admin):
        sign(made.pk, actor=actor, at=NOW)
    run_sweeps("records.deliver")
    assert titles(zhao) == titles(admin) == []


def test_messages_that_died_wait_for_somebody_who_may_send_them_again(office, monkeypatch):
    """A rejected push is work for a person, and no longer when he has sent it again."""
    ROLES["operator"] = ["task.view", "records.deadletter.resend"]
    wang, li = office.add("王", "operator"), office.add("李", "examiner")
    refused = SimpleNamespace(refuses=True)

    def sender(_message):
        if refused.refuses:
            raise records.Rejected("字段 item_code 不正确")

    monkeypatch.setitem(outbox._channels, "test_push", outbox.Channel("test_push", sender, 1))
    records.queue(channel="test_push", key="push-1", at=NOW)
    run_sweeps("records.send", "records.deliver")
    (line,) = queries.todo(wang).lines
    assert (line.title, line.url) == ("test_push", "/admin/records/dead-letters/")
    assert "item_code" in line.subtitle
    assert titles(li) == []
    refused.refuses = False
    resend(kind="outbox", row_id=OutboxRow.objects.get(key="push-1").pk, actor=wang, now=NOW)
    run_sweeps("records.deliver", "records.send")
    assert titles(wang) == []
    assert OutboxRow.objects.get(key="push-1").state == "sent"


def test_an_export_waits_for_the_approvers_of_the_unit(office, rf):
    """Approvals of exports are in the one to-do of whoever may decide, never of the one who asked."""
    from yipan.platform.ui.listing import approval

    ROLES["approver"] = ["task.view", "export.approve"]
    wang, li = office.add("王", "approver"), office.add("李", "approver")

    def request(actor):
        from yipan.platform.people.models import Account

        made = rf.get("/")
        made.user = Account.objects.select_related("person").get(pk=actor.account_id)
        made.session, made.actor, made.principal = {}, actor, None
        return made

    facts = {"title": "人员", "path": "/p/", "query": "", "filters": "全部", "columns": ["name"], "fields": ["姓名"]}
    asked = approval.ask(request(wang), list_key="people.staff", reason="报送年度统计", **facts)
    assert titles(wang) == []
    (line,) = queries.todo(li).lines
    assert line.title.endswith("申请导出“人员”")
    assert line.subtitle == "用途：报送年度统计"
    approval.decide(request(li), asked.pk, approve=True, note="")
    assert titles(li) == []
    assert [line.title for line in queries.todo(li, "concluded").lines] == [line.title]


def test_every_kind_has_a_name_for_the_filter(office):
    assert (KIND, "试验审批") in listing._processes(None)
    assert errands.title_of("unknown") == "unknown"
    assert Person.objects.count() == 0
