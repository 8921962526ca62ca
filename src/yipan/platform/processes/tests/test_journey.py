"""The food licence of the built-in pack, from receipt to delivery, with everything that can come between."""

import datetime as dt
from pathlib import Path

import pytest

import yipan
from yipan.platform import calendar, processes, records
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.processes import check, queries, registry
from yipan.platform.records.models import EventRow

from . import office as people_of_office
from .office import NOW

pytestmark = pytest.mark.django_db
MODEL = Path(yipan.__file__).parent / "packs" / "market_entry" / "processes" / "food_licence.bpmn"
VARIABLES = {"precheck": "precheck", "conclude": "examination", "review": "review", "decide": "decision"}
ROLES = ("prechecker", "examiner", "inspector", "opinion_giver", "reviewer", "decider", "producer", "deliverer")


@pytest.fixture
def performed(monkeypatch):
    """Acts that answer as the case room's ones do: the outcome becomes the variable the model reads."""
    done = []

    def handler(name):
        def perform(call):
            done.append((name, call.outcome, call.actor.name, call.actor.deputy_for_name))
            return {VARIABLES[name]: call.outcome} if name in VARIABLES else {}

        return perform

    names = (*VARIABLES, "examine", "inspect", "consult", "produce", "deliver", "correct", "deem_accepted",
             "deem_withdrawn")  # fmt: skip
    monkeypatch.setattr(registry, "acts", {name: handler(name) for name in names})
    monkeypatch.setattr(registry, "model_checks", [])
    return done


@pytest.fixture
def staff(office, monkeypatch):
    from yipan.platform.people.models import Unit

    monkeypatch.setattr(people_of_office, "ROLES", people_of_office.ROLES | {role: ["task.view"] for role in ROLES})
    housing = Unit.objects.create(key="housing", name="住房和城乡建设局")
    found = {role: office.add(role, role, unit=housing if role == "opinion_giver" else None) for role in ROLES}
    return found | {"deputy": office.add("代理人"), "agent": office.add("经办人")}


@pytest.fixture
def matter(staff, performed):
    processes.deploy(MODEL.read_bytes(), key="food_licence", actor=records.SYSTEM, at=NOW)
    return processes.start(
        definition_key="food_licence", subject=("case", "1"), item_key="food", business_key="1", actor=staff["agent"],
        data={"case": {"unit": "market", "second_unit": "housing"}, "inspection": True, "second_opinion": True},
        now=NOW, applicant_person_id=staff["agent"].person_id,
    )  # fmt: skip


def test_the_whole_way(matter, staff, performed, office):
    def do(act, who=None, **more):
        task = queries.open_task(matter.subject, act=act)
        assert task is not None, act
        return processes.complete(task_id=task.pk, actor=staff[who or task.roles[0]], now=NOW, **more)

    do("precheck", outcome="correct")
    assert queries.todo(staff["prechecker"]).lines == ()
    do("correct", "agent")
    assert do("precheck", outcome="accept").opened == ("材料审查", "现场核查", "征求意见答复")
    assert [line.task_name for line in queries.todo(staff["opinion_giver"]).lines] == ["征求意见答复"]
    do("inspect", outcome="qualified")
    processes.clock(matter.subject, "pause", NOW)
    assert queries.open_task(matter.subject, act="examine").due_at is None
    do("consult", outcome="agree")
    processes.clock(matter.subject, "resume", NOW + dt.timedelta(days=2))
    assert do("examine").opened == ("拟定审查意见",)
    do("conclude", outcome="qualified")
    assert do("review", outcome="return").opened == ("拟定审查意见",)
    do("conclude", outcome="qualified")
    do("review", outcome="pass")
    office.absent(staff["decider"], staff["deputy"])
    do("decide", "deputy", outcome="grant")
    assert performed[-1] == ("decide", "grant", "代理人", "decider")
    do("produce")
    assert do("deliver").status == "completed"
    assert check.verify() == []
    assert "yp-done" in processes.picture_for(matter.id)
    steps = processes.steps_for(matter.id)
    assert [step.name for step in steps][-3:] == ["制证", "送达", "办结"]
    assert [step.who for step in steps if step.name == "决定"] == ["代理人（代decider）"]
    events = EventRow.objects.filter(instance_id=str(matter.id))
    assert events.filter(element_id="correct", applicant_step=True).exists()
    assert events.filter(element_id="consult", lifecycle="completed", clock_stopped=True).count() == 1


def test_silence_accepts_and_lateness_withdraws(matter, staff, performed):
    """Sheet 22: no word within five working days counts as acceptance; no correction in time as withdrawal."""
    task = queries.open_task(matter.subject)
    processes.complete(task_id=task.pk, actor=staff["prechecker"], now=NOW, outcome="correct")
    calendar.set_clock(NOW + dt.timedelta(days=30), frozen=True)
    assert run_sweeps("processes.timers") == 1
    assert performed[-1] == ("deem_withdrawn", "", "系统", "")
    assert queries.instance(matter.id).status == "completed"


def test_nobody_in_the_market_unit_answers_for_housing(matter, staff, performed):
    processes.complete(
        task_id=queries.open_task(matter.subject).pk, actor=staff["prechecker"], now=NOW, outcome="accept"
    )
    consult = queries.open_task(matter.subject, act="consult")
    with pytest.raises(processes.ProcessProblem, match="不在“征求意见答复”的办理人员之列"):
        processes.complete(task_id=consult.pk, actor=staff["examiner"], now=NOW, outcome="agree")
    assert len(queries.my_tasks(matter.subject, staff["examiner"])) == 1
