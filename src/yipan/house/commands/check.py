"""Check settings, database, migrations and rows that are derived from others."""

import argparse

EXAMPLES = (
    ("yipan check", "before the processes are started, or after an upgrade"),
    ("yipan check --engine", "also rebuild tasks and timers from the states of cases and compare"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", action="store_true", help="rebuild tasks and timers from states, opinions from acts, and compare"
    )


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.safety import refuse_unsafe_database, refuse_unsafe_production
    from yipan.house.session import installation

    refuse_unsafe_production()
    with installation(owner=True):
        from django.core.management import call_command

        from yipan.house.schema import state

        call_command("check", verbosity=0)
        found = state()
        if not found.waiting:
            refuse_unsafe_database()
        for name in found.waiting:
            print(f"! migration waits: {name}")
        for name in found.newer:
            print(f"! unknown migration (newer program): {name}")
        bad = bool(found.waiting or found.newer)
        if arguments.engine:
            from yipan.platform.cases.actions import opinions
            from yipan.platform.processes import check

            differences = [*check.verify(), *opinions.verify()]
            for line in differences:
                print(f"! {line}")
            bad = bad or bool(differences)
    print("✗ see above" if bad else "ok")
    return 1 if bad else 0
