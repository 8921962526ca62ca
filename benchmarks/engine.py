"""Steps of the engine, beside its peers, in one run: in memory, and with load → step → commit on PostgreSQL.

    .venv/bin/python benchmarks/engine.py [--seconds 3] [--rounds 3]

The process is an approval as offices have it: two checks, three departments in parallel, a review, a decision; and the two
shapes that break other engines: 8 departments × 4 stages, and 200 rounds of a cycle. A step is one completed task. Rounds
of the peers alternate, so that a noisy machine disturbs all alike; the median of a pair's ratios is printed.
"""

import argparse
import io
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests/support"), str(ROOT / "benchmarks")]

from blocks import Block, Plan  # noqa: E402

TASK = Block("task")
APPROVAL = Block("seq", (TASK, TASK, Block("xor", (TASK, TASK), 0), Block("and", (TASK, TASK, TASK)), TASK, TASK))
STAGES = "8 departments x 4 stages"
SHAPES = {
    "approval, 9 tasks": APPROVAL,
    STAGES: Block("seq", (Block("and", (TASK,) * 8),) * 4),
    "200 rounds of a cycle": Block("loop", (TASK,), 200),
}  # fmt: skip
Case = Callable[[], int]


def ours(block: Block) -> Case:
    """One instance from start to end; how many tasks were completed. The state is what a row would hold: plain JSON."""
    import datetime as dt

    from yipan.kernel import bpmn, clock, engine

    model = engine.compiled(bpmn.load(Plan(block).xml))
    env = engine.Env(dt.datetime(2021, 11, 1, 9, tzinfo=clock.SHANGHAI))

    def case() -> int:
        state, _ = engine.step(model, engine.new_state(), engine.Start(), env)
        done = 0
        while state["tasks"]:
            state, _ = engine.step(model, state, engine.Complete(next(iter(state["tasks"])), "7"), env)
            done += 1
        return done

    return case


def spiff(block: Block) -> Case:
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
    from SpiffWorkflow.util.task import TaskState

    specs = _spiff_specs(Plan(block, "spiff").xml)

    def case() -> int:
        workflow = BpmnWorkflow(*specs)
        workflow.do_engine_steps()
        done = 0
        while True:
            ready = workflow.get_next_task(state=TaskState.READY, manual=True)
            if ready is None:
                return done
            ready.run()
            workflow.do_engine_steps()
            done += 1

    return case


def _spiff_specs(xml: bytes) -> tuple[Any, Any]:
    from lxml import etree
    from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser

    logging.getLogger("spiff").setLevel(logging.WARNING)
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(xml)))
    return parser.get_spec("p"), parser.get_subprocess_specs("p")


def rate(case: Case, seconds: float) -> float:
    """Completed tasks a second."""
    done, begin = 0, time.perf_counter()
    while True:
        done += case()
        spent = time.perf_counter() - begin
        if spent >= seconds:
            return done / spent


# -- npm bpmn-engine -------------------------------------------------------------------------------------------------------
NODE = """
const { Engine } = require('bpmn-engine'); const { EventEmitter } = require('events'); const fs = require('fs');
const source = fs.readFileSync(process.argv[2], 'utf8'); const seconds = Number(process.argv[3]);
function once() { return new Promise((ok, bad) => {
  const listener = new EventEmitter(); let done = 0;
  listener.on('activity.wait', (api) => { done++; setImmediate(() => api.signal()); });
  const engine = new Engine({ source });
  engine.execute({ listener }, (err) => err ? bad(err) : ok(done));
}); }
(async () => { let done = 0; const begin = process.hrtime.bigint(); let spent = 0;
  do { done += await once(); spent = Number(process.hrtime.bigint() - begin) / 1e9; } while (spent < seconds);
  console.log(done / spent); })();
"""


def bpmn_engine(block: Block, seconds: float) -> float | None:
    """The same process on npm bpmn-engine; None where npm or the package cannot be had."""
    home = ROOT / "var/benchmarks/npm"
    if not (home / "node_modules/bpmn-engine").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text("{}")
        try:
            subprocess.run(["npm", "install", "--silent", "bpmn-engine"], cwd=home, check=True, timeout=180)
        except (OSError, subprocess.SubprocessError):
            return None
    xml = Plan(block, "spiff").xml.replace(b"<script>pass</script>", b"").replace(b"<scriptTask", b"<task")
    xml = xml.replace(b"</scriptTask>", b"</task>").replace(b">True<", b">${true}<").replace(b">False<", b">${false}<")
    (home / "model.bpmn").write_bytes(xml)
    (home / "run.js").write_text(NODE)
    done = subprocess.run(
        ["node", "run.js", "model.bpmn", str(seconds)],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=seconds * 10 + 60,
    )
    return float(done.stdout) if done.returncode == 0 else None


def in_memory(seconds: float, rounds: int) -> list[str]:
    lines = [
        "| process | yipan steps/s | SpiffWorkflow steps/s | ratio | bpmn-engine steps/s | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for name, block in SHAPES.items():
        mine, theirs = ours(block), spiff(block)
        pairs = [(rate(mine, seconds), rate(theirs, seconds)) for _ in range(rounds)]
        ratio = statistics.median(a / b for a, b in pairs)
        own, other = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
        node = bpmn_engine(block, seconds) if block.kind != "loop" else None  # its script language differs
        shown = (f"{node:,.0f}", f"{own / node:.1f} x") if node else ("-", "-")
        lines.append(f"| {name} | {own:,.0f} | {other:,.0f} | **{ratio:.1f} x** | {shown[0]} | {shown[1]} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-only", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    lines = ["## In memory", *in_memory(arguments.seconds, arguments.rounds)]
    if not arguments.memory_only:
        from on_rows import on_rows

        lines += ["", "## Load, step, commit on PostgreSQL", *on_rows(arguments.seconds, arguments.rounds)]
    print(json.dumps(lines) if arguments.json else "\n".join(lines))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
