"""The same random processes on SpiffWorkflow: the same tasks are open after every step, and the data end alike."""

import io
import logging
from typing import Any

from blocks import Block, Plan, blocks
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from playing import NOW, plain
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import TaskState

from yipan.kernel import bpmn, engine
from yipan.kernel.engine.rehearsal import Rehearsal

logging.getLogger("spiff").setLevel(logging.WARNING)

# Parallel branches of SpiffWorkflow each carry a copy of the data and overwrite each other where they meet; scripts stand
# outside of them, so that both engines mean the same.
SAME = "seq xor and or sub"


class Spiff:
    def __init__(self, xml: bytes) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.parse(io.BytesIO(xml)))
        spec, subs = parser.get_spec("p"), parser.get_subprocess_specs("p")
        self.workflow = BpmnWorkflow(spec, subs, script_engine=PythonScriptEngine())
        self.workflow.data["count"] = 0
        self.workflow.do_engine_steps()

    def open_tasks(self) -> dict[str, Any]:
        ready = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        return {task.task_spec.bpmn_id: task for task in ready}

    def complete(self, element: str) -> None:
        self.open_tasks()[element].run()
        self.workflow.do_engine_steps()


@settings(max_examples=60, deadline=None)
@given(blocks(SAME, 10).filter(lambda b: "script" not in str(b)), st.data())
def test_the_same_tasks_are_open_after_every_step(block: Block, data: st.DataObject):
    theirs, ours = Spiff(Plan(block, "spiff").xml), Rehearsal({"p": bpmn.load(Plan(block).xml)}, now=NOW)
    instance = ours.start()
    while True:
        open_ = sorted(instance.open_elements)
        assert open_ == sorted(theirs.open_tasks())
        if not open_:
            break
        element = data.draw(st.sampled_from(open_))
        ours.complete(element, by="7")
        theirs.complete(element)
    assert instance.status == "completed"
    assert theirs.workflow.completed


SCRIPTS = ["a = 1", "b = a + 1", "a = b * 2", "c = a - b"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=8))
def test_scripts_give_the_same_data(lines: list[str]):
    """A chain of computations, one after another, with a task in the middle."""
    lines = ["a = 1", "b = 2", *lines]

    def xml(flavour: str) -> bytes:
        out, last = ['<startEvent id="s"/>', '<endEvent id="e"/>'], "s"
        for i, line in enumerate(lines):
            target, text = line.split(" = ")
            inside = text if flavour == "yipan" else line
            more = f' yipan:result="{target}"' if flavour == "yipan" else ""
            out += [f'<scriptTask id="t{i}"{more}><script>{inside}</script></scriptTask>',
                    f'<sequenceFlow id="f{i}" sourceRef="{last}" targetRef="t{i}"/>']  # fmt: skip
            last = f"t{i}"
        from models import HEAD

        body = "\n".join([*out, f'<sequenceFlow id="fe" sourceRef="{last}" targetRef="e"/>'])
        return f'{HEAD}<process id="p" isExecutable="true">\n{body}\n</process></definitions>'.encode()

    ours = Rehearsal({"p": bpmn.load(xml("yipan"))}, now=NOW)
    mine = plain(ours.start().data)
    theirs = Spiff(xml("spiff")).workflow.data
    names = {line.split(" = ")[0] for line in lines}
    assert {name: mine[name] for name in names} == {name: theirs[name] for name in names}


def test_eight_departments_in_four_stages_stay_small():
    """SpiffWorkflow unrolls S stages of K parallel branches to K^S tasks (22,235 at 4 × 8, stack.md); a token graph
    does not: the state stays a few kilobytes and each step costs the same."""
    import json

    stage = Block("and", tuple(Block("task") for _ in range(8)))
    ours = Rehearsal({"p": bpmn.load(Plan(Block("seq", (stage,) * 4)).xml)}, now=NOW)
    instance = ours.start()
    sizes, moves = [], []
    while instance.tasks:
        task = next(iter(instance.tasks.values()))
        before = len(instance.effects)
        ours.feed(instance, engine.Complete(task.task, "7"))
        sizes.append(len(json.dumps(instance.state)))
        moves.append(len(instance.effects) - before)
    assert len(sizes) == 32
    assert max(sizes) < 8_000
    assert max(moves) < 60  # the widest step opens the eight tasks of the next stage


def test_two_hundred_rounds_of_a_cycle_stay_small():
    import json

    ours = Rehearsal({"p": bpmn.load(Plan(Block("loop", (Block("task"),), 200)).xml)}, now=NOW)
    instance = ours.start()
    sizes = []
    while instance.tasks:
        ours.feed(instance, engine.Complete(next(iter(instance.tasks)), "7"))
        sizes.append(len(json.dumps(instance.state)))
    assert len(sizes) == 200
    assert max(sizes) < 2_000
    assert max(sizes[150:]) - max(sizes[:50]) < 40  # only counters grow by a digit
