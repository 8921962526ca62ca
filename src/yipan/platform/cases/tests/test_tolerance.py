"""容缺受理 (sheet 22 c6): promised in the draft, owed from acceptance, supplied, returned, broken, remembered."""

import io

import pytest
import telling
from telling import Story

from yipan.kernel.clock import show_due
from yipan.platform import processes
from yipan.platform.cases import figures, stories
from yipan.platform.cases.actions import tolerance
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import CaseMaterial, Tolerance
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue.actions.publish import publish_item
from yipan.platform.catalogue.domain import ItemVersionText
from yipan.platform.catalogue.models import ItemVersion
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.notices import reminding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
LATER = "M4"  # 布局图: the item lets it follow within five working days

YEAR = moment("2021-01-01 00:00"), moment("2022-01-01 00:00")


def drafted(**more) -> Story:
    """A draft in which one material is promised for later."""
    return Story("noodle_second_shop", defer=[LATER], **more)


def owing(at="2021-11-01 09:00", **more) -> Story:
    """A tolerantly accepted case."""
    story = drafted(**more).submit(at)
    return story.do("precheck", at, outcome="tolerate")


def supply(story: Story, at: str, code: str = LATER) -> Tolerance:
    telling.at(at)
    stories.supply(story.telling, code, moment(at))
    return Tolerance.objects.get(case=story.case, material_code=code)


def pass_to(at: str) -> None:
    telling.at(at)
    run_sweeps("cases.tolerance")


def change_item(**tolerance_of_item) -> None:
    """The item is published anew with another rule for what may follow."""
    data = ItemVersion.objects.get(key="food_licence_new", number=1).data
    materials = [
        m | ({"tolerance": m["tolerance"] | tolerance_of_item} if m["code"] == LATER else {}) for m in data["materials"]
    ]
    text = ItemVersionText(moment("2021-10-20 00:00").date(), "容缺规则", data | {"materials": materials})
    publish_item([text], actor=telling.records.SYSTEM, at=moment("2021-10-20 00:00"))


def test_a_missing_material_is_told_with_the_way_to_promise_it():
    story = Story("noodle_second_shop").draft("2021-11-01 08:50").finish("2021-11-01 08:55", without=LATER)
    with pytest.raises(CaseProblem, match=r"还缺少材料：.*可以容缺后补，请在材料页选择“容缺，稍后补交”"):
        story.submit("2021-11-01 09:00")


def test_only_what_the_item_names_may_follow():
    story = Story("noodle_second_shop").draft("2021-11-01 08:50")
    with pytest.raises(CaseProblem, match="不能容缺后补"):
        tolerance.defer(story.case.pk, "M1", actor=stories.receiver(story.telling), now=moment("2021-11-01 08:50"))


def test_the_promise_is_a_letter_and_the_days_begin_with_acceptance():
    story = drafted().submit("2021-11-01 09:00")
    assert "主要设备设施布局" in story.printed("tolerance")
    assert "受理之日起 5 个工作日内" in story.printed("tolerance")
    assert not Tolerance.objects.filter(case=story.case).exists()
    story.do("precheck", "2021-11-02 10:00", outcome="tolerate")
    owed = Tolerance.objects.get(case=story.case)
    assert (show_due(owed.due), story.case.acceptance) == ("2021-11-09 24:00", "tolerant")
    assert "accept_tolerantly" in story.verbs()
    assert State(story.case.state) is State.EXAMINATION
    assert "容缺受理" in story.printed("acceptance")
    assert "2021-11-09 24:00" in story.printed("acceptance")
    assert len(story.told("case.accepted_tolerantly")) >= 1


def test_the_window_must_say_which_acceptance_it_is():
    """受理 with something missing, and 容缺受理 with nothing missing, are both refused."""
    story = drafted().submit("2021-11-01 09:00")
    with pytest.raises(CaseProblem, match="请选择“容缺受理”"):
        story.do("precheck", "2021-11-01 10:00")
    whole = Story("noodle_second_shop").submit("2021-11-01 09:00")
    with pytest.raises(CaseProblem, match="没有容缺后补的材料"):
        whole.do("precheck", "2021-11-01 10:00", outcome="tolerate")


