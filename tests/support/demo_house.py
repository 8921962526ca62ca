"""A demo of one's own with fresh data: the real web processes, worker, database and sandbox, over real HTTP.

Used by the browser's journey and by ``tools/shots.py``.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED = "一盘棋 Yipan"
START_SECONDS = 600
# Processes keep the business clock for so long before they look again.
CLOCK_SECONDS = 2.5
SET_CLOCK = """
import sys
from datetime import datetime
from yipan.house.session import installation
with installation():
    from yipan.platform import calendar
    calendar.set_clock(datetime.fromisoformat(sys.argv[1]))
"""


@dataclass(frozen=True, slots=True)
class DemoHouse:
    """A running demo: where it answers, and where it keeps its data and logs."""

    address: str
    data: Path
    environment: dict[str, str]

    def set_clock(self, at: datetime) -> None:
        """Move the business clock, as an act of the platform; returns when every process follows."""
        command = [sys.executable, "-c", SET_CLOCK, at.isoformat()]
        subprocess.run(command, env=self.environment, check=True, timeout=60, capture_output=True)
        time.sleep(CLOCK_SECONDS)


@contextlib.contextmanager
def running(name: str = "demo") -> Iterator[DemoHouse]:
    """Start it on a free port, wait until it answers; stopped and removed afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = Path(tempfile.mkdtemp(prefix=f"yipan-{name}-"))
    data.chmod(0o755)
    ours = ("YIPAN_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    environment |= {"YIPAN_DATA": str(data), "YIPAN_ENV": "demo", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "yipan.house.cli", "demo", "--host", "127.0.0.1", "--port", str(port)]
    log = data / "start.log"
    with log.open("wb") as output:
        started = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait(started, log)
        yield DemoHouse(f"http://127.0.0.1:{port}", data, environment)
    finally:
        started.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(60)
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        shutil.rmtree(data, ignore_errors=True)


def _wait(started: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while STARTED not in log.read_text(errors="replace"):
        if started.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The demo did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.3)
