"""Write database, files and manifest into one archive."""

import argparse
import sys
from pathlib import Path

EXAMPLES = (
    ("yipan backup", "into backups/ of the installation, named by time"),
    ("yipan backup /mnt/off-site/yipan.tar", "into this file"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", type=Path, help="file to write (default: backups/ of the installation)")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.archive import write_backup
    from yipan.house.places import current
    from yipan.house.session import installation

    with installation(owner=True):
        written = write_backup(arguments.target)
    print(written.path)
    print(f"• keys are not in it: keep a copy of {current().keys} apart from backups", file=sys.stderr)
    for name in written.missing:
        print(f"! the file {name} is named in the database and is not on disk", file=sys.stderr)
    return 1 if written.missing else 0
