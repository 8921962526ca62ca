"""Issuing once, changing with reason, immutability, the province's library."""

import base64
import io
import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from yipan.kernel import identifiers
from yipan.kernel.packs import InstallContext, read_pack
from yipan.platform import calendar, documents, files, licences, records
from yipan.platform.documents.models import Document
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.licences import pushing, queries
from yipan.platform.licences.models import Licence, LicenceKind
from yipan.platform.notices.loader import ReminderLoader
from yipan.platform.notices.reminding import remind

from .conftest import AT, DATA, FIRM, OFFICER, PACKS, PERSON, issue

pytestmark = pytest.mark.django_db


def change(licence_id, action, **more):
    given = {"reason": "以欺骗手段取得许可", "law": "《行政许可法》第六十九条第二款"} | more
    return licences.change(licence_id, action, actor=OFFICER, at=AT, **given)


def test_a_food_licence_has_number_identifier_validity_and_face(installed):
    made = issue()
    licence = Licence.objects.get(pk=made.id)
    assert made.number == licence.number == "JY24407030000015"
    assert identifiers.check_licence_number(made.number).ok
    assert identifiers.check_licence_identifier(licence.identifier).ok
    assert licence.identifier.startswith(
        "1.2.156.3005.2.11100000MB0143028R009.11440703MB9P00026K.JY24407030000015.001."
    )
    assert (licence.valid_from, licence.valid_to) == (date(2021, 11, 8), date(2026, 11, 7))
    assert [row["value"] for row in licence.data][2:] == [
        "江门市蓬江区某某路 1 号首层", "餐饮服务经营者", "热食类食品制售、冷食类食品制售",
    ]  # fmt: skip
    run_sweeps("documents.seal")
    paper = documents.queries.of(("licence", made.id))[0]
    assert (paper.title, paper.number, paper.state_word) == ("食品经营许可证", made.number, "已盖章")
    assert issue("case-2").number == identifiers.build_licence_number(2, "440703", 2)


def test_the_same_key_issues_once(installed):
    assert issue() == issue()
    assert Licence.objects.count() == 1
    assert issue("case-2").number != issue().number


def test_a_failure_uses_up_no_number(installed):
    for bad in ({"business_kind": "九"}, {"premises": ""}, {"business_items": []}):
        with pytest.raises(licences.LicenceProblem):
            issue(data=DATA | bad)
    with pytest.raises(licences.LicenceProblem, match="licences 文件夹"):
        issue(template="nothing")
    assert issue().number == "JY24407030000015"


def test_a_name_no_font_has_holds_up_the_paper_not_the_licence(installed):
    made = issue(holder=FIRM | {"name": "江门市蓬江区\ue000记餐饮店"})
    paper = documents.queries.of(("licence", made.id))[0]
    assert (paper.state_word, paper.ready) == ("制作未成功", False)
    assert "U+E000" in documents.queries.seal_queue()[0].last_error


def test_a_hygiene_licence_of_a_person_is_masked_in_the_books(installed):
    made = issue(
        template="public_place_hygiene", holder=PERSON, data=DATA | {"place_kind": "美容"}, issuer_unit="health"
    )
    licence = Licence.objects.get(pk=made.id)
    assert made.number == "粤卫公证字〔2021〕第0703A00001号"
    assert licence.valid_to == date(2025, 11, 7)
    assert licence.holder_code == "440703********0025"
    assert "198803150025" not in licence.compact


def test_a_replacement_keeps_the_number_and_replaces_the_old_one(installed):
    first = issue()
    second = issue("case-2", data=DATA | {"premises": "江门市蓬江区新路 2 号"}, replaces=first.id)
    old, new = Licence.objects.get(pk=first.id), Licence.objects.get(pk=second.id)
    assert (old.state, new.state, new.version, new.number) == ("replaced", "valid", 2, old.number)
    assert ".002." in new.identifier
    with pytest.raises(licences.LicenceProblem, match="换发"):
        issue("case-3", replaces=first.id)


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["suspend"], "suspended"),
        (["suspend", "restore"], "valid"),
        (["revoke"], "revoked"),
        (["suspend", "withdraw"], "withdrawn"),
        (["cancel"], "cancelled"),
    ],
)
def test_changes_of_state_are_acts(installed, steps, state):
    made = issue()
    for step in steps:
        change(made.id, step)
    assert Licence.objects.get(pk=made.id).state == state
    verbs = [line["title"] for line in queries.story(made.id)]
    assert verbs[0] == "颁发证照"
    assert len(verbs) == len(steps) + 1


