"""One act on many cases: the same guards, rights and separation of duties as singly, an answer for every case."""

import datetime as dt

import pytest
import telling
from django.db import connection
from django.test.utils import CaptureQueriesContext
from telling import Story

from yipan.platform import people, processes
from yipan.platform.cases.actions import batching
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Batch, BatchLine
from yipan.platform.cases.queries import batching as reads
from yipan.platform.cases.stories import moment
from yipan.platform.jobs import queries as job_queries
from yipan.platform.jobs.testing import run_jobs
from yipan.platform.people.models import Agency
from yipan.platform.processes.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
LOGIN, NOW = "market.reviewer", "2021-11-04 10:00"
AT = moment(NOW)
TEXT = "同意审查意见。"


def reviewing() -> Story:
    """A case that waits for its review."""
    return Story("noodle_second_shop").submit("2021-11-01 09:00").until("conclude", "2021-11-03 10:00")


def batch_of(*stories: Story, login: str = LOGIN) -> Batch:
    telling.at(NOW)
    return batching.make([story.case.pk for story in stories], actor=telling.staff(login), now=AT)


def begin(batch: Batch, act: str = "pass", opinion: str = TEXT, login: str = LOGIN, to: int | None = None) -> Batch:
    return batching.begin(batch.pk, act=act, opinion=opinion, receiver_id=to, actor=telling.staff(login), now=AT)


def answers(batch: Batch) -> list[tuple[str, str]]:
    return list(BatchLine.objects.filter(batch=batch).values_list("state", "text"))


def own_firm(story: Story, login: str) -> None:
    """The officer turns out to act for the very firm that applies."""
    Agency.objects.create(
        entity_id=story.case.applicant_entity_id, person_id=telling.staff(login).person_id, granted_by="x",
        valid_from=dt.date(2021, 1, 1), accepted_at=moment("2021-01-01 09:00"),
    )  # fmt: skip


def test_each_case_gets_its_own_answer():
    """1 of 5 without the right, 1 in another state, 1 of the officer's own firm; the others are done."""
    done, also = reviewing(), reviewing()
    early = Story("noodle_second_shop").submit("2021-11-01 09:00")
    own = Story("riverside_examining").submit("2021-11-01 09:00").until("conclude", "2021-11-03 10:00")
    own_firm(own, LOGIN)
    foreign = reviewing()
    task = processes.queries.open_task(foreign.subject, act="review")
    assert task is not None
    Task.objects.filter(pk=task.pk).update(excluded=[*task.excluded, telling.staff(LOGIN).person_id])
    batch = batch_of(done, early, own, foreign, also)
    before = {line.case_id: line.verdicts["pass"].why for line in reads.preview(batch, telling.staff(LOGIN))}
    assert [bool(before[one.case.pk]) for one in (done, early, own, foreign, also)] == [False, True, True, True, False]
    begin(batch)
    found = answers(batch)
    assert [state for state, _ in found] == ["done", "refused", "refused", "refused", "done"]
    assert "现在不能审核通过" in found[1][1]
    assert found[2][1].startswith("职责分离")
    assert found[3][1].startswith("职责分离")
    assert [State(one.case.state) for one in (done, also, own)] == [State.DECISION, State.DECISION, State.REVIEW]
    assert done.payload("review")["opinion"]["text"] == TEXT, "the opinion stands in the chain as from the case's page"


def test_a_single_attempt_is_refused_in_the_same_cases():
    """The preview may not promise what the action refuses, and the other way round."""
    own = reviewing()
    own_firm(own, LOGIN)
    batch = batch_of(own)
    why = reads.preview(batch, telling.staff(LOGIN))[0].verdicts["pass"].why
    with pytest.raises(processes.ProcessProblem) as refused:
        own.do("review", NOW)
    assert str(refused.value) == why


def test_pressing_twice_and_reloading_do_nothing_twice():
    story = reviewing()
    batch = batch_of(story)
    client = telling.signed_in(LOGIN)
    form = {"act": "pass", "opinion": TEXT}
    first = client.post(f"/cases/batches/{batch.pk}/", form)
    again = client.post(f"/cases/batches/{batch.pk}/", {**form, "opinion": "另一条意见"})
    assert first.url == again.url == f"/cases/batches/{batch.pk}/result/"  # type: ignore[attr-defined]
    assert story.verbs().count("review") == 1
    assert Batch.objects.get(pk=batch.pk).opinion == TEXT
    page = client.get(first.url).content.decode()  # type: ignore[attr-defined]
    assert "已审核通过" in page
    assert telling.signed_in("market.examiner").get(first.url).status_code == 404, "another's batch"  # type: ignore[attr-defined]


