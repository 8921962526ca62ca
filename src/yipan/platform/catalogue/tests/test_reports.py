"""指南有误: anybody may say so, those who keep the guide answer, nobody else reads it."""

import pytest
import telling

from yipan.platform.catalogue.models import GuideReport
from yipan.platform.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
ADDRESS = "/items/food_licence_new/report/"
GOOD = {"part": "limits", "text": "承诺时限和窗口告知的不一样"}


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), telling.standing(at="2021-11-05 09:00"):
        yield


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visitor_reports_and_the_unit_has_two_working_days(client):
    """Sheet 23 c5: feedback 指南有误 as a ticket; Friday 2021-11-05 + 2 working days = Tuesday 11-09 24:00."""
    assert ADDRESS in text_of(client.get("/items/food_licence_new/"))
    assert "已经收到" in text_of(client.post(ADDRESS, GOOD, follow=True))
    row = GuideReport.objects.get()
    assert (row.unit_key, row.account_id) == ("market", None)
    told = Message.objects.filter(template_key="guide.reported")
    assert told.exists(), "those who keep the guide are told"
    keeper = telling.signed_in("market.admin")
    listed = text_of(keeper.get("/admin/guide-reports/", {"state": "open"}))
    assert GOOD["text"] in listed
    assert "2021-11-09" in listed
    assert "2021-11-09 24:00 前答复" in text_of(keeper.get(f"/admin/guide-reports/{row.pk}/"))
    assert GOOD["text"] not in text_of(keeper.get("/admin/guide-reports/", {"state": "answered"}))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"part": "x"}, "请选择是哪一部分有误"),
        ({"text": "错"}, "至少 5 个字"),
        ({"text": "错" * 501}, "不能超过 500 字"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_the_field(client, changed, message):
    answer = client.post(ADDRESS, GOOD | changed)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not GuideReport.objects.exists()


def test_the_answer_reaches_who_was_signed_in_and_is_given_once():
    reader = telling.signed_in(telling.AGENT)
    reader.post(ADDRESS, GOOD)
    row = GuideReport.objects.get()
    keeper = telling.signed_in("market.admin")
    refused = keeper.post(f"/admin/guide-reports/{row.pk}/", {"answer": " "})
    assert refused.status_code == 422
    assert "不超过 500 字" in refused.content.decode()
    assert "已更正" in text_of(
        keeper.post(f"/admin/guide-reports/{row.pk}/", {"answer": "已更正为8个工作日"}, follow=True)
    )
    assert "已经答复过" in keeper.post(f"/admin/guide-reports/{row.pk}/", {"answer": "又答"}).content.decode()
    row.refresh_from_db()
    assert row.answer == "已更正为8个工作日"
    assert "指南纠错答复" in text_of(reader.get("/messages/"))


def test_a_unit_neither_reads_nor_answers_what_concerns_another(client):
    client.post(ADDRESS, GOOD)
    row = GuideReport.objects.get()
    other = telling.signed_in("health.admin")
    assert GOOD["text"] not in text_of(other.get("/admin/guide-reports/"))
    assert other.post(f"/admin/guide-reports/{row.pk}/", {"answer": "不归我管"}).status_code == 404
    assert telling.signed_in("market.examiner").get("/admin/guide-reports/").status_code == 403
    row.refresh_from_db()
    assert row.answered_at is None
