"""Check process models: every finding with element, line, reason and remedy."""

import argparse
import json
from pathlib import Path

EXAMPLES = (
    ("yipan bpmn check model.bpmn", "every finding with element and line"),
    ("yipan bpmn check model.bpmn --json", "the same for a program"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["check"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from yipan.kernel import bpmn

    findings = bpmn.check(arguments.file.read_bytes())
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2, default=str))
    else:
        for finding in findings:
            print(finding)
    return 1 if any(str(finding.severity) == "error" for finding in findings) else 0
