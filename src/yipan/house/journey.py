"""The main journey over real HTTP, as people walk it: ``yipan demo --check`` starts everything on free ports with fresh
data, walks it, prints each step with its duration and the peak memory, and exits 0 or 1.

A firm opens a guesthouse with a restaurant: 食品经营许可 with everything that can happen on the way, and
公共场所卫生许可 once by the commitment path and once refused.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import places
from .commands.demo import Demo
from .listening import free_port
from .places import Places
from .visitor import JourneyError
from .walks import Hotel

MEMORY_LIMIT_MB = 1024


@dataclass(slots=True)
class Report:
    """Steps with their seconds; printed while they happen."""

    steps: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        self.steps.append((title, seconds))
        print(f"  {seconds:6.2f} s  {title}", flush=True)


def check() -> int:
    """Run the whole demo once on fresh data and walk the journey. Exit code 0 or 1."""
    home = places.default_home(purpose=f"check-{os.getpid()}")
    os.environ["YIPAN_DATA"] = str(home)
    started = time.monotonic()
    peak = 0
    try:
        with Demo(Places(home), "127.0.0.1", free_port()) as demo:
            if demo.problem or not demo.start():
                print(f"✗ the demo did not start: {demo.problem}", file=sys.stderr)
                return 1
            address = f"http://127.0.0.1:{demo.port}"
            peak = memory_of(os.getpid())
            report = Report()
            try:
                walk(address, report)
            except JourneyError as problem:
                print(f"✗ {problem}", file=sys.stderr)
                return 1
            peak = max(peak, memory_of(os.getpid()))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"✓ {len(report.steps)} steps in {time.monotonic() - started:.0f} s, peak memory {peak} MB")
    if peak > MEMORY_LIMIT_MB:
        print(f"✗ the demo takes more than {MEMORY_LIMIT_MB} MB", file=sys.stderr)
        return 1
    return 0


def memory_of(process: int) -> int:
    """Proportional memory of a process and all its descendants in MB (shared pages are counted once)."""
    return sum(_own_memory(pid) for pid in [process, *descendants(process)]) // 1024


def descendants(process: int) -> list[int]:
    """Ids of all processes below one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            after_name = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        parents.setdefault(int(after_name[1]), []).append(int(entry.name))
    found, edge = [], [process]
    while edge:
        edge = [child for parent in edge for child in parents.get(parent, [])]
        found += edge
    return found


def _own_memory(process: int) -> int:
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{process}/{name}").read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1])
        except OSError:
            continue
    return 0


def walk(address: str, report: Report) -> None:
    """The whole story. Raises JourneyError at the first page that is not what it should be."""
    hotel = Hotel(address, report.step)
    hotel.food_licence()
    hotel.hygiene_licence()
    hotel.hygiene_refused()
