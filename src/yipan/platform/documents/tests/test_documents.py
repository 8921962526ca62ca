"""Papers: made, sealed, waiting while the seal service is away, never changed."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from yipan.platform import calendar, documents, files, records
from yipan.platform.documents.models import Document, Template
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.ui import access

from .conftest import AT, install_templates

pytestmark = pytest.mark.django_db

CLERK = records.Actor(account_id=1, person_id=1, name="黄某", unit_id=1, unit_name="江门市蓬江区市场监督管理局")
DATA = {
    "unit": "江门市蓬江区市场监督管理局", "item": "食品经营许可（新办）", "applicant": "江门市蓬江区测试餐饮有限公司",
    "short_no": "103456789", "query_code": "K7M2QX", "case_no": "1", "accepted_at": "2021-11-01 10:20",
    "received_at": "2021-11-01 09:12", "promised_due": "2021-11-11 24:00", "date": "2021年11月1日", "materials": [],
    "agent": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def templates():
    install_templates()
    calendar.set_clock(AT, frozen=True)


def make(kind="acceptance", **more):
    given = {"number": "蓬市监受字〔2021〕第000001号", "unit_key": "market", "subject": ("case", 7)} | more
    return documents.make(template=f"case/{kind}", data=given.pop("data", DATA), actor=CLERK, at=AT, **given)


def test_a_sealed_paper_waits_for_its_seal_and_is_given_to_nobody_before(seal_service):
    ref = make()
    assert (ref.state_word, ref.ready, ref.title) == ("待盖章", False, "受理通知书")
    with pytest.raises(documents.NotReady, match="正在用印"):
        documents.response(ref.id, actor=CLERK)
    assert run_sweeps("documents.seal") == 1
    sealed = documents.queries.of(("case", 7))[0]
    assert (sealed.state_word, sealed.ready) == ("已盖章", True)
    assert seal_service.calls == [("market", "受理通知书 蓬市监受字〔2021〕第000001号", f"document-{ref.id}")]
    answer = documents.response(ref.id, actor=CLERK)
    body = b"".join(answer.streaming_content)
    assert body.endswith(b"% sealed by market\n")
    assert documents.read(ref.id) == body
    assert documents.queries.by_sha256(sealed.sha256).id == ref.id
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    assert "江门市蓬江区测试餐饮有限公司" in text
    assert "第000001号" in text
    verbs = [act.verb for act in records_of(ref.id)]
    assert verbs == ["document.make", "document.seal"]


def records_of(document_id):
    from yipan.platform.records import queries

    return sorted(queries.acts_of("document", document_id), key=lambda act: act.id)


def test_an_unsealed_paper_is_ready_at_once():
    ref = make("commitment", sealed=False, unit_key="")
    assert ref.ready
    assert documents.response(ref.id, actor=CLERK)["Content-Type"] == "application/pdf"
    with pytest.raises(Http404):
        documents.response(ref.id + 1, actor=CLERK)


def test_while_the_seal_service_is_away_papers_queue_and_are_sealed_later(seal_service, monkeypatch):
    seal_service.down = OSError("connection refused")
    ref = make()
    assert run_sweeps("documents.seal") == 1
    row = Document.objects.get(pk=ref.id)
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "connection refused")
    assert run_sweeps("documents.seal") == 0  # its next attempt is not due yet
    seal_service.down = None
    real = calendar.real_now()
    monkeypatch.setattr(calendar, "real_now", lambda: real + timedelta(seconds=6))
    assert run_sweeps("documents.seal") == 1
    assert documents.queries.one(ref.id).state_word == "已盖章"
    assert [key for *_, key in seal_service.calls] == [f"document-{ref.id}"] * 2


def test_a_refused_seal_is_shown_and_can_be_tried_again(seal_service, monkeypatch):
    refusal = ValueError("印章已停用")
    refusal.permanent = True
    seal_service.down = refusal
    ref = make()
    run_sweeps("documents.seal")
    assert documents.queries.one(ref.id).state_word == "盖章未成功"
    assert documents.queries.seal_queue()[0].last_error == "印章已停用"
    with pytest.raises(PermissionDenied):
        documents.retry(ref.id, actor=CLERK, at=AT)
    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: right == "document.manage")
    seal_service.down = None
    documents.retry(ref.id, actor=CLERK, at=AT)
    run_sweeps("documents.seal")
    assert documents.queries.one(ref.id).ready
    with pytest.raises(documents.DocumentProblem):
        documents.retry(ref.id, actor=CLERK, at=AT)


def test_what_a_seal_service_sends_must_be_another_pdf(seal_service, monkeypatch):
    from yipan.platform.documents import seals

    monkeypatch.setattr(seals, "_provider", lambda pdf, seal_key, *, reason, key: b"<html>gateway error</html>")
    ref = make()
    run_sweeps("documents.seal")
    assert "不是盖章后的 PDF" in Document.objects.get(pk=ref.id).last_error


def test_the_same_key_makes_one_paper():
    assert make(key="case-document-1").id == make(key="case-document-1").id
    assert Document.objects.count() == 1


def test_missing_data_and_missing_templates_store_nothing():
    with pytest.raises(documents.DocumentProblem, match="缺少数据：accepted_at"):
        make(data={**DATA, "accepted_at": None})
    with pytest.raises(documents.DocumentProblem, match="没有文书模板"):
        make("nothing")
    with pytest.raises(documents.MissingGlyphs):
        make(data={**DATA, "applicant": "张\ue815"})
    with pytest.raises(documents.DocumentProblem, match="单位"):
        make(unit_key="")
    assert Document.objects.count() == 0
    assert files.refs(("document", "1")) == []


def test_a_broken_paper_is_kept_with_its_reason_and_made_when_the_font_is_there(monkeypatch):
    from yipan.platform.documents import typesetting

    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: True)
    ref = make(data={**DATA, "applicant": "张\ue815"}, keep_broken=True, key="k")
    assert (ref.state_word, ref.ready) == ("制作未成功", False)
    assert "U+E815" in documents.queries.seal_queue()[0].last_error
    assert run_sweeps("documents.seal") == 0
    with pytest.raises(documents.NotReady, match="未能制作"):
        documents.response(ref.id, actor=CLERK)
    with pytest.raises(documents.MissingGlyphs):
        documents.retry(ref.id, actor=CLERK, at=AT)
    with monkeypatch.context() as patch:  # as if a font with the character had been installed
        patch.setattr(typesetting, "printed_without", lambda value, glyphs: "")
        patch.setattr(typesetting, "STANDARD", "1.7")
        assert documents.retry(ref.id, actor=CLERK, at=AT).state_word == "待盖章"
    run_sweeps("documents.seal")
    assert documents.queries.one(ref.id).ready
    assert make(keep_broken=True, key="k").id == ref.id


@pytest.mark.parametrize("change", [{"number": "伪"}, {"data": {}}, {"file_id": None}, {"state": "waiting"}])
def test_a_paper_never_changes(change):
    ref = make("commitment", sealed=False, unit_key="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=ref.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM documents_document")
    with pytest.raises(IntegrityError), transaction.atomic():
        Template.objects.update(title="x")


def test_the_receipt_carries_the_address_of_its_progress_page(monkeypatch):
    from yipan.platform.documents.actions import make as making

    drawn = []
    monkeypatch.setattr(making.typesetting, "qr_svg", lambda text, **more: drawn.append(text) or documents.qr_svg(text))
    make("receipt")
    assert drawn == ["https://zwfw.example.gov.cn/progress/?short_no=103456789"]
    assert "K7M2QX" not in drawn[0]  # the query code is a secret of the paper, not of its QR code


def test_listing_papers_takes_one_statement():
    for n in range(3):
        make(number=str(n))
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert len(documents.queries.of(("case", "7"))) == 3
    assert len(statements) == 1


def test_screens(client, monkeypatch, seal_service):
    def authorize(request, requirement):
        if requirement != "document.manage":
            raise PermissionDenied
        request.actor = CLERK

    monkeypatch.setattr(access, "_authorizer", authorize)
    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: True)
    seal_service.down = OSError("用印服务没有应答")
    ref = make()
    run_sweeps("documents.seal")
    page = client.get("/admin/seals/").content.decode()
    assert "用印服务没有应答" in page
    assert "待盖章" in page
    again = client.post("/admin/seals/", {"do": "batch:retry", "row": [ref.id, "999999"]}).content.decode()
    assert "已重新提交" in again
    assert "没有办成 1 行" in again
    assert "不予行政许可决定书" in client.get("/admin/templates/").content.decode()
    answer = client.get("/admin/templates/sample/?key=case/receipt")
    assert answer.content.startswith(b"%PDF-")
    assert client.get("/admin/templates/sample/?key=x").status_code == 404
