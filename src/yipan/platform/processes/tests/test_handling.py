"""Matters without a page of their own are handled on the page of their process."""

import re

import pytest
from django.urls import reverse

from yipan.platform import processes
from yipan.platform.processes import check, queries
from yipan.platform.processes.models import Task

from . import models
from .test_screens import page, things

__all__ = ["things"]
pytestmark = pytest.mark.django_db
MESSAGE = '<message id="m" name="来文"/>'
LETTER = models.bpmn(
    "letter",
    '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>'
    + models.user("A", "拟办", outcomes="agree disagree") + models.user("B", "办结", "reviewer") + '<endEvent id="e"/>',
    "s>A\nA>B\nB>e",
    MESSAGE,
)  # fmt: skip


@pytest.fixture
def matter(office):
    from yipan.platform import records

    from .office import NOW

    processes.deploy(LETTER, key="letter", actor=records.SYSTEM, at=NOW)
    processes.correlate("来文", "粤府〔2026〕1 号", {"unit": "market"}, now=NOW)
    return Task.objects.get().instance


def posted(client, name: str, task: Task, **fields):
    return client.post(reverse(f"processes:{name}", args=[task.pk]), fields)


def test_from_the_list_to_the_end(matter, office, signed_in):
    """The to-do leads to the page, the page takes the outcome, the next person finds it in his list."""
    wang, li = office.add("王", "examiner"), office.add("李", "reviewer")
    client = signed_in(wang)
    (href,) = set(re.findall(r'href="(/todo/matter/\d+/)"', page(client, "processes:todo")))
    text = client.get(href).content.decode()
    for words in ("letter", "粤府〔2026〕1 号", "拟办", "同意", "不同意", "办理意见", "签收"):
        assert words in text
    key = re.search(r'name="key" value="([^"]+)"', text)[1]
    answer = posted(client, "complete", Task.objects.get(), outcome="agree", opinion="请市场科阅处", key=key)
    assert (answer.status_code, answer["Location"]) == (302, "/todo/")
    task = queries.open_task(("matter", str(matter.pk)))
    client = signed_in(li)
    assert "请市场科阅处" in page(client, "processes:instance", matter.pk)
    assert posted(client, "complete", task).status_code == 302
    assert queries.instance(matter.pk).status == "completed"
    assert check.verify() == []


def test_a_refusal_keeps_what_was_typed(matter, office, signed_in):
    client = signed_in(office.add("王", "examiner"))
    answer = posted(client, "complete", Task.objects.get(), outcome="maybe", opinion="我写了很多字")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "办理结果不能是“maybe”" in text
    assert "我写了很多字" in text
    answer = posted(client, "complete", Task.objects.get(), outcome="agree", opinion="字" * 2001)
    assert "最多 2000 字，现在有 2001 字" in answer.content.decode()
    assert Task.objects.get().status == "open"


def test_moves(matter, office, signed_in):
    wang, zhao = office.add("王", "examiner"), office.add("赵", "examiner")
    client, task = signed_in(wang), Task.objects.get()
    assert posted(client, "move", task, move="claim").status_code == 302
    assert Task.objects.get().person_id == wang.person_id
    answer = posted(client, "move", task, move="transfer", reason="出差", person=[zhao.person_id])
    assert answer.status_code == 302
    assert Task.objects.get().persons == [zhao.person_id]
    assert posted(client, "move", task, move="fly").status_code == 409


def test_strangers_find_nothing(matter, office, signed_in):
    """Whoever has nothing to do with the matter does not even learn that it exists."""
    other = office.add("外人", "reviewer", unit=type(office.unit).objects.create(key="other", name="别处"))
    client = signed_in(other)
    assert client.get(f"/todo/matter/{matter.pk}/").status_code == 404
    for name in ("complete", "move"):
        assert posted(client, name, Task.objects.get(), outcome="agree", move="claim").status_code == 404
    assert Task.objects.get().status == "open"


def test_what_has_a_page_is_done_there(begin, office, signed_in, things):
    """The acts of a case need what only its own page asks for."""
    subject = begin(models.TWO, "two").subject
    client, task = signed_in(office.add("王", "examiner")), queries.open_task(subject)
    assert "办理意见" not in client.get(f"/todo/matter/{task.instance_id}/").content.decode()
    assert posted(client, "complete", task).status_code == 404
    assert Task.objects.get(pk=task.pk).status == "open"
