"""Set up and run the whole demo on this machine, or walk the main journey once (--check)."""

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from typing import IO

import psycopg

from yipan.house import listening, places
from yipan.house.commands import serve
from yipan.house.database import DatabaseProblem, EmbeddedPostgres
from yipan.house.places import Places
from yipan.house.process_table import alive
from yipan.house.progress import complain, progress, say
from yipan.house.session import variables
from yipan.house.supervisor import MARK, Child, Supervisor, end_leftovers, pause_after

STARTED_LINE = "一盘棋 Yipan (演示 demo)"
READY_SECONDS = 300.0

EXAMPLES = (
    ("yipan demo", "on http://127.0.0.1:8700/; make demo sets everything up first"),
    ("yipan demo --host 0.0.0.0 --port 8800", "for other machines, too: make demo HOST=0.0.0.0 PORT=8800"),
    ("YIPAN_DATA=/srv/trial yipan demo --port 8800", "a second installation with data of its own"),
    ("yipan demo --check", "walk the main journey once on fresh data and free ports"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "8700", help="port to listen on (default 8700)"
    )
    parser.add_argument("--check", action="store_true", help="fresh data on free ports, walk the journey, report, exit")


def run(arguments: argparse.Namespace) -> int:
    if arguments.check:
        from yipan.house import journey

        return journey.check()
    with Demo(Places(places.default_home()), arguments.host, arguments.port) as demo:
        if demo.problem:
            complain(f"✗ {demo.problem}")
            return 2
        if demo.start():
            demo.greet()
            demo.supervisor.run()
    return demo.code


class Demo:
    """The demo's processes on one installation; a context manager that leaves no process behind."""

    def __init__(self, where: Places, host: str, port: int) -> None:
        self.places, self.host, self.port = where, host, port
        self.address = listening.local_address(host, port)
        self.database = EmbeddedPostgres(where)
        self.supervisor = Supervisor(tick=self._keep_database)
        self.code = 0
        self.problem = ""
        self.environment: dict[str, str] = {}
        self._lock: IO[str] | None = None
        # Of starting the database again: failures in a row, and when to try next.
        self._database_failures, self._database_at = 0, 0.0

    def __enter__(self) -> "Demo":
        self.supervisor.catch_signals()
        self.places.prepare()
        self._lock = (self.places.home / "demo.lock").open("a+")
        try:
            # The kernel drops the lock with its holder, so a killed supervisor leaves nothing stale.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "starting"
            self.problem = (
                f"A demo is already running on {self.places.home} ({holder}). "
                "Stop it first (Ctrl-C there), or start another one on other data: YIPAN_DATA=/another/folder"
            )
            return self
        self._lock.truncate(0)
        self._lock.write(f"process {os.getpid()}, {self.address}/\n")
        self._lock.flush()
        left = end_leftovers(self.places.home)
        if left:
            say(f"• the last demo was killed; ended {left} processes it had left behind")
        self.problem = listening.fault(self.host, self.port)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.problem:
            say("• stopping …")
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
        if self.supervisor.stopping:
            return False
        self.code = self.supervisor.call([sys.executable, "-m", "yipan.house.preparation"], self.environment)
        if self.supervisor.stopping:
            self.code = 0
            return False
        if self.code:
            return False
        self._start_processes()
        with progress("web and worker"):
            missing = wait_ready(f"{self.address}/readyz", self.supervisor)
        if missing and not self.supervisor.stopping:
            self.code = 1
            self._explain(missing)
        return not missing

    def _environment(self) -> dict[str, str]:
        sandbox = f"http://127.0.0.1:{listening.free_port()}"
        return (
            dict(os.environ)
            | variables(self.database)
            | serve.metrics_folder(self.places.home)
            | {
                "YIPAN_ENV": os.environ.get("YIPAN_ENV", "demo"),
                "DJANGO_SETTINGS_MODULE": "yipan.house.settings",
                "YIPAN_SANDBOX_URL": sandbox,
                "YIPAN_DEVICE_BRIDGE": f"http://127.0.0.1:{listening.free_port()}",
                "YIPAN_BRIDGE_TOKEN": secrets.token_hex(8),
                "YIPAN_PUBLIC_URL": os.environ.get("YIPAN_PUBLIC_URL", self.address),
                "PYTHONUNBUFFERED": "1",
                MARK: str(self.places.home),
            }
        )

    def _start_processes(self) -> None:
        logs, environment = self.places.logs, self.environment
        sandbox_port = environment["YIPAN_SANDBOX_URL"].rsplit(":", 1)[1]
        sandbox = [
            sys.executable, "-m", "yipan_sandbox", "--host", "127.0.0.1", "--port", sandbox_port,
            "--data", str(self.places.home / "sandbox"), "--callback", f"{self.address}/callbacks/sms/",
            "--reports", f"{self.address}/callbacks",
        ]  # fmt: skip
        bridge = [
            sys.executable, "-m", "yipan_bridge", "--port", environment["YIPAN_DEVICE_BRIDGE"].rsplit(":", 1)[1],
            "--token", environment["YIPAN_BRIDGE_TOKEN"], "--origin", self.address,
        ]  # fmt: skip
        self.supervisor.start(Child("bridge", bridge, logs / "bridge.log", environment))
        worker = [sys.executable, "-m", "yipan.house.cli", "worker"]
        self.supervisor.start(Child("sandbox", sandbox, logs / "sandbox.log", environment))
        self.supervisor.start(Child("web", serve.command(self.host, self.port), logs / "web.log", environment))
        self.supervisor.start(Child("worker", worker, logs / "worker.log", environment))

    def _keep_database(self) -> None:
        """A killed postmaster is started again on the same data and address, as often as it takes: it may be killed
        while it starts, or find memory in use by processes of the one before that have not ended yet."""
        pid = self.database.process_id()
        if (pid is not None and alive(pid)) or time.monotonic() < self._database_at:
            return
        complain("! the database ended; starting it again")
        try:
            self.database.start()
        except (DatabaseProblem, psycopg.OperationalError) as problem:
            self._database_at = time.monotonic() + pause_after(self._database_failures)
            self._database_failures += 1
            complain(f"! it did not start: {str(problem).strip().splitlines()[0]}")
        else:
            self._database_failures = 0

    def _explain(self, missing: str) -> None:
        complain(f"✗ The demo did not become ready: {missing}")
        for child in self.supervisor.children:
            if child is self.supervisor.hopeless() or (child.name == "web" and not self.supervisor.hopeless()):
                tail = child.log.read_text(errors="replace")[-2000:]
                complain(f"  The log of {child.name} ({child.log}) ends with:\n{tail}")

    # -- what the person sees ----------------------------------------------------------------------------------
    def greet(self) -> None:
        lines = ["", STARTED_LINE, f"  {self.address}/"]
        with contextlib.suppress(OSError, ValueError):
            for account in json.loads((self.places.home / "demo-accounts.json").read_text(encoding="utf-8")):
                lines.append(f"  {account['login']:<24} {account['password']:<12} {account['title']}")
        lines += ["", "Ctrl-C stops everything; the data are kept.", ""]
        say("\n".join(lines))


def wait_ready(address: str, supervisor: Supervisor, seconds: float = READY_SECONDS) -> str:
    """Poll /readyz until it answers 200; children that die meanwhile are restarted. What is missing, or nothing."""
    deadline = time.monotonic() + seconds
    missing = "the web processes do not answer"
    while time.monotonic() < deadline and not supervisor.stopping:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310
                return ""  # any other status than 2xx raises
        except urllib.error.HTTPError as answer:
            missing = _not_ok(answer.read())
        except OSError as problem:
            missing = f"the web processes do not answer ({problem})"
        supervisor.look_after()
        hopeless = supervisor.hopeless()
        if hopeless:
            return f"{hopeless.name} ends as soon as it is started"
        time.sleep(0.2)
    return missing


def _not_ok(answer: bytes) -> str:
    """The checks of /readyz that fail, in words."""
    try:
        checks = json.loads(answer)["checks"]
    except (ValueError, KeyError, TypeError):
        return "the web processes answer with an error"
    return "; ".join(f"{name}: {result}" for name, result in checks.items() if result != "ok")
