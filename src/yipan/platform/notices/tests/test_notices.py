"""Notices: safe texts, channels people chose, no links and no numbers where they do not belong."""

import datetime as dt
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.kernel.packs import InstallContext, PackFile, PackManifest
from yipan.platform import notices, records
from yipan.platform.notices import domain, queries
from yipan.platform.notices.actions.read import choose_channels, mark_read
from yipan.platform.notices.directory import Contact
from yipan.platform.notices.loader import NoticeLoader
from yipan.platform.notices.models import Message, Template
from yipan.platform.records import outbox
from yipan.platform.records.models import ActRow, OutboxRow

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
AGENT = records.Actor(1, 11, "王芳")
PACK = """
notices:
  - key: case_accepted
    title: "{item}已受理"
    body: "您申请的{item}（{short_no}）已由{unit}受理，预计{due}前办结。"
    sms: "您的{item}已受理，业务号{short_no}。请登录平台“我的办件”查看。"
    channels: [inapp, sms, yuezhengyi]
    audience: citizen
    link: "/my/cases/{short_no}/"
  - key: correction
    title: 材料需要补正
    body: "{name}：请于{due}前补正。"
    channels: [inapp, sms]
    audience: citizen
    mandatory: true
"""
DATA = {"item": "食品经营许可", "short_no": "123-456", "unit": "区市场监管局", "due": "2026-03-20"}
PEOPLE = {
    1: Contact(1, "王芳", "13800138000"),
    2: Contact(2, "陈局", "13900139000", "yzy-2"),
    3: Contact(3, "无号码"),
}


@pytest.fixture(autouse=True)
def _directory(monkeypatch):
    """People as the directory finds them; the real directory is tested with ``people``."""
    from yipan.platform.notices import directory

    def people(recipients, _audience):
        found = [PEOPLE[r.id] for r in recipients if isinstance(r, notices.Account) and r.id in PEOPLE]
        return found + [PEOPLE[n] for r in recipients if isinstance(r, notices.Role) for n in (1, 2)]

    monkeypatch.setattr(directory, "_people", people)


def file(text: str) -> PackFile:
    return PackFile("core", "notices/core.yaml", text.encode())


@pytest.fixture
def installed(db):
    loader = NoticeLoader()
    assert loader.check(file(PACK)) == []
    loader.install(file(PACK), InstallContext(PackManifest("core", "基础", "1.0"), records.SYSTEM, AT))
    return loader


def accepted(to: notices.Account | list[notices.Account] | notices.Role | notices.Phone) -> list[int]:
    return notices.send(to=to, template="case_accepted", data=DATA, subject=("case", 5), at=AT)


def test_a_notice_lies_in_the_inbox_and_leaves_by_the_channels_that_reach(installed):
    (message,) = accepted(notices.Account(1))
    row = Message.objects.get(pk=message)
    assert row.title == "食品经营许可已受理"
    assert row.body == "您申请的食品经营许可（123-456）已由区市场监管局受理，预计2026-03-20前办结。"
    assert row.link == "/my/cases/123-456/"
    assert (row.phone_masked, row.phone_cipher) == ("138****8000", None)
    assert list(OutboxRow.objects.values_list("channel", flat=True)) == ["sms"]
    assert "13800138000" not in str(OutboxRow.objects.values_list("payload", "key"))
    accepted(notices.Account(2))
    assert list(OutboxRow.objects.order_by("id").values_list("channel", flat=True)) == ["sms", "sms", "yuezhengyi"]
    accepted(notices.Account(3))
    assert OutboxRow.objects.count() == 3


