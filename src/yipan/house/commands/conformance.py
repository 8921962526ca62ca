"""Run public conformance suites against this program."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from . import print_json

EXAMPLES = (
    ("yipan conformance dmn tck/TestCases", "every test file of the DMN Technology Compatibility Kit below a folder"),
    ("yipan conformance dmn tck/TestCases --json", "the same for a program"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    suites = parser.add_subparsers(dest="suite", required=True)
    tck = suites.add_parser("dmn", help="DMN Technology Compatibility Kit")
    tck.add_argument("folder", type=Path)
    tck.add_argument(
        "--json", action="store_true", help='{"cases": n, "passed": n, "failed": [{"model", "case", "reason"}]}'
    )


def run(arguments: argparse.Namespace) -> int:
    from yipan.house import tck

    if not arguments.folder.is_dir():
        print(f"✗ {arguments.folder} is no folder", file=sys.stderr)
        return 2
    outcomes = list(tck.run(arguments.folder))
    if not outcomes:
        print(f"✗ no test files (*-test-*.xml) below {arguments.folder}", file=sys.stderr)
        return 2
    own = [one for one in outcomes if not one.external]
    failed = [one for one in own if one.reason]
    if arguments.json:
        levels = {level: {"cases": n, "passed": n - sum(one.level == level for one in failed)}
                  for level, n in Counter(one.level for one in own).items()}  # fmt: skip
        report = {
            "cases": len(own), "passed": len(own) - len(failed), "external": len(outcomes) - len(own), "levels": levels,
            "failed": [{"model": one.model, "case": one.case, "reason": one.reason} for one in failed],
        }  # fmt: skip
        print_json(report)
    else:
        for one in failed:
            print(f"✗ {one.model} {one.case}: {one.reason}")
        print(f"{len(own) - len(failed)} of {len(own)} passed, {len(outcomes) - len(own)} external")
    return 1 if failed else 0
