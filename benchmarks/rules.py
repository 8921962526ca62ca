"""Policies x firms and decision tables: set-wise on DuckDB, row by row here, beside their peers, in one run.

    .venv/bin/python benchmarks/rules.py [--firms 100000] [--policies 100] [--million]

The same conditions are given to every side in its own words. Peers decide a sample and are scaled up, which the table
says; set-wise counts are compared with those of the rows, so that nobody is fast by being wrong. ``--million``: a scale
point of a million firms with the peak memory of the process.
"""

import argparse
import contextlib
import importlib
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests/support")]

from yipan.analysis import frames, setwise  # noqa: E402

COLUMNS = {
    "industry": "string", "town": "string", "revenue": "decimal(2)", "staff": "integer", "years": "integer",
    "listed": "boolean", "hightech": "boolean",
}  # fmt: skip
INDUSTRIES = ["工业", "农业", "批发业", "零售业", "住宿业", "餐饮业"]
TOWNS = ["白沙", "环市", "潮连", "荷塘", "棠下", "杜阮"]
# The firms are made by the engine itself, from numbers that are the same in every run.
MAKE = """
CREATE OR REPLACE TABLE firms AS
SELECT n AS id,
    CASE WHEN hash(n * 7) % 100 < 5 THEN NULL ELSE (['工业','农业','批发业','零售业','住宿业','餐饮业'])[(hash(n) % 6)::BIGINT + 1] END AS industry,
    CASE WHEN hash(n * 11) % 100 < 5 THEN NULL ELSE (['白沙','环市','潮连','荷塘','棠下','杜阮'])[(hash(n * 3) % 6)::BIGINT + 1] END AS town,
    CASE WHEN hash(n * 13) % 100 < 5 THEN NULL ELSE ((hash(n * 5) % 5000000) / 100.0)::DECIMAL(18,2) END AS revenue,
    CASE WHEN hash(n * 17) % 100 < 5 THEN NULL ELSE (hash(n * 19) % 1500)::DECIMAL(18,0) END AS staff,
    CASE WHEN hash(n * 23) % 100 < 5 THEN NULL ELSE (hash(n * 29) % 40)::DECIMAL(18,0) END AS years,
    CASE WHEN hash(n * 31) % 100 < 5 THEN NULL ELSE hash(n * 37) % 10 = 0 END AS listed,
    CASE WHEN hash(n * 41) % 100 < 5 THEN NULL ELSE hash(n * 43) % 4 = 0 END AS hightech
FROM range({firms}) AS r(n)
"""


def policies(number: int) -> list[setwise.Policy]:
    """Three to five conditions each, like those of sheet 15; the same in every run."""
    luck = random.Random(15)
    found = []
    for at in range(number):
        some = luck.sample(INDUSTRIES, 2)
        conditions = [
            f'industry in ("{some[0]}", "{some[1]}")',
            f"revenue >= {luck.randrange(0, 20000)}",
            f"staff between {luck.randrange(0, 50)} and {luck.randrange(300, 1500)}",
            f"years >= {luck.randrange(0, 5)}",
            luck.choice(["hightech = true", f'town != "{luck.choice(TOWNS)}"', "listed = false"]),
        ]
        found.append(setwise.Policy(f"p{at}", tuple(luck.sample(conditions, luck.randint(3, 5)))))
    return found


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    answer = do()
    return time.perf_counter() - begin, answer


def package(name: str, module: str) -> Any:
    """A peer that is no part of the house's environment: in a folder of its own; None where it cannot be had."""
    home = ROOT / "var/benchmarks" / name
    sys.path.append(str(home))
    try:
        return importlib.import_module(module)
    except ImportError:
        try:
            python = str(Path(sys.base_prefix) / "bin/python3")
            pip = [python, "-m", "pip", "install", "-q", "--no-deps", "--target", str(home), name]
            subprocess.run(pip, check=True, timeout=180)
            importlib.invalidate_caches()
            return importlib.import_module(module)
        except (subprocess.SubprocessError, ImportError, OSError):
            return None


# -- peers -----------------------------------------------------------------------------------------------------------------
def zen(wanted: list[setwise.Policy], rows: list[dict[str, Any]]) -> float | None:
    """zen-engine: every condition set compiled once, evaluated for every firm."""
    engine = package("zen-engine", "zen")
    if engine is None:
        return None
    compiled = [engine.compile_expression(" and ".join(f"({_zen(text)})" for text in one.conditions)) for one in wanted]
    plain = [{key: float(v) if isinstance(v, Decimal) else v for key, v in row.items()} for row in rows]
    # A missing value in a comparison is an error there.
    return _asked(plain, compiled, lambda one, row: one.evaluate(row), RuntimeError)


def _asked(
    rows: list[dict[str, Any]], rules: list[Any], ask: Callable[[Any, Any], Any], lost: type[Exception]
) -> float:
    """Seconds for every rule of every row; ``lost``: what a peer raises where data are missing."""

    def run() -> None:
        for row in rows:
            for rule in rules:
                with contextlib.suppress(lost):
                    ask(rule, row)

    return timed(run)[0]


def _between(text: str) -> tuple[str, str, str]:
    """Name and ends of a condition ``name between low and high``."""
    name, _, ends = text.partition(" between ")
    low, high = ends.split(" and ")
    return name, low, high


def _zen(text: str) -> str:
    """The same condition in zen's language."""
    if " between " in text:
        name, low, high = _between(text)
        return f"{name} in [{low}..{high}]"
    if " in (" in text:
        return text.replace("(", "[").replace(")", "]")
    return text.replace(" = ", " == ")


