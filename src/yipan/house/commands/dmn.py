"""Decision models without a database: check one, decide by one, compare two versions."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import print_json
from .feel import context_of, plain

EXAMPLES = (
    ("yipan dmn check model.dmn", "what cannot be read, and faults of whole tables with examples"),
    ("yipan dmn run model.dmn --context '{\"age\": 30}'", "decide, and say which rules fired and which nearly did"),
    ("yipan dmn run model.dmn --decision fee --context - --json", "one decision, variables from standard input"),
    ("yipan dmn diff old.dmn new.dmn", "rules added, removed, changed and moved; exit code 1 when there are any"),
)
NOT_READ = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="findings of the file, and faults of whole tables")
    check.add_argument("file", type=Path)
    run = actions.add_parser("run", help="decide in memory (docs/rules-command.md)")
    run.add_argument("file", type=Path)
    run.add_argument("--context", default="{}", help="input data, a JSON object; - reads it from standard input")
    run.add_argument("--decision", default="", help="id or name; the last decision of the file without it")
    diff = actions.add_parser("diff", help="compare two versions rule by rule")
    diff.add_argument("before", type=Path)
    diff.add_argument("after", type=Path)
    for action in (check, run):
        action.add_argument(
            "--with", dest="imported", type=Path, action="append", default=[], help="a model it imports"
        )
    for action in (check, run, diff):
        action.add_argument("--json", action="store_true", help="for a program")


def run(arguments: argparse.Namespace) -> int:
    from yipan.kernel import dmn

    try:
        return {"check": _check, "run": _run, "diff": _diff}[arguments.action](arguments)
    except OSError as problem:
        print(f"✗ {problem.filename}: {problem.strerror}", file=sys.stderr)
    except dmn.DmnError as problem:
        if arguments.json:
            print_json({"problem": [asdict(one) for one in problem.findings]})
        else:
            print(f"✗ {problem}", file=sys.stderr)
    return NOT_READ


def _model(arguments: argparse.Namespace) -> Any:
    from yipan.kernel import dmn

    return dmn.load(arguments.file.read_bytes(), [file.read_bytes() for file in arguments.imported])


# -- check ------------------------------------------------------------------------------------------------------------
def _check(arguments: argparse.Namespace) -> int:
    from yipan.kernel.dmn import health

    model = _model(arguments)
    found = [{"severity": "error", "node": "", "kind": "unreadable", **asdict(one)} for one in model.findings]
    for name, fault in health.faults_of(model.document):
        found.append({"severity": "error" if fault.is_error else "warning", "node": name, **asdict(fault)})
    if arguments.json:
        print_json(found)
    else:
        for one in found:
            example = "，".join(f"{name} = {value}" for name, value in one.get("example", ()))
            where = f"“{one['node']}”" if one["node"] else f"第 {one['line']} 行"
            print(f"{one['severity']} {where}：{one['message']}" + (f"（例如 {example}）" if example else ""))
    return 1 if any(one["severity"] == "error" for one in found) else 0


# -- run --------------------------------------------------------------------------------------------------------------
def _run(arguments: argparse.Namespace) -> int:
    from yipan.kernel import feel
    from yipan.kernel.dmn.model import Decision

    text = sys.stdin.read() if arguments.context == "-" else arguments.context
    try:
        context = context_of(text)
    except ValueError as problem:
        print(f"✗ --context: {problem}", file=sys.stderr)
        return NOT_READ
    model = _model(arguments)
    decisions = [node.id for node in model.document.nodes.values() if isinstance(node, Decision)]
    wanted = arguments.decision or (decisions[-1] if decisions else "")
    try:
        answer = model.decide(wanted, context)
    except KeyError:
        print(f"✗ no decision “{wanted}”: the file has {', '.join(decisions) or 'none'}", file=sys.stderr)
        return NOT_READ
    except feel.FeelError as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    if arguments.json:
        print_json({"decision": wanted, "value": feel.literal(answer.value), "json": plain(answer.value),
                "fired": [_fired(one) for one in answer.fired]})  # fmt: skip
    else:
        print(feel.literal(answer.value))
        for one in answer.fired:
            _tell(one)
    return 1 if answer.violations else 0


def _fired(one: Any) -> dict[str, Any]:
    return {
        "table": one.table, "inputs": {name: plain(value) for name, value in one.inputs}, "rules": list(one.rules),
        "near": [asdict(near) for near in one.near], "violation": one.violation, "defaulted": one.defaulted,
    }  # fmt: skip


def _tell(one: Any) -> None:
    from yipan.kernel import feel

    given = "，".join(f"{name} = {feel.literal(value)}" for name, value in one.inputs)
    fired = "、".join(map(str, one.rules)) or ("默认" if one.defaulted else "无")
    print(f"  {one.table or '表'}：{given} → 规则 {fired}")
    if one.violation:
        print(f"    ✗ {one.violation}")
    for near in one.near:
        print(
            f"    差一点：规则 {near.rule}，{near.input} 须满足 {near.test}" + ("（缺少数据）" if near.unknown else "")
        )


# -- diff -------------------------------------------------------------------------------------------------------------
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}


def _diff(arguments: argparse.Namespace) -> int:
    from yipan.kernel import dmn
    from yipan.kernel.dmn.difference import compare

    before, after = (dmn.read(file.read_bytes()) for file in (arguments.before, arguments.after))
    found = compare(before, after)
    if arguments.json:
        print_json([asdict(one) for one in found])
        return 1 if found else 0
    for node in found:
        print(f"{_SIGNS[node.what]} {node.id} “{node.name}”")
        for one in node.settings:
            print(f"    {one.column}: {one.before or '—'} → {one.after or '—'}")
        for rule in node.rules:
            print(f"    {_SIGNS[rule.what]} rule {rule.before or '—'} → {rule.after or '—'}")
            for cell in rule.cells:
                print(f"        {cell.column}: {cell.before or '—'} → {cell.after or '—'}")
    return 1 if found else 0
