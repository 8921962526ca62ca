"""One supervisor for the demo's processes: starts them, restarts what dies, stops all of them together.

Children run in sessions of their own, so that a Ctrl-C reaches only the supervisor, which then stops them in order;
should the supervisor itself be killed, the kernel asks its children to end (``PR_SET_PDEATHSIG``).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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

    def stop(self, seconds: float = 10) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()
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
                child.restart_at = now + min(0.2 * 2**child.failures, 15)
                code = child.process.returncode if child.process else None
                print(f"! {child.name} ended (code {code}); starting it again", file=sys.stderr, flush=True)
            if now >= child.restart_at:
                child.stop(0)
                child.restart_at = 0.0
                child.start()

    def run(self) -> None:
        while not self.stopping:
            self.look_after()
            time.sleep(0.3)

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        self.children.clear()
