"""The ``yipan`` command: one module per sub-command in ``yipan.house.commands``, imported only when it is called.

A command module has ``add_arguments``, ``run`` (its number is the exit code) and ``EXAMPLES`` (line, what it does).
Exit codes: 0 done; 1 something was checked and found wrong, or could not be done; 2 wrong use, or refused as it stands
(the text says what to change); 130 interrupted.
"""

import argparse
import difflib
import importlib
import shlex
import sys
from collections.abc import Iterable
from types import ModuleType

from .complaints import explain
from .progress import complain

COMMANDS = {
    "demo": "set up and run the whole demo: database, web, worker and the reference counterparts",
    "serve": "run the web processes against a database that is already there",
    "worker": "run the worker: jobs, events, outbox, timers",
    "migrate": "bring the database up to this version (backs up older data first)",
    "check": "check settings, database, migrations and derived rows",
    "pack": "check, install, export or compare packs of content",
    "user": "create staff accounts, reset passwords, list them",
    "history": "take in cases that were handled before this platform",
    "audit": "verify the chains of acts and the signed roots",
    "backup": "write database, files and manifest into one archive",
    "restore": "load such an archive into an empty installation",
    "bpmn": "check, play and compare process models",
    "feel": "evaluate an expression",
    "dmn": "check, ask and compare decision models",
    "conformance": "run public conformance suites against this program",
}
EXIT_CODES = "exit codes: 0 done, 1 faults found or failed, 2 wrong use or refused, 130 interrupted"


def parser() -> argparse.ArgumentParser:
    """The command without its sub-commands' arguments."""
    root = argparse.ArgumentParser(
        prog="yipan",
        description="Yipan (一盘棋): the platform on which a district government runs its work.",
        epilog=f"yipan COMMAND --help tells more, with examples\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    return root


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"yipan.house.commands.{name}")


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser of one sub-command; its help, and that of each of its actions, ends with the fitting examples."""
    module = module_of(name)
    own = argparse.ArgumentParser(
        prog=f"yipan {name}",
        description=(module.__doc__ or "").strip(),
        epilog=f"{_examples(module.EXAMPLES)}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(own)
    for action in own._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, nested in action.choices.items():
                fitting = [example for example in module.EXAMPLES if verb in shlex.split(example[0])]
                nested.epilog = f"{_examples(fitting)}\n{EXIT_CODES}"
                nested.formatter_class = argparse.RawDescriptionHelpFormatter
    return own


def _examples(examples: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["examples:", *(f"  {line}\n      {what}" for line, what in examples)])


def main(argv: list[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        parser().print_help()
        return 0
    if arguments[0] == "--version":
        from yipan import __version__

        print(f"yipan {__version__}")
        return 0
    name = arguments[0]
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"Did you mean `yipan {near[0]}`?" if near else "`yipan --help` lists the commands."
        complain(f"✗ There is no command “{name}”. {hint}")
        return 2
    own = parser_of(name)
    parsed = own.parse_args(arguments[1:])
    try:
        return module_of(name).run(parsed) or 0
    except KeyboardInterrupt:
        return 130
    except Exception as problem:
        text = explain(problem)
        if text is None:
            raise
        complain(f"✗ {text}")
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
