"""Says at the end of a test run what was skipped: which kind, how many, why. A part that did not run is never silent.

``tools/setup.py test`` runs pytest more than once; ``YIPAN_SKIPPED`` names a file that collects the lines of all runs,
and ``summary`` is also called there, by a Python that has no pytest.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

# From the narrowest to the widest; a test that carries several marks counts for the first.
KINDS = ("conformance", "logs", "fresh_clone", "resilience", "browser")


def reason_of(report: Any) -> str:
    """The words a skip was given, without pytest's own."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def kind_of(report: Any) -> str:
    return next((kind for kind in KINDS if kind in getattr(report, "keywords", {})), "other")


def summary(skipped: list[dict[str, str]]) -> list[str]:
    """One line a kind and reason, the most first; a test that was skipped in two runs counts once."""
    once = {(entry["test"], entry["kind"], entry["reason"]) for entry in skipped}
    counted = Counter((kind, reason) for _, kind, reason in once)
    return [
        f"skipped {number} {kind} test{'s' if number > 1 else ''}: {reason}"
        for (kind, reason), number in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    ]


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    found = [
        {"test": report.nodeid, "kind": kind_of(report), "reason": reason_of(report)}
        for report in terminalreporter.stats.get("skipped", [])
    ]
    target = os.environ.get("YIPAN_SKIPPED")
    if target:
        with Path(target).open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in found)
    for line in summary(found):
        terminalreporter.write_line(line)
