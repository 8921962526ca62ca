"""Expressions without a database: evaluate one."""

import argparse
import json
import sys
from decimal import Decimal
from typing import Any

EXAMPLES = (
    ("yipan feel eval '1 + 2'", "the value, as FEEL writes it"),
    ('yipan feel eval \'收入 > 500 and 行业 = "工业"\' --context \'{"收入": 600, "行业": "工业"}\'', "with variables"),
    ("yipan feel eval '< 18, [60..70]' --test 65", "the tests of a cell against a value (a FEEL expression)"),
    ("yipan feel eval 'date(\"2026-03-01\")' --json", "the same for a program"),
)
NOT_READ = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    evaluate = actions.add_parser("eval", help="evaluate an expression (docs/rules-command.md)")
    evaluate.add_argument("expression", help="FEEL; - reads it from standard input")
    evaluate.add_argument("--context", default="{}", help="variables, a JSON object; texts that begin with = are FEEL")
    evaluate.add_argument("--test", help="read the expression as tests of a cell, against this value")
    evaluate.add_argument("--json", action="store_true", help="for a program")


def run(arguments: argparse.Namespace) -> int:
    from yipan.kernel import feel

    try:
        context = context_of(arguments.context)
    except ValueError as problem:
        print(f"✗ --context: {problem}", file=sys.stderr)
        return NOT_READ
    text = sys.stdin.read().strip() if arguments.expression == "-" else arguments.expression
    known = [name for name in context if not name.isidentifier()]
    try:
        if arguments.test is None:
            value = feel.compile(text, known).evaluate(context)
        else:
            subject = feel.compile(arguments.test, known).evaluate(context)
            value = feel.compile_unary_tests(text, known).evaluate(subject, context)
    except feel.FeelError as problem:
        return _failed(problem, as_json=arguments.json)
    shown = feel.literal(value)
    print(json.dumps({"value": shown, "json": plain(value)}, ensure_ascii=False) if arguments.json else shown)
    return 0


def _failed(problem: Any, *, as_json: bool) -> int:
    told = {"position": problem.position, "message": problem.message_zh, "hint": problem.hint}
    print(json.dumps({"problem": told}, ensure_ascii=False) if as_json else f"✗ {problem}",
          file=sys.stdout if as_json else sys.stderr)  # fmt: skip
    return 1


def context_of(text: str) -> dict[str, Any]:
    """Variables from JSON: numbers are decimals, texts that begin with ``=`` are FEEL. Raises ValueError."""
    from yipan.kernel import feel

    try:
        read = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as problem:
        raise ValueError(f"column {problem.colno} is not JSON: {problem.msg}") from problem
    if not isinstance(read, dict):
        raise ValueError('an object is needed, as {"age": 30}')

    def value(one: Any) -> Any:
        if isinstance(one, str) and one.startswith("="):
            return feel.compile(one[1:]).evaluate({})
        if isinstance(one, list):
            return [value(part) for part in one]
        return {key: value(part) for key, part in one.items()} if isinstance(one, dict) else one

    return {name: value(one) for name, one in read.items()}


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers as numbers, times and durations as texts."""
    from yipan.kernel import feel

    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case list():
            return [plain(one) for one in value]
        case dict():
            return {key: plain(one) for key, one in value.items()}
        case _:
            return feel.show(value)
