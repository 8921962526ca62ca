"""A narrow door to Ibis and DuckDB: the few operations this wing needs, with one meaning on every engine.

Nothing else imports Ibis; it is loaded on first use (half a second), never by a web request. Traps that were measured
stand beside what avoids them: truth is summed by ``if``, never cast; results of arithmetic are cast back to
DECIMAL(18, s), so that overflow is an error and not a wider type; texts are compared, never ordered.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import add, and_, or_
from types import ModuleType
from typing import Any

DIGITS = 18
Value = Any  # an Ibis value expression
Frame = Any  # an Ibis table expression


def _ibis() -> ModuleType:
    import ibis

    return ibis


def dtype(kind: str, scale: int = 0) -> str:
    """The column type of a kind: number, string, boolean or date."""
    return {"number": f"decimal({DIGITS}, {scale})", "string": "string", "boolean": "boolean", "date": "date"}[kind]


def frame(name: str, columns: Mapping[str, str]) -> Frame:
    """A table that is bound to an engine later; ``columns`` name → type."""
    return _ibis().table(dict(columns), name=name)


# -- values ------------------------------------------------------------------------------------------------------------
def constant(value: Any, kind: str, scale: int = 0) -> Value:
    return _ibis().literal(value, type=dtype(kind, scale))


def whole(value: int) -> Value:
    """A 64-bit number, for masks and counts."""
    return _ibis().literal(value, type="int64")


def small(value: int) -> Value:
    """An 8-bit number, for answers that many columns have."""
    return _ibis().literal(value, type="int8")


def counted(test: Value) -> Value:
    """How many rows meet a test (an aggregate)."""
    return when(test, whole(1), whole(0)).sum()


def extreme(values: Sequence[Value], *, least: bool) -> Value:
    """The least or greatest of values in a row, nulls left out."""
    return _ibis().least(*values) if least else _ibis().greatest(*values)


def when(test: Value, then: Value, otherwise: Value) -> Value:
    """``then`` where the test is true, else ``otherwise`` (also where it cannot be said)."""
    return _ibis().ifelse(test, then, otherwise)


def cases(pairs: Iterable[tuple[Value, Value]], otherwise: Value) -> Value:
    """The value beside the first test that is true."""
    found = list(pairs)
    return _ibis().cases(*found, else_=otherwise) if found else otherwise


def either(values: Iterable[Value]) -> Value:
    return reduce(or_, values)


def both(values: Iterable[Value]) -> Value:
    return reduce(and_, values)


def known(value: Value, otherwise: bool) -> Value:
    """A truth that is said everywhere: ``otherwise`` where it is not."""
    return _ibis().coalesce(value, _ibis().literal(otherwise))


def absent(value: Value) -> Value:
    """Whether a value is null. Truth by ``case``: what Ibis writes, ``NOT x IS NULL``, means another thing."""
    if not value.type().is_boolean():
        return value.isnull()
    no, yes = _ibis().literal(False), _ibis().literal(True)
    return cases([(value, no), (~value, no)], yes)


def bits(tests: Sequence[Value]) -> Value:
    """A mask: bit i where test i is true. At most 63 tests."""
    if not tests:
        return whole(0)
    return reduce(add, (when(test, whole(1 << at), whole(0)) for at, test in enumerate(tests)))


def how_many(tests: Sequence[Value]) -> Value:
    """How many of the tests are true in a row."""
    return reduce(add, (when(test, whole(1), whole(0)) for test in tests))


def fitted(value: Value, scale: int) -> Value:
    """A number cast back to DECIMAL(18, scale); the engine fails where it does not fit. By way of the widest type: Ibis
    leaves out a cast to what it takes the type to be, and PostgreSQL's numbers grow without end."""
    return value.cast(f"decimal(38, {scale})").cast(dtype("number", scale))


def integer(value: Value, scale: int) -> Value:
    """A fixed decimal as the 64-bit number of its smallest units; the engine fails where it does not fit."""
    return (value * _ibis().literal(10**scale, type="decimal(18, 0)")).cast("int64")


