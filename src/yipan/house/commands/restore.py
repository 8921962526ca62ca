"""Load a backup into an empty installation, then bring it up to this version."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="archive written by `yipan backup`")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation

    with installation(owner=True):
        from yipan.house.archive import restore_backup
        from yipan.house.schema import upgrade

        restore_backup(arguments.source)
        upgrade()
    print("• restored; run `yipan audit verify` to check the chains")
    return 0
