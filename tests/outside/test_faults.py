"""Every outside system with every fault, over real HTTP: what our side does, and that nothing is lost or doubled.

Sheet 00 §7: injectable faults (HTTP 500, time-out, slow, duplicate delivery, out of order); outbound calls with
time-outs, bounded retries, dead letters with manual re-send.
"""

import datetime as dt
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.db import connection
from pypdf import PdfReader

from yipan.connectors import acceptance as acceptance_client
from yipan.connectors import base, elicence, seal
from yipan.connectors.base import ConnectorError
from yipan.kernel.clock import SHANGHAI
from yipan.platform import documents, notices, records
from yipan.platform.cases import outside
from yipan.platform.documents.models import Document, SealKey, Template
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.records.models import OutboxRow
from yipan_sandbox import papers

from .test_citizen_sign_in import sign_in

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
FIRM = "91440703MA9Q100100"
TASK = "11440703MB9P00026K4000131024000"
FAULTS = ("error", "reject", "timeout", "slow", "duplicate", "reorder")


@dataclass
class Side:
    """One kind of traffic with an outside system: ``act`` does it once and says how it ended, ``kept`` what arrived."""

    act: Callable[[], str]
    kept: Callable[[], list[Any]]


def fresh() -> str:
    return uuid.uuid4().hex