def test_everybody_is_told_once(installed, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        ids = accepted([notices.Role("unit_admin", 3), notices.Account(1), notices.Account(2)])
    assert len(ids) == 2
    assert notices.send(to=[], template="case_accepted", data={}, at=AT) == []


def test_refused_channels_are_kept_but_not_for_mandatory_notices(installed):
    choose_channels(account_id=1, wanted=["yuezhengyi"], actor=AGENT, now=AT)
    accepted(notices.Account(1))
    assert OutboxRow.objects.count() == 0
    notices.send(to=notices.Account(1), template="correction", data=DATA, at=AT)
    assert list(OutboxRow.objects.values_list("channel", flat=True)) == ["sms"]
    assert [(c.key, c.on) for c in queries.choices(1)] == [("sms", False), ("yuezhengyi", True)]
    choose_channels(account_id=1, wanted=["yuezhengyi"], actor=AGENT, now=AT)
    assert ActRow.objects.count() == 1, "no change, no act"
    choose_channels(account_id=1, wanted=["sms", "yuezhengyi", "inapp", "fax"], actor=AGENT, now=AT)
    assert all(c.on for c in queries.choices(1))


def test_a_template_that_is_not_installed_or_lacks_a_value_is_an_error(installed):
    with pytest.raises(notices.UnknownTemplate):
        notices.send(to=notices.Account(1), template="nothing", data={}, at=AT)
    with pytest.raises(notices.MissingValue):
        notices.send(to=notices.Account(1), template="case_accepted", data={}, at=AT)
    assert Message.objects.count() == 0


def test_the_inbox_belongs_to_one_account(installed):
    ids = [accepted(notices.Account(1))[0] for _ in range(25)]
    other = accepted(notices.Account(2))[0]
    assert notices.unread(1) == 25
    page = queries.inbox(1)
    assert [line.id for line in page.lines] == ids[::-1][:20]
    rest = queries.inbox(1, before=page.older)
    assert [line.id for line in rest.lines] == ids[::-1][20:]
    assert rest.older is None
    assert queries.opened(1, other) is None
    assert mark_read(account_id=1, message_id=other, now=AT) == 0
    assert mark_read(account_id=1, message_id=ids[0], now=AT) == 1
    assert mark_read(account_id=1, message_id=ids[0], now=AT) == 0
    assert notices.unread(1) == 24
    assert len(queries.inbox(1, only_unread=True, size=50).lines) == 24
    assert mark_read(account_id=1, now=AT) == 24
    assert notices.unread(2) == 1


class FakeConnector(types.ModuleType):
    """Stands for yipan.connectors.sms: the HTTP client has its own tests against the sandbox."""

    def __init__(self) -> None:
        super().__init__("yipan.connectors.sms")
        self.calls: list[tuple[str, str, str]] = []
        self.problem: Exception | None = None

    def send(self, phone: str, text: str, *, key: str) -> str:
        if self.problem:
            raise self.problem
        self.calls.append((phone, text, key))
        return "R1"


@pytest.fixture
def connector(monkeypatch):
    import yipan.connectors

    made = FakeConnector()
    monkeypatch.setitem(sys.modules, "yipan.connectors.sms", made)
    monkeypatch.setattr(yipan.connectors, "sms", made, raising=False)
    return made


def test_sms_leave_with_the_number_of_the_moment(installed, connector):
    accepted(notices.Account(1))
    notices.send(to=notices.Phone("13712345678", "赵六"), template="correction", data=DATA, at=AT)
    assert outbox.send_due() == 2
    assert [(phone, key.split("-")[-1]) for phone, _, key in connector.calls] == [
        ("13800138000", "sms"),
        ("13712345678", "sms"),
    ]
    assert connector.calls[1][1] == "赵六：请于2026-03-20前补正。"
    row = Message.objects.get(account_id=None)
    assert row.phone_masked == "137****5678"
    assert b"13712345678" not in bytes(row.phone_cipher)
    opened = queries.opened(1, Message.objects.get(account_id=1).pk)
    assert [(w.channel, w.state, w.failed) for w in opened.ways] == [("短信", "已发送", False)]


def test_a_permanent_refusal_is_shown_as_not_delivered(installed, connector):
    connector.problem = RuntimeError("空号")
    connector.problem.permanent = True
    (message,) = accepted(notices.Account(1))
    outbox.send_due()
    assert OutboxRow.objects.get().state == "dead"
    assert [(w.state, w.failed) for w in queries.opened(1, message).ways] == [("未送达", True)]


def test_a_number_that_went_away_is_a_dead_letter(installed, connector, monkeypatch):
    accepted(notices.Account(1))
    monkeypatch.setitem(PEOPLE, 1, Contact(1, "王芳"))
    outbox.send_due()
    assert "没有登记手机号" in OutboxRow.objects.get().last_error


# -- texts -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "点 http://a.cn/x 办理",
        "见 HTTPS://Gov.cn",
        "www.pengjiang.gov.cn",
        "登录 yipan.gov.cn/a 查看",
        "http：//x.top/1",
    ],
)
def test_sms_contain_no_links(text):
    assert domain.faults(text, sms=True) == ["短信不得含有可点击的链接，请改为“登录平台查看”之类的文字"]
    assert domain.faults(text) == []
    shown = domain.sms_text("{value}", {"value": text})
    assert "（网址略）" in shown
    assert not domain._LINK.search(shown)


