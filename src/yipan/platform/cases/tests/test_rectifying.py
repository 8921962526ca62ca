"""差评整改 (sheet 23 h5): verified in a working day, answered in fifteen, read by the citizen, who rates once more."""

import pytest
import telling
from telling import Story

from yipan.kernel.clock import show_due
from yipan.platform import processes
from yipan.platform.cases import figures
from yipan.platform.cases.actions import rectifying, results
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.models import Case, Rectification
from yipan.platform.cases.stories import moment
from yipan.platform.notices import reminding
from yipan.platform.notices.models import Message
from yipan.platform.records.rights import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
AT = "2021-11-08 10:00"
HEAD = "market.reviewer2"  # has the right, and wrote nothing in the case


def rated(grade=1, text="等了很久没有人联系", **more):
    story = Story(online=True, **more).submit("2021-11-01 09:00").until("deliver", "2021-11-03 10:00")
    telling.at(AT)
    results.rate(
        story.case.pk, grade=grade, labels=["办事效率"], text=text, actor=telling.citizen(telling.AGENT),
        now=moment(AT),
    )  # fmt: skip
    return story


def waiting(login):
    lines = processes.queries.todo(telling.staff(login)).lines
    return [line.title for line in lines if "差评" in line.title]


def verify(story, login=HEAD, at="2021-11-09 09:00", *, genuine=True, finding="核查属实，现场核查安排偏晚"):
    rectifying.verify(
        story.case.pk, genuine=genuine, finding=finding, actor=telling.staff(login), now=moment(at)
    )  # fmt: skip


def answer(story, text="已向您致歉，并把现场核查改为预约后一日内安排。", at="2021-11-12 09:00"):
    rectifying.answer(story.case.pk, text=text, actor=telling.staff(HEAD), now=moment(at))


def test_a_bad_rating_has_its_days_and_stands_in_the_to_do():
    story = rated()
    made = Rectification.objects.get(case=story.case)
    assert (show_due(made.verify_due), show_due(made.rectify_due)) == ("2021-11-09 24:00", "2021-11-29 24:00")
    assert waiting(HEAD) == [f"核实差评：{story.case.item_title}"]
    assert waiting("market.reviewer") == []  # he reviewed the case himself
    assert story.told("case.bad_rating")


@pytest.mark.parametrize("grade", [3, 4, 5])
def test_a_good_rating_opens_nothing(grade):
    rated(grade)
    assert not Rectification.objects.exists()


def test_it_is_verified_answered_visited_and_rated_once_more():
    story = rated()
    with pytest.raises(CaseProblem, match="请先核实"):
        answer(story)
    verify(story)
    assert waiting(HEAD) == [f"整改和答复差评：{story.case.item_title}"]
    with pytest.raises(CaseProblem, match="可以再评价一次"):
        rectifying.rate_again(story.case.pk, grade=4, actor=telling.citizen(telling.AGENT), now=moment(AT))
    with pytest.raises(CaseProblem, match="至少 10 个字"):
        answer(story, "已整改")
    answer(story)
    assert waiting(HEAD) == []
    assert "改为预约后一日内安排" in story.told("case.rating_answered")[0].body
    rectifying.visit(
        story.case.pk, text="电话回访，表示满意", actor=telling.staff(HEAD), now=moment("2021-11-15 09:00")
    )
    citizen = telling.citizen(telling.AGENT)
    rectifying.rate_again(story.case.pk, grade=4, actor=citizen, now=moment("2021-11-15 10:00"))
    with pytest.raises(CaseProblem, match="已经再次评价"):
        rectifying.rate_again(story.case.pk, grade=5, actor=citizen, now=moment("2021-11-15 11:00"))
    assert story.verbs()[-4:] == ["verify_rating", "answer_rating", "revisit_rating", "rate_again"]
    _, found = figures.counted(Case.objects.filter(pk=story.case.pk))
    shares = {one.key: one.share for one in found}
    assert (shares["bad_rating"], shares["rectified"]) == (figures.Share(1, 1), figures.Share(1, 1))


def test_nobody_judges_what_is_said_of_his_own_work():
    story = rated()
    with pytest.raises(CaseProblem, match="您办理过这件申请"):
        verify(story, "market.reviewer")
    with pytest.raises(Refused):
        verify(story, "market.examiner")
    with pytest.raises(Refused):
        verify(story, "health.reviewer")
    with pytest.raises(CaseProblem, match="写明核实情况"):
        verify(story, finding="无")


def test_what_is_late_is_told_to_those_who_watch():
    story = rated()
    for at in ("2021-11-09 09:00", "2021-11-25 09:00", "2021-11-30 09:00"):
        telling.at(at)
        reminding.remind(moment(at))
    told = Message.objects.filter(template_key="case.rating_due", subject_id=str(story.case.pk))
    assert told.count() >= 3
    efficiency = telling.staff("data.efficiency").account_id
    assert told.filter(account_id=efficiency).exists()


def test_both_sides_see_it_on_their_pages():
    story = rated()
    desk, agent = telling.signed_in(HEAD), telling.signed_in(telling.AGENT)
    page = desk.get(f"/cases/{story.case.pk}/").content.decode()
    assert "差评整改" in page
    assert "等了很久没有人联系" in page
    step = {"step": "verify", "genuine": "1", "text": "核查属实，现场核查安排偏晚"}
    assert desk.post(f"/cases/{story.case.pk}/rectify/", step).status_code == 302
    assert "正在核实和整改" in agent.get(story.address).content.decode()
    assert desk.post(f"/cases/{story.case.pk}/rectify/", {"step": "answer", "text": "短"}).status_code == 409
    step = {"step": "answer", "text": "已向您致歉，并把现场核查改为预约后一日内安排。"}
    assert desk.post(f"/cases/{story.case.pk}/rectify/", step).status_code == 302
    assert "改为预约后一日内安排" in agent.get(story.address).content.decode()
    assert agent.post(f"{story.address[:-1]}/rate-again/", {"grade": "5"}).status_code == 302
    assert "您再次评价：非常满意" in agent.get(story.address).content.decode()
