"""图上标注: places on a scan are marked, told with the one-time notice, and seen by the applicant."""

import io

import pytest
import telling
from django.urls import reverse
from PIL import Image
from telling import Story

from yipan.platform.cases.actions import marking
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain import marks
from yipan.platform.cases.domain.corrections import NoticeRefused
from yipan.platform.cases.models import CaseMaterial, MaterialMark
from yipan.platform.cases.stories import moment
from yipan.platform.files import Rejected

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
CLERK = "market.window1"
REMARK = "看不清消毒间在哪里，请标出"
AT = moment("2021-11-02 09:30")


def scan(sides=2):
    """A PDF of scanned sides."""
    paper = io.BytesIO()
    first, *others = [Image.new("RGB", (620, 877), shade) for shade in ("white", "ivory")[:sides]]
    first.save(paper, "PDF", save_all=True, append_images=others)
    return paper.getvalue()


@pytest.fixture
def story():
    return Story("noodle_second_shop", online=True).submit("2021-11-01 09:00")


@pytest.fixture
def layout(story):
    return held(story, "M4")


def held(story, code):
    return CaseMaterial.objects.get(case=story.case, code=code, replaced=False)


def mark(story, material, who=CLERK, **more):
    told = {"page": 1, "box": marks.Box(100, 200, 300, 50), "remark": REMARK} | more
    return marking.mark(story.case, material.pk, actor=telling.staff(who), now=AT, **told)


def back(story, *codes, remedy="请重新上传"):
    defects = [{"subject": c, "kind": "unclear", "remedy": remedy, "material_code": c} for c in codes]
    return story.do("precheck", "2021-11-02 10:00", outcome="correct", data={"defects": defects})


def at(story, material, **more):
    return reverse("cases:marks", args=[story.case.pk, material.pk], **more)


def test_a_marked_material_cannot_be_forgotten_in_the_notice(story, layout):
    """The one-time rule: whoever saw a defect and marked it has to tell it now."""
    mark(story, layout)
    with pytest.raises(NoticeRefused, match="上有图上标注，却没有列入需要补正的内容"):
        back(story, "M5")
    back(story, "M4", "M5")
    told = MaterialMark.objects.get()
    assert told.notice is not None
    assert told.notice.case == story.case


def test_a_told_mark_stays_and_a_new_paper_begins_without_marks(story, layout):
    kept = mark(story, layout)
    back(story, "M4")
    with pytest.raises(CaseProblem, match="没有由您办理的环节"):
        marking.unmark(story.case, kept.pk, actor=telling.staff(CLERK))
    story.replace("M4", "2021-11-03 09:00")
    story.do("correct", "2021-11-03 10:00")
    with pytest.raises(CaseProblem, match="不能删除"):
        marking.unmark(story.case, kept.pk, actor=telling.staff(CLERK))
    with pytest.raises(CaseProblem, match="换了新的一份"):
        mark(story, layout)
    assert not held(story, "M4").marks.exists()
    assert MaterialMark.objects.get().material == layout


def test_a_note_among_the_staff_is_taken_back(story, layout):
    one = mark(story, layout)
    marking.unmark(story.case, one.pk, actor=telling.staff(CLERK))
    assert not MaterialMark.objects.exists()
    with pytest.raises(CaseProblem, match="已经删除"):
        marking.unmark(story.case, one.pk, actor=telling.staff(CLERK))


def test_only_who_has_the_case_at_hand_marks(story, layout):
    for stranger in ("market.reviewer", "health.reviewer"):
        with pytest.raises(CaseProblem, match="没有由您办理的环节"):
            mark(story, layout, who=stranger)


def test_there_must_be_such_a_page_and_words_for_it(story, layout):
    with pytest.raises(Rejected, match="没有这一页"):
        mark(story, layout, page=9)
    with pytest.raises(marks.MarkRefused, match="4 到 100 个字"):
        mark(story, layout, remark="模糊")
    assert not MaterialMark.objects.exists()


