"""Storing, scanning, serving and erasing files."""

import hashlib
import io
import socket
import struct
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from yipan.platform import files, records
from yipan.platform.files import queries, scanning, work
from yipan.platform.files.models import Scan, StoredFile
from yipan.platform.jobs.testing import run_jobs
from yipan.platform.records.models import Access, ActRow, EventRow

from . import samples

pytestmark = pytest.mark.django_db

AT = datetime(2021, 11, 1, 9, 0, tzinfo=UTC)
CLERK = records.Actor(1, 1, "李梅", 2, "区市场监督管理局", 3, "综窗人员")
CASE = ("case", 7)


def store(content: bytes = samples.PDF, name: str = "营业执照.pdf", **more) -> files.FileRef:
    return files.store(io.BytesIO(content), **{"name": name, "owner": CASE, "actor": CLERK, "at": AT, **more})


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_store_and_serve():
    """Sheet 00 X3: digest, log of downloads."""
    ref = store()
    assert (ref.name, ref.kind, ref.mime, ref.size) == ("营业执照.pdf", "pdf", "application/pdf", len(samples.PDF))
    assert ref.sha256 == ref.original_sha256 == hashlib.sha256(samples.PDF).hexdigest()
    assert (ref.scan_state, ref.scan_word) == ("not_scanned", "未查毒")
    answer = files.response(ref.id, CLERK, CASE, purpose="审查")
    assert body(answer) == samples.PDF
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert unquote(answer["Content-Disposition"]).endswith("营业执照.pdf")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    log = Access.objects.get()
    assert (log.subject_kind, log.subject_id, log.fields, log.purpose) == ("case", "7", "附件：营业执照.pdf", "审查")
    assert files.read(ref.id, CASE) == samples.PDF


def test_bytes_are_taken_too():
    assert files.store(samples.PDF, name="a.pdf", owner=CASE, actor=CLERK, at=AT).size == len(samples.PDF)


def test_only_pictures_and_pdf_are_shown_in_place():
    picture, sheet = store(samples.picture("PNG"), "图.png"), store(samples.XLSX, "表.xlsx")
    assert files.response(picture.id, CLERK, CASE, inline=True)["Content-Disposition"].startswith("inline")
    assert files.response(sheet.id, CLERK, CASE, inline=True)["Content-Disposition"].startswith("attachment")


def test_a_pdf_with_actions_is_never_shown_in_place():
    plain, script = store(), store(samples.pdf_with(b"/OpenAction<</S/JavaScript/JS(x)>>"), "b.pdf")
    answer = files.response(plain.id, CLERK, CASE, inline=True)
    assert answer["Content-Disposition"].startswith("inline")
    assert "sandbox" not in answer["Content-Security-Policy"]
    assert script.flag_words == ("含脚本",)
    answer = files.response(script.id, CLERK, CASE, inline=True)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_stricter_policy_of_a_download_reaches_the_browser(rf):
    from yipan.platform.ui.middleware import ContentSecurityPolicy

    ref = store()
    answer = ContentSecurityPolicy(lambda request: files.response(ref.id, CLERK, CASE))(rf.get("/"))
    assert answer["Content-Security-Policy"].endswith("sandbox")


def test_a_file_is_served_to_its_owner_only():
    ref = store()
    for owner in (("case", 8), ("licence", 7)):
        with pytest.raises(Http404):
            files.response(ref.id, CLERK, owner)
        with pytest.raises(LookupError):
            files.read(ref.id, owner)
        with pytest.raises(LookupError):
            files.ref(ref.id, owner)
    with pytest.raises(Http404):
        files.response(10**9, CLERK, CASE)
    assert not Access.objects.exists()


def test_suffix_follows_the_content():
    ref = store(samples.XLSX, "申请书.pdf")
    assert (ref.name, ref.kind, ref.mime.rsplit(".", 1)[-1]) == ("申请书.xlsx", "xlsx", "sheet")
    assert ref.flag_words == ("扩展名与内容不符，已更正",)


