"""A demo of one's own: the real web processes, worker, database and sandbox, started as ``make demo`` starts them, over
real HTTP, and what a person at its terminal can see and do.

Used by the browser's journey, by the resilience tests and by ``tools/shots.py``.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from processes import Started, belonging_to, clean_environment, yipan

from yipan.house.commands.demo import STARTED_LINE
from yipan.house.database import OWNER, EmbeddedPostgres
from yipan.house.listening import free_port
from yipan.house.places import Places
from yipan.house.process_table import alive, command_of, descendants, parent
from yipan_sandbox.store import Store

COMMANDS = """
import sys
from yipan.house.cli import main
for line in {lines!r}:
    if code := main(line):
        sys.exit(code)
"""
SET_CLOCK = """
import sys
from datetime import datetime
from yipan.house.session import installation
with installation():
    from yipan.platform import calendar
    calendar.set_clock(datetime.fromisoformat(sys.argv[1]))
"""
START_SECONDS = 600
# Processes keep the business clock for so long before they look again.
CLOCK_SECONDS = 2.5


class House:
    """``yipan demo`` on a folder and a port of its own: where it answers, and where it keeps its data and logs."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.places = Places(data)
        self.database = EmbeddedPostgres(self.places)
        self.demo: Started | None = None
        self.environment = clean_environment(YIPAN_DATA=str(data))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # -- life --------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start the demo and wait until it greets."""
        self.data.mkdir(parents=True, exist_ok=True)
        command = yipan("demo", "--port", str(self.port))
        self.demo = Started(command, self.environment, self.data / "start.log", cwd="/")
        self.demo.wait_for(STARTED_LINE, START_SECONDS)

    def stop(self) -> int:
        """Ask the supervisor to stop; its exit code."""
        assert self.demo is not None
        started, self.demo = self.demo, None
        return started.end()

    def abandon(self) -> None:
        """Leave no process and no file behind, whatever state the test left things in."""
        if self.demo is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        for process in belonging_to(self.data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.data, ignore_errors=True)

    # -- its processes -----------------------------------------------------------------------------------------------
    def pids(self, kind: str) -> list[int]:
        """Living processes of a kind: sandbox, worker, server (granian's parent), web, postmaster, backend."""
        if kind in ("postmaster", "backend"):
            main = self.database.process_id()
            if main is None or not alive(main):
                return []
            return [main] if kind == "postmaster" else _with(descendants(main), "postgres: yipan_app yipan")
        assert self.demo is not None
        supervisor = self.demo.process.pid
        words = {"sandbox": "yipan_sandbox", "worker": "yipan.house.cli worker"}.get(kind, "-m granian")
        found = _with(descendants(supervisor), words)
        if kind in ("sandbox", "worker"):
            return found
        # The server's workers are forks of it: they bear its command line.
        return [process for process in found if (parent(process) == supervisor) == (kind == "server")]

    def set_clock(self, at: datetime) -> None:
        """Move the business clock, as an act of the platform; returns when every process follows."""
        command = [sys.executable, "-c", SET_CLOCK, at.isoformat()]
        subprocess.run(command, env=self.environment, check=True, timeout=60, capture_output=True)
        time.sleep(CLOCK_SECONDS)

    # -- talking to it -----------------------------------------------------------------------------------------------
    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def sandbox(self) -> str:
        """The address of the outside systems: on a port that only this machine's processes know."""
        (pid,) = self.pids("sandbox")
        found = re.search(r"--port (\d+)", command_of(pid))
        assert found is not None
        return f"http://127.0.0.1:{found[1]}"

    @property
    def outside(self) -> Store:
        """What the outside systems have received."""
        return Store(self.data / "sandbox" / "sandbox.sqlite3")

    @contextlib.contextmanager
    def sql(self, role: str = OWNER) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.database.dsn(role), autocommit=True) as connection:
            yield connection

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.sql() as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]

    def yipan(self, *lines: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """Run ``yipan`` commands on this home, one after the other in one process; stops at the first that fails."""
        return subprocess.run(
            [sys.executable, "-c", COMMANDS.format(lines=lines)], env=self.environment | more, cwd="/",
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip


def _with(processes: list[int], words: str) -> list[int]:
    return [process for process in processes if alive(process) and words in command_of(process)]


@contextlib.contextmanager
def running(name: str = "demo") -> Iterator[House]:
    """A demo with fresh data on a free port, once it answers; stopped and removed afterwards."""
    house = House(empty_place(name))
    try:
        house.start()
        yield house
    finally:
        house.abandon()


def empty_place(name: str) -> Path:
    """A folder in which PostgreSQL's user may work, also when the tests run as root."""
    place = Path(tempfile.mkdtemp(prefix=f"yipan-{name}-"))
    place.chmod(0o755)
    return place
