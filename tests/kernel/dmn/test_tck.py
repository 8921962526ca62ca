"""The DMN Technology Compatibility Kit, found by YIPAN_CONFORMANCE."""

import json
import os
import subprocess
import sys
from pathlib import Path

import conformance_page as page
import pytest

from yipan.house import tck

SUITE = Path(os.environ.get("YIPAN_CONFORMANCE", "/nowhere")) / "dmn-tck"
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SUITE.is_dir(), reason="dmn-tck is not there: set YIPAN_CONFORMANCE"),
]


def test_the_kit():
    """Level 2 wholly, level 3 to at least 98 of 100 cases; functions in Java are apart; the page lists every failure."""
    outcomes = list(tck.run(SUITE))
    own = [one for one in outcomes if not one.external]
    for level, share in (("compliance-level-2", 1), ("compliance-level-3", 0.98)):
        of_level = [one for one in own if one.level == level]
        failed = [f"{one.model} {one.case}: {one.reason}" for one in of_level if one.reason]
        assert len(of_level) >= 100
        assert 1 - len(failed) / len(of_level) >= share, failed
    text = page.PAGE.read_text()
    assert page.put(text, "dmn", page.decisions(outcomes)) == text, "run tests/support/conformance_page.py"


def test_the_command():
    one = SUITE / "compliance-level-2/0005-simpletable-A"
    command = [sys.executable, "-m", "yipan.house.cli", "conformance", "dmn", str(one), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["cases"], report["failed"]) == (report["passed"], [])
    missing = subprocess.run([*command[:-2], "/nowhere"], capture_output=True, text=True, timeout=60)
    assert missing.returncode == 2