def quotient(over: Value, under: Value, scale: int) -> Value:
    """The quotient of 64-bit numbers in units of 10^-scale, half to even; null where ``under`` is zero."""
    zero, one = whole(0), whole(1)
    size, by = over.abs(), under.nullif(zero).abs()
    found = (size - size % by) // by
    rest = size % by
    up = when((rest > by - rest) | ((rest == by - rest) & (found % whole(2) == one)), one, zero)
    signed = when((over < zero) == (under < zero), found + up, -(found + up))
    result = signed.cast("decimal(18, 0)") * _ibis().literal(Decimal(1).scaleb(-scale), type=f"decimal(18, {scale})")
    return fitted(result, scale)


# -- engines -----------------------------------------------------------------------------------------------------------
def sql(expression: Frame, dialect: str = "duckdb") -> str:
    return str(_ibis().to_sql(expression, dialect=dialect))


class Memory:
    """DuckDB in memory, for one piece of work."""

    def __init__(self) -> None:
        self._connection = _ibis().duckdb.connect()

    def __enter__(self) -> "Memory":
        return self

    def __exit__(self, *_failure: object) -> None:
        self._connection.disconnect()

    def put(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Frame:
        """A table of these rows; a table of that name is replaced."""
        import pyarrow

        listed = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
        made = {
            key: pyarrow.array(values, type=_arrow(kind))
            for (key, kind), values in zip(columns.items(), listed, strict=True)
        }
        return self._connection.create_table(name, pyarrow.table(made), overwrite=True)

    def frame(self, name: str) -> Frame:
        return self._connection.table(name)

    def create(self, name: str, expression: Frame) -> Frame:
        return self._connection.create_table(name, expression, overwrite=True)

    def insert(self, name: str, expression: Frame) -> None:
        self._connection.insert(name, expression)

    def drop(self, name: str) -> None:
        self._connection.drop_table(name)

    def run(self, text: str) -> None:
        """A statement of DuckDB, for generated data of benchmarks."""
        self._connection.raw_sql(text)

    def rows(self, expression: Frame) -> list[dict[str, Any]]:
        """Every row as a map of plain values. Raises ArithmeticError where a number does not fit."""
        return self._arrow_of(expression).to_pylist()

    def count(self, expression: Frame) -> int:
        """How many rows, after every column was computed."""
        return int(self._arrow_of(expression).num_rows)

    def _arrow_of(self, expression: Frame) -> Any:
        import duckdb

        try:
            return self._connection.to_pyarrow(expression)
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as problem:
            raise ArithmeticError(str(problem)) from problem


class Spark:
    """The same expressions on a Spark session, for tables that have outgrown one machine. pyspark is no part of the
    house's environment (``make test-spark``)."""

    def __init__(self, session: Any) -> None:
        session.conf.set("spark.sql.ansi.enabled", "true")  # a number that does not fit is an error, not null
        self._session = session
        self._connection = _ibis().pyspark.connect(session)

    def put(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Frame:
        schema = ", ".join(f"`{key}` {kind.replace('int64', 'bigint')}" for key, kind in columns.items())
        self._session.createDataFrame([tuple(row) for row in rows], schema).createOrReplaceTempView(name)
        return self._connection.table(name)

    def rows(self, expression: Frame) -> list[dict[str, Any]]:
        """Every row. Raises ArithmeticError where a number does not fit."""
        try:
            return [row.asDict() for row in self._session.sql(sql(expression, "pyspark")).collect()]
        except Exception as problem:
            if "NUMERIC_VALUE_OUT_OF_RANGE" in str(problem):
                raise ArithmeticError(str(problem)[:500]) from problem
            raise


def _arrow(kind: str) -> Any:
    import pyarrow

    if kind.startswith("decimal"):
        digits, scale = kind[8:-1].split(",")
        return pyarrow.decimal128(int(digits), int(scale))
    return {"string": pyarrow.string(), "boolean": pyarrow.bool_(), "date": pyarrow.date32(),
            "int64": pyarrow.int64()}[kind]  # fmt: skip
