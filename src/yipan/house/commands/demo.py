"""Set up and run the whole demo on this machine, or walk the main journey once (--check)."""

import argparse
import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import IO

from yipan.house import places
from yipan.house.commands import serve
from yipan.house.database import EmbeddedPostgres
from yipan.house.places import Places
from yipan.house.session import variables
from yipan.house.supervisor import Child, Supervisor

STARTED_LINE = "一盘棋 Yipan (演示 demo)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="address to listen on")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8700")), help="port to listen on")
    parser.add_argument("--check", action="store_true", help="fresh data on free ports, walk the journey, report, exit")


def run(arguments: argparse.Namespace) -> int:
    if arguments.check:
        from yipan.house import journey

        return journey.check()
    with Demo(Places(places.default_home()), arguments.host, arguments.port) as demo:
        if demo.problem:
            print(f"✗ {demo.problem}", file=sys.stderr)
            return 2
        if demo.start():
            demo.greet()
            demo.supervisor.run()
    return demo.code


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


class Demo:
    """The demo's processes on one installation; a context manager that leaves no process behind."""

    def __init__(self, where: Places, host: str, port: int) -> None:
        self.places, self.host, self.port = where, host, port
        self.database = EmbeddedPostgres(where)
        self.supervisor = Supervisor(tick=self._keep_database)
        self.code = 0
        self.problem = ""
        self.environment: dict[str, str] = {}
        self._lock: IO[str] | None = None

    def __enter__(self) -> "Demo":
        self.supervisor.catch_signals()
        self.places.prepare()
        self._lock = (self.places.home / "demo.lock").open("w")
        try:
            # The kernel drops the lock with its holder, so a killed supervisor leaves nothing stale.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.problem = f"A demo is already running on {self.places.home}. Stop it first, or set YIPAN_DATA."
            return self
        if port_taken(self.host, self.port):
            self.problem = f"Port {self.port} is taken. Choose another one: make demo PORT={self.port + 1}"
        return self

    def __exit__(self, *_: object) -> None:
        if not self.problem:
            print("• stopping …", flush=True)
        self.supervisor.stop()
        self.database.release()
        if self._lock is not None:
            self._lock.close()

    # -- start -------------------------------------------------------------------------------------------------
    def start(self) -> bool:
        """Database, migrations, packs, demo data, processes; False when a step failed or a stop was asked for."""
        with progress("database"):
            self.database.start()
        self.environment = self._environment()
        steps = [
            ("migrations", ["migrate"]),
            ("packs", ["pack", "install", "--all"]),
            ("demo data", ["pack", "seed"]),
        ]
        for title, command in steps:
            if self.supervisor.stopping:
                return False
            with progress(title):
                code = self._yipan(command)
            if code:
                self.code = code
                return False
        self._start_processes()
        with progress("web"):
            ready = wait_ready(f"http://{self._local_host()}:{self.port}/readyz", self.supervisor)
        if not ready and not self.supervisor.stopping:
            self.code = 1
            tail = (self.places.logs / "web.log").read_text(errors="replace")[-2000:]
            print(f"✗ The web processes did not become ready. Their log ends with:\n{tail}", file=sys.stderr)
        return ready

    def _environment(self) -> dict[str, str]:
        sandbox = f"http://127.0.0.1:{free_port()}"
        return (
            dict(os.environ)
            | variables(self.database)
            | {
                "YIPAN_ENV": os.environ.get("YIPAN_ENV", "demo"),
                "DJANGO_SETTINGS_MODULE": "yipan.house.settings",
                "YIPAN_SANDBOX_URL": sandbox,
                "YIPAN_PUBLIC_URL": os.environ.get("YIPAN_PUBLIC_URL", f"http://127.0.0.1:{self.port}"),
                "PYTHONUNBUFFERED": "1",
            }
        )

    def _yipan(self, command: list[str]) -> int:
        line = [sys.executable, "-m", "yipan.house.cli", *command]
        return subprocess.run(line, env=self.environment, check=False).returncode  # noqa: S603

    def _start_processes(self) -> None:
        logs, environment = self.places.logs, self.environment
        sandbox_port = environment["YIPAN_SANDBOX_URL"].rsplit(":", 1)[1]
        sandbox = [
            sys.executable, "-m", "yipan_sandbox", "--host", "127.0.0.1", "--port", sandbox_port,
            "--data", str(self.places.home / "sandbox"),
        ]  # fmt: skip
        worker = [sys.executable, "-m", "yipan.house.cli", "worker"]
        self.supervisor.start(Child("sandbox", sandbox, logs / "sandbox.log", environment))
        self.supervisor.start(Child("web", serve.command(self.host, self.port), logs / "web.log", environment))
        self.supervisor.start(Child("worker", worker, logs / "worker.log", environment))

    def _keep_database(self) -> None:
        """A killed postmaster is started again on the same data and address."""
        pid = self.database.process_id()
        if pid is None or not Path(f"/proc/{pid}").exists() or self._is_zombie(pid):
            print("! the database ended; starting it again", file=sys.stderr, flush=True)
            self.database.start()

    @staticmethod
    def _is_zombie(pid: int) -> bool:
        with contextlib.suppress(OSError, IndexError):
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        return True

    def _local_host(self) -> str:
        return "127.0.0.1" if self.host in ("0.0.0.0", "") else self.host  # noqa: S104

    # -- what the person sees ----------------------------------------------------------------------------------
    def greet(self) -> None:
        address = f"http://{self._local_host()}:{self.port}/"
        print(f"\n{STARTED_LINE}\n  {address}")
        accounts = self.places.home / "demo-accounts.json"
        with contextlib.suppress(OSError, ValueError):
            for account in json.loads(accounts.read_text(encoding="utf-8")):
                print(f"  {account['login']:<14} {account['password']:<16} {account['title']}")
        print("\nCtrl-C stops everything; the data are kept.\n", flush=True)


@contextlib.contextmanager
def progress(title: str):
    """Say that a step begins, and how long it took."""
    started = time.monotonic()
    print(f"• {title} …", flush=True)
    yield
    print(f"  {title}: {time.monotonic() - started:.1f} s", flush=True)


def wait_ready(address: str, supervisor: Supervisor, seconds: float = 60) -> bool:
    """Poll /readyz until it answers 200; children that die meanwhile are restarted."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not supervisor.stopping:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):  # noqa: S310
            return True  # any other status than 2xx raises
        supervisor.look_after()
        time.sleep(0.2)
    return False
