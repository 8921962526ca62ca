"""Load a backup into an empty installation, then bring it up to this version."""

import argparse
from pathlib import Path

EXAMPLES = (
    (
        "yipan restore backups/yipan-20260302T013000Z.tar",
        "into the installation of this environment, which must be empty and have the keys",
    ),
    (
        "YIPAN_DATA=/srv/trial yipan restore yipan.tar --keys /srv/yipan/keys",
        "into an empty one elsewhere, to practise",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="archive written by `yipan backup`")
    parser.add_argument("--keys", type=Path, help="key folder (or key file) of the installation that wrote it")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation

    with installation(owner=True):
        from yipan.house.restoring import restore_backup
        from yipan.house.schema import upgrade

        manifest = restore_backup(arguments.source, keys=arguments.keys)
        upgrade()
    print(f"• restored what was written at {manifest['written_at']}; `yipan audit verify` checks the chains")
    return 0
