"""材料复用 (sheet 22 f13): offered to the same holder while the paper is valid, never to anybody else, never older."""

import datetime as dt
import io

import pytest
import telling
from telling import Story

from yipan.platform.cases import items, stories
from yipan.platform.cases.actions import drafts, reuse
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.models import CaseMaterial
from yipan.platform.cases.stories import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
CODE = "M4"


def offered(story, at):
    return reuse.offers(story.case, items.terms(story.case), moment(at)).get(CODE, [])


def draft(at, **more):
    return Story("noodle_second_shop", **more).draft(at)


def take(story, offer, at):
    actor = stories.receiver(story.telling)
    return reuse.reuse(story.case.pk, CODE, offer.material_id, actor=actor, now=moment(at))


def test_what_was_handed_in_is_offered_and_used_with_its_origin():
    first = Story("noodle_second_shop").submit("2021-11-01 09:00")
    later = draft("2021-12-01 09:00")
    (offer,) = offered(later, "2021-12-01 09:00")
    assert (offer.short_no, offer.since.date()) == (first.case.short_no, dt.date(2021, 11, 1))
    row = take(later, offer, "2021-12-01 09:05")
    assert (row.source, row.reused_from.case) == ("reused", first.case)
    assert first.case.short_no in row.exempt_reason
    assert row.file_id != CaseMaterial.objects.get(pk=offer.material_id).file_id  # a case owns its files


def test_nobody_else_is_offered_anything():
    first = Story("noodle_second_shop").submit("2021-11-01 09:00")
    stranger = Story(online=True).draft("2021-12-01 09:00")
    assert stranger.case.applicant_entity_id != first.case.applicant_entity_id
    assert offered(stranger, "2021-12-01 09:00") == []
    (offer,) = offered(draft("2021-12-01 09:00"), "2021-12-01 09:00")
    with pytest.raises(CaseProblem, match="不能复用"):
        take(stranger, offer, "2021-12-01 09:05")


def test_a_draft_a_defect_and_an_old_paper_are_no_offers():
    Story("noodle_second_shop").begin("2021-11-01 09:00")  # never handed in
    assert offered(draft("2021-11-02 09:00"), "2021-11-02 09:00") == []
    told = Story("noodle_second_shop").submit("2021-11-01 09:00")
    defect = {"subject": "布局图", "kind": "unclear", "remedy": "请重新上传布局图", "material_code": CODE}
    told.do("precheck", "2021-11-01 10:00", outcome="correct", data={"defects": [defect]})
    assert offered(draft("2021-11-02 09:00"), "2021-11-02 09:00") == []
    told.replace(CODE, "2021-11-03 09:00")
    assert len(offered(draft("2022-10-20 09:00"), "2022-10-20 09:00")) == 1
    assert offered(draft("2022-11-20 09:00"), "2022-11-20 09:00") == []  # the item lets it serve for a year


def test_using_it_again_does_not_make_it_younger():
    Story("noodle_second_shop").submit("2021-11-01 09:00")
    second = draft("2022-10-20 09:00")
    take(second, offered(second, "2022-10-20 09:00")[0], "2022-10-20 09:00")
    stories.complete_draft(second.telling, second.case, moment("2022-10-20 09:10"))
    second.submit("2022-10-20 09:20")
    assert offered(draft("2022-11-20 09:00"), "2022-11-20 09:00") == []


def test_the_papers_own_day_counts():
    """An expired paper is not taken, not offered, and named when it runs out before the draft is handed in."""
    story = draft("2021-11-01 09:00")
    actor = stories.receiver(story.telling)

    def attach(at, until):
        return drafts.attach(
            story.case.pk, CODE, file=io.BytesIO(telling.sample()), name="a.pdf", actor=actor, now=moment(at),
            valid_to=dt.date.fromisoformat(until),
        )  # fmt: skip

    with pytest.raises(CaseProblem, match="已于 2021-10-31 过期"):
        attach("2021-11-01 09:00", "2021-10-31")
    attach("2021-11-01 09:00", "2021-11-10")
    stories.complete_draft(story.telling, story.case, moment("2021-11-01 09:10"))
    with pytest.raises(CaseProblem, match=r"下列材料已经过期，请换成有效的：.*2021-11-10"):
        story.submit("2021-11-11 09:00")
    story.submit("2021-11-10 09:00")
    assert len(offered(draft("2021-11-10 10:00"), "2021-11-10 10:00")) == 1
    assert offered(draft("2021-11-11 10:00"), "2021-11-11 10:00") == []


def test_the_page_offers_it_and_an_agent_sees_his_items_only():
    first = Story(online=True).submit("2021-11-01 09:00")
    later = Story(online=True).draft("2021-12-01 09:00")
    agent = telling.signed_in(telling.AGENT)
    page = agent.get(f"{later.address}materials/").content.decode()
    assert "以前交过，可以直接用" in page
    material = CaseMaterial.objects.get(case=first.case, code=CODE)
    posted = agent.post(f"{later.address}materials/", {"code": CODE, "way": f"reuse-{material.pk}"})
    assert posted.status_code == 302
    assert CaseMaterial.objects.get(case=later.case, code=CODE, replaced=False).source == "reused"
    only = reuse.offers(
        Story(online=True).draft("2021-12-02 09:00").case,
        items.terms(later.case),
        moment("2021-12-02 09:00"),
        only_items=["hr_service"],
    )
    assert only == {}