def test_a_run_that_broke_off_goes_on_with_the_rest():
    stories = [reviewing() for _ in range(3)]
    batch = batch_of(*stories)
    with pytest.MonkeyPatch.context() as small:
        small.setattr("yipan.platform.cases.domain.batching.AT_ONCE", 2)
        batch = begin(batch)
    assert [state for state, _ in answers(batch)] == ["waiting"] * 3, "in the background"
    line = BatchLine.objects.filter(batch=batch).earliest("pk")
    batching.do_line(line.pk, batch, telling.staff(LOGIN))  # then the worker died
    assert [state for state, _ in answers(batch)] == ["done", "waiting", "waiting"]
    run_jobs()
    assert [state for state, _ in answers(batch)] == ["done"] * 3
    assert [one.verbs().count("review") for one in stories] == [1, 1, 1]
    work = job_queries.of(Batch.objects.get(pk=batch.pk).progress_id or 0, batch.account_id)
    assert work is not None
    assert (work.state, work.total) == ("done", 2)


def test_what_somebody_else_did_meanwhile_is_named():
    story = reviewing()
    batch = batch_of(story)
    with pytest.MonkeyPatch.context() as none:
        none.setattr("yipan.platform.cases.domain.batching.AT_ONCE", 0)
        begin(batch)
    story.do("review", NOW)
    run_jobs()
    ((state, text),) = answers(batch)
    assert state == "already"
    assert people.queries.actor_of(LOGIN).name in text


def test_acts_that_need_facts_of_the_single_case_are_not_offered():
    early, late = Story("noodle_second_shop").submit("2021-11-01 09:00"), reviewing()
    batch = batch_of(early, late, login="market.window1")
    lines = reads.preview(batch, telling.staff("market.window1"))
    assert {act.key for act, _ in reads.offered(lines)} == {"accept", "urge", "transfer", "print"}
    with pytest.raises(CaseProblem, match="请选择要办理的事"):
        begin(batch, "refuse", login="market.window1")
    with pytest.raises(CaseProblem, match="请填写受理意见"):
        begin(batch, "accept", "", login="market.window1")
    begin(batch, "accept", "材料齐全，符合法定形式，同意受理。", login="market.window1")
    assert [state for state, _ in answers(batch)] == ["done", "refused"]


def test_delivery_urging_and_handing_on_work_too():
    agreed = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00").until("produce", "2021-11-03 10:00")
    paper = Story("noodle_second_shop").submit("2021-11-01 09:00").until("produce", "2021-11-03 10:00")
    paper.make_licence("2021-11-03 10:01")
    batch = begin(batch_of(agreed, paper, login="market.deliverer"), "deliver", "", login="market.deliverer")
    assert [state for state, _ in answers(batch)] == ["done", "refused"]
    assert "没有同意电子送达" in answers(batch)[1][1]
    assert State(agreed.case.state) is State.ARCHIVED
    waiting = reviewing()
    urged = begin(batch_of(waiting, login="market.examiner"), "urge", "", login="market.examiner")
    assert answers(urged) == [("done", "已催办")]
    early = Story("noodle_second_shop").submit("2021-11-04 09:00")
    other = people.queries.actor_of("market.window2")
    moved = begin(batch_of(early, login="market.window1"), "transfer", "外出核查", "market.window1", other.account_id)
    assert answers(moved) == [("done", "已转办")]
    assert processes.queries.workers(early.subject, AT) == [other.person_id]


def test_the_screens_lead_from_the_lists_and_cost_the_same_for_one_and_for_many():
    stories = [reviewing() for _ in range(4)]
    telling.at(NOW)
    client = telling.signed_in(LOGIN)
    pages = []
    for some in (stories[:1], stories):
        rows = [str(one.case.pk) for one in some]
        made = client.post("/cases/", {"do": "batch:handle", "row": rows})
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get(made.url).content.decode()  # type: ignore[attr-defined]
        pages.append(len(asked))
        assert f"审核通过 {len(some)} 件" in page
        assert TEXT in page, "the stock opinion"
    assert pages[0] == pages[1]
    tasks = [Task.objects.get(instance__subject_id=one.subject[1], act="review") for one in stories]
    rows = [f"{task.instance_id}~{task.pk}" for task in tasks]  # type: ignore[attr-defined]
    made = client.post("/todo/", {"do": "batch:handle", "row": rows})
    assert BatchLine.objects.filter(batch=Batch.objects.latest("pk")).count() == 4
    assert client.get(f"{made.url}?act=print").status_code == 200  # type: ignore[attr-defined]
    sheets = client.get(f"{made.url}sheets.pdf")  # type: ignore[attr-defined]
    assert sheets.content.startswith(b"%PDF-")
    nothing = client.post("/todo/", {"do": "batch:handle", "row": ["0~m7"]}, follow=True).content.decode()
    assert "没有您可以办理的办件" in nothing