def test_changes_need_right_reason_law_and_a_state_that_allows_them(installed):
    made = issue()
    for more, word in [({"reason": "无"}, "理由"), ({"law": ""}, "条款")]:
        with pytest.raises(licences.LicenceProblem, match=word):
            change(made.id, "revoke", **more)
    with pytest.raises(licences.LicenceProblem, match="不能恢复"):
        change(made.id, "restore")
    with pytest.raises(licences.LicenceProblem):
        change(made.id, "destroy")
    installed.rights.discard("licence.revoke")
    with pytest.raises(PermissionDenied):
        change(made.id, "revoke")
    installed.rights.add("licence.revoke")
    change(made.id, "revoke")
    for action in ("suspend", "restore", "cancel"):
        with pytest.raises(licences.LicenceProblem, match="已撤销"):
            change(made.id, action)


def test_another_units_licence_is_out_of_reach(installed):
    made = issue(template="public_place_hygiene", holder=FIRM, issuer_unit="health")
    with pytest.raises(PermissionDenied):
        change(made.id, "revoke")
    with pytest.raises(queries.LicenceNotFound):
        queries.one(made.id, OFFICER)


def test_an_expired_licence_is_not_restored(installed):
    made = issue()
    change(made.id, "suspend")
    with pytest.raises(licences.LicenceProblem, match="届满"):
        licences.change(made.id, "restore", reason="整改完成，予以恢复", actor=OFFICER, at=AT + timedelta(days=3000))


