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

from yipan.house.commands.demo import STARTED_LINE
from yipan.house.database import OWNER, EmbeddedPostgres
from yipan.house.journey import descendants
from yipan.house.listening import free_port
from yipan.house.places import Places

ROOT = Path(__file__).parents[2]
# What the tests' own process was told about its database must not reach the demo.
FOREIGN = ("YIPAN_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_", "PG")
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
START_SECONDS, STOP_SECONDS = 600, 60
# Processes keep the business clock for so long before they look again.
CLOCK_SECONDS = 2.5


class House:
    """``yipan demo`` on a folder and a port of its own: where it answers, and where it keeps its data and logs."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.places = Places(data)
        self.database = EmbeddedPostgres(self.places)
        self.process: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment = kept | {"YIPAN_DATA": str(data), "PYTHONPATH": str(ROOT / "src")}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data / "start.log"

    # -- life --------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start the demo and wait until it greets."""
        self.data.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "yipan.house.cli", "demo", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, cwd="/"
            )
        wait_for(lambda: self.process.poll() is not None or STARTED_LINE in self.said(), "the demo", START_SECONDS)
        if self.process.poll() is not None:
            raise AssertionError(f"the demo did not start:\n{self.said()[-3000:]}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask the supervisor to stop; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        return code

    def abandon(self) -> None:
        """Leave no process and no file behind, whatever state the test left things in."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        for pid in self.remaining():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.places.socket, ignore_errors=True)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # -- its processes -----------------------------------------------------------------------------------------------
    def remaining(self) -> list[int]:
        """Every process that works on this home, by its environment or its working folder, ours excepted."""
        mark = f"YIPAN_DATA={self.data}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid() or _state(int(entry.name)) == "Z":
                continue
            with contextlib.suppress(OSError):
                inside = Path(os.readlink(entry / "cwd")).is_relative_to(self.data)
                if inside or mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def pids(self, kind: str) -> list[int]:
        """Living processes of a kind: sandbox, worker, server (granian's parent), web, postmaster, backend."""
        if kind == "postmaster":
            pid = self.database.process_id()
            return [pid] if pid is not None and _state(pid) not in ("", "Z") else []
        if kind == "backend":
            return [
                pid for main in self.pids("postmaster") for pid in descendants(main)
                if re.search(r"postgres: yipan_app yipan", _command(pid))
            ]  # fmt: skip
        assert self.process is not None
        mark = {"sandbox": "yipan_sandbox", "worker": "yipan.house.cli worker", "server": "granian", "web": "granian"}[
            kind
        ]
        below = [pid for pid in descendants(self.process.pid) if _state(pid) not in ("", "Z")]
        found = [pid for pid in below if mark in _command(pid)]
        if mark != "granian":
            return found
        # The server's workers are forks of it: they bear its command line.
        own = [pid for pid in found if _parent(pid) == self.process.pid]
        return own if kind == "server" else [pid for pid in found if pid not in own]

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
        found = re.search(r"--port (\d+)", _command(pid))
        assert found is not None
        return f"http://127.0.0.1:{found[1]}"

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


def wait_for(condition: Any, what: str, seconds: float) -> Any:
    """Poll until the condition is true; AssertionError with what was waited for."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"{what}: not there after {seconds:.0f} s"
        time.sleep(0.1)
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _state(pid: int) -> str:
    """R, S, D, Z …; "" for a process that is gone."""
    return _stat(pid)[0]


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except (OSError, IndexError):
        return ["", "0"]
