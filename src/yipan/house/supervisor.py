"""One supervisor for the demo's processes: starts them, restarts what dies, stops all of them together.

Children run in sessions of their own, so that a Ctrl-C reaches only the supervisor, which then stops them in order;
should the supervisor itself be killed, the kernel asks its children to end (``PR_SET_PDEATHSIG``). What does not obey
is found by the next start: every child carries the installation's folder in its environment (``MARK``).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from .process_table import alive
from .progress import complain

PR_SET_PDEATHSIG = 1
MARK = "YIPAN_SUPERVISED"
# A process that died so often, each time at once, will not come up by trying again.
HOPELESS = 5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def pause_after(failures: int) -> float:
    """Seconds to wait before what failed so often in a row is tried again."""
    return min(0.2 * 2**failures, 15)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """A process to keep alive; ``failures`` counts quick deaths and slows restarts down."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started = time.monotonic()

    def dead(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def ask_to_end(self) -> None:
        if not self.dead():
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()  # type: ignore[union-attr]

    def stop(self, seconds: float = 10) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.ask_to_end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        # The whole session goes: a server's workers must not outlive it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(slots=True)
class Supervisor:
    """Runs ``children`` until a stop signal; ``tick`` is called about twice a second (it watches the database)."""

    children: list[Child] = field(default_factory=list)
    tick: Callable[[], None] = lambda: None
    stopping: bool = False

    def request_stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping = True

    def catch_signals(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self.request_stop)

    def start(self, child: Child) -> Child:
        child.start()
        self.children.append(child)
        return child

    def look_after(self) -> None:
        """One round: restart what has died, with growing pauses for what dies at once."""
        self.tick()
        now = time.monotonic()
        for child in self.children:
            if not child.dead():
                continue
            if child.restart_at == 0.0:
                child.failures = child.failures + 1 if now - child.started < 10 else 0
                child.restart_at = now + pause_after(child.failures)
                code = child.process.returncode if child.process else None
                complain(f"! {child.name} ended (code {code}); starting it again")
            if now >= child.restart_at:
                child.stop(0)
                child.restart_at = 0.0
                child.start()

    def hopeless(self) -> Child | None:
        """A child that dies again and again as soon as it is started."""
        return next((child for child in self.children if child.failures >= HOPELESS), None)

    def run(self) -> None:
        while not self.stopping:
            self.look_after()
            time.sleep(0.3)

    def call(self, command: list[str], environment: dict[str, str]) -> int:
        """Run a command to its end, or until a stop is asked for (its transactions are then rolled back)."""
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, env=environment, start_new_session=True, preexec_fn=_end_with_parent
        )
        while process.poll() is None and not self.stopping:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        if process.returncode is None:
            end_group(process.pid)
        return process.wait()

    def stop(self) -> None:
        for child in reversed(self.children):
            child.ask_to_end()
        for child in reversed(self.children):
            child.stop()
        self.children.clear()


def end_group(leader: int, seconds: float = 5) -> None:
    """End a session's processes: politely first, then by force."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not alive(leader):
                break
            time.sleep(0.05)
        os.killpg(leader, signal.SIGKILL)


def leftovers(home: Path) -> list[int]:
    """Processes that a supervisor of this installation started and that are still there (Linux: read from /proc)."""
    wanted = f"{MARK}={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0") and alive(int(entry.name)):
                    found.append(int(entry.name))
    return found


def end_leftovers(home: Path, seconds: float = 10) -> int:
    """End what a killed supervisor left behind, and return how many processes that were. Call it only while holding the
    installation's lock: then no supervisor lives to whom they could belong."""
    first = leftovers(home)
    deadline = time.monotonic() + seconds
    number = signal.SIGTERM
    while rest := leftovers(home):
        for process in rest:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        if time.monotonic() > deadline:
            if number == signal.SIGKILL:
                break
            number, deadline = signal.SIGKILL, time.monotonic() + 5
        time.sleep(0.1)
    return len(first)