def test_refusals_leave_nothing_behind(storage, settings):
    with pytest.raises(files.Rejected, match="可上传"):
        store(b"MZ\x90\0" + b"\0" * 100, "营业执照.pdf")
    with pytest.raises(files.Rejected, match="只接受 PDF 文档"):
        store(samples.picture(), "a.jpg", accept=("pdf",))
    settings.YIPAN_UPLOAD_LIMIT = 2 * 1024 * 1024
    with pytest.raises(files.Rejected, match="2 MB"):
        store(samples.PDF + b"\0" * 3 * 1024 * 1024)
    with pytest.raises(files.Rejected, match="1 MB"):
        store(samples.PDF + b"\0" * 1024 * 1024, limit=1024 * 1024)
    assert not StoredFile.objects.exists()
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_pictures_are_written_anew(settings):
    content = samples.picture("GIF")
    ref = store(content, "照片.gif")
    assert (ref.name, ref.flags) == ("照片.png", ())
    assert ref.original_sha256 == hashlib.sha256(content).hexdigest() != ref.sha256
    assert hashlib.sha256(files.read(ref.id, CASE)).hexdigest() == ref.sha256
    settings.YIPAN_REENCODE_IMAGES = False
    assert store(content, "照片.gif").sha256 == ref.original_sha256


def test_equal_contents_share_one_object(storage):
    first, second = store(), store(owner=("case", 8), name="b.pdf")
    assert first.id != second.id
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 1


def test_a_piece_left_by_a_killed_process_is_not_taken_for_the_whole(storage):
    """A process killed while it writes leaves a piece under the object's full name; the next upload mends it."""
    ref = store()
    (name,) = queries.kept_objects()
    (storage / name).write_bytes(samples.PDF[:10])
    again = store()
    assert files.read(ref.id, CASE) == files.read(again.id, CASE) == samples.PDF
    assert queries.kept_objects() == [name]


