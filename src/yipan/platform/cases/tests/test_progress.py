"""The progress page: what an applicant reads at every stage, and urging once when it is late."""

import pytest
import telling
from telling import Story

from yipan.platform.cases.actions import urging
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.progress import Facts, guidance, stages
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.lights import light_of
from yipan.platform.cases.stories import moment
from yipan.platform.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
TEST = {"kind": 5, "planned_days": 10, "basis": "《中华人民共和国行政许可法》第四十五条"}


def page_of(story, *, at=""):
    if at:
        telling.at(at)
    answer = telling.signed_in(telling.AGENT).get(story.address)
    assert answer.status_code == 200
    return answer.content.decode()


def online(at="2021-11-01 09:00"):
    return Story(online=True).submit(at)


def test_at_every_stage_the_applicant_reads_what_comes_next_and_what_to_do():
    """Sheet 23 c7 and issue: progress in plain words with dates at every moment."""
    story = online()
    assert "最迟 2021-11-08 24:00 告诉您是否受理" in page_of(story)
    story.do("precheck", "2021-11-01 10:00")
    assert "征求" in page_of(story)
    assert "最迟 2021-11-11 24:00 办结" in page_of(story)
    assert "工作人员要到现场核查" in page_of(story)
    story.until("conclude", "2021-11-02 10:00")
    assert "负责人正在审核" in page_of(story)
    story.do("review", "2021-11-02 11:00")
    assert "等待负责人作出决定" in page_of(story)
    story.do("decide", "2021-11-02 12:00").do("produce", "2021-11-02 12:00")
    assert "正在制作结果" in page_of(story)
    story.until("deliver", "2021-11-02 15:00")
    last = page_of(story)
    assert "已经办结" in last
    assert "提交评价" in last
    assert "撤回申请" not in last


def test_a_pause_is_told_with_its_days_and_the_days_left():
    """Sheet 23 h3: 特别程序(检测) 2021-11-04 至 2021-11-18, 时限暂停, 剩余 6 个工作日, due 2021-11-26."""
    story = online().do("precheck", "2021-11-01 10:00")
    story.happen("special.ask", "2021-11-04 10:00", by="market.examiner", data=TEST)
    story.happen("special.approve", "2021-11-04 10:00", by="market.reviewer")
    running = page_of(story)
    assert "正在进行特别程序（检测）" in running
    assert "依法不计入办理时限" in running
    story.happen("special.end", "2021-11-18 16:00", by="market.examiner", data={"result": "水质合格"})
    told = page_of(story)
    for words in (
        "特别程序（检测）2021-11-04 至 2021-11-18，时限暂停",
        "水质合格",
        "剩余 6 个工作日",
        "2021-11-26 24:00",
    ):
        assert words in told, words


def test_a_stranger_with_number_and_code_sees_progress_but_no_names_and_papers(client):
    """Sheet 23 f4: the number alone opens nothing; with the code the name is masked and no document is offered."""
    story = online().do("precheck", "2021-11-01 10:00")
    case = story.case
    alone = client.post("/progress/", {"short_no": case.short_no, "query_code": "000000"}).content.decode()
    assert "查询码不正确" in alone
    assert case.item_title not in alone
    told = client.post("/progress/", {"short_no": case.short_no, "query_code": case.query_code}).content.decode()
    assert "2021-11-11 24:00" in told
    assert case.applicant_name not in told
    assert case.query_code not in told
    assert "/documents/" not in told


def test_the_applicant_urges_once_when_it_is_late():
    """Sheet 23 c7: 催办 once when overdue; those who have the case in hand are told."""
    story = online().do("precheck", "2021-11-01 10:00")
    browser = telling.signed_in(telling.AGENT)
    telling.at("2021-11-11 23:00")
    assert "催办" not in page_of(story)
    with pytest.raises(CaseProblem, match="还没有超过"):
        urging.urge(story.case.pk, text="", actor=telling.staff("market.admin"), now=moment("2021-11-11 23:00"))

    telling.at("2021-11-12 09:00")
    assert "已经超过承诺的办结时间（2021-11-11 24:00）" in page_of(story)
    assert browser.post(f"{story.address}urge/", {"text": "急着开业"}).status_code == 302
    told = Message.objects.filter(subject_kind="case", subject_id=story.subject[1], template_key="task.urged")
    assert told.count() >= 3, "the examiner, the inspector and the second unit"
    assert "急着开业" in told[0].body
    assert "您已于 2021-11-12 09:00 催办" in page_of(story)

    before = told.count()
    again = browser.post(f"{story.address}urge/", {"text": "再催"}, follow=True).content.decode()
    assert told.count() == before
    assert "您已经催办过" in again


def test_nobody_urges_or_reads_the_case_of_another():
    story = online().do("precheck", "2021-11-01 10:00")
    telling.at("2021-11-12 09:00")
    other = telling.signed_in(telling.CITIZEN | {"sub": "gd-0009", "name": "梁永年", "id_no": "440703193903040023"})
    assert other.get(story.address).status_code == 404
    assert other.post(f"{story.address}urge/", {}).status_code == 404
    assert light_of(story.case, moment("2021-11-12 09:00")).is_overdue


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_its_words(state):
    facts = Facts(
        state, received_at=moment("2021-11-01 09:00"), granted=True, notice_due="1", due="2", correction_due="3"
    )
    told = guidance(facts)
    assert told.following
    assert told.own
    way = stages(facts)
    assert way[0].title == "提交申请"
    assert sum(stage.state == "now" for stage in way) <= 1
