"""Load a backup into an empty installation, then bring it up to this version."""

import argparse
from pathlib import Path

EXAMPLES = (
    (
        "yipan restore backups/yipan-20260302T013000Z.tar",
        "into the installation of this environment, which must be empty",
    ),
    ("YIPAN_DATA=/srv/trial yipan restore yipan.tar", "into an empty one elsewhere, to practise"),
)


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
