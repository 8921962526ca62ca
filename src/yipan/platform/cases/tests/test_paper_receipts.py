"""断网时手工收件、以后补录 (sheet 22 f15): the paper's number and time count, the mark stays, nothing is back-dated."""

import datetime as dt

import pytest
import telling
from django.urls import reverse
from telling import Story

from yipan.platform import numbers
from yipan.platform.cases.actions import paper_receipts, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.paper_receipts import PaperReceipt
from yipan.platform.cases.models import Case, GenuineAlert
from yipan.platform.cases.stories import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
CLERK = "hall.clerk1"
WRITTEN, ENTERED = moment("2021-11-01 10:20"), moment("2021-11-02 09:00")


@pytest.fixture
def book():
    """Five numbers set aside on Friday morning, 29 October."""
    admin = telling.staff("data.admin")
    given = numbers.reserve_documents(
        unit_key="market", word="收", count=5, actor=admin, at=moment("2021-10-29 09:00"), reason="断网备用"
    )
    return [one.text for one in given]


def draft(at="2021-11-02 08:50"):
    return Story("noodle_second_shop").draft(at).finish(at)


def enter(story, number, written=WRITTEN, now=ENTERED):
    paper = PaperReceipt(number, written)
    return submission.submit(story.case.pk, key="paper", actor=telling.staff(CLERK), now=now, paper=paper)


def test_the_clock_starts_at_the_time_of_the_paper_and_the_mark_stays(book):
    story = draft()
    enter(story, book[1])
    case = story.case
    assert (case.paper_receipt, case.received_at) == (book[1], WRITTEN)
    assert story.letters("receipt")[0].number == book[1]
    assert case.notice_due is not None
    assert dt.timedelta(days=7) <= case.notice_due - WRITTEN < dt.timedelta(days=8)  # five working days from Monday
    assert story.acts()[-1].at == ENTERED  # what was done when is not back-dated
    page = telling.signed_in("market.window1").get(reverse("cases:page", args=[case.pk])).content.decode()
    assert f"手工收件凭证 {book[1]}，断网期间收件" in page
    assert f"补录手工收件凭证 {book[1]}" in page  # in the story of the case
    assert not GenuineAlert.objects.exists()
    assert numbers.queries.gaps("document") == []


def test_a_number_is_used_once_and_must_be_of_the_unit(book):
    enter(draft(), book[0])
    for number in (book[0], "蓬卫收字〔2021〕第000001号", "随便写的"):
        story = draft()
        with pytest.raises(CaseProblem, match=r"不是.*预留的收件凭证编号"):
            enter(story, number)
        assert Case.objects.get(pk=story.case.pk).received_at is None


def test_nothing_is_received_before_its_book_or_in_the_future(book):
    for written, words in (("2021-10-28 16:00", "早于这本凭证的领取时间"), ("2021-11-02 09:01", "不能晚于现在")):
        story = draft()
        with pytest.raises(CaseProblem, match=words):
            enter(story, book[0], moment(written))
    assert len(paper_receipts.blanks(story.case)) == 5


def test_the_times_follow_the_numbers(book):
    """A number that is pulled out to hide a late reception does not fit between its neighbours."""
    enter(draft(), book[2])
    with pytest.raises(CaseProblem, match=r"后一号凭证 .*还早"):
        enter(draft(), book[1], WRITTEN + dt.timedelta(minutes=1))
    with pytest.raises(CaseProblem, match=r"前一号凭证 .*还晚"):
        enter(draft(), book[3], WRITTEN - dt.timedelta(minutes=1))
    enter(draft(), book[1], WRITTEN - dt.timedelta(minutes=1))
    enter(draft(), book[3], WRITTEN + dt.timedelta(minutes=1))


def test_what_is_entered_late_is_valid_and_told_to_those_who_watch(book):
    story = draft("2021-11-04 08:00")
    enter(story, book[0], now=moment("2021-11-04 09:00"))
    assert story.case.received_at == WRITTEN
    alert = GenuineAlert.objects.get(case=story.case)
    assert (alert.rule, alert.level) == ("补录", "red")
    assert "3 个工作日以后才补录" in alert.text


def test_only_the_window_enters_papers(book):
    story = Story("noodle_second_shop", online=True).draft("2021-11-02 08:50").finish("2021-11-02 08:50")
    with pytest.raises(CaseProblem, match="只有窗口"):
        enter(story, book[0])


def test_the_clerk_prints_blanks_and_enters_one_on_screen(book):
    story = draft()
    client = telling.signed_in(CLERK)
    blanks = client.get(reverse("cases:blanks")).content.decode()
    assert blanks.count("存根联</small>") == blanks.count("申请人联</small>") == 5
    address = reverse("cases:counter_confirm", args=[story.case.pk])
    assert book[0] in client.get(address).content.decode()
    told = {"agree": "1", "key": "k", "delivery_way": "counter", "paper_receipt": book[0]}
    wrong = client.post(address, told)
    assert wrong.status_code == 422
    assert "请填写手工收件凭证上的收件日期和时间" in wrong.content.decode()
    telling.at("2021-11-02 09:00")
    assert client.post(address, told | {"paper_at": "2021-11-01T10:20"}).status_code == 302
    assert story.case.received_at == WRITTEN
    listed = client.get(reverse("cases:list"), {"origin": "paper"}).content.decode()
    assert story.case.short_no in listed


def test_without_a_book_there_is_nothing_to_enter():
    story = draft()
    assert (
        "补录"
        not in telling.signed_in(CLERK).get(reverse("cases:counter_confirm", args=[story.case.pk])).content.decode()
    )
    assert "没有预留的收件凭证编号" in telling.signed_in(CLERK).get(reverse("cases:blanks")).content.decode()