def there(sandbox: str, path: str) -> Any:
    return httpx.get(f"{sandbox}{path}", headers=base.gateway_headers()).json()


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Time-outs that a test can wait for; the sandbox is told to be slower than these, or faster."""
    monkeypatch.setattr(base, "READ_SECONDS", 0.6)
    monkeypatch.setattr(seal, "SEAL_SECONDS", 1.5)
    monkeypatch.setattr(elicence, "FETCH_SECONDS", 0.6)


def through_the_outbox(channel: str, payload: dict[str, Any]) -> str:
    """Queue one message and let the worker send it once; then what became of it."""
    key = fresh()
    records.queue(channel=channel, key=key, at=NOW, payload=payload, subject=("case", key))
    return sent_again(key)


def sent_again(key: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_outbox SET next_at = now() WHERE key = %s AND state = 'queued'", [key])
    run_sweeps("records.send")
    row = OutboxRow.objects.get(key=key)
    assert row.state in ("sent", "received") or row.last_error, row.state
    return f"{row.state}:{key}"


def messages(sandbox: str, system: str) -> list[Any]:
    return list(there(sandbox, f"/{system}/messages")["messages"].values())


@pytest.fixture
def sms(sandbox: str) -> Side:
    phone = f"138{uuid.uuid4().int % 10**8:08d}".replace("0000", "1234")

    def act() -> str:
        (number,) = notices.send(to=[notices.Phone(phone, "王")], template="demo.word", data={}, at=NOW)
        return sent_again(f"notice-{number}-sms")

    return Side(act, lambda: [one for one in messages(sandbox, "sms") if one["phone"] == phone])


@pytest.fixture(autouse=True)
def word(db):
    from yipan.platform.notices.models import Template as Word

    Word.objects.create(key="demo.word", pack="p", title="您好", body="您好", sms="您好", channels=["sms"], sha256="0",
                        audience="citizen", mandatory=True, installed_at=NOW)  # fmt: skip


@pytest.fixture
def yuezhengyi(sandbox: str, monkeypatch) -> Side:
    from yipan.connectors import yuezhengyi as client

    user = fresh()

    def send(message: records.Outgoing) -> records.Sent:
        try:
            return records.Sent(client.send_message(user, "待办", "请办理", link="/todo/", key=message.key))
        except ConnectorError as problem:
            if problem.permanent:
                raise records.Rejected(str(problem)) from problem
            raise

    records.register_channel("test.yuezhengyi", send)
    return Side(
        lambda: through_the_outbox("test.yuezhengyi", {}),
        lambda: [one for one in messages(sandbox, "yuezhengyi") if one["user"] == user],
    )


def event(number: str, seq: int, stage: str) -> dict[str, Any]:
    return {
        "case_no": number, "stage": stage, "seq": seq, "item_code": TASK + "01", "unit_name": "区市场监督管理局",
        "applicant_name": "某公司", "at": NOW.isoformat(),
    }  # fmt: skip


def fresh_number() -> str:
    return f"{TASK}20260302{uuid.uuid4().int % 9999 + 1:04d}"


@pytest.fixture
def acceptance(sandbox: str) -> Side:
    number = fresh_number()
    return Side(
        lambda: through_the_outbox("acceptance", event(number, 1, "receive")),
        lambda: there(sandbox, f"/acceptance/cases/{number}").get("events", []),
    )


@pytest.fixture
def rating(sandbox: str) -> Side:
    number = fresh_number()
    given = {
        "affairSerialNo": number, "affairCode": TASK, "affairName": "食品经营许可", "departmentName": "区市场监管局",
        "grade": 5, "userType": 1, "evalTime": NOW.isoformat(),
    }  # fmt: skip
    return Side(
        lambda: through_the_outbox("rating", given),
        lambda: [one for key, one in there(sandbox, "/rating/evaluations")["evaluations"].items() if key == number],
    )


@pytest.fixture
def library(sandbox: str) -> Side:
    """Licences of ours are pushed into the e-licence library."""
    identifier = f"1.2.156.3005.2.{fresh()}"
    licence = {
        "identifier": identifier, "title": "食品经营许可证", "number": "JY1", "holder_name": "某",
        "issuer_name": "某局", "status": "valid", "changed_at": NOW.isoformat(),
    }  # fmt: skip

    def send(message: records.Outgoing) -> records.Sent:
        try:
            return records.Sent(elicence.push(licence, key=message.key))
        except ConnectorError as problem:
            if problem.permanent:
                raise records.Rejected(str(problem)) from problem
            raise

    records.register_channel("test.library", send)
    return Side(
        lambda: through_the_outbox("test.library", {}),
        lambda: [one for key, one in there(sandbox, "/elicence/pushed")["licences"].items() if key == identifier],
    )


QUEUED = ("sms", "yuezhengyi", "acceptance", "rating", "library")
# What becomes of a message whose first attempt meets the fault.
EXPECTED = {
    "error": "queued", "timeout": "queued", "reject": "dead", "slow": "sent", "duplicate": "sent", "reorder": "sent",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", QUEUED)
def test_a_message_survives_every_fault_and_arrives_once(name: str, fault: str, request, inject):
    side: Side = request.getfixturevalue(name)
    inject("elicence" if name == "library" else name, fault, seconds=1.2 if fault == "timeout" else 0.2)
    state, _, key = side.act().partition(":")
    assert ("sent" if state == "received" else state) == EXPECTED[fault]
    if fault == "reject":
        dead = OutboxRow.objects.get(key=key)
        assert "被拒绝" in dead.last_error
        assert side.kept() == []
        resend(dead.pk)
        assert sent_again(key).partition(":")[0] in ("sent", "received"), "a person sent it again"
    elif EXPECTED[fault] == "queued":
        assert OutboxRow.objects.get(key=key).attempts == 1
        assert sent_again(key).partition(":")[0] in ("sent", "received"), "the worker tried again"
    if fault == "reorder" and name == "acceptance":
        assert side.kept() == [], "held back by the network"
        through_the_outbox("acceptance", event(fresh_number(), 1, "receive"))
    assert len(side.kept()) == 1, "once, whatever happened on the way"
    assert sent_again(key).partition(":")[0] in ("sent", "received"), "and nothing is sent once more"
    assert len(side.kept()) == 1


def resend(row_id: int) -> None:
    from yipan.platform.records.actions.resend import resend as action

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records.rights, "_checker", lambda actor, right, unit: True)
        action(kind="outbox", row_id=row_id, actor=records.Actor(1, 1, "管理员"), now=NOW)


# -- the seal service -----------------------------------------------------------------------------------------------
@pytest.fixture
def paper(sandbox: str, settings, tmp_path) -> Callable[[], Document]:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    monkey = pytest.MonkeyPatch()
    monkey.setattr(seal, "_keys", {})
    source = '#import "/official.typ": *\n#show: paper\n#head()\n#para[正文]\n'
    Template.objects.create(key="test/paper", version=1, pack="p", title="通知", source=source, fields=[], qr="",
                            sample={}, sha256="0" * 64, installed_at=NOW)  # fmt: skip

    def make() -> Document:
        made = documents.make(template="test/paper", data={}, actor=records.SYSTEM, at=NOW, unit_key="market",
                              number=fresh()[:8])  # fmt: skip
        return Document.objects.get(pk=made.id)

    yield make
    monkey.undo()


def sealing(document: Document) -> str:
    Document.objects.filter(pk=document.pk, state="waiting").update(next_at=NOW)
    run_sweeps("documents.seal")
    document.refresh_from_db()
    return document.state


@pytest.mark.parametrize("fault", FAULTS)
def test_a_paper_waits_for_its_seal_through_every_fault(fault: str, sandbox: str, paper, inject):
    document = paper()
    inject("seal", fault, seconds=2.5 if fault == "timeout" else 0.2)
    state = sealing(document)
    assert state == {"error": "waiting", "timeout": "waiting", "reject": "refused"}.get(fault, "sealed")
    if state != "sealed":
        assert document.last_error
        assert not documents.queries.one(document.pk).ready, "nothing unsealed is handed out"
    if state == "refused":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(records.rights, "_checker", lambda actor, right, unit: True)
            documents.retry(document.pk, actor=records.SYSTEM, at=NOW)
    assert sealing(document) == "sealed"
    uses = [use for use in there(sandbox, "/seal/uses")["uses"].values() if use["key"] == f"document-{document.pk}"]
    assert len(uses) == 1, "sealed once, whatever happened on the way"
    assert uses[0]["sealed_sha256"] == document.sha256
    assert SealKey.objects.count() == 1


def test_a_file_that_was_changed_after_it_was_sealed_is_refused(sandbox: str):
    """The platform believes no seal that the service did not sign."""
    sealed = seal.seal(papers.typeset("测试文书", {}), "market", reason="测试", key=fresh())
    known = seal.keys()
    assert seal.problem_of(sealed, known) == ""
    at = sealed.index(b"stream") + 30
    for other, word in (
        (sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], "不符"),
        (sealed + b" ", "覆盖"),
        (sealed.replace(b"/Contents <30", b"/Contents <31"), "不符"),
        (papers.typeset("没有盖章", {}), "没有用印签名"),
        (sealed + sealed, "不止一个"),
    ):
        assert word in seal.problem_of(other, known)
    assert seal.problem_of(sealed, {"seal-other": next(iter(known.values()))}) == seal.UNKNOWN_KEY


def test_a_seal_that_was_withdrawn_is_refused_for_good(sandbox: str):
    """Sheet 22 g: a revoked certificate."""
    with pytest.raises(ConnectorError, match="停用") as caught:
        seal.seal(papers.typeset("测试", {}), "market_before_merger", reason="", key=fresh())
    assert (caught.value.permanent, caught.value.code) == (True, "revoked")


# -- the e-licence library, asked ------------------------------------------------------------------------------------
class Case:
    """As much of a case as the library is asked for."""

    pk, case_no, item_title, item_code = 1, "", "食品经营许可（新办）", TASK + "01"
    applicant_code, applicant_person_id, applicant_account_id = FIRM, None, 5


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("error", "没有应答"), ("reject", "没有应答"), ("timeout", "超时"), ("slow", ""), ("duplicate", ""),
        ("reorder", ""),
    ],
)  # fmt: skip
def test_a_licence_is_fetched_or_the_upload_is_offered_with_the_reason(fault: str, reason: str, sandbox: str, inject):
    """Sheet 22 h4: a library that does not answer in time leads to the upload; why is recorded."""
    inject("elicence", fault, seconds=1.2 if fault == "timeout" else 0.1)
    if reason:
        with pytest.raises(outside.SourceProblem) as caught:
            outside.fetch_licence(Case(), "business_licence", records.SYSTEM)  # type: ignore[arg-type]
        assert reason in caught.value.reason
        return
    fetched = outside.fetch_licence(Case(), "business_licence", records.SYSTEM)  # type: ignore[arg-type]
    assert fetched.content.read().startswith(b"%PDF-")
    used = list(there(sandbox, "/elicence/uses")["uses"].values())[-1]
    assert (used["purpose"], used["item"]) == ("办理“食品经营许可（新办）”", TASK + "01")
    assert (used["reference"], used["ground"]) == ("draft-1", "holder")


@pytest.mark.parametrize(
    ("holder", "kind", "reason"),
    [("91440703MA9Q10029W", "business_licence", "已撤销"), ("440703200002291127", "resident_id_card", "已过期"),
     (FIRM, "nothing", "没有该证照")],
)  # fmt: skip
def test_a_licence_that_is_not_valid_is_not_taken(holder: str, kind: str, reason: str, sandbox: str):
    """Sheet 22 g: revoked and expired samples."""
    case = Case()
    case.applicant_code = holder
    with pytest.raises(outside.SourceProblem) as caught:
        outside.fetch_licence(case, kind, records.SYSTEM)  # type: ignore[arg-type]
    assert reason in caught.value.reason


def test_the_library_gives_nothing_without_a_use_and_writes_the_use_over_the_file(sandbox: str):
    """Sheet 22 d3: 用证事由, 事项编码, 办件编号; a watermark “仅用于…”."""
    (found,) = elicence.find(FIRM, "business_licence")
    with pytest.raises(ConnectorError, match="purpose"):
        elicence.fetch(found, elicence.Use("", TASK, "draft-1", "holder"))
    licence = elicence.fetch(found, elicence.Use("办理“食品经营许可（新办）”", TASK, "draft-1", "holder"))
    text = PdfReader(io.BytesIO(licence.pdf)).pages[0].extract_text().replace("\n", "").replace(" ", "")
    assert "仅用于办理“食品经营许可（新办）”" in text


# -- the acceptance platform: codes, order, repeats --------------------------------------------------------------------
def push(stage: str, number: str, seq: int, key: str, **more: Any) -> Any:
    return acceptance_client.push(stage, event(number, seq, stage) | more, key=key)


def test_the_province_refuses_bad_codes_numbers_used_twice_and_what_comes_too_early(sandbox: str):
    """Sheet 22 g: reject codes (bad code, out-of-order, duplicate), replay."""
    number, key = fresh_number(), fresh()
    bad = TASK[:17] + ("A" if TASK[17] != "A" else "B") + TASK[18:] + "01"
    for more, code in (({"item_code": bad}, "bad_code"), ({"item_code": "1" * 33}, "bad_code"), ({"at": ""}, "fields")):
        with pytest.raises(ConnectorError) as caught:
            push("receive", number, 1, fresh(), **more)
        assert (caught.value.code, caught.value.permanent) == (code, True)
    with pytest.raises(ConnectorError) as caught:
        push("accept", number, 2, fresh())
    assert (caught.value.code, caught.value.permanent) == ("out_of_order", False), "it may be sent again"
    assert not push("receive", number, 1, key).repeated
    assert push("receive", number, 1, key).repeated, "a replay is told as one"
    with pytest.raises(ConnectorError) as caught:
        push("receive", number, 1, fresh())
    assert (caught.value.code, caught.value.permanent) == ("duplicate", True)
    push("accept", number, 2, fresh())
    assert [one["stage"] for one in there(sandbox, f"/acceptance/cases/{number}")["events"]] == ["receive", "accept"]


def test_what_the_province_misses_is_sent_first(sandbox: str):
    """The beginning of this case was told, not sent; the province gets it when the case goes on."""
    number, subject = fresh_number(), ("case", fresh())
    with records.simulated():
        records.queue(channel="acceptance", key=fresh(), at=NOW, payload=event(number, 1, "receive"), subject=subject)
    records.queue(channel="acceptance", key=fresh(), at=NOW, payload=event(number, 2, "accept"), subject=subject)
    run_sweeps("records.send")
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {"simulated", "received"}
    assert [one["seq"] for one in there(sandbox, f"/acceptance/cases/{number}")["events"]] == [1, 2]


def test_a_todo_that_opens_after_it_was_closed_stays_closed(sandbox: str, inject):
    from yipan.connectors import yuezhengyi as client

    todo = fresh()
    inject("yuezhengyi", "reorder")
    client.open_todo(todo, users=["u"], title="预审", link="/todo/", key=fresh())
    client.close_todo(todo, key=fresh())
    assert there(sandbox, "/yuezhengyi/todos")["todos"][todo]["state"] == "closed"


def test_a_licence_whose_states_arrive_in_the_wrong_order_ends_as_it_is(sandbox: str):
    identifier = f"1.2.156.3005.2.{fresh()}"
    first = {"identifier": identifier, "title": "许可证", "number": "JY1", "holder_name": "某", "issuer_name": "某局",
             "status": "valid", "changed_at": "2026-03-01T09:00:00+08:00"}  # fmt: skip
    elicence.push(first | {"status": "revoked", "changed_at": "2026-03-02T09:00:00+08:00"}, key=fresh())
    elicence.push(first, key=fresh())
    assert there(sandbox, "/elicence/pushed")["licences"][identifier]["status"] == "revoked"


# -- the identity service ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fault", FAULTS)
def test_a_citizen_signs_in_or_is_told_why_not(fault: str, client, sandbox: str, inject, monkeypatch):
    from yipan.connectors import identity

    monkeypatch.setattr(identity, "READ_SECONDS", 0.6)
    monkeypatch.setattr(identity, "_keys", None)
    answer = sign_in(client, sandbox, "gd-0003", before_return=lambda: inject(
        "identity", fault, seconds=1.2 if fault == "timeout" else 0.1))  # fmt: skip
    if fault in ("error", "reject", "timeout", "duplicate"):  # a code that arrives twice is worth nothing
        assert answer.status_code == 502
        assert "请" in answer.content.decode()
        assert client.get("/me/").status_code == 302, "nobody is signed in by half"
        answer = sign_in(client, sandbox, "gd-0003")
    assert answer.status_code == 302
    assert "440703********0013" in client.get("/me/").content.decode()
