"""Processes as a person starts them: a clean environment, output that can be waited for, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yipan.house.process_table import alive, descendants

SOURCE = Path(__file__).resolve().parents[2] / "src"
SETTINGS = ("YIPAN_", "DATABASE_URL", "DJANGO_", "PYTEST_", "COV_", "PORT", "HOST")


def clean_environment(**more: str) -> dict[str, str]:
    """This machine's environment without what the test run put into it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return kept | {"PYTHONPATH": str(SOURCE)} | more


def yipan(*words: str) -> list[str]:
    return [sys.executable, "-m", "yipan.house.cli", *words]


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
    """Poll until the condition is met, and return what met it; the time limit only bounds a failing test."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)
    return found


def belonging_to(home: Path) -> list[int]:
    """Every running process that has to do with an installation: by command line, environment or working folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
            words += b"\0" + os.fsencode(os.readlink(entry / "cwd"))
        except OSError:
            continue
        if os.fsencode(home) in words and alive(int(entry.name)):
            found.append(int(entry.name))
    return found


class Started:
    """A started program with its output in a file; ended by force when a test forgets it."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, **options: object) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True, **options,
            )  # fmt: skip

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, words: str, seconds: float = 240) -> None:
        """Until the words are printed. A program that ends without them fails the test with all it said."""
        wait_for(lambda: words in self.output or self.process.poll() is not None, f"“{words}”", seconds)
        assert words in self.output, f"ended with {self.process.returncode}:\n{self.output[-4000:]}"

    def end(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill_all(self) -> None:
        for process in [*descendants(self.process.pid), self.process.pid]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
