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

from . import memory, places
from .commands.demo import Demo
from .listening import free_port
from .places import Places
from .visitor import JourneyError
from .walks import Hotel


@dataclass(slots=True)
class Report:
    """Steps with their seconds, printed while they happen, and the most memory in MB that was held after one."""

    steps: list[tuple[str, float]] = field(default_factory=list)
    together: int = 0
    web_worker: int = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        self.steps.append((title, seconds))
        print(f"  {seconds:6.2f} s  {title}", flush=True)
        self.measure()

    def measure(self) -> None:
        self.together = max(self.together, memory.of_all(os.getpid()))
        self.web_worker = max(self.web_worker, *memory.of_web_workers(os.getpid()), 0)


def check() -> int:
    """Run the whole demo once on fresh data and walk the journey. Exit code 0 or 1."""
    home = places.default_home(purpose=f"check-{os.getpid()}")
    os.environ["YIPAN_DATA"] = str(home)
    started = time.monotonic()
    report = Report()
    try:
        with Demo(Places(home), "127.0.0.1", free_port()) as demo:
            if demo.problem or not demo.start():
                print(f"✗ the demo did not start: {demo.problem}", file=sys.stderr)
                return 1
            report.measure()
            try:
                walk(f"http://127.0.0.1:{demo.port}", report)
            except JourneyError as problem:
                print(f"✗ {problem}", file=sys.stderr)
                return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(
        f"✓ {len(report.steps)} steps in {time.monotonic() - started:.0f} s, "
        f"peak memory {report.together} MB, of a web worker {report.web_worker} MB"
    )
    problems = memory.too_much(report.together, [report.web_worker])
    for problem in problems:
        print(f"✗ {problem}", file=sys.stderr)
    return 1 if problems else 0


def walk(address: str, report: Report) -> None:
    """The whole story. Raises JourneyError at the first page that is not what it should be."""
    hotel = Hotel(address, report.step)
    hotel.food_licence()
    hotel.hygiene_licence()
    hotel.hygiene_refused()
