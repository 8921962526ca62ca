"""Verify that no act was changed, removed or inserted behind the program's back."""

import argparse

from . import print_json

EXAMPLES = (
    ("yipan audit verify", "recompute every chain; names the first broken link"),
    ("yipan audit verify --json", "the same for a program"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["verify"], help="recompute every chain and every signed root")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation

    with installation(owner=True):
        from yipan.platform.records import audit

        report = audit.verify()
    if arguments.json:
        print_json(report.as_dict())
    else:
        print(report.text())
    return 0 if report.ok else 1
