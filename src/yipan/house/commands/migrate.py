"""Bring the database up to this version. Older data are backed up first; newer data are refused."""

import argparse
import os
import sys

EXAMPLES = (
    ("yipan migrate", "as owner: set YIPAN_OWNER_DATABASE_URL"),
    ("yipan migrate --no-backup", "when a backup has just been made by other means"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-backup", action="store_true", help="do not write a backup before changing older data")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation

    with installation(owner=True):
        from yipan.house.schema import state, upgrade

        found = state()
        if found.newer:
            names = ", ".join(found.newer[:3])
            print(
                f"✗ This database was written by a newer version of Yipan (unknown migrations: {names}). "
                "Start that version, or load a backup made by this one with `yipan restore`.",
                file=sys.stderr,
            )
            return 2
        if found.waiting and found.applied and not arguments.no_backup and os.environ.get("YIPAN_ENV") != "test":
            from yipan.house import archive

            print("• older data: writing a backup first", flush=True)
            print(f"  {archive.write_backup().path}", flush=True)
        upgrade()
    return 0
