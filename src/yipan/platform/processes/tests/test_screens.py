"""Screens: the to-do with its boxes, picture and steps, the administrator's lists; the loader of packs."""

import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import reverse

import yipan
from yipan.kernel.packs import InstallContext, PackFile
from yipan.platform import processes, records
from yipan.platform.processes import queries, registry
from yipan.platform.processes.loader import ProcessLoader
from yipan.platform.processes.models import Definition

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db
PACKS = Path(yipan.__file__).parent / "packs"


@pytest.fixture
def things(monkeypatch):
    """Subjects of the tests with titles and pages."""
    title = SimpleNamespace(title="开宾馆", subtitle="悦来宾馆 · 123", light=None)
    subject = registry.Subject("thing", lambda id_: f"/things/{id_}/", lambda ids: dict.fromkeys(ids, title))
    monkeypatch.setitem(registry.subjects, "thing", subject)


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def test_todo_shows_lines_with_light_and_leads_to_the_subject(office, begin, signed_in, things):
    wang, li = office.add("王", "examiner"), office.add("李", "reviewer")
    subject = begin(models.TWO, "two").subject
    assert f"/things/{subject[1]}/" in page(signed_in(wang), "processes:todo")
    processes.complete(task_id=queries.open_task(subject).pk, actor=wang, now=NOW)
    text = page(signed_in(li), "processes:todo")
    for wanted in ("开宾馆", "悦来宾馆 · 123", "审核", "待签收", "正常", "剩余 3 个工作日"):
        assert wanted in text
    assert "没有符合条件的记录" in page(signed_in(li), "processes:todo", limit="late")
    assert "/things/" in page(
        signed_in(li), "processes:todo", limit="soon", process="two", task="审核", at_from="2026-03-02"
    )
    assert "没有符合条件的记录" in page(signed_in(li), "processes:todo", task="审查")
    assert "没有符合条件的记录" in page(signed_in(li), "processes:todo", at_to="2026-03-01")
    assert signed_in(wang).get("/todo/", {"box": "done"})["Location"] == "/todo/done/"
    assert "开宾馆" in page(signed_in(wang), "processes:box", "done")
    for box in queries.BOXES:
        if box != "todo":
            page(signed_in(wang), "processes:box", box)
    assert signed_in(wang).get("/todo/x/").status_code == 404
    assert signed_in(wang).get("/todo/", {"after": "x~y"}).status_code == 400


def links(text):
    return list(dict.fromkeys(re.findall(r'href="(/things/\d+/)"', text)))


def test_pages_lead_there_and_back(office, begin, signed_in, things):
    client = signed_in(office.add("王", "examiner"))
    for _ in range(queries.PAGE + 3):
        begin(models.TWO, "two")
    first = page(client, "processes:todo")
    assert len(links(first)) == queries.PAGE
    following = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    second = client.get(following).content.decode()
    assert len(links(second)) == 3
    assert not set(links(first)) & set(links(second))
    back = unescape(re.search(r'rel="prev" href="([^"]+)"', second)[1])
    assert links(client.get(back).content.decode()) == links(first)
    newest = page(client, "processes:todo", order="-when")
    assert links(newest)[:3] == links(second)[::-1]


def test_many_tasks_are_claimed_at_once(office, begin, signed_in, things):
    """A batch answers for every row: claimed, or why not."""
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    keys = []
    for _ in range(2):
        task = queries.open_task(begin(models.TWO, "two").subject)
        keys.append(f"{task.instance_id}~{task.pk}")
    processes.move(task_id=task.pk, move="claim", actor=zhao, now=NOW)
    text = signed_in(wang).post(reverse("processes:todo"), {"do": "batch:claim", "row": keys}).content.decode()
    assert "已签收" in text
    assert "由赵办理" in text
    assert [line.claimed_by for line in queries.todo(wang).lines] == ["王"]


def test_picture_and_steps_for_those_concerned(office, begin, signed_in, things):
    wang, li, sun = office.add("王", "examiner"), office.add("李", "reviewer"), office.add("孙", "decider")
    matter = begin(models.TWO, "two")
    processes.complete(task_id=queries.open_task(matter.subject).pk, actor=wang, now=NOW)
    text = page(signed_in(wang), "processes:instance", matter.id)
    for wanted in ("<svg", "yp-active", "yp-done", "已完成 2026-03-02 09:00", "办理中，"):
        assert wanted in text
    assert signed_in(sun).get(reverse("processes:instance", args=[matter.id])).status_code == 404
    assert signed_in(sun).post(reverse("processes:follow", args=[matter.id])).status_code == 404
    signed_in(li).post(reverse("processes:follow", args=[matter.id]), {"do": "follow", "next": "https://evil.example/"})
    assert "开宾馆" in page(signed_in(li), "processes:box", "followed")
    steps = processes.steps_for(matter.id)
    assert [(step.name, step.state, step.who) for step in steps] == [("审查", "done", "王"), ("审核", "now", "")]


def test_unit_administrator_reassigns(office, begin, signed_in, things):
    admin, zhao = office.add("管", "unit_admin"), office.add("赵", "decider")
    subject = begin(models.TWO, "two").subject
    task = queries.open_task(subject)
    assert "本单位没有可以办理的人员" in page(signed_in(admin), "processes:unit")
    send = {"do": "batch:reassign", "row": [task.pk], "picked": zhao.account_id, "confirmed": "1"}
    answer = signed_in(admin).post(reverse("processes:unit"), send)
    assert answer.status_code == 422
    assert "请填写原因" in answer.content.decode()
    answer = signed_in(admin).post(reverse("processes:unit"), send | {"reason": "暂无审查人员"})
    assert "已改派" in answer.content.decode()
    assert len(queries.todo(zhao).lines) == 1
    assert "没有需要改派的任务" in page(signed_in(admin), "processes:unit")
    assert signed_in(zhao).get(reverse("processes:unit")).status_code == 403