@pytest.mark.parametrize("text", ["业务号 2026-001，食品经营许可已受理。", "金额12.50元", "第3.2条", "A.B酒店"])
def test_plain_texts_are_left_alone(text):
    assert domain.without_links(text) == text


@given(st.text(max_size=60), st.text(max_size=60))
def test_values_are_never_read_as_templates(first, second):
    values = {"a": first, "b": second}
    assert domain.fill("{a}|{b}", values) == f"{first}|{second}"


@pytest.mark.parametrize("text", ["{a.b}", "{0}", "{a!r}", "{a:>10}", "{名称}", "{a", "a}", "{{a}}"])
def test_only_plain_names_in_braces(text):
    assert domain.faults(text) != []


def test_faults_of_a_pack_file_have_lines():
    bad = PACK.replace("业务号{short_no}。", "见 www.a.cn {short_no}。").replace(
        "audience: citizen\n    link", "audience: x\n    link"
    )
    found = [(f.line, f.message) for f in NoticeLoader().check(file(bad))]
    assert [line for line, _ in found] == [8, 6] or sorted(line for line, _ in found) == [6, 8], found
    assert any("可点击的链接" in message for _, message in found)
    assert NoticeLoader().check(
        file("notices:\n  - {key: a, title: b, body: c, channels: [fax], audience: staff, x: 1}\n")
    )


def test_an_unchanged_pack_changes_nothing_and_a_changed_one_replaces(installed):
    before = Template.objects.get(key="correction")
    later = InstallContext(PackManifest("core", "基础", "1.1"), records.SYSTEM, AT + dt.timedelta(days=1))
    installed.install(file(PACK), later)
    assert Template.objects.get(key="correction").installed_at == before.installed_at
    installed.install(file(PACK.replace("材料需要补正", "材料待补正")), later)
    assert Template.objects.get(key="correction").title == "材料待补正"
    assert Template.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "shown"), [("13800138000", "138****8000"), ("12345", "***45"), ("0750-3123456", "075*****3456")]
)
def test_numbers_are_masked(number, shown):
    assert domain.mask_phone(number) == shown


def test_the_notices_of_every_pack_are_sound():
    """Every text that ships: no fault, and SMS of case notices name the sender as operators demand (【签名】)."""
    from pathlib import Path

    import yipan.packs as packs

    files = sorted(Path(next(iter(packs.__path__))).glob("*/notices/*.yaml"))
    assert files
    for path in files:
        one = PackFile(path.parts[-3], f"notices/{path.name}", path.read_bytes())
        assert NoticeLoader().check(one) == []
        for entry in one.document.fields().raw("notices"):
            assert not entry.get("sms") or entry["sms"].startswith("【"), entry["key"]
