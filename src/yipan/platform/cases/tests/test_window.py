"""What the devices of a window bring in: stacks sorted to materials, signatures bound to the form, slips once."""

import base64
import io
import json

import pytest
import telling
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader
from telling import Story

from yipan.platform import files
from yipan.platform.cases.actions import signing
from yipan.platform.cases.models import CaseSignature, PrintJob
from yipan.platform.cases.stories import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
AT = "2021-11-01 09:00"
CLERK = "hall.clerk1"


def png(width=60, height=40, colour="white"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def story():
    telling.at(AT)
    return Story().draft(AT)


@pytest.fixture
def window(story):
    return telling.signed_in(CLERK)


def scan(window, story, plan, pictures):
    pages = [SimpleUploadedFile(f"{n}.png", content, "image/png") for n, content in enumerate(pictures)]
    return window.post(f"/counter/cases/{story.case.pk}/scans/", {"plan": json.dumps(plan), "page": pages})


def test_a_stack_becomes_one_pdf_a_material_turned_and_in_order(window, story):
    codes = list(story.case.materials.filter(source="").exclude(code="M1").values_list("code", flat=True))[:2]
    plan = [
        {"code": codes[0], "page": 0, "turn": 0}, {"code": codes[0], "page": 1, "turn": 90},
        {"code": codes[1], "page": 2, "turn": 0},
    ]  # fmt: skip
    answer = scan(window, story, plan, [png(), png(), png()])
    assert answer.status_code == 200, answer.content.decode()
    first, second = (story.case.materials.get(code=code, replaced=False) for code in codes)
    assert (first.source, second.source) == ("paper", "paper")
    pdf = PdfReader(io.BytesIO(files.read(first.file_id, story.subject)))
    wide, high = (page.mediabox for page in pdf.pages)
    assert (wide.width > wide.height, high.width < high.height) == (True, True)


@pytest.mark.parametrize(("plan", "pictures", "words"), [
    ([{"code": "M999", "page": 0}], [png()], "没有这些材料：M999"),
    ([{"code": "M4", "page": 3}], [png()], "没有传完整"),
    ([{"code": "M4", "page": 0, "turn": 45}], [png()], "旋转角度"),
    ([{"code": "M4", "page": 0}], [b"no picture"], "第 1 页已损坏"),
    ([], [], "请先把页面归入材料"),
])  # fmt: skip
def test_what_is_wrong_with_a_stack_is_told_and_nothing_is_kept(window, story, plan, pictures, words):
    answer = scan(window, story, plan, pictures)
    assert (answer.status_code, words in answer.json()["message"]) == (422, True), answer.content.decode()
    assert not story.case.materials.filter(source="paper").exists()


def test_one_broken_page_keeps_the_whole_stack_out(window, story):
    codes = list(story.case.materials.filter(source="").exclude(code="M1").values_list("code", flat=True))[:2]
    plan = [{"code": code, "page": n} for n, code in enumerate(codes)]
    assert scan(window, story, plan, [png(), b"broken"]).status_code == 422
    assert not story.case.materials.filter(source="paper").exists()


def test_a_signature_stands_under_the_form_as_it_was(window):
    story = Story().begin(AT)
    pad = "data:image/png;base64," + base64.b64encode(png()).decode()
    where = f"/counter/cases/{story.case.pk}/sign/"
    assert window.post(where, {"picture": pad}).status_code == 302
    signature = CaseSignature.objects.get(case=story.case)
    assert (signature.kind, signature.form_data_id) == ("pad", story.case.form_data_id)
    assert signing.present(story.case.pk, story.case.form_data_id) == signature
    assert "sign" in story.verbs()
    page = window.get(f"/counter/cases/{story.case.pk}/confirm/").content.decode()
    assert "申请表已修改" not in page
    story.fill("2021-11-01 09:10", contact_phone="13800009999")
    assert signing.present(story.case.pk, story.case.form_data_id) is None
    assert "申请表已修改，须重新签名" in window.get(f"/counter/cases/{story.case.pk}/confirm/").content.decode()
    sheet = SimpleUploadedFile("signed.pdf", telling.sample(), "application/pdf")
    assert window.post(where, {"sheet": sheet}).status_code == 302
    assert signing.present(story.case.pk, story.case.form_data_id).kind == "sheet"


@pytest.mark.parametrize("pad", ["", "data:text/html;base64,aGk=", "data:image/png;base64,***"])
def test_what_is_no_signature_is_refused(window, pad):
    story = Story().begin(AT)
    window.post(f"/counter/cases/{story.case.pk}/sign/", {"picture": pad})
    assert not CaseSignature.objects.exists()
    assert "请重新签名" in window.get(f"/counter/cases/{story.case.pk}/confirm/").content.decode()


def test_the_examiner_sees_the_signature_and_other_units_do_not(window):
    story = Story().begin(AT)
    made = signing.sign(
        story.case.pk, kind="pad", file=png(), name="签名.png", actor=telling.staff(CLERK), now=moment(AT)
    )
    story.submit(AT)
    where = f"/cases/{story.case.pk}/signatures/{made.pk}/"
    examiner = telling.signed_in("market.examiner")
    assert where in examiner.get(f"/cases/{story.case.pk}/").content.decode()
    assert examiner.get(where).status_code == 200
    assert telling.signed_in("health.examiner").get(where).status_code == 404


def test_a_slip_is_printed_once_and_again_only_with_a_reason(window):
    story = Story().submit(AT)
    where = f"/counter/cases/{story.case.pk}/slip/"
    job = window.post(where).json()
    assert f"短号：{story.case.short_no}" in job["lines"]
    assert f"查询码：{story.case.query_code}" in job["lines"]
    assert (
        window.post(f"/counter/prints/{job['id']}/", {"ok": "0", "problem": "小票纸用完了"}).json()["state"] == "failed"
    )
    assert "小票纸用完了" in window.get("/counter/devices/").content.decode()
    again = window.post(where).json()
    assert window.post(f"/counter/prints/{again['id']}/", {"ok": "1"}).json()["state"] == "done"
    refused = window.post(where)
    assert (refused.status_code, "请写明原因" in refused.json()["message"]) == (409, True)
    assert window.post(where, {"reason": "办事人遗失小票"}).status_code == 200
    assert PrintJob.objects.get(pk=again["id"]).copies == 1
    assert telling.signed_in("hall.clerk2").post(f"/counter/prints/{again['id']}/", {"ok": "1"}).status_code == 404


def test_the_desk_is_wiped_for_the_next_client(window):
    told = {"kind": "person", "name": "黄家俊", "id_kind": "resident_id", "id_no": "440703199003070013",
            "phone": "13800003001"}  # fmt: skip
    assert window.post("/counter/receive/", told).status_code == 302
    assert "黄家俊" in window.get("/counter/receive/").content.decode()
    page = window.get("/counter/receive/")
    assert "no-store" in page["Cache-Control"]
    window.post("/counter/next/")
    for path in ("/counter/", "/counter/receive/", "/counter/devices/"):
        assert "黄家俊" not in window.get(path).content.decode(), path
