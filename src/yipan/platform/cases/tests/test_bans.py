"""Bans on applying again (行政许可法 art. 78, 79, sheet 22 c10): by the day, for an applicant and a licence alone."""

from datetime import date

import pytest
import telling
from telling import Story

from yipan.platform.cases.actions import bans
from yipan.platform.cases.actions.core import CaseProblem, work_on
from yipan.platform.cases.domain.bans import FALSE_MATERIALS, FRAUD, last_day
from yipan.platform.cases.models import ApplicationBan
from yipan.platform.cases.stories import moment
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.licences.actions.change import change
from yipan.platform.licences.domain import LicenceProblem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
REFUSAL = {"outcome": "refuse", "opinion": "提交的检测报告系伪造，不符合许可条件。"}
DATA = {"facts": "检测机构证实没有出具过该报告", "law": "《中华人民共和国行政许可法》第七十八条"}


def refused(*, false_materials=True):
    story = Story().submit("2021-11-01 09:00").until("review", "2021-11-04 10:00")
    data = DATA | ({"false_materials": "1"} if false_materials else {})
    return story.do("decide", "2021-11-05 10:00", **REFUSAL, data=data)


def test_one_year_after_false_materials_nothing_is_taken_and_the_day_after_it_is():
    story = refused()
    text = story.printed("refusal")
    assert "给予警告" in text
    assert "在2022年11月5日（含当日）以前不得再次申请" in text.replace(" ", "")
    with pytest.raises(CaseProblem, match=r"2022年11月5日（含当日）以前不得再次申请.*行政复议"):
        Story(place="江华路2号").submit("2022-11-05 23:59")
    assert Story(place="江华路3号").submit("2022-11-06 00:00").case.state == 11


def test_a_draft_from_before_is_not_handed_in_either():
    waiting = Story(place="江华路4号").draft("2021-11-02 09:00").finish("2021-11-02 09:10")
    refused()
    with pytest.raises(CaseProblem, match="不得再次申请"):
        waiting.submit("2021-11-08 09:00")


def test_an_honest_refusal_bans_nobody_and_other_licences_stay_open():
    assert not ApplicationBan.objects.exists()
    story = refused(false_materials=False)
    assert not ApplicationBan.objects.exists()
    assert "警告" not in story.printed("refusal")
    assert Story(place="江华路5号").submit("2021-11-08 09:00").case.state == 11


def test_it_binds_the_applicant_and_the_licence_alone():
    story = refused()
    case = story.case
    now = moment("2021-11-08 09:00")
    with pytest.raises(CaseProblem):
        bans.check(case.item_code, person_id=None, entity_id=case.applicant_entity_id, now=now)
    bans.check(case.item_code, person_id=None, entity_id=case.applicant_entity_id + 1, now=now)
    other = case.item_code[:19] + "000123016000" + case.item_code[31:]
    bans.check(other, person_id=None, entity_id=case.applicant_entity_id, now=now)


def test_the_years_of_law_end_on_the_same_day_also_after_a_leap_day():
    assert last_day(date(2021, 11, 5), FALSE_MATERIALS) == date(2022, 11, 5)
    assert last_day(date(2020, 2, 29), FALSE_MATERIALS) == date(2021, 2, 28)
    assert last_day(date(2020, 2, 29), FRAUD) == date(2023, 2, 28)


def test_where_no_safety_is_at_stake_there_is_a_warning_but_no_ban(monkeypatch):
    from dataclasses import replace

    from yipan.platform.cases import items

    story = Story().submit("2021-11-01 09:00")
    terms = replace(items.terms(story.case), public_safety=False)
    monkeypatch.setattr(items, "terms", lambda _case: terms)
    with work_on(story.case.pk, telling.staff("market.decider"), moment("2021-11-05 10:00")) as work:
        assert bans.impose(work, FALSE_MATERIALS, number="文号") is None


def test_the_unit_reads_it_on_the_page_and_the_box_stands_at_the_refusal():
    story = Story().submit("2021-11-01 09:00").until("review", "2021-11-04 10:00")
    telling.at("2021-11-05 10:00")
    browser = telling.signed_in("market.decider")
    assert 'name="false_materials"' in browser.get(f"/cases/{story.case.pk}/").content.decode()
    story.do("decide", "2021-11-05 10:00", **REFUSAL, data=DATA | {"false_materials": "1"})
    assert "2022年11月5日以前不得再次申请" in browser.get(f"/cases/{story.case.pk}/").content.decode()


def test_a_licence_obtained_by_fraud_is_revoked_and_bans_for_three_years():
    """Art. 79: the revocation of the result leads to the ban; the case shows what became of it."""
    story = Story().submit("2021-11-01 09:00").until("deliver", "2021-11-04 10:00")
    telling.at("2021-12-01 10:00")
    decider, licence = telling.staff("market.decider"), story.case.licence_id
    told = {"reason": "以伪造的检测报告骗取许可", "law": "《中华人民共和国行政许可法》第六十九条第二款"}
    with pytest.raises(LicenceProblem, match="应当办理撤销"):
        change(licence, "suspend", fraud=True, actor=decider, at=moment("2021-12-01 10:00"), **told)
    change(licence, "revoke", fraud=True, actor=decider, at=moment("2021-12-01 10:00"), **told)
    run_sweeps("records.deliver")
    ban = ApplicationBan.objects.get(case=story.case)
    assert (ban.ground, ban.until) == (FRAUD, date(2024, 12, 1))
    with pytest.raises(CaseProblem, match="以欺骗、贿赂等不正当手段取得许可"):
        Story(place="江华路9号").submit("2024-12-01 23:00")
    page = telling.signed_in("market.examiner").get(f"/cases/{story.case.pk}/").content.decode()
    assert "已撤销（2021年12月1日）" in page
