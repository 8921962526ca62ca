"""Hostile texts: coverage-guided fuzzing for a bounded number of runs finds no crash and no hang."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[1] / "support"
RUNS = int(os.environ.get("YIPAN_FUZZ_RUNS", "8000"))
SEEDS = (
    "1 + 2 * a", 'if a > 3 then "x" else null', "for i in d return i", "d[item > 1]", "sum(d)", "< 5, [1..3], not(2)",
    'date("2026-03-01") + duration("P1D")', "some x in d satisfies x = 1", "{a: 1, b: a + 1}.b", "function(x) x + 1",
)  # fmt: skip


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed on this machine")
def test_fuzzing_finds_nothing(tmp_path: Path):
    """YIPAN_FUZZ_RUNS=1000000 for a long run. An input that takes five seconds counts as a hang."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, text in enumerate(SEEDS):
        (corpus / str(number)).write_bytes(b"\x01" + text.encode())
    command = [sys.executable, str(SUPPORT / "fuzz_feel.py"), f"-runs={RUNS}", "-timeout=5", "-max_len=400", "-seed=1",
               f"-artifact_prefix={tmp_path}/", str(corpus)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=600,
                          env=os.environ | {"PYTHONPATH": f"{Path('src').resolve()}:{SUPPORT}"})  # fmt: skip
    found = [path.read_bytes() for path in tmp_path.glob("*-*") if path.is_file()]
    assert done.returncode == 0, f"{found}\n{done.stderr[-3000:]}"
    assert f"Done {RUNS} runs" in done.stderr