def test_what_the_window_asked_for_cannot_be_promised_again():
    story = drafted().submit("2021-11-01 09:00")
    defect = {"subject": "布局图", "kind": "missing", "remedy": "请现在补交", "material_code": LATER}
    story.do("precheck", "2021-11-01 10:00", outcome="correct", data={"defects": [defect]})
    with pytest.raises(CaseProblem, match="不能再次容缺"):
        tolerance.defer(story.case.pk, LATER, actor=stories.receiver(story.telling), now=moment("2021-11-02 09:00"))
    story.replace(LATER, "2021-11-02 09:00").do("correct", "2021-11-02 10:00").do("precheck", "2021-11-02 11:00")
    assert not Tolerance.objects.filter(case=story.case).exists()


def test_a_told_defect_may_be_answered_with_a_promise():
    """At a correction the same offer stands, and its promise is written down then."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00")
    defect = {"subject": "布局图", "kind": "unclear", "remedy": "请重新上传布局图", "material_code": LATER}
    story.do("precheck", "2021-11-01 10:00", outcome="correct", data={"defects": [defect]})
    tolerance.defer(story.case.pk, LATER, actor=stories.receiver(story.telling), now=moment("2021-11-02 09:00"))
    story.do("correct", "2021-11-02 10:00")
    assert len(story.letters("tolerance")) == 1
    story.do("precheck", "2021-11-02 11:00", outcome="tolerate")
    assert Tolerance.objects.get(case=story.case).material_code == LATER


def test_the_licence_waits_for_the_material():
    story = owing()
    story.until("review", "2021-11-03 10:00")
    with pytest.raises(CaseProblem, match=r"容缺材料还没有补齐：.*期限 2021-11-08 24:00"):
        story.do("decide", "2021-11-04 10:00")
    supply(story, "2021-11-05 09:00")
    assert story.told("case.tolerance_supplied")
    assert CaseMaterial.objects.get(case=story.case, code=LATER, replaced=False).round == 2
    story.do("decide", "2021-11-05 10:00")
    assert State(story.case.state) is State.GRANTED
    assert figures.tolerance_kept(*YEAR) == figures.Share(1, 1)


def test_a_refusal_does_not_wait_and_ends_the_promise():
    story = owing().until("review", "2021-11-03 10:00")
    told = {"facts": "现场与图纸不一致", "law": "《食品经营许可和备案管理办法》第十五条"}
    story.do("decide", "2021-11-04 10:00", outcome="refuse", opinion="布局不符合要求", data=told)
    assert Tolerance.objects.get(case=story.case).closed_at is not None
    pass_to("2021-12-01 09:00")
    assert Tolerance.objects.get(case=story.case).breached_at is None


def test_a_broken_promise_ends_the_case_and_is_remembered():
    story = owing()
    pass_to("2021-11-08 23:59")
    assert State(story.case.state) is State.EXAMINATION
    pass_to("2021-11-09 00:00")
    assert State(story.case.state) is State.TERMINATED
    assert story.verbs()[-2:] == ["record_breach", "terminate"]
    assert "没有在容缺受理承诺的期限内补齐" in story.printed("termination")
    assert not processes.queries.open_tasks(story.subject)
    assert figures.tolerance_kept(*YEAR) == figures.Share(0, 1)
    again = Story("noodle_second_shop").submit("2021-11-15 09:00")
    assert figures.broken_promises(again.case, moment("2021-11-15 09:00")) == 1
    assert figures.broken_promises(again.case, moment("2024-11-15 09:00")) == 0
    pass_to("2021-11-10 00:00")  # a second run finds nothing
    assert story.verbs().count("record_breach") == 1


def test_an_item_may_hold_the_decision_instead():
    change_item(on_breach="hold")
    story = owing()
    pass_to("2021-11-09 00:00")
    assert State(story.case.state) is State.EXAMINATION
    assert story.told("case.tolerance_broken")
    assert story.told("case.tolerance_late")
    story.until("review", "2021-11-09 10:00")
    with pytest.raises(CaseProblem, match="已逾期"):
        story.do("decide", "2021-11-09 11:00")
    supply(story, "2021-11-10 09:00")
    story.do("decide", "2021-11-10 10:00")
    assert figures.tolerance_kept(*YEAR) == figures.Share(0, 1)


def test_the_licence_may_come_first():
    """先批后补: granted at once, the days run from the decision, the file stays open until the material is there."""
    change_item(licence_first=True)
    story = owing().until("decide", "2021-11-03 10:00")
    assert show_due(Tolerance.objects.get(case=story.case).due) == "2021-11-10 24:00"
    story.until("deliver", "2021-11-04 10:00")
    assert State(story.case.state) is State.DELIVERED
    assert story.case.concluded_at is None
    supply(story, "2021-11-08 09:00")
    assert State(story.case.state) is State.ARCHIVED
    assert story.letters("approval_sheet")


def test_a_broken_promise_after_the_licence_is_recorded_and_closes_the_file():
    change_item(licence_first=True)
    story = owing().until("deliver", "2021-11-03 10:00")
    pass_to("2021-11-11 00:00")
    assert State(story.case.state) is State.ARCHIVED
    assert "record_breach" in story.verbs()


def test_what_is_supplied_may_be_given_back_until_its_day():
    story = owing()
    owed = supply(story, "2021-11-03 09:00")
    examiner = telling.staff("market.examiner")
    with pytest.raises(CaseProblem, match="写明退回的原因"):
        tolerance.give_back(owed.pk, reason="", actor=examiner, now=moment("2021-11-03 10:00"))
    tolerance.give_back(owed.pk, reason="目录缺少冷藏设备", actor=examiner, now=moment("2021-11-03 10:00"))
    row = CaseMaterial.objects.get(case=story.case, code=LATER, replaced=False)
    assert (row.source, row.exempt_reason) == ("deferred", "补交的材料被退回：目录缺少冷藏设备")
    assert story.told("case.tolerance_returned")
    supply(story, "2021-11-08 09:00")
    with pytest.raises(CaseProblem, match="补齐期限已过"):
        tolerance.give_back(owed.pk, reason="目录缺少冷藏设备", actor=examiner, now=moment("2021-11-09 10:00"))


def test_the_applicant_is_reminded_two_days_before_and_on_the_day():
    story = owing()
    for at, number in (("2021-11-03 09:00", 0), ("2021-11-04 09:00", 1), ("2021-11-08 09:00", 2)):
        telling.at(at)
        reminding.remind(moment(at))
        assert len(story.told("case.tolerance_ends")) == number, at


def test_the_day_is_never_later_than_the_promised_day_of_the_case():
    change_item(days=30)
    story = owing()
    assert Tolerance.objects.get(case=story.case).due == story.case.promised_due


def test_silence_accepts_with_the_promise():
    """Deemed acceptance counts from the receipt, but nobody owes a material before he is told."""
    story = drafted().submit("2021-11-01 09:00")
    telling.at("2021-11-09 00:00")
    run_sweeps("processes.timers")
    assert story.case.acceptance == "deemed"
    assert show_due(Tolerance.objects.get(case=story.case).due) == "2021-11-11 24:00"


def test_applicant_and_clerk_walk_it_on_screen():
    story = drafted(online=True).submit("2021-11-01 09:00")
    clerk = telling.signed_in("market.window1")
    page = clerk.get(f"/cases/{story.case.pk}/").content.decode()
    assert "容缺受理" in page
    assert 'value="tolerate"' in page
    assert 'value="accept"' not in page
    task = processes.queries.open_task(story.subject)
    told = {"outcome": "tolerate", "opinion": "主要材料齐全，同意容缺受理。", "key": "k"}
    assert clerk.post(f"/cases/{story.case.pk}/tasks/{task.pk}/complete/", told).status_code == 302
    agent = telling.signed_in(telling.AGENT)
    page = agent.get(story.address).content.decode()
    assert "请补齐容缺材料" in page
    assert "2021-11-08 24:00" in page
    upload = io.BytesIO(telling.sample())
    upload.name = "布局图.pdf"
    agent.post(f"/my/cases/{story.case.pk}/materials/", {"code": LATER, "way": "upload", "file": upload})
    assert Tolerance.objects.get(case=story.case).supplied_at is not None
    examiner = telling.signed_in("market.examiner")
    page = examiner.get(f"/cases/{story.case.pk}/").content.decode()
    assert "已补齐" in page
    owed = Tolerance.objects.get(case=story.case)
    back = examiner.post(f"/cases/{story.case.pk}/tolerance/{owed.pk}/return/", {"reason": "目录缺少冷藏设备"})
    assert back.status_code == 302
    assert "目录缺少冷藏设备" in agent.get(story.address).content.decode()
