"""Run the worker: deferred jobs, deliveries of events, the outbox and the sweep of timers."""

import argparse

EXAMPLES = (
    ("yipan worker", "one worker; several may run at the same time"),
    ("yipan worker --concurrency 4", "four jobs at the same time"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (default 2)")


def run(arguments: argparse.Namespace) -> int:
    from yipan.house.safety import refuse_unsafe_database, refuse_unsafe_production
    from yipan.house.session import installation

    refuse_unsafe_production()
    with installation():
        refuse_unsafe_database()
        from yipan.platform.jobs import worker

        return worker.run(concurrency=arguments.concurrency) or 0
