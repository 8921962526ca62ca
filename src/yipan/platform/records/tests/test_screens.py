"""The audit screens: what they find, what they refuse, what they note themselves."""

import datetime as dt
import re

import pytest

from yipan.platform import records
from yipan.platform.jobs.testing import run_jobs
from yipan.platform.records import outbox, rights, roots, verbs
from yipan.platform.records.models import Access, ActRow, OutboxRow
from yipan.platform.ui import access

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
AUDITOR = records.Actor(70, 90, "审计员", 3, "政数局", 5, "安全审计员", ip="10.0.0.8")
ALL = {"records.audit.read", "records.deadletter.resend", "records.payload.erase"}


@pytest.fixture
def granted(monkeypatch, tmp_path):
    """The rights of the auditor in this test; people's own tests cover how they are granted."""
    held = set(ALL)

    def authorize(request, requirement):
        request.actor = AUDITOR
        if requirement not in held:
            raise rights.Refused(requirement)

    monkeypatch.setattr(access, "_authorizer", authorize)
    monkeypatch.setattr(rights, "_checker", lambda _actor, right, _unit: right in held)
    from yipan.platform.ui import context

    monkeypatch.setitem(context._hooks, "may", lambda _request: held.__contains__)
    monkeypatch.setenv("YIPAN_WITNESS", str(tmp_path / "w"))
    return held


def accept(number: int, day: int = 2, **more: str) -> records.Act:
    actor = records.Actor(7, 9, "李梅", 3, "区市场监管局", 5, "受理岗", deputy_for_id=8, deputy_for_name="陈强")
    return records.act(
        chain=("case", number), verb="case.accept", actor=actor, at=AT.replace(day=day), subject=("case", number),
        from_state="received", to_state="accepted", payload={"意见": "材料齐全"}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/admin/records/", "/admin/records/accesses/", "/admin/records/integrity/", "/admin/records/dead-letters/"]
)
def test_every_screen_needs_its_right(client, granted, path):
    assert client.get(path).status_code == 200
    granted.clear()
    answer = client.get(path)
    assert answer.status_code == 403
    assert "权限" in answer.content.decode()


def test_acts_are_searched_by_subject_person_verb_and_time(client, granted):
    for number in (1, 2, 3):
        accept(number, day=number)
    for query, expected in (
        ("subject_kind=case&subject_id=2", [2]),
        ("actor=李梅", [1, 2, 3]),
        ("actor=7", [1, 2, 3]),
        ("actor=王", []),
        ("verb=case.accept&at_from=2026-03-02&at_to=2026-03-02", [2]),
        ("at_to=2026-03-01", [1]),
    ):
        page = client.get(f"/admin/records/?{query}").content.decode()
        assert [n for n in (1, 2, 3) if f"{verbs.kind_title('case')} {n}</a>" in page] == expected, query
    assert "代 陈强" in client.get("/admin/records/").content.decode()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("at_from=gestern", "不是日期"),
        ("at_from=2026-03-02&at_to=2026-03-01", "起始不能大于截止"),
        ("at_from=2026-02-30", "不是日期"),
        ("verb=nothing", "请从列出的选项中选择"),
    ],
)
def test_what_cannot_be_read_is_said(client, granted, query, fault):
    answer = client.get(f"/admin/records/?{query}")
    assert answer.status_code == 422
    assert fault in answer.content.decode()


def test_paging_shows_every_act_once(client, granted):
    for number in range(120):
        accept(number % 3 + 1)
    address, seen = "/admin/records/?actor=李梅", []
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'href="/admin/records/acts/(\d+)/"', page)
        following = page.split('rel="next" href="')
        address = following[1].split('"')[0].replace("&amp;", "&") if len(following) > 1 else ""
    assert len(seen) == len(set(seen)) == 120
    assert client.get("/admin/records/?after=x").status_code == 400


def test_opening_an_act_is_noted_and_its_payload_can_be_erased(client, granted):
    act = accept(1, reason="电话 13800138000")
    page = client.get(f"/admin/records/acts/{act.id}/").content.decode()
    assert "13800138000" in page
    assert "材料齐全" in page
    noted = Access.objects.get()
    assert (noted.account_id, noted.subject_kind, noted.subject_id) == (70, "act", str(act.id))
    assert client.post(f"/admin/records/acts/{act.id}/erase/", {"reason": ""}).status_code == 409
    assert client.post(f"/admin/records/acts/{act.id}/erase/", {"reason": "期限届满"}).status_code == 302
    page = client.get(f"/admin/records/acts/{act.id}/").content.decode()
    assert "13800138000" not in page
    assert "已由" in page
    granted.discard("records.payload.erase")
    assert client.post(f"/admin/records/acts/{act.id}/erase/", {"reason": "x"}).status_code == 403
    assert client.get("/admin/records/acts/99999/").status_code == 404


def test_reads_of_personal_data_are_listed(client, granted):
    records.log_access(AUDITOR, ("person", 5), ["证件号码", "手机"], "核对身份")
    page = client.get("/admin/records/accesses/?subject_kind=person").content.decode()
    assert "证件号码、手机" in page
    assert "核对身份" in page
    assert "核对身份" not in client.get("/admin/records/accesses/?actor=别人").content.decode()


def test_dead_letters_are_sent_again_one_by_one(client, granted, monkeypatch):
    monkeypatch.setattr(outbox, "_channels", {})

    def refuse(_message):
        raise records.Rejected("号码不存在")

    records.register_channel("sms", refuse)
    for n in (1, 2):
        records.queue(channel="sms", key=f"k{n}", at=AT, subject=("case", n))
    outbox.send_due()
    first, second = OutboxRow.objects.order_by("id")
    page = client.get("/admin/records/dead-letters/").content.decode()
    assert page.count("号码不存在") == 2
    chosen = {"do": "batch:resend", "row": [f"outbox-{first.pk}", "outbox-99999"]}
    assert "确定重发" in client.post("/admin/records/dead-letters/", chosen).content.decode()
    text = client.post("/admin/records/dead-letters/", chosen | {"confirmed": "1"}).content.decode()
    assert "已重新排队发送" in text
    assert "已不在清单中" in text
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("queued", "dead")
    assert ActRow.objects.get().verb == "records.resend"
    wrong = chosen | {"confirmed": "1", "row": "outbox-x"}
    assert "提交的内容有误" in client.post("/admin/records/dead-letters/", wrong).content.decode()


def test_verification_runs_as_a_job_and_shows_its_result(client, granted):
    accept(1)
    roots.make()
    assert "还没有做过核验" in client.get("/admin/records/integrity/").content.decode()
    client.post("/admin/records/integrity/")
    assert "等待中" in client.get("/admin/records/integrity/").content.decode()
    run_jobs()
    page = client.get("/admin/records/integrity/").content.decode()
    assert "核验通过" in page
    assert "未经商用密码产品认证" in page
    from yipan.platform.records.testing import without_triggers

    with without_triggers("records_act"):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("UPDATE records_act SET verb = 'x'")
    client.post("/admin/records/integrity/")
    run_jobs()
    assert "发现断点" in client.get("/admin/records/integrity/").content.decode()


def test_letters_nobody_can_deliver_are_shown_after_a_day(client, granted):
    from django.db import connection

    from yipan.platform.records.work import _daily

    records.queue(channel="fax", key="f", at=AT)
    _daily()
    assert OutboxRow.objects.get().state == "queued"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_outbox SET next_at = now() - interval '2 days'")
    _daily()
    assert "没有处理该类消息的程序" in client.get("/admin/records/dead-letters/").content.decode()