def test_definitions_for_managers(office, begin, signed_in):
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    begin(models.TWO, "two")
    assert "现行" in page(signed_in(boss), "processes:definitions")
    assert "<svg" in page(signed_in(boss), "processes:definition", "two", 1)
    assert signed_in(boss).get(reverse("processes:model", args=["two", 1])).content == models.TWO
    assert signed_in(boss).get(reverse("processes:definition", args=["two", 9])).status_code == 404
    assert signed_in(wang).get(reverse("processes:definitions")).status_code == 403


def test_pack_files_are_checked_with_lines_and_installed_once(office, acts):
    loader = ProcessLoader()
    file = PackFile("p", "processes/acts.bpmn", models.ACTS)
    assert [f for f in loader.check(file) if f.is_error] == []
    bad = PackFile("p", "processes/bad.bpmn", models.ACTS.replace(b"test_note", b"unknown"))
    (fault,) = [f for f in loader.check(bad) if f.is_error]
    assert (fault.file, fault.line > 0, "unknown" in fault.message) == ("p/processes/bad.bpmn", True, True)
    broken = PackFile("p", "processes/x.bpmn", b"<definitions>")
    assert any(f.is_error for f in loader.check(broken))
    assert loader.check(PackFile("p", "processes/x.txt", b""))[0].is_error
    twin = PackFile("p", "processes/twin.bpmn", models.ACTS)
    assert len(loader.check_all([file, twin], None)) == 1
    context = InstallContext(SimpleNamespace(key="p"), records.SYSTEM, NOW)
    for _ in range(2):
        loader.install(file, context)
    assert Definition.objects.count() == 1


class AnyAct(dict):
    """A registry that knows every act: what acts do is the business of the rooms that have them."""

    def __contains__(self, name):
        return True


@pytest.mark.parametrize("path", sorted(PACKS.glob("*/processes/*.bpmn")), ids=lambda path: path.stem)
def test_processes_of_the_built_in_packs_can_be_deployed(office, monkeypatch, path):
    monkeypatch.setattr(registry, "acts", AnyAct())
    monkeypatch.setattr(registry, "model_checks", [])
    file = PackFile(path.parts[-3], f"processes/{path.name}", path.read_bytes())
    assert [str(f) for f in ProcessLoader().check(file) if f.is_error] == []
    ProcessLoader().install(file, InstallContext(SimpleNamespace(key="p"), records.SYSTEM, NOW))
    row = Definition.objects.get()
    assert row.key == path.stem
    assert len(row.outline) > 3


def test_two_versions_are_compared(office, begin, signed_in):
    """Added, removed and changed elements stand in a list and are coloured in both pictures."""
    boss, wang = office.add("管", "manager"), office.add("王", "examiner")
    begin(models.TWO, "two")
    newer = models.TWO.decode().replace('yipan:limit="P3WD"', 'yipan:limit="P2WD"').replace('"审核"', '"复核"').encode()
    processes.deploy(newer, key="two", actor=boss, at=NOW)
    assert "第 1 版" in page(signed_in(boss), "processes:definition", "two", 2)
    text = page(signed_in(boss), "processes:compare", "two", 2, 1)
    assert "第 1 版 → 第 2 版" in text  # the older one first, whichever was asked from
    for wanted in ("期限：3 → 2", "名称：审核 → 复核", "yp-changed", "有变化"):
        assert wanted in text
    assert "yp-added" not in text
    assert "流程相同" in page(signed_in(boss), "processes:compare", "two", 2, 2)
    assert signed_in(boss).get(reverse("processes:compare", args=["two", 2, 9])).status_code == 404
    assert signed_in(wang).get(reverse("processes:compare", args=["two", 1, 2])).status_code == 403


def test_work_that_nobody_can_do_is_put_before_the_administrator(office, begin, things):
    """One line a unit with the number; it changes, and goes when somebody can do the work; nobody is asked twice."""
    from yipan.platform.processes.actions import orphans

    admin = office.add("管", "unit_admin")
    first, second = begin(models.TWO, "two"), begin(models.TWO, "two")
    assert orphans.tell_administrators() == 1
    assert [line.title for line in queries.todo(admin, "todo").lines] == ["2 项任务没有人能办，请改派"]
    orphans.tell_administrators()
    assert len(queries.todo(admin, "todo").lines) == 1
    processes.terminate(second.subject, actor=admin, now=NOW, reason="重复")
    orphans.tell_administrators()
    assert [line.title for line in queries.todo(admin, "todo").lines] == ["1 项任务没有人能办，请改派"]
    wang = office.add("王", "examiner")
    assert orphans.tell_administrators() == 0
    assert not queries.todo(admin, "todo").lines
    task = queries.open_task(first.subject)
    processes.move(task_id=task.pk, move="claim", actor=wang, now=NOW)
    zhao = office.add("赵", "examiner")
    office.absent(wang, zhao)
    assert orphans.counts(NOW) == {}  # his deputy acts for him
    from yipan.platform.people.models import Absence, Account

    Absence.objects.all().delete()
    Account.objects.filter(pk=wang.account_id).update(is_active=False)
    assert orphans.counts(NOW) == {"market": 1}  # he has left, and the task is his
