"""Whatever people do in whatever legal order: random courses of a case never break what must always hold."""

import datetime as dt
import io

import any_item
import pytest
import telling
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telling import SMOOTH, Story

from yipan.kernel.packs import read_yaml
from yipan.platform import calendar, processes
from yipan.platform.cases import stories
from yipan.platform.cases.actions import decision, drafts, examination, results, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.actions.tolerance import OWED, deferred
from yipan.platform.cases.domain.model_check import TASK_ACTS
from yipan.platform.cases.domain.states import ACTS, ENDED, STAYING, IllegalAct, State, allowed_acts
from yipan.platform.cases.models import (
    Case,
    CaseMaterial,
    CorrectionDefect,
    Extension,
    OpinionRequest,
    SpecialProcedure,
    Tolerance,
)
from yipan.platform.catalogue import queries as catalogue
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.processes import check
from yipan.platform.records import audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
START = stories.moment("2021-11-01 09:00")
REASON = "需要进一步核实有关情况"
LAW = "《中华人民共和国行政许可法》第四十五条"
DEFECT = {"subject": "布局图", "kind": "unclear", "remedy": "请重新上传布局图", "material_code": "M4"}
# Outcomes of tasks beside the smooth one, with what they need.
OTHERWISE = {
    "precheck": (
        {"outcome": "correct", "data": {"defects": [DEFECT]}},
        {"outcome": "refuse", "opinion": "不属于本机关职权范围", "data": {"law": LAW}},
    ),
    "consult": ({"outcome": "disagree", "opinion": "油烟净化设施不符合要求。"},),
    "inspect": ({**SMOOTH["inspect"], "outcome": "unqualified"},),
    "conclude": ({"outcome": "unqualified", "opinion": "不符合许可条件。"},),
    "review": ({"outcome": "return", "opinion": "请补充检测结论的说明"},),
    "decide": (
        {"outcome": "refuse", "opinion": "布局不符合要求", "data": {"facts": "现场与图纸不一致", "law": LAW}},
    ),
}  # fmt: skip


def _legal(act: str, state: State) -> bool:
    """Whether the table lets any outcome of a task begin in a state; the task may be open and have to wait."""
    return any(state in ACTS[verbs[0]].sources for verbs in TASK_ACTS[act].values())


