"""即办件: one act with every event of its own, delivered by itself; what cannot be instant becomes 承诺件 (f7)."""

import pytest
import telling
from any_item import answers_of, drafted, step

from yipan.platform import processes
from yipan.platform.cases import items
from yipan.platform.cases.actions import results, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries as catalogue
from yipan.platform.jobs.testing import run_jobs, run_sweeps
from yipan.platform.notices.models import Message
from yipan.platform.records.models import ActRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
NOON = "2022-12-05 12:00"
OFFICER = "civil_affairs.examiner"


def received(key="senior_card", *, e_service=False):
    telling.at(NOON)
    item = catalogue.item_at(key, moment(NOON)).item
    case = drafted(item, answers_of(item, False), moment(NOON))
    clerk = telling.staff("hall.clerk1")
    submission.submit(case.pk, key="k", actor=clerk, now=moment(NOON), e_service=e_service)
    return case.pk


def handle(case_id, outcome, opinion, at="2022-12-05 14:00", who=OFFICER, **data):
    telling.at(at)
    task = processes.queries.open_task(("case", str(case_id)), act="instant")
    processes.complete(
        task_id=task.pk, actor=telling.staff(who), now=moment(at), outcome=outcome, opinion=opinion, data=data, key=at
    )
    return Case.objects.get(pk=case_id)


def verbs(case):
    rows = ActRow.objects.filter(chain_kind="case", chain_key=str(case.pk)).order_by("seq")
    return [row.verb.removeprefix("case.") for row in rows if row.from_state]


def test_one_act_leaves_every_event_and_the_licence_delivers_itself():
    case = handle(received(e_service=True), "grant", "当场办结。")
    assert verbs(case) == ["submit", "accept", "begin_examination", "grant", "produce"]
    run_jobs()
    case.refresh_from_db()
    assert State(case.state) is State.ARCHIVED
    assert case.delivery_way == "electronic"
    assert verbs(case)[-3:] == ["make_ready", "deliver", "archive"]
    assert not processes.queries.open_tasks(("case", str(case.pk)))


def test_a_worker_that_dies_before_the_process_wakes_leaves_the_licence_to_the_next_one(monkeypatch):
    """Ready and awake in one transaction: a repeat finds the case as it was, and the case does not wait for ever."""
    case = handle(received(e_service=True), "grant", "当场办结。")
    with monkeypatch.context() as dying:
        dying.setattr(results.processes, "correlate", lambda *_given, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            results.issue_licence(case.pk, now=moment("2022-12-05 14:01"))
    case.refresh_from_db()
    assert State(case.state) is State.PRODUCTION
    results.issue_licence(case.pk, now=moment("2022-12-05 14:02"))
    case.refresh_from_db()
    assert State(case.state) is State.ARCHIVED


def test_a_result_without_a_licence_is_there_at_once():
    case = handle(received("unemployment_registration", e_service=True), "grant", "当场办结。", who="hr.examiner")
    assert State(case.state) is State.ARCHIVED
    assert case.documents.get(kind="result").title == "失业登记凭证（就业创业证）"


def test_without_consent_the_window_hands_it_over():
    case = handle(received(), "grant", "当场办结。")
    run_jobs()
    assert processes.queries.open_task(("case", str(case.pk)), act="deliver") is not None


def test_what_cannot_be_instant_becomes_a_case_with_a_limit_and_a_reason():
    case_id = received()
    with pytest.raises(CaseProblem, match="请写明为什么不能当场办结"):
        handle(case_id, "convert", "要查")
    case = handle(case_id, "convert", "照片与证件不一致，需要核实身份")
    assert State(case.state) is State.EXAMINATION
    assert case.promised_due == moment("2022-12-13 00:00")  # five working days, the day itself not counted
    assert items.terms(case).promise.amount == 5
    assert verbs(case)[-1] == "convert"
    told = Message.objects.filter(subject_id=str(case.pk), template_key="case.converted")
    assert told.exists()
    assert all("照片与证件不一致" in message.body for message in told)
    now = moment("2022-12-06 10:00")
    telling.at("2022-12-06 10:00")
    while (tasks := processes.queries.open_tasks(("case", str(case.pk)))) and tasks[0].act != "deliver":
        step(case, tasks[0], now)
    run_jobs()
    assert State(Case.objects.get(pk=case.pk).state) is State.DELIVERY


def test_silence_converts_too():
    case_id = received()
    telling.at("2022-12-13 00:00")
    run_sweeps("processes.timers")
    case = Case.objects.get(pk=case_id)
    assert (case.acceptance, State(case.state)) == ("deemed", State.EXAMINATION)
    assert processes.queries.open_task(("case", str(case_id)), act="examine") is not None
    assert case.promised_due > case.accepted_at


def test_the_officer_sees_the_question_and_what_was_missing_can_be_told():
    case_id = received()
    page = telling.signed_in(OFFICER).get(f"/cases/{case_id}/").content.decode()
    for words in ("当场办结", "转为承诺件", "一次性告知补正"):
        assert words in page
    assert State(Case.objects.get(pk=case_id).state) is State.PRECHECK  # opened by the one who does it
    defect = {"subject": "照片", "kind": "unclear", "remedy": "请重新上传照片", "material_code": "M3"}
    case = handle(case_id, "correct", "", defects=[defect])
    assert State(case.state) is State.CORRECTION
