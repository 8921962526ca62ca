"""案卷: one PDF of everything, in order, with a list of contents that can be checked."""

import hashlib
import io

import pytest
import telling
from PIL import Image
from pypdf import PdfReader
from telling import Story

from yipan.platform import files
from yipan.platform.cases import dossier, stories
from yipan.platform.cases.actions import drafts
from yipan.platform.cases.stories import moment
from yipan.platform.documents import seals
from yipan.platform.jobs.testing import run_jobs, run_sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
NOW = moment("2021-11-09 09:00")


@pytest.fixture(autouse=True)
def seal_service(monkeypatch):
    """Seals by appending a comment."""
    monkeypatch.setattr(seals, "_provider", lambda pdf, seal_key, **_: pdf + f"\n% sealed by {seal_key}\n".encode())


def ended(story=None):
    story = story or Story("noodle_second_shop").submit("2021-11-01 09:00")
    story.until("deliver", "2021-11-03 10:00")
    run_jobs()
    run_sweeps("documents.seal")
    return story


def test_what_waits_for_its_seal_is_named_and_not_bound(monkeypatch):
    monkeypatch.setattr(seals, "_provider", None)
    bound = PdfReader(io.BytesIO(dossier.bind(ended().case, now=NOW)))
    assert "受理通知书" not in [item.title for item in bound.outline]
    assert "未用印" in "".join(page.extract_text() for page in bound.pages[:3])


def test_everything_is_bound_in_order_and_named_with_its_page_and_digest():
    story = ended()
    bound = PdfReader(io.BytesIO(dossier.bind(story.case, now=NOW)))
    titles = [item.title for item in bound.outline]
    assert titles[:2] == ["封面和目录", "审批表"]
    assert {"收件凭证", "受理通知书", "准予行政许可决定书", "送达回证", "食品经营设备设施目录"} <= set(titles)
    pages = [bound.get_destination_page_number(item) for item in bound.outline]
    assert pages == sorted(pages)
    contents = "".join(page.extract_text() for page in bound.pages[: pages[1]])
    paper = next(item for item in bound.outline if item.title == "受理通知书")
    text = bound.pages[bound.get_destination_page_number(paper)].extract_text()
    assert "决定予以受理" in text.replace("\n", "")
    material = story.case.materials.get(code="M5")
    assert hashlib.sha256(files.read(material.file_id, story.subject)).hexdigest() == material.sha256
    assert material.sha256[:16] in contents.replace("\n", "")
    assert f"共{len(bound.pages)}页" in contents.replace(" ", "").replace("\n", "").replace("　", "")


def test_pictures_become_pages_and_what_was_replaced_is_kept():
    story = Story("noodle_second_shop").begin("2021-11-01 08:50")
    picture = io.BytesIO()
    Image.new("RGB", (3000, 1000), "navy").save(picture, "PNG")
    picture.seek(0)
    drafts.attach(
        story.case.pk, "M4", file=picture, name="布局图.png", actor=stories.receiver(story.telling),
        now=moment("2021-11-01 08:55"),
    )  # fmt: skip
    bound = PdfReader(io.BytesIO(dossier.bind(ended(story.submit("2021-11-01 09:00")).case, now=NOW)))
    titles = [item.title for item in bound.outline]
    assert any(title.endswith("（已被替换）") for title in titles)
    drawn = next(item for item in bound.outline if item.title.endswith("操作流程等文件"))
    page = bound.pages[bound.get_destination_page_number(drawn)]
    assert round(float(page.mediabox.width)), round(float(page.mediabox.height)) == (595, 842)


def test_it_is_there_when_the_case_has_ended_and_reading_it_is_noted():
    story = Story("noodle_second_shop").submit("2021-11-01 09:00")
    reader = telling.signed_in("market.examiner")
    assert reader.get(f"/cases/{story.case.pk}/file/").status_code == 404
    assert "案卷" not in reader.get(f"/cases/{story.case.pk}/").content.decode()
    ended(story)
    assert f"/cases/{story.case.pk}/file/" in reader.get(f"/cases/{story.case.pk}/").content.decode()
    answer = reader.get(f"/cases/{story.case.pk}/file/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert telling.signed_in("health.examiner").get(f"/cases/{story.case.pk}/file/").status_code == 404
