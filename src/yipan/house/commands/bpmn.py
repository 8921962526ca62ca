"""Process models without a database: check one, play one by a script, compare two versions."""

import argparse
import datetime as dt
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import print_json

EXAMPLES = (
    ("yipan bpmn check model.bpmn", "every finding with element, line and remedy; exit code 1 when it cannot run"),
    ("yipan bpmn check model.bpmn --json", "the same for a program"),
    ("yipan bpmn run model.bpmn --script steps.json", "play it: complete tasks, send messages, let time pass"),
    ("yipan bpmn run model.bpmn --script steps.json --with called.bpmn --json", "with a called process, for a program"),
    ("yipan bpmn diff old.bpmn new.bpmn", "added, removed and changed elements; exit code 1 when there are any"),
)
NOT_READ = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="every finding with element, line, reason and remedy")
    check.add_argument("file", type=Path)
    run = actions.add_parser("run", help="play a model in memory by a script (docs/bpmn-command.md)")
    run.add_argument("file", type=Path)
    run.add_argument("--script", type=Path, required=True, help="JSON: a list of steps; - reads it from standard input")
    run.add_argument(
        "--with", dest="called", type=Path, action="append", default=[], help="a process it calls; may repeat"
    )
    run.add_argument("--now", help="when the play begins (2021-11-01T09:00:00); now without it")
    diff = actions.add_parser("diff", help="compare two versions")
    diff.add_argument("before", type=Path)
    diff.add_argument("after", type=Path)
    for action in (check, run, diff):
        action.add_argument("--process", default="", help="id of the process, where a file has several")
        action.add_argument("--json", action="store_true", help="for a program")


def run(arguments: argparse.Namespace) -> int:
    try:
        return {"check": _check, "run": _run, "diff": _diff}[arguments.action](arguments)
    except OSError as problem:
        print(f"✗ {problem.filename}: {problem.strerror}", file=sys.stderr)
        return NOT_READ


def _check(arguments: argparse.Namespace) -> int:
    from yipan.kernel import bpmn

    findings = bpmn.check(arguments.file.read_bytes(), arguments.process)
    if arguments.json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(finding)
    return 1 if any(finding.is_error for finding in findings) else 0


def _loaded(file: Path, process: str = "") -> Any:
    """The process of a file; None after its errors were printed."""
    from yipan.kernel import bpmn

    try:
        return bpmn.load(file.read_bytes(), process)
    except bpmn.BpmnError as problem:
        print(f"✗ {file} cannot run:\n{problem}", file=sys.stderr)
        return None


# -- run --------------------------------------------------------------------------------------------------------------


def _run(arguments: argparse.Namespace) -> int:
    from yipan.kernel.engine import script

    models = [_loaded(arguments.file, arguments.process), *(_loaded(file) for file in arguments.called)]
    if None in models:
        return NOT_READ
    try:
        text = sys.stdin.read() if str(arguments.script) == "-" else arguments.script.read_text(encoding="utf-8")
        steps = script.check(json.loads(text))
        rehearsal = _rehearsal({model.id: model for model in models}, arguments.now)
    except json.JSONDecodeError as problem:
        print(f"✗ {arguments.script}: line {problem.lineno} is not JSON: {problem.msg}", file=sys.stderr)
        return NOT_READ
    except (script.ScriptError, ValueError) as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return NOT_READ
    reports = list(script.run(rehearsal, steps))
    if arguments.json:
        print_json(reports)
    else:
        for report in reports:
            _tell(report)
    return 1 if "problem" in reports[-1] else 0


def _rehearsal(models: dict[str, Any], now: str | None) -> Any:
    from yipan import packs
    from yipan.kernel import clock
    from yipan.kernel.engine.rehearsal import Rehearsal
    from yipan.kernel.engine.script import moment

    calendars = sorted(Path(packs.__path__[0]).glob("core/calendars/*.yaml"))
    begin = dt.datetime.now(clock.SHANGHAI).replace(microsecond=0)
    return Rehearsal(models, now=moment(now, begin) if now else begin, calendar=clock.read_calendar(calendars))


def _tell(report: dict[str, Any]) -> None:
    print(f"— {report['step']}. {json.dumps(report['do'], ensure_ascii=False)}  {report['now']}")
    for one in report["instances"]:
        head = f"  [{one['id']}] {one['process']}: {one['status']}"
        print(head + (f" ({one['error']})" if one["error"] else ""))
        for event in one["events"]:
            print(f"      {event['lifecycle']:<10} {event['element']} {event['detail']}".rstrip())
        for task in one["tasks"]:
            due = f", due {task['due']}" if task["due"] else ""
            print(f"      task       {task['element']} “{task['name']}” ({task['kind']}{due})")
        for call in one["calls"]:
            print(f"      call       {call['element']} waits for the answer of act {call['act']}")
        for timer in one["timers"]:
            print(f"      timer      {timer['element']} at {timer['at']}")
        for wait in one["waiting"]:
            print(f"      waits      {wait['element']} for {wait['kind']} {wait['name']} {wait['key']}".rstrip())
        if one["variables"]:
            print(f"      variables  {json.dumps(one['variables'], ensure_ascii=False, default=str)}")
    if "problem" in report:
        print(f"✗ {report['problem']}", file=sys.stderr)


# -- diff -------------------------------------------------------------------------------------------------------------


def _diff(arguments: argparse.Namespace) -> int:
    from yipan.kernel import bpmn

    before, after = _loaded(arguments.before, arguments.process), _loaded(arguments.after, arguments.process)
    if before is None or after is None:
        return NOT_READ
    found = bpmn.difference(before, after)
    if arguments.json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            print(f"{_SIGNS[one.what]} {one.kind} {one.id}" + (f" “{one.name}”" if one.name else ""))
            for change in one.changes:
                print(f"    {change.field}: {change.before or '—'} → {change.after or '—'}")
    return 1 if found else 0


_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