class Course:
    """One random course of one case; the clock never goes back."""

    def __init__(self, *, follows: bool) -> None:
        """``follows``: a material is promised for later."""
        self.now = START
        self.story = Story(online=True, defer=["M4"] if follows else []).submit(self.text)
        self.due: tuple[dt.datetime, dt.datetime] | None = None
        self.accepted: dt.datetime | None = None

    @property
    def text(self) -> str:
        return f"{self.now:%Y-%m-%d %H:%M}"

    def owed(self) -> list[Tolerance]:
        return list(Tolerance.objects.filter(OWED, case=self.story.case))

    def smooth(self, act: str) -> dict:
        """The smooth way, with the acceptance that fits what was handed in."""
        follows = act == "precheck" and deferred(self.story.case)
        return {**SMOOTH[act], "outcome": "tolerate"} if follows else SMOOTH[act]

    def possible(self) -> list[tuple[str, dict]]:
        """What somebody could do now, as (name, details)."""
        case = self.story.case
        found: list[tuple[str, dict]] = [("wait", {"days": days}) for days in (1, 4, 9)]
        for task in processes.queries.open_tasks(self.story.subject):
            if task.act == "correct":
                found.append(("correct", {}))
                continue
            ways = (self.smooth(task.act), *OTHERWISE.get(task.act, ()))
            if task.act == "decide" and self.owed():
                found.append(("refused", {"act": "decide", "way": ways[0]}))
                ways = ways[1:]
            if _legal(task.act, State(case.state)):
                found += [(task.act, way) for way in ways]
            else:
                found.append(("refused", {"act": task.act, "way": ways[0]}))
        legal = {rule.verb for rule in allowed_acts(State(case.state))}
        if "order_special_procedure" in legal and self.now < case.promised_due:
            found.append(("special", {}))
        if case.open_special:
            found.append(("special.end", {}))
        if "request_extension" in legal and not Extension.objects.filter(case=case).exclude(approved=False).exists():
            found.append(("extension.ask", {}))
        if case.state == State.EXTENSION:
            found += [("extension", {"approve": True}), ("extension", {"approve": False})]
        if case.state == State.PRODUCTION:
            found.append(("worker", {}))
        if self.owed():
            found.append(("supply", {}))
        found += [(verb, {}) for verb in ("withdraw", "terminate") if verb in legal]
        return found

    def take(self, name: str, way: dict) -> None:
        story, case = self.story, self.story.case
        self.now += dt.timedelta(minutes=7)
        telling.at(self.text)
        match name:
            case "wait":
                self.now += dt.timedelta(days=way["days"])
                telling.at(self.text)
                run_sweeps("processes.timers", "cases.overrun", "cases.tolerance")
            case "correct":
                for code in CorrectionDefect.objects.filter(notice__case=case).values_list("material_code", flat=True):
                    story.replace(code, self.text)
                story.do("correct", self.text)
            case "special":
                asked = {"kind": 5, "planned_days": 3, "basis": LAW}
                story.happen("special.ask", self.text, by="market.examiner", data=asked)
                story.happen("special.approve", self.text, by="market.reviewer")
            case "special.end":
                special = SpecialProcedure.objects.filter(case=case, ended_at=None).earliest("id")
                examination.end_special_procedure(
                    special.pk, result="检测合格", actor=telling.staff("market.examiner"), now=calendar.now()
                )
            case "extension.ask":
                data = {"days": 3, "reason": REASON}
                story.happen("extension.ask", self.text, by="market.examiner", data=data)
            case "extension":
                asked_for = Extension.objects.get(case=case, approved=None)
                decision.decide_extension(
                    asked_for.pk, **way, actor=telling.staff("market.decider"), now=calendar.now()
                )
            case "withdraw":
                agent = telling.citizen(telling.AGENT)
                decision.withdraw(case.pk, reason="经营地址变更", actor=agent, now=calendar.now())
            case "terminate":
                decider = telling.staff("market.decider")
                decision.terminate(case.pk, reason="申请人已经注销登记", law=LAW, actor=decider, now=calendar.now())
            case "supply":
                stories.supply(story.telling, "M4", self.now)
            case "worker":
                results.issue_licence(case.pk, now=calendar.now())
            case "refused":
                before = story.verbs()
                with pytest.raises((IllegalAct, CaseProblem)):
                    story.do(way["act"], self.text, **way["way"])
                assert story.verbs() == before
            case act:
                story.do(act, self.text, **way)

    def holds(self) -> None:
        case = self.story.case
        state = State(case.state)
        self._chain(state)
        # One decision at most, and the row says the same as the chain.
        decided = [verb for verb in self.story.verbs() if verb in ("grant", "refuse")]
        assert len(decided) == (0 if case.decision is None else 1)
        # Somebody can always do something, and an end is an end for case and process alike.
        running = processes.queries.running(self.story.subject)
        tasks = processes.queries.open_tasks(self.story.subject)
        assert bool(running) is (state not in ENDED)
        assert bool(tasks) or state in ENDED or state is State.PRODUCTION
        assert bool(allowed_acts(state)) is (state not in ENDED)
        # What is open is counted right.
        assert case.open_special == SpecialProcedure.objects.filter(case=case, ended_at=None).count()
        assert case.open_opinions == OpinionRequest.objects.filter(case=case, answered_at=None).count()
        # No material is lost: what was handed in stays, replaced or not, and what is owed has its day.
        rows = CaseMaterial.objects.filter(case=case)
        assert rows.filter(replaced=False).values("code").distinct().count() == rows.values("code").distinct().count()
        assert rows.filter(replaced=False).count() == rows.values("code").distinct().count()
        assert all(one.due is not None and state not in ENDED for one in self.owed())
        self._clocks(case)

    def _chain(self, state: State) -> None:
        """The state changes only by the table, and only through acts."""
        last = ""
        for act in self.story.acts():
            verb = act.verb.removeprefix("case.")
            if verb not in ACTS or act.from_state == "":
                last = act.to_state or last
                continue
            assert act.from_state == last, (verb, act.from_state, last)
            rule = ACTS[verb]
            assert State(int(act.from_state)) in rule.sources
            assert rule.to is None or rule.to == int(act.to_state)
            assert verb not in STAYING or act.from_state == act.to_state
            last = act.to_state
        assert int(last) == state

    def _clocks(self, case: Case) -> None:
        """Acceptance is for ever; limits begin with it, and become earlier only when a stop ends before its plan."""
        if self.accepted is not None:
            assert case.accepted_at == self.accepted
        self.accepted = case.accepted_at
        if case.accepted_at is None:
            assert case.promised_due is case.legal_due is None
            return
        legal = case.legal_due or case.promised_due  # some items have no limit of law
        assert case.accepted_at < case.promised_due <= legal
        due = (case.promised_due, legal)
        if self.due is not None and self.story.verbs()[-1] != "end_special_procedure":
            assert due >= self.due or not SpecialProcedure.objects.filter(case=case, ended_at=None).exists()
        self.due = due