@pytest.mark.parametrize(
    "field", ["number", "holder_name", "data", "valid_to", "compact", "issuer_name", "serial", "key"]
)
def test_what_a_licence_says_never_changes(installed, field):
    made = issue()
    value = {"data": [], "valid_to": date(2099, 1, 1)}.get(field, "x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Licence.objects.filter(pk=made.id).update(**{field: value})
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM licences_licence")
    with pytest.raises(IntegrityError), transaction.atomic():
        LicenceKind.objects.update(title="x")


def test_nothing_in_the_database_brings_a_revoked_licence_back(installed):
    made = issue()
    change(made.id, "revoke")
    with pytest.raises(IntegrityError), transaction.atomic():
        Licence.objects.filter(pk=made.id).update(state="valid")


def test_the_province_is_told_when_the_licence_is_sealed_and_when_it_changes(installed, monkeypatch):
    sent = []

    class Client:
        @staticmethod
        def push(payload, *, key):
            sent.append((key, payload))
            return f"E{len(sent)}"

    monkeypatch.setattr(pushing, "import_module", lambda name: Client)
    installed.seals.down = OSError("away")
    made = issue()
    run_sweeps("documents.seal")
    _deliver()
    assert sent == []  # nothing unsealed leaves the house
    installed.seals.down = None
    real = calendar.real_now()
    monkeypatch.setattr(calendar, "real_now", lambda: real + timedelta(seconds=60))
    run_sweeps("documents.seal")
    _deliver()
    change(made.id, "revoke")
    _deliver()
    assert [payload["event"] for _, payload in sent] == ["issue", "status"]
    first, second = sent[0][1], sent[1][1]
    assert first["holder_code"] == FIRM["code"]
    assert first["licence_type"] == "11100000MB0143028R009"
    assert base64.b64decode(first["pdf_base64"]).startswith(b"%PDF-")
    assert (second["status"], second["reason"]) == ("revoked", "以欺骗手段取得许可")
    assert "pdf_base64" not in second


def _deliver():
    from yipan.platform.records import events, outbox

    events.deliver()
    outbox.send_due()


def test_reading_takes_few_statements(installed):
    for n in range(4):
        issue(f"case-{n}")
    with CaptureQueriesContext(connection) as statements:
        assert len(queries.of_holder(installed.principal, AT.date())) == 4
        assert len(register()) == 4
    assert len(statements) == 2
    with CaptureQueriesContext(connection) as statements:
        issue("case-9")
    assert len(statements) <= 45


LATER = AT.replace(year=2030)


def register(on=AT, **filters):
    """The first rows of the register that the officer sees."""
    found = queries.register_query(OFFICER, on.date())
    return found.page(filters, after=None, before=None, limit=20, order="-issued_at")


@pytest.mark.parametrize(
    ("action", "title", "number"),
    [
        ("revoke", "撤销行政许可决定书", "蓬市监撤决字〔2021〕第000001号"),
        ("withdraw", "吊销行政许可证件决定书", "蓬市监吊决字〔2021〕第000001号"),
        ("cancel", "注销行政许可决定书", "蓬市监注决字〔2021〕第000001号"),
    ],
)
def test_a_licence_is_ended_in_writing(installed, client, action, title, number):
    """Sheet 22 c9, rows 60 to 62: facts, law, remedy; the holder finds it with the licence, once it is sealed."""
    made = issue()
    change(made.id, action)
    (paper,) = queries.decisions(Licence.objects.get(pk=made.id))
    assert (paper.title, paper.number) == (title, number)
    pdf = Document.objects.get(pk=paper.id)
    text = "".join(
        page.extract_text()
        for page in PdfReader(io.BytesIO(files.read(pdf.draft_file_id, ("document", paper.id)))).pages
    ).replace("\n", "")
    for words in (made.number, "以欺骗手段取得许可", "第六十九条第二款", "六十日内依法申请行政复议", "六个月内"):
        assert words in text, words
    run_sweeps("documents.seal")
    page = client.get(f"/my/licences/{made.id}/").content.decode()
    assert f"/my/licences/{made.id}/decisions/{paper.id}/" in page
    assert client.get(f"/my/licences/{made.id}/decisions/{paper.id}/").status_code == 200
    assert client.get(f"/my/licences/{made.id}/decisions/{paper.id + 1000}/").status_code == 404


def test_a_suspension_needs_no_decision_on_paper(installed):
    made = issue()
    change(made.id, "suspend")
    assert queries.decisions(Licence.objects.get(pk=made.id)) == []


def test_the_register_is_searched_within_the_scope(installed):
    issue()
    issue("case-2", template="public_place_hygiene", issuer_unit="health")
    assert len(register()) == 1
    assert len(register(q="测试餐饮")) == 1
    assert len(register(q=FIRM["code"].lower())) == 1
    assert register(q="没有的") == []
    assert register(LATER, state="valid") == []
    assert register(LATER, state="expired")[0].state_word == "已过期"
    installed.scope.kind = "district"
    assert len(register()) == 2
    installed.scope.kind = "none"
    assert register() == []


def test_holders_are_told_of_changes_and_of_the_end_in_time(installed):
    """Art. 50: a renewal is asked for 30 days before; each stage is told once."""
    made = issue()
    issue("case-2", template="public_place_hygiene", holder=PERSON, issuer_unit="market", valid_to=date(2021, 11, 20))
    change(made.id, "suspend")
    assert installed.told[0]["template"] == "licence.changed"
    assert [person.id for person in installed.told[0]["to"]] == [70, 71]
    change(made.id, "restore")
    installed.told.clear()
    core = read_pack(PACKS / "core")
    for file in core.folder("reminders"):
        ReminderLoader().install(file, InstallContext(core.manifest, records.SYSTEM, AT))
    assert remind(AT) == 1
    assert [person.id for person in installed.told[0]["to"]] == [9]
    assert installed.told[0]["data"]["until"] == "2021年11月20日"
    assert remind(AT + timedelta(days=1)) == 0
    end = AT.replace(year=2026)
    assert [remind(end - timedelta(days=days)) for days in (92, 91, 90, 31, 30, 29, 1)] == [0, 1, 0, 1, 0, 0, 0]
    texts = (PACKS / "core/notices/licences.yaml").read_text("utf-8")
    assert all(f"key: {sent['template']}" in texts for sent in installed.told)


@pytest.mark.django_db(transaction=True)
def test_two_workers_issue_one_licence(installed):
    results, barrier = [], threading.Barrier(2)

    def work():
        try:
            barrier.wait()
            results.append(issue())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert results[0] == results[1]
    assert Licence.objects.count() == 1
    assert records.installation().kind
