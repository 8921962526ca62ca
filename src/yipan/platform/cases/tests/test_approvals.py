"""Approvals an examiner asks for, and pushes that were refused, are work in the one to-do."""

import pytest
import telling
from telling import Story, staff

from yipan.platform import calendar, records
from yipan.platform.cases.actions import decision, examination
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.processes import queries
from yipan.platform.records import outbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
TEST = {"kind": 5, "planned_days": 10, "basis": "《行政许可法》第四十五条"}


def approvals(login, kind, box="todo"):
    return [line for line in queries.todo(staff(login), box).lines if line.task_name == kind]


def examined():
    return Story(online=True).submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")


def test_a_special_procedure_waits_for_those_who_may_approve_it():
    """Issue 2 §3: one to-do for all rooms; sheet 22 c4: it needs approval, by somebody else."""
    story = examined()
    story.happen("special.ask", "2021-11-03 10:00", by="market.examiner", data=TEST)
    (line,) = approvals("market.reviewer", "case.special")
    assert line.subtitle.startswith("申请检测，计划 10 个工作日")
    assert line.url == f"/cases/{story.case.pk}/"
    assert approvals("market.examiner", "case.special") == approvals("health.reviewer", "case.special") == []
    story.happen("special.approve", "2021-11-03 11:00", by="market.reviewer")
    assert approvals("market.reviewer", "case.special") == []
    assert len(approvals("market.reviewer", "case.special", "concluded")) == 1


def test_a_special_procedure_that_was_not_approved_leaves_the_to_do_and_may_be_asked_for_again():
    story = examined()
    story.happen("special.ask", "2021-11-03 10:00", by="market.examiner", data=TEST)
    proposal = story.case.special_proposals.get()
    telling.at("2021-11-03 11:00")
    why = {"reason": "现有材料已经足够", "actor": staff("market.reviewer"), "now": calendar.now()}
    examination.reject_special_procedure(proposal.pk, **why)
    assert approvals("market.reviewer", "case.special") == []
    story.happen("special.ask", "2021-11-04 10:00", by="market.examiner", data=TEST)
    assert len(approvals("market.reviewer", "case.special")) == 1


def test_an_extension_waits_for_the_head_who_stands_in_with_the_deputy():
    story = examined()
    reason = "现场核查涉及多个部门，需要进一步核实"
    story.happen("extension.ask", "2021-11-08 10:00", by="market.examiner", data={"days": 10, "reason": reason})
    assert len(approvals("market.decider", "case.extension")) == 1
    story.happen("extension.approve", "2021-11-09 10:00", by="market.decider")
    assert approvals("market.decider", "case.extension") == []


def test_what_waits_for_a_case_ends_with_it():
    story = examined()
    story.happen("special.ask", "2021-11-03 10:00", by="market.examiner", data=TEST)
    telling.at("2021-11-03 12:00")
    applicant = records.Actor(None, story.case.agent_person_id, "李晓敏")
    decision.withdraw(story.case.pk, reason="不再经营", actor=applicant, now=calendar.now())
    assert approvals("market.reviewer", "case.special") == []


def test_a_refused_push_is_work_for_the_unit(monkeypatch):
    """Sheet 22 (g): the province rejects with a code; somebody has to look at the case."""
    story = examined()

    def refuse(_message):
        raise records.Rejected("item_code 不在实施清单中")

    monkeypatch.setitem(outbox._channels, "acceptance", outbox.Channel("acceptance", refuse, 8))
    run_sweeps("records.send")
    run_sweeps("records.deliver")
    lines = approvals("market.admin", "case.rejected_push")
    assert lines
    assert all(line.url == f"/cases/{story.case.pk}/" for line in lines)
    assert "item_code" in lines[0].subtitle
    assert approvals("health.admin", "case.rejected_push") == []