def test_rows_are_final():
    store()
    for statement in ("UPDATE files_storedfile SET name = 'x'", "DELETE FROM files_storedfile"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_lists_take_one_statement(django_assert_num_queries):
    ids = [store(name=f"{n}.pdf").id for n in range(5)]
    with django_assert_num_queries(1):
        assert [ref.id for ref in files.refs(CASE)] == ids
    assert [ref.id for ref in files.refs(CASE, ids[:2])] == ids[:2]
    assert files.refs(("case", 99)) == []


def test_erasing_removes_the_content_when_nobody_else_has_it(storage):
    """Residual information: withdrawn drafts are really removed."""
    first, second = store(), store(owner=("case", 8))
    files.erase(first.id, owner=CASE, actor=CLERK, at=AT, reason="撤回申请")
    run_jobs()
    assert files.read(second.id, ("case", 8)) == samples.PDF, "equal content of another owner stays"
    assert files.ref(first.id, CASE).erased
    with pytest.raises(Http404):
        files.response(first.id, CLERK, CASE)
    files.erase(first.id, owner=CASE, actor=CLERK, at=AT, reason="again")
    assert ActRow.objects.filter(verb="files.erase").count() == 1
    files.erase(second.id, owner=("case", 8), actor=CLERK, at=AT, reason="撤回")
    run_jobs()
    assert [path for path in storage.rglob("*") if path.is_file()] == []
    assert store().size == len(samples.PDF), "the same content may come again"
    with pytest.raises(files.Rejected, match="原因"):
        files.erase(second.id, owner=("case", 8), actor=CLERK, at=AT, reason=" ")


def test_damage_is_found(storage):
    ref, lost = store(), store(samples.DOCX, "a.docx")
    assert queries.damaged() == []
    by_digest = {path.name: path for path in storage.rglob("*") if path.is_file()}
    by_digest[ref.sha256].chmod(0o600)
    by_digest[ref.sha256].write_bytes(b"%PDF- other")
    by_digest[lost.sha256].unlink()
    assert queries.damaged() == [(ref.id, "内容与摘要不符"), (lost.id, "文件丢失")]
    with pytest.raises(ValueError, match="摘要不符"):
        files.read(ref.id, CASE)


def test_orphans_are_swept_up(storage, monkeypatch):
    kept = store()
    with transaction.atomic():
        store(samples.DOCX, "a.docx")
        transaction.set_rollback(True)
    assert len([p for p in storage.rglob("*") if p.is_file()]) == 2
    assert work.tidy() == 0, "young objects may belong to an upload on its way"
    monkeypatch.setattr(work, "KEEP_FOR", timedelta(seconds=-5))
    assert work.tidy() == 1
    assert files.read(kept.id, CASE) == samples.PDF


@pytest.fixture
def scanner():
    verdicts = [files.Verdict("clean")]
    files.register_scanner("test", lambda content, ref: verdicts[0])
    yield verdicts
    scanning.unregister_scanner("test")


def test_scan(scanner):
    ref = store()
    assert (ref.scan_state, files.ref(ref.id, CASE).scan_word) == ("pending", "等待查毒")
    run_jobs()
    assert files.ref(ref.id, CASE).scan_word == "查毒通过"
    assert body(files.response(ref.id, CLERK, CASE)) == samples.PDF


def test_infected_files_are_sealed(scanner):
    ref = store()
    scanner[0] = files.Verdict("infected", "Eicar-Test")
    run_jobs()
    with pytest.raises(files.Blocked, match="病毒"):
        files.response(ref.id, CLERK, CASE)
    event = EventRow.objects.get(kind="files.infected")
    assert (event.subject_kind, event.subject_id, event.payload["found"]) == ("case", "7", "Eicar-Test")


def test_a_scanner_that_does_not_answer_is_seen_and_asked_again(scanner):
    from yipan.platform.files.actions.scan import ScanFailed, scan

    ref = store()
    scanner[0] = files.Verdict("failed", "no answer")
    with pytest.raises(ScanFailed):
        scan(ref.id)
    assert files.ref(ref.id, CASE).scan_word == "查毒未完成"
    scanner[0] = files.Verdict("clean")
    assert scan(ref.id) == "clean"
    assert Scan.objects.filter(file_id=ref.id).count() == 3


class Clamd(threading.Thread):
    """A counterpart that speaks clamd's INSTREAM: finds EICAR, refuses more than 1 MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!I", stream.read(4))[0]:
                    content += stream.read(size)
                    if len(content) > 1_000_000:
                        client.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                        break
                else:
                    client.sendall(b"stream: Eicar-Test FOUND\0" if b"EICAR" in content else b"stream: OK\0")


@pytest.fixture
def clamd():
    server = Clamd()
    server.start()
    yield files.scanning.ClamAV(server.address, timeout=5)
    server.server.close()


def test_clamav(clamd):
    ref = store()
    assert clamd(io.BytesIO(b"x" * 300_000), ref) == files.Verdict("clean")
    assert clamd(io.BytesIO(b"x" * 70_000 + b"EICAR"), ref) == files.Verdict("infected", "Eicar-Test")
    assert clamd(io.BytesIO(b"x" * 3_000_000), ref).state == "failed"
    assert "不可用" in scanning.ClamAV("127.0.0.1:1", timeout=1)(io.BytesIO(b"x"), ref).detail
    assert scanning.ClamAV("unix:/nowhere/clamd.sock")(io.BytesIO(b"x"), ref).state == "failed"


def test_a_storage_without_paths_keeps_files_as_well(settings):
    service = {"BACKEND": "yipan.platform.files.tests.samples.ObjectService"}
    settings.STORAGES = {**settings.STORAGES, "default": service}
    first, second = store(), store(name="副本.pdf")
    (name,) = set(StoredFile.objects.values_list("storage_name", flat=True))
    assert isinstance(default_storage._wrapped, samples.ObjectService)
    assert body(files.response(second.id, CLERK, CASE, purpose="审查")) == samples.PDF
    assert files.read(first.id, CASE) == samples.PDF
    for ref in (first, second):
        files.erase(ref.id, owner=CASE, actor=CLERK, at=AT, reason="撤回申请")
    run_jobs()
    assert not default_storage.exists(name)