class InstantCourse(Course):
    """A case that is done on the spot, or becomes one that takes time (即办转承诺)."""

    KEY, OFFICER = "senior_card", "civil_affairs.examiner"
    WAYS = (
        {"outcome": "grant", "opinion": "当场办结。"},
        {"outcome": "convert", "opinion": "须向户籍地核实，不能当场办结"},
        {"outcome": "correct", "defects": True},
        {"outcome": "refuse", "opinion": "不属于本机关职权范围", "data": {"law": LAW}},
    )

    def __init__(self, *, e_service: bool) -> None:
        self.now, self.due, self.accepted = stories.moment("2022-12-05 09:00"), None, None
        telling.at(self.text)
        item = catalogue.item_at(self.KEY, self.now).item
        case = any_item.drafted(item, any_item.answers_of(item, False), self.now)
        clerk = telling.staff(any_item.CLERK)
        submission.submit(case.pk, key="k", actor=clerk, now=self.now, e_service=e_service)
        self.story = Story()
        self.story.telling.case_id = case.pk

    def possible(self) -> list[tuple[str, dict]]:
        case = self.story.case
        found: list[tuple[str, dict]] = [("wait", {"days": days}) for days in (1, 9)]
        for task in processes.queries.open_tasks(self.story.subject):
            if task.act == "instant":
                found += [("do", {"task": task, **way}) for way in self.WAYS]
            elif task.act == "correct":
                found.append(("mend", {"task": task}))
            elif _legal(task.act, State(case.state)):
                found.append(("do", {"task": task, **any_item.SMOOTH[task.act]}))
        if case.state == State.PRODUCTION:
            found.append(("worker", {}))
        legal = {rule.verb for rule in allowed_acts(State(case.state))}
        return [*found, *((verb, {}) for verb in ("withdraw",) if verb in legal)]

    def take(self, name: str, way: dict) -> None:
        if name not in ("do", "mend", "withdraw"):
            super().take(name, way)
            return
        self.now += dt.timedelta(minutes=7)
        telling.at(self.text)
        case, clerk = self.story.case, telling.staff(any_item.CLERK)
        if name == "withdraw":
            decision.withdraw(case.pk, reason="不办了", actor=clerk, now=self.now)
        elif name == "mend":
            for code in CorrectionDefect.objects.filter(notice__case=case).values_list("material_code", flat=True):
                paper = io.BytesIO(telling.sample())
                drafts.attach(case.pk, code, file=paper, name="a.pdf", actor=clerk, now=self.now, scanned=True)
            self._complete(way["task"], clerk, for_applicant=True)
        elif way["task"].act in ("instant", "deliver"):
            data = way.get("data", {})
            if way.get("defects"):
                material = case.materials.filter(replaced=False).exclude(source__in=("", "form")).first()
                data = {"defects": [DEFECT | {"material_code": material.code, "subject": material.name}]}
            actor = telling.staff(any_item.officer(case.unit_key, way["task"].act))
            self._complete(
                way["task"], actor, outcome=way.get("outcome", ""), opinion=way.get("opinion", ""), data=data
            )
        else:
            any_item.step(case, way["task"], self.now)

    def _complete(self, task, actor, **told) -> None:
        processes.complete(task_id=task.pk, actor=actor, now=self.now, key=f"{task.pk}-{self.text}", **told)


@settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(data=st.data())
def test_no_course_of_an_instant_case_breaks_an_invariant(data):
    """The same, with granting on the spot and conversion to a case that takes time (sheet 22 f7)."""
    with transaction.atomic():
        course = InstantCourse(e_service=data.draw(st.booleans()))
        course.holds()
        for _ in range(10):
            if State(course.story.case.state) in ENDED:
                break
            course.take(*data.draw(st.sampled_from(course.possible())))
            course.holds()
        assert check.verify() == []
        assert audit.verify().ok
        transaction.set_rollback(True)


@settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(data=st.data())
def test_no_course_of_a_case_breaks_an_invariant(data):
    """Sheet 22 c2 as a property: one decision, limits that begin with acceptance, an exit from every state that is no
    end, changes by the table only, chains and derived rows that verify."""
    with transaction.atomic():
        course = Course(follows=data.draw(st.booleans()))
        course.holds()
        for _ in range(14):
            if State(course.story.case.state) in ENDED:
                break
            course.take(*data.draw(st.sampled_from(course.possible())))
            course.holds()
        assert check.verify() == []
        assert audit.verify().ok
        transaction.set_rollback(True)


def test_the_stories_of_the_demo_leave_nothing_that_differs():
    """``yipan check --engine`` and ``yipan audit verify`` find no difference after all that was told."""
    told = read_yaml((telling.DEMO / "cases.yaml").read_text(), "demo/cases.yaml").value
    played = stories.play(told["stories"], sample=telling.sample())
    assert len(played) == len(told["stories"])
    Story(online=True).submit("2026-03-02 09:00").until("deliver", "2026-03-03 10:00")
    assert check.verify() == []
    assert audit.verify().ok
    assert {State(case.state) for case in Case.objects.filter(pk__in=played)} >= {
        State.CORRECTION, State.RECEIVED, State.REVIEW, State.SPECIAL_PROCEDURE,
    }  # fmt: skip
