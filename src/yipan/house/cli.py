"""The ``yipan`` command: one module per sub-command in ``yipan.house.commands``, imported only when it is called."""

import argparse
import importlib
import sys

COMMANDS = {
    "demo": "set up and run the whole demo: database, web, worker and the reference counterparts",
    "serve": "run the web processes against a database that is already there",
    "worker": "run the worker: jobs, events, outbox, timers",
    "migrate": "bring the database up to this version (backs up older data first)",
    "check": "check settings, database, migrations and derived rows",
    "pack": "check, install, export or compare packs of content",
    "user": "create staff accounts, reset passwords, list them",
    "audit": "verify the chains of acts and the signed roots",
    "backup": "write database, files and manifest into one archive",
    "restore": "load such an archive into an empty installation",
    "bpmn": "check process models",
}


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="yipan", description="Yipan (一盘棋)", epilog="yipan COMMAND --help tells more."
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    return root


def main(argv: list[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] not in COMMANDS:
        parser().parse_args(arguments)
        parser().print_help()
        return 0 if not arguments else 2
    name = arguments[0]
    module = importlib.import_module(f"yipan.house.commands.{name}")
    own = argparse.ArgumentParser(prog=f"yipan {name}", description=module.__doc__)
    module.add_arguments(own)
    from .database import DatabaseProblem
    from .secret import UnsafeSettings

    try:
        return module.run(own.parse_args(arguments[1:])) or 0
    except (DatabaseProblem, UnsafeSettings) as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
