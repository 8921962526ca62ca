"""The two processes that come with the product, run by the engine to each of their ends."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import yipan
from yipan.kernel import bpmn, clock, engine
from yipan.kernel.engine import effects as fx

PACKS = Path(yipan.__file__).parent / "packs"
FOOD = (PACKS / "market_entry/processes/food_licence.bpmn").read_bytes()
HYGIENE = (PACKS / "health/processes/public_place_hygiene.bpmn").read_bytes()
CALENDAR = clock.read_calendar(sorted(PACKS.glob("core/calendars/*.yaml")))
BEGIN = dt.datetime(2021, 11, 1, 9, tzinfo=clock.SHANGHAI)
ANSWERS: dict[str, dict[str, Any]] = {
    "precheck": {
        "accept": {"precheck": "accept"},
        "correct": {"precheck": "correct"},
        "refuse": {"precheck": "refuse"},
    },
    "review": {"pass": {"review": "pass"}, "return": {"review": "return"}},
    "decide": {"grant": {"decision": "grant"}, "refuse": {"decision": "refuse"}},
}


class Runner:
    """Plays the surroundings: keeps open tasks and timers, answers acts like the room of cases does."""

    def __init__(self, xml: bytes, *, begin: dt.datetime = BEGIN, **data: Any) -> None:
        self.process = bpmn.load(xml)
        self.state = engine.new_state()
        self.now = begin
        self.tasks: dict[str, fx.OpenTask] = {}
        self.timers: dict[str, fx.ArmTimer] = {}
        self.log: list[fx.Log] = []
        self.finished: fx.Finish | None = None
        facts = {"case": {"unit": "market", "second_unit": "urban_management"}}
        self.send(
            engine.Start(data={**facts, "inspection": False, "second_opinion": False, "commitment": False, **data})
        )

    def send(self, event: engine.Input) -> None:
        env = engine.Env(self.now, CALENDAR)
        self.state, effects = engine.step(self.process, self.state, event, env)
        for effect in effects:
            match effect:
                case fx.OpenTask():
                    self.tasks[effect.task] = effect
                case fx.CloseTask():
                    self.tasks.pop(effect.task)
                case fx.ArmTimer():
                    self.timers[effect.timer] = effect
                case fx.CancelTimer():
                    self.timers.pop(effect.timer, None)
                case fx.RedateTask():
                    self.tasks[effect.task] = self.tasks[effect.task]._replace(due=effect.due)
                case fx.Log():
                    self.log.append(effect)
                case fx.Finish():
                    self.finished = effect
                case fx.Perform():
                    answers = ANSWERS.get(effect.act, {}).get(effect.outcome, {})
                    if effect.act == "deem_accepted":
                        answers = {"precheck": "accept"}
                    self.send(engine.CallDone(effect.call, answers))
                case _:
                    pass

    @property
    def open(self) -> list[str]:
        return sorted(task.element for task in self.tasks.values())

    def task(self, element: str) -> fx.OpenTask:
        return next(task for task in self.tasks.values() if task.element == element)

    def do(self, element: str, outcome: str = "", by: str = "") -> None:
        self.send(engine.Complete(self.task(element).task, by or element, outcome))

    def timer(self, element: str) -> fx.ArmTimer:
        return next(timer for timer in self.timers.values() if timer.element == element)


def examined(**data: Any) -> Runner:
    run = Runner(FOOD, inspection=True, second_opinion=True, **data)
    run.do("precheck", "accept")
    return run


@pytest.mark.parametrize("xml", [FOOD, HYGIENE], ids=["food", "hygiene"])
def test_the_models_have_no_fault(xml: bytes) -> None:
    assert [str(finding) for finding in bpmn.check(xml)] == []


def test_the_whole_way_to_the_licence_with_a_correction_and_a_return() -> None:
    run = Runner(FOOD, inspection=True, second_opinion=True)
    run.do("precheck", "correct")
    assert run.open == ["correct"]
    run.do("correct")
    run.do("precheck", "accept")
    assert run.open == ["consult", "examine", "inspect"]
    assert run.task("consult").unit == "urban_management"
    assert run.task("examine").unit == "market"
    for element, outcome in (("inspect", "qualified"), ("examine", ""), ("consult", "agree")):
        assert run.finished is None
        run.do(element, outcome)
    run.do("conclude", "qualified")
    run.do("review", "return")
    assert run.open == ["conclude"]
    run.do("conclude", "qualified")
    run.do("review", "pass")
    run.do("decide", "grant")
    run.do("produce")
    run.do("deliver")
    assert run.finished is not None
    assert run.finished.status == "completed"
    assert run.timers == {}


def test_branches_that_are_not_needed_are_passed() -> None:
    run = Runner(FOOD)
    run.do("precheck", "accept")
    assert run.open == ["examine"]
    run.do("examine")
    assert run.open == ["conclude"]


def test_a_refusal_needs_no_production() -> None:
    run = examined()
    for element, outcome in (("examine", ""), ("inspect", "unqualified"), ("consult", "disagree"),
                             ("conclude", "unqualified"), ("review", "pass"), ("decide", "refuse")):  # fmt: skip
        run.do(element, outcome)
    assert run.open == ["deliver"]


def test_silence_for_five_working_days_is_acceptance() -> None:
    """Sheet 22, h2: received on Friday 2021-11-05, accepted at 2021-11-13 00:00."""
    run = Runner(FOOD, begin=dt.datetime(2021, 11, 5, 10, tzinfo=clock.SHANGHAI))
    silent = run.timer("silent")
    assert silent.at == dt.datetime(2021, 11, 13, tzinfo=clock.SHANGHAI)
    run.now = silent.at
    run.send(engine.Fire(silent.timer))
    assert run.open == ["examine"]
    assert "precheck" not in run.open


def test_nobody_corrects_in_time() -> None:
    run = Runner(FOOD)
    run.do("precheck", "correct")
    late = run.timer("late")
    assert late.at is not None
    run.now = late.at
    run.send(engine.Fire(late.timer))
    assert run.finished is not None
    assert run.open == []


def test_a_pause_dates_open_limits_anew() -> None:
    run = examined()
    before = run.task("examine").due
    run.now = dt.datetime(2021, 11, 2, 9, tzinfo=clock.SHANGHAI)
    run.send(engine.Clock("pause"))
    assert run.task("examine").due is None
    run.now = dt.datetime(2021, 11, 9, 9, tzinfo=clock.SHANGHAI)
    run.send(engine.Clock("resume"))
    after = run.task("examine").due
    assert before is not None
    assert after is not None
    assert after > before


def test_separation_of_duties_binds_the_deputy_too() -> None:
    run = examined()
    for element, outcome in (("inspect", "qualified"), ("examine", ""), ("consult", "agree")):
        run.do(element, outcome)
    run.do("conclude", "qualified", by="7")
    review = run.task("review")
    assert review.excluded == ("7",)
    with pytest.raises(engine.Refused, match="不相容"):
        run.send(engine.Complete(review.task, "9", "pass", on_behalf="7"))


def test_an_outcome_that_the_model_does_not_know_is_refused() -> None:
    run = Runner(FOOD)
    with pytest.raises(engine.Refused, match="accept"):
        run.do("precheck", "maybe")


def test_hygiene_by_commitment_goes_straight_to_the_decision() -> None:
    run = Runner(HYGIENE, commitment=True)
    run.do("precheck", "accept")
    assert run.open == ["decide"]
    general = Runner(HYGIENE)
    general.do("precheck", "accept")
    assert general.open == ["examine", "inspect"]


def test_a_step_is_pure() -> None:
    process = bpmn.load(FOOD)
    env = engine.Env(BEGIN, CALENDAR)
    start = engine.Start(data={"case": {"unit": "market"}})
    blank = engine.new_state()
    assert engine.step(process, blank, start, env) == engine.step(process, blank, start, env)
    assert blank == engine.new_state()


def test_the_picture_shows_every_element_and_where_the_case_stands() -> None:
    process = bpmn.load(FOOD)
    svg = bpmn.picture(process, {"examine": "active", "precheck": "done"})
    assert all(f'data-element="{key}"' in svg for key in process.nodes)
    assert "材料审查（正在办理）" in svg
    assert "style=" not in svg
