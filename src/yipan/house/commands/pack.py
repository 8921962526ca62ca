"""Check, install, export and compare packs of content; fill a demo database with demo data."""

import argparse
import sys
from pathlib import Path

EXAMPLES = (
    ("yipan pack check --all", "every fault of the packs that come with the product, with file and line"),
    ("yipan pack check packs/our_unit", "check a pack of your own before installing it; needs no database"),
    ("yipan pack install packs/our_unit", "install it as a new version; running cases keep theirs"),
    ("yipan pack install --all", "install or update what comes with the product"),
    ("yipan pack export health exported/", "write the pack in use as files"),
    ("yipan pack diff packs/our_unit", "compare a folder with the pack in use"),
    ("yipan pack seed", "demo databases only: build the demo cases, once"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text in (("check", "print every fault with file and line"), ("install", "install as a new version")):
        action = actions.add_parser(name, help=text)
        action.add_argument("folders", nargs="*", type=Path)
        action.add_argument("--all", action="store_true", help="all packs that come with the product")
    export = actions.add_parser("export", help="write the pack in use as files")
    export.add_argument("key")
    export.add_argument("target", type=Path)
    diff = actions.add_parser("diff", help="compare a folder with the pack in use")
    diff.add_argument("folder", type=Path)
    actions.add_parser("seed", help="build demo data by calling actions (demo databases only, once)")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.session import installation, without_database

    if arguments.action in ("check", "install") and not (arguments.all or arguments.folders):
        print("✗ name the folders of packs, or use --all", file=sys.stderr)
        return 2
    with without_database() if arguments.action == "check" else installation(owner=True):
        return _COMMANDS[arguments.action](arguments)


def _folders(arguments: argparse.Namespace, *, with_demo: bool) -> list[Path]:
    from yipan.platform.publishing import actions

    return actions.built_in_folders(with_demo=with_demo) if arguments.all else arguments.folders


def _check(arguments: argparse.Namespace) -> int:
    from yipan.platform.publishing import actions

    findings = actions.check(_folders(arguments, with_demo=True))
    for finding in findings:
        print(finding)
    errors = sum(finding.is_error for finding in findings)
    print(f"{errors} errors, {len(findings) - errors} other findings")
    return 1 if errors else 0


def _install(arguments: argparse.Namespace) -> int:
    from yipan.kernel.packs import PackError
    from yipan.platform import calendar, records
    from yipan.platform.publishing import actions

    try:
        with_demo = records.installation().kind != "production"
        folders = _folders(arguments, with_demo=with_demo)
        report = actions.install(folders, actor=records.SYSTEM, at=calendar.now())
    except PackError as error:
        print(error, file=sys.stderr)
        return 1
    for key in report.installed:
        print(f"  installed {key}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from yipan.platform.publishing import actions

    try:
        print(f"{actions.export(arguments.key, arguments.target)} files written")
    except LookupError as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from yipan.platform.publishing import queries

    found = queries.difference(arguments.folder)
    for mark, paths in (("+", found.added), ("-", found.removed), ("~", found.changed)):
        for path in paths:
            print(f"{mark} {path}")
    return 1 if found else 0


def _seed(_arguments: argparse.Namespace) -> int:
    from yipan.house import seeding

    return seeding.seed()


_COMMANDS = {"check": _check, "install": _install, "export": _export, "diff": _diff, "seed": _seed}
