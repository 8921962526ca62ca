"""Run the web processes (granian, WSGI) against a database that is already there."""

import argparse
import os
import sys
from pathlib import Path


def command(host: str, port: int, *, workers: int = 2) -> list[str]:
    """The server's command line: worker processes that come back when killed, two threads each."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "yipan.house.wsgi:application",
        "--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", "2",
        "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
        "--workers-kill-timeout", "8",
    ]  # fmt: skip


def metrics_folder(home: Path) -> dict[str, str]:
    """An empty folder where the web processes about to start keep their measurements; the variable that tells them.

    It must be in their environment before the measuring library is loaded."""
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or home / "metrics")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


EXAMPLES = (
    ("yipan serve", "on 127.0.0.1:8700, behind a proxy on the same host"),
    ("yipan serve --host 0.0.0.0 --port 8800 --workers 4", "for a proxy on another host, four processes"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8700")))
    parser.add_argument("--workers", type=int, default=2)


def run(arguments: argparse.Namespace) -> int:
    from yipan.house import places
    from yipan.house.safety import refuse_unsafe_database, refuse_unsafe_production
    from yipan.house.session import installation

    refuse_unsafe_production()
    if os.environ.get("YIPAN_ENV") == "production":
        with installation():
            refuse_unsafe_database()
    os.environ.update(metrics_folder(places.current().home))
    line = command(arguments.host, arguments.port, workers=arguments.workers)
    os.execv(line[0], line)  # noqa: S606
    return 0
