"""Business rule tasks ask published decisions: those in force when the instance began, unless they say more."""

import dataclasses
import datetime as dt

import pytest

from yipan.kernel import engine
from yipan.platform import calendar, processes
from yipan.platform.processes import queries, registry
from yipan.platform.processes.models import Definition
from yipan.platform.records.models import EventRow

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PUBLISHED = {1: NOW - DAY * 9, 2: NOW - DAY, 3: NOW + DAY}  # versions of the decision, and since when


@dataclasses.dataclass
class Version:
    number: int

    @property
    def label(self) -> str:
        return f"承诺时限 第 {self.number} 版"

    def decide(self, _context, _now):
        return self.number


def resolve(key: str, version: str, at: dt.datetime) -> engine.Decision | None:
    if key != "promise":
        return None
    now = calendar.now()
    known = [number for number, since in PUBLISHED.items() if since <= (now if version == "latest" else at)]
    return Version(int(version) if version.isdigit() else max(known))


def model(more: str = "") -> bytes:
    rule = f'<businessRuleTask id="R" yipan:decision="promise" yipan:result="promised" {more}/>'
    body = '<startEvent id="s"/>' + models.user("A", "审查") + rule + models.user("B", "决定") + '<endEvent id="e"/>'
    return models.bpmn("ruled", body, "s>A\nA>R\nR>B\nB>e")


@pytest.mark.parametrize(("more", "expected"), [
    ("", 2), ('yipan:binding="latest"', 3), ('yipan:binding="version" yipan:bound="1"', 1),
])  # fmt: skip
def test_the_rules_of_the_day_it_began(more, expected, office, begin, monkeypatch):
    """A version published while the case waits decides only those that ask for the latest."""
    monkeypatch.setattr(registry, "decisions", resolve)
    wang = office.add("王", "examiner")
    matter = begin(model(more), "ruled")
    calendar.set_clock(NOW + DAY * 2, frozen=True)
    (task,) = queries.open_tasks(("thing", matter.subject[1]))
    processes.complete(task_id=task.id, actor=wang, now=calendar.now(), key="k")
    told = EventRow.objects.filter(subject_id=matter.subject[1], lifecycle="decided")
    assert [row.payload["detail"] for row in told] == [f"承诺时限 第 {expected} 版"]


def test_a_process_is_not_deployed_without_its_decisions(office, begin, monkeypatch):
    """The message names step and decision; nothing is kept."""
    monkeypatch.setattr(registry, "decisions", lambda *_asked: None)
    with pytest.raises(processes.ProcessProblem, match=r"“R”引用的决策表“promise”没有发布"):
        begin(model(), "ruled")
    assert not Definition.objects.exists()


def test_a_decision_that_is_gone_stops_the_step(office, begin, monkeypatch):
    """Nothing of the step remains, and the message names the decision."""
    monkeypatch.setattr(registry, "decisions", resolve)
    wang = office.add("王", "examiner")
    matter = begin(model(), "ruled")
    monkeypatch.setattr(registry, "decisions", lambda *_asked: None)
    (task,) = queries.open_tasks(("thing", matter.subject[1]))
    with pytest.raises(processes.ProcessProblem, match=r"promise.*没有发布"):
        processes.complete(task_id=task.id, actor=wang, now=NOW, key="k")
    assert [one.element_id for one in queries.open_tasks(("thing", matter.subject[1]))] == ["A"]


def test_a_published_table_decides_the_way(office, begin, db):
    """The table of the pack, the room of decisions and the engine together: which way a case goes, by which version."""
    from pathlib import Path

    import yipan
    from yipan.platform import decisions, records

    xml = (Path(yipan.__file__).parent / "packs/market_entry/decisions/food_inspection.dmn").read_bytes()
    decisions.publish(xml, key="food_inspection", actor=records.SYSTEM, at=NOW - DAY)
    names = ("主体业态", "仅销售预包装食品", "制作热食", "经营面积")
    mapped = "".join(f'<yipan:in source="{name}" target="{name}"/>' for name in names)
    rule = (
        '<businessRuleTask id="R" name="核查方式" yipan:decision="food_inspection" yipan:result="way">'
        f"<extensionElements>{mapped}</extensionElements></businessRuleTask>"
    )
    body = (
        f'<startEvent id="s"/>{rule}<exclusiveGateway id="x" default="f2"/>' + models.user("V", "现场核查")
        + models.user("P", "材料核查") + '<endEvent id="e"/><endEvent id="e2"/>'
    )  # fmt: skip
    flows = 's>R\nR>x\nx>P\nx>V[way.mode = "现场核查"]\nV>e\nP>e2'
    model_ = models.bpmn("inspected", body, flows)
    for area, expected in ((20, "P"), (80, "V")):
        data = {"主体业态": "餐饮服务经营者", "仅销售预包装食品": False, "制作热食": False, "经营面积": area}
        matter = begin(model_, "inspected", data=data)
        assert [task.element_id for task in queries.open_tasks(matter.subject)] == [expected]
        (told,) = EventRow.objects.filter(subject_id=matter.subject[1], lifecycle="decided")
        assert told.payload["detail"] == "食品经营许可核查方式 第 1 版"
