"""The same answers on Spark: ``make test-spark`` (an environment of its own, and a Java 17 or newer)."""

import importlib.util
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from random_rules import COLUMNS, ROWS, numbers, truths

from yipan.analysis import frames, setwise
from yipan.analysis.setwise.columns import bound_types
from yipan.analysis.setwise.tree import columns_of

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: make test-spark"
)
TYPES = {"n": "decimal(18, 0)", **bound_types(columns_of(COLUMNS))}
FEW = settings(max_examples=int(os.environ.get("YIPAN_SPARK_EXAMPLES", "25")), deadline=None,
               suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.fixture(scope="module")
def spark() -> Iterator[frames.Spark]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("yipan").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield frames.Spark(session)
    session.stop()


def asked(spark: frames.Spark, rows: list[tuple[Any, ...]], ask) -> list[dict[str, Any]]:
    frame = spark.put("firms", TYPES, [(Decimal(n), *row) for n, row in enumerate(rows)])
    return sorted(spark.rows(ask(frame)), key=lambda one: one["n"])


def maps(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def readable(*texts: str) -> None:
    try:
        for text in texts:
            setwise.expression(text, COLUMNS)
    except setwise.NotSetwise as refused:
        assume("位小数" not in str(refused))
        raise


@FEW
@drawn(truths(2) | numbers(2), ROWS)
def test_expressions(spark, text, rows):
    readable(text)
    value = setwise.expression(text, COLUMNS)
    found = asked(spark, rows, lambda frame: frame.select("n", x=value.over(frame)))
    assert [one["x"] for one in found] == [value.row(row) for row in maps(rows)]


@FEW
@drawn(st.lists(truths(2), min_size=1, max_size=3), ROWS)
def test_policies(spark, texts, rows):
    readable(*texts)
    rules = setwise.policies([setwise.Policy("p", tuple(texts))], COLUMNS)
    for one, row in zip(asked(spark, rows, lambda frame: rules.over(frame, ["n"])), maps(rows), strict=True):
        verdict = rules.row(row)["p"]
        assert one["p"] == (-1 if verdict.met is None else int(verdict.met))
        assert one["p_failed"] == sum(1 << at for at in verdict.failed)
        assert one["p_unknown"] == sum(1 << at for at in verdict.unknown)


def test_overflow(spark):
    value = setwise.expression("收入 * 人数 > 0", COLUMNS)
    rows = [("工业", None, Decimal(10) ** 15, Decimal(10) ** 9, None, None)]
    with pytest.raises(ArithmeticError):
        asked(spark, rows, lambda frame: frame.select("n", x=value.over(frame)))
