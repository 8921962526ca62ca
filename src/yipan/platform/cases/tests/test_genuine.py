"""线下办理、线上录入 is noticed (sheet 08 R2–R4, sheet 22 a5): too fast, from one place, in bursts."""

import datetime as dt

import pytest
import telling
from telling import Story

from yipan.platform.cases.actions import genuine as acts
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain import genuine
from yipan.platform.cases.domain.genuine import Done
from yipan.platform.cases.models import GenuineAlert
from yipan.platform.cases.stories import moment
from yipan.platform.notices.models import Message
from yipan.platform.records.rights import Refused

NOON = dt.datetime(2021, 11, 1, 12, tzinfo=dt.UTC)


def done(*steps):
    """(verb, minutes after noon, account, ip)."""
    return [Done(verb, NOON + dt.timedelta(minutes=at), account, ip) for verb, at, account, ip in steps]


def rules(found, **more):
    return [one.rule for one in genuine.alerts(found, **({"instant": False} | more))]


WHOLE = done(("accept", 0, "1", "a"), ("conclude_examination", 60, "2", "b"), ("review", 90, "3", "c"),
             ("grant", 120, "4", "d"))  # fmt: skip


def test_ordinary_work_raises_nothing():
    assert rules(WHOLE) == []


@pytest.mark.parametrize(("minutes", "instant", "expected"), [(9, False, ["R2"]), (10, False, []), (1, True, [])])
def test_r2_a_case_that_takes_no_time(minutes, instant, expected):
    fast = done(("accept", 0, "1", "a"), ("grant", minutes, "4", "d"))
    assert rules(fast, instant=instant) == expected


def test_r3_examined_reviewed_and_decided_from_one_place():
    account = done(("accept", 0, "1", "a"), ("conclude_examination", 60, "2", "b"), ("review", 62, "2", "c"),
                   ("grant", 64, "2", "d"))  # fmt: skip
    address = done(("accept", 0, "1", "a"), ("conclude_examination", 60, "2", "x"), ("review", 62, "3", "x"),
                   ("grant", 65, "4", "x"))  # fmt: skip
    slow = done(("accept", 0, "1", "a"), ("conclude_examination", 60, "2", "x"), ("review", 62, "3", "x"),
                ("grant", 66, "4", "x"))  # fmt: skip
    assert rules(account) == rules(address) == ["R3"]
    assert rules(slow) == []
    assert rules([Done(one.verb, NOON + dt.timedelta(hours=1), "", "") for one in WHOLE], instant=True) == []


@pytest.mark.parametrize(("others", "expected"), [(3, []), (4, ["R4"])])
def test_r4_five_in_ten_minutes(others, expected):
    near = [NOON + dt.timedelta(minutes=120 + n) for n in range(others)]
    assert rules(WHOLE, finished_by_same=near) == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
class TestOnRows:
    def hasty(self):
        story = Story("noodle_second_shop").submit("2021-11-01 09:00")
        for act in ("precheck", "examine", "inspect", "consult", "conclude", "review", "decide", "produce"):
            if story.open(act):
                story.do(act, "2021-11-01 09:05")
        story.make_licence("2021-11-01 09:06")
        return story.do("deliver", "2021-11-01 09:07")

    def test_a_hasty_case_is_told_to_those_who_watch_once(self):
        story = self.hasty()
        (made,) = acts.check(story.case.pk, at=moment("2021-11-01 09:08"))
        assert (made.rule, made.level) == ("R2", "yellow")
        assert acts.check(story.case.pk, at=moment("2021-11-01 09:09")) == []
        told = Message.objects.filter(template_key="case.not_genuine", subject_id=str(story.case.pk))
        assert {message.account_id for message in told} == {telling.staff("data.efficiency").account_id}

    def test_it_is_settled_with_a_finding_by_those_who_may(self):
        story = self.hasty()
        (made,) = acts.check(story.case.pk, at=moment("2021-11-01 09:08"))
        watcher, now = telling.staff("data.efficiency"), moment("2021-11-02 09:00")
        with pytest.raises(Refused):
            acts.settle(made.pk, finding="核实为系统演练", actor=telling.staff("market.reviewer"), at=now)
        with pytest.raises(CaseProblem, match="写明核实情况"):
            acts.settle(made.pk, finding="", actor=watcher, at=now)
        desk = telling.signed_in("data.efficiency")
        assert "只有 0 分钟" in desk.get("/cases/alerts/").content.decode()
        assert telling.signed_in("market.reviewer").get("/cases/alerts/").status_code == 403
        acts.settle(made.pk, finding="核实为系统演练", actor=watcher, at=now)
        assert "核实为系统演练" in desk.get("/cases/alerts/?state=settled").content.decode()
        kept = GenuineAlert.objects.get(pk=made.pk)
        assert (kept.handled_by, kept.handled_at) == (watcher.name, now)
