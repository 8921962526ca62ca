"""Take in cases that were handled before this platform, from a CSV table of any length."""

import argparse
import sys
from pathlib import Path

from . import print_json

EXAMPLES = (
    ("yipan history import old.csv", "all rows or none; every fault is named by row and column"),
    ("yipan history import old.csv --partial", "the rows without fault"),
    ("yipan history import old.csv --batch 2019-2021 --json", "a name of one's own for what is taken in together"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    take = actions.add_parser("import", help="take in a table; see 系统管理 › 导入历史办件 for its columns")
    take.add_argument("file", type=Path, help="CSV in UTF-8 or GB 18030, with a head")
    take.add_argument("--partial", action="store_true", help="leave faulty rows out instead of taking in nothing")
    take.add_argument("--batch", default="", help="name of the batch; by default the time")
    take.add_argument("--json", action="store_true", help="print the result as JSON")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation

    with installation():
        from yipan.platform import calendar, records
        from yipan.platform.cases.actions import history
        from yipan.platform.ui import tables

        at = calendar.now()
        try:
            rows = history.csv_rows(tables.text_of(arguments.file.read_bytes()))
            batch = arguments.batch or f"{at:%Y%m%d%H%M%S}"
            done = history.take_in(rows, batch=batch, actor=records.SYSTEM, at=at, partial=arguments.partial)
        except tables.TableRefused as refused:
            return _tell("", 0, refused.faults, as_json=arguments.json)
    return _tell(done.batch, done.cases, done.faults, as_json=arguments.json)


def _tell(batch: str, cases: int, faults, *, as_json: bool) -> int:
    if as_json:
        told = [{"row": one.row, "column": one.column, "message": one.message} for one in faults]
        print_json({"batch": batch, "cases": cases, "faults": told})
        return 1 if faults else 0
    for one in faults:
        print(f"{one.row}: {one.column}: {one.message}", file=sys.stderr)
    print(f"{cases} cases taken in" + (f" as batch {batch}" if cases else ""))
    return 1 if faults else 0
