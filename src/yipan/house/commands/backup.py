"""Write database, files and manifest into one archive."""

import argparse
from pathlib import Path

EXAMPLES = (
    ("yipan backup", "into backups/ of the installation, named by time"),
    ("yipan backup /mnt/off-site/yipan.tar", "into this file"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", type=Path, help="file to write (default: backups/ of the installation)")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.archive import write_backup
    from yipan.house.session import installation

    with installation(owner=True):
        print(write_backup(arguments.target))
    return 0