@pytest.mark.parametrize("told", [
    {"where": "drawn"},
    {"where": "drawn", "left": "a", "top": "1", "width": "1", "height": "1"},
    {"where": "drawn", "left": "nan", "top": "1", "width": "100", "height": "100"},
    {"where": "drawn", "left": "1e999", "top": "1", "width": "100", "height": "100"},
    {"where": "drawn", "left": "10", "top": "10", "width": "2", "height": "300"},
    {"where": "drawn", "left": "1200", "top": "10", "width": "200", "height": "300"},
    {"where": "elsewhere"},
])  # fmt: skip
def test_a_box_that_is_none_is_refused(told):
    with pytest.raises(marks.MarkRefused):
        marks.box(told)


def test_places_without_drawing_and_boxes_over_the_edge():
    assert marks.box({"where": "page"}) == marks.Box(0, 0, 1000, 1000)
    assert marks.FIELDS["middle"] == "中部中间"
    assert marks.box({"where": "bottom_right"}) == marks.Box(666, 666, 333, 333)
    over = {"where": "drawn", "left": "-50", "top": "900.4", "width": "150", "height": "300"}
    assert marks.box(over) == marks.Box(0, 900, 100, 100)


def test_the_clerk_marks_on_screen_and_the_notice_is_filled_in(story, layout):
    client = telling.signed_in(CLERK)
    page = reverse("cases:page", args=[story.case.pk])
    client.get(page)  # opened: the precheck has begun
    assert at(story, layout) in client.get(page).content.decode()
    posted = {"page": "1", "where": "top_left", "remark": REMARK}
    assert client.post(at(story, layout), posted).status_code == 302
    shown = client.get(at(story, layout)).content.decode()
    assert REMARK in shown
    assert 'x="0.0%"' in shown
    assert "还没有告知" in shown
    task = client.get(page).content.decode()
    assert f"第 1 页：{REMARK}" in task
    assert 'value="M4" checked' in task
    refused = client.post(at(story, layout), posted | {"remark": "差"})
    assert refused.status_code == 409
    assert "4 到 100 个字" in refused.content.decode()
    one = MaterialMark.objects.get()
    assert client.post(at(story, layout), {"page": "1", "remove": str(one.pk)}).status_code == 302
    assert not MaterialMark.objects.exists()


def test_the_applicant_sees_what_was_told_and_nothing_else(story, layout):
    mark(story, layout)
    applicant = telling.signed_in(telling.AGENT)
    own = reverse("cases:mine_marks", args=[story.case.pk, layout.pk])
    picture = reverse("cases:mine_marks_picture", args=[story.case.pk, layout.pk, 1])
    assert applicant.get(own).status_code == applicant.get(picture).status_code == 404
    back(story, "M4")
    for name in ("cases:mine_one", "cases:materials"):
        assert own in applicant.get(reverse(name, args=[story.case.pk])).content.decode()
    shown = applicant.get(own).content.decode()
    assert REMARK in shown
    assert 'x="10.0%"' in shown
    assert "删除" not in shown
    answer = applicant.get(picture)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
    other = reverse("cases:mine_marks", args=[story.case.pk, held(story, "M5").pk])
    assert applicant.get(other).status_code == 404
    story.replace("M4", "2021-11-03 09:00")  # while mending, the old picture with its marks can still be looked at
    assert applicant.get(picture).status_code == 200


def test_a_page_that_is_not_there_is_not_found(story, layout):
    client = telling.signed_in(CLERK)
    for page, status in ((1, 200), (2, 404), (0, 404)):
        assert client.get(reverse("cases:marks_picture", args=[story.case.pk, layout.pk, page])).status_code == status


def test_a_written_form_has_no_pages(story):
    """What has no file is not found."""
    without = CaseMaterial.objects.filter(case=story.case, file_id=None).first()
    assert without is not None
    assert telling.signed_in(CLERK).get(at(story, without)).status_code == 404