def python_conditions(wanted: list[setwise.Policy], rows: list[dict[str, Any]]) -> float | None:
    """SpiffWorkflow: its script engine evaluates each condition of a gateway with eval, for every token."""
    from SpiffWorkflow.bpmn.script_engine import TaskDataEnvironment

    environment = TaskDataEnvironment({})
    texts = [" and ".join(f"({_python(text)})" for text in one.conditions) for one in wanted]
    return _asked(rows, texts, lambda text, row: environment.evaluate(text, dict(row)), TypeError)


def _python(text: str) -> str:
    if " between " in text:
        name, low, high = _between(text)
        return f"{low} <= {name} <= {high}"
    return text.replace(" = ", " == ").replace("true", "True").replace("false", "False")


def bkflow(wanted: list[setwise.Policy], rows: list[dict[str, Any]]) -> float | None:
    """bkflow-feel reads a text anew for every evaluation; ``in`` with a list is written as alternatives."""
    try:
        package("lark-parser", "lark")
        api = package("bkflow-feel", "bkflow_feel.api")
    except Exception:
        return None
    if api is None:
        return None
    texts = [" and ".join(_bkflow(text) for text in one.conditions) for one in wanted]
    return _asked(rows, texts, api.parse_expression, Exception)


def _bkflow(text: str) -> str:
    if " in (" in text:
        name, _, values = text.partition(" in (")
        return "(" + " or ".join(f"{name} = {one.strip()}" for one in values.rstrip(")").split(",")) + ")"
    if " between " in text:
        name, low, high = _between(text)
        return f"{name} >= {low} and {name} <= {high}"
    return text


# -- the run ------------------------------------------------------------------------------------------------------------------
def over_firms(firms: int, number: int, sample: int) -> list[str]:
    wanted = policies(number)
    rules = setwise.policies(wanted, COLUMNS)
    with frames.Memory() as memory:
        memory.run(MAKE.format(firms=firms))
        frame = memory.frame("firms")
        memory.rows(rules.tallies(frame))  # Ibis and DuckDB are awake
        plain = min(timed(lambda: memory.count(rules.over(frame, ["id"], masks=False)))[0] for _ in range(3))
        masked = min(timed(lambda: memory.count(rules.over(frame, ["id"])))[0] for _ in range(3))
        some = memory.rows(frame.filter(frame.id < sample))
        own, verdicts = timed(lambda: [rules.row(row) for row in some])
        tallies = memory.rows(rules.tallies(frame.filter(frame.id < sample)))[0]
        for one in wanted:
            for word, value in (("met", True), ("not_met", False), ("unknown", None)):
                assert tallies[f"{one.key}_{word}"] == sum(row[one.key].met is value for row in verdicts), one
    scale = firms / sample
    small = some[: max(1, sample // 10)]
    sides = {
        "set-wise, answers": plain, "set-wise, answers and masks of what failed and is missing": masked,
        f"row by row here (sample of {sample:,}, scaled)": own * scale,
    }  # fmt: skip
    for name, peer, given in (
        ("zen-engine, compiled", zen, some), ("SpiffWorkflow's conditions", python_conditions, small),
        ("bkflow-feel", bkflow, small[:20]),
    ):  # fmt: skip
        spent = peer(wanted, given)
        if spent is not None:
            sides[f"{name} (sample of {len(given):,}, scaled)"] = spent * firms / len(given)
    best = next((seconds for name, seconds in sides.items() if name.startswith("zen")), None)
    lines = [f"| {number} policies x {firms:,} firms | seconds | of zen-engine |", "|---|---|---|"]
    for name, seconds in sides.items():
        ratio = f"{best / seconds:,.1f} x" if best else "-"
        lines.append(f"| {name} | {seconds:,.2f} | {ratio} |")
    return lines


def million(number: int) -> str:
    rules = setwise.policies(policies(number), COLUMNS)
    with frames.Memory() as memory:
        memory.run(MAKE.format(firms=1_000_000))
        frame = memory.frame("firms")
        spent, _ = timed(lambda: memory.rows(rules.tallies(frame)))
        stored, _ = timed(lambda: memory.create("answers", rules.over(frame, ["id"])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (f"- {number} policies x 1,000,000 firms: {spent:.1f} s to count, {stored:.1f} s to keep every answer with its "
            f"masks; peak memory {peak:,.0f} MB")  # fmt: skip


def tables(seconds: float) -> str:
    """Decisions of a table of the packs, row by row, a second and core."""
    from yipan.kernel import dmn

    model = dmn.load((ROOT / "src/yipan/packs/core/decisions/enterprise_scale.dmn").read_bytes())
    luck = random.Random(1)
    rows = [
        {
            "行业": luck.choice(INDUSTRIES),
            "从业人员": Decimal(luck.randrange(2000)),
            "营业收入万元": Decimal(luck.randrange(50000)),
        }
        for _ in range(500)
    ]
    done, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < seconds:
        for row in rows:
            model.decide("enterprise_scale", row)
        done += len(rows)
    return f"- a table of 24 rules (FIRST), with its explanation: **{done / spent:,.0f} decisions a second and core** (target 20,000)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--policies", type=int, default=100)
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args()
    lines = ["## Policies x firms", *over_firms(arguments.firms, arguments.policies, arguments.sample), ""]
    if arguments.million:
        lines.append(million(arguments.policies))
    print("\n".join([*lines, tables(3)]))


if __name__ == "__main__":
    main()
