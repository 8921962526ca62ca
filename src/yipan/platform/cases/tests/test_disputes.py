"""Contested data (sheet 22 c7 免2): nothing is overwritten silently; the register's keeper corrects or keeps it."""

import pytest
import telling
from telling import Story

from yipan.platform import forms, processes
from yipan.platform.cases import items
from yipan.platform.cases.actions import disputes
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.models import DataDispute
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue.models import CodeTable
from yipan.platform.forms.models import Draft, SubmissionVersion
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.notices.models import Message
from yipan.platform.records.models import OutboxRow
from yipan.platform.records.rights import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
SOURCE, REMARK = "省法人库", "法定代表人应为李新民，十月已变更登记"
AT = "2021-11-01 09:00"
KEEPER = "market.admin"


@pytest.fixture
def kept_here():
    """The register of firms is kept by a unit of this district."""
    table = CodeTable.objects.get(key="data_keeper")
    for code in table.codes:
        if code["code"] == SOURCE:
            code |= {"unit": "market", "days": 3}
    table.save()


def submitted(remark=REMARK):
    """Handed in with one contested value of the register of firms."""
    story = Story().begin(AT)
    draft = Draft.objects.get(owner_kind="case", owner_id=str(story.case.pk))
    field = next(key for key, one in draft.prefilled.items() if one["locked"] and one["source"] == SOURCE)
    forms.actions.contest(draft.pk, field, remark, actor=telling.staff("hall.clerk1"), at=moment(AT))
    return story.fill(AT).submit(AT)


def dispute(story):
    return DataDispute.objects.get(case=story.case)


def answer(story, *, who=KEEPER, corrected="李新民", text="核对变更登记档案属实", at="2021-11-02 10:00"):
    disputes.answer(dispute(story).pk, corrected=corrected, text=text, actor=telling.staff(who), now=moment(at))


def test_it_goes_to_the_units_keeper_with_number_and_limit_and_the_application_goes_on(kept_here):
    story = submitted()
    found = dispute(story)
    assert (found.keeper_unit, found.due, found.remark) == ("market", moment("2021-11-05 00:00"), REMARK)
    assert "数异字〔2021〕第" in found.number
    assert [line.title for line in processes.queries.todo(telling.staff(KEEPER)).lines if found.label in line.title]
    assert story.do("precheck", "2021-11-01 10:00").case.accepted_at
    values = forms.queries.data_of(story.case.form_data_id)
    assert values[found.field] == found.shown, "the register's value stays until its keeper corrects it"


def test_a_correction_becomes_a_new_version_of_the_form_that_says_where_it_came_from(kept_here):
    story = submitted()
    before = story.case.form_data_id
    answer(story)
    found, version = dispute(story), SubmissionVersion.objects.get(pk=story.case.form_data_id)
    assert (found.state, version.pk > before) == ("corrected", True)
    assert version.data[found.field] == "李新民"
    assert version.sources[found.field] == f"{found.keeper_name}更正（{found.number}） 2021-11-02"
    assert SubmissionVersion.objects.get(pk=before).data[found.field] == found.shown, "what was handed in stays"
    assert not [line for line in processes.queries.todo(telling.staff(KEEPER)).lines if found.label in line.title]
    templates = set(Message.objects.filter(subject_id=str(story.case.pk)).values_list("template_key", flat=True))
    assert {"case.dispute_answered", "case.dispute_told"} <= templates
    assert [verb for verb in story.verbs() if "data" in verb or "dispute" in verb] == [
        "open_dispute", "correct_data",
    ]  # fmt: skip


def test_an_entry_that_stays_is_told_with_the_reason_and_the_form_stays(kept_here):
    story = submitted()
    before = story.case.form_data_id
    answer(story, corrected="", text="档案中没有变更登记")
    assert (dispute(story).state, story.case.form_data_id) == ("refused", before)
    with pytest.raises(CaseProblem, match="已经办理：维持原登记"):
        answer(story)


@pytest.mark.parametrize(("told", "words"), [
    ({"text": "好"}, "请写明核实情况"),
    ({"corrected": "same"}, "与原登记相同"),
])  # fmt: skip
def test_what_an_answer_lacks_is_told(kept_here, told, words):
    story = submitted()
    if told.get("corrected") == "same":
        told = {"corrected": dispute(story).shown}
    with pytest.raises(CaseProblem, match=words):
        answer(story, **told)


def test_only_the_keeper_answers_and_never_who_examines_the_case(kept_here, monkeypatch):
    story = submitted()
    with pytest.raises(Refused):
        answer(story, who="health.admin")
    keeper = telling.staff(KEEPER).person_id
    monkeypatch.setattr(processes, "persons_of", lambda *_: frozenset({keeper}), raising=False)
    with pytest.raises(CaseProblem, match="由其他人员核实"):
        answer(story)


def test_an_item_may_want_it_answered_before_it_grants(kept_here, monkeypatch):
    from dataclasses import replace

    story = submitted().until("review", "2021-11-03 10:00")
    terms = replace(items.terms(story.case), waits_for_disputes=True)
    monkeypatch.setattr(items, "terms", lambda _case: terms)
    with pytest.raises(CaseProblem, match="数据异议还没有核实"):
        story.do("decide", "2021-11-04 10:00")
    answer(story, at="2021-11-04 10:30")
    assert story.do("decide", "2021-11-04 11:00").case.decision == 1


def test_after_the_decision_the_register_is_corrected_but_not_what_was_decided_on(kept_here):
    story = submitted().until("decide", "2021-11-04 10:00")
    decided_on = story.case.form_data_id
    answer(story, at="2021-11-04 11:00")
    assert (dispute(story).state, story.case.form_data_id) == ("corrected", decided_on)


def test_a_register_outside_is_asked_over_the_exchange_once():
    story = submitted()
    (message,) = OutboxRow.objects.filter(channel=disputes.CHANNEL)
    assert message.key == f"dispute-{dispute(story).pk}"
    assert message.payload["remark"] == REMARK
    assert dispute(story).keeper_name == "省数据共享平台（法人库）"
    disputes.sent(dispute(story).pk, "YY1")
    assert run_sweeps("cases.disputes") == 0, "nobody answers yet"


def test_the_desk_shows_the_units_own_and_the_page_answers(kept_here):
    story = submitted()
    telling.at("2021-11-02 10:00")
    keeper, row = telling.signed_in(KEEPER), dispute(story)
    assert row.number in keeper.get("/disputes/").content.decode()
    assert row.number not in telling.signed_in("health.admin").get("/disputes/").content.decode()
    where = f"/disputes/{row.pk}/"
    assert telling.signed_in("health.admin").get(where).status_code == 404
    assert "请填写更正后的内容" in keeper.post(where, {"result": "correct", "text": "核对属实"}).content.decode()
    done = {"result": "correct", "corrected": "李新民", "text": "核对变更登记档案属实"}
    assert keeper.post(where, done).status_code == 302
    page = telling.signed_in("market.examiner").get(f"/cases/{story.case.pk}/").content.decode()
    assert "已更正为“李新民”" in page
