"""Functions on lists (DMN 1.3 table 74). Aggregates take one list or many values; one of the wrong kind makes null."""

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from ..arithmetic import add, divide, multiply, subtract
from ..errors import NotApplicable
from ..values import NUMBERS, equal, less
from .register import Functions, Run, function, integer, number, sequence, spread

FUNCTIONS = Functions()


def _same(run: Run, left: Any, right: Any) -> bool:
    return equal(left, right, run.spend) is True


@FUNCTIONS.add("list contains", "list,element")
def list_contains(run: Run, items: Any, element: Any) -> bool:
    return any(_same(run, one, element) for one in sequence(items))


@FUNCTIONS.add("count", "list")
def count(_run: Run, items: Any) -> Decimal:
    return Decimal(len(sequence(items)))


def _extreme(values: tuple[Any, ...], *, largest: bool) -> Any:
    found: Any = None
    for index, one in enumerate(spread(values)):
        if index == 0:
            if less(one, one) is None:
                raise NotApplicable
            found = one
            continue
        smaller = less(one, found)
        if smaller is None:
            raise NotApplicable
        if smaller != largest and equal(one, found) is not True:
            found = one
    return found


@FUNCTIONS.add("min", "list", "c…")
def minimum(_run: Run, *values: Any) -> Any:
    return _extreme(values, largest=False)


@FUNCTIONS.add("max", "list", "c…")
def maximum(_run: Run, *values: Any) -> Any:
    return _extreme(values, largest=True)


def _numbers(values: tuple[Any, ...]) -> list[Decimal]:
    return [number(one) for one in spread(values)]


@FUNCTIONS.add("sum", "list", "n…")
def total(_run: Run, *values: Any) -> Any:
    found = spread(values)
    if not found:
        return None
    result = found[0]
    if len(found) == 1:
        return number(result)
    for one in found[1:]:
        result = add(number(result), number(one))
    return result


@FUNCTIONS.add("product", "list", "n…")
def product(_run: Run, *values: Any) -> Decimal | None:
    found = _numbers(values)
    if not found:
        return None
    result: Any = Decimal(1)
    for one in found:
        result = multiply(result, one)
    return result


@FUNCTIONS.add("mean", "list", "n…")
def mean(_run: Run, *values: Any) -> Any:
    found = _numbers(values)
    if not found:
        return None
    return divide(sum(found[1:], found[0]), Decimal(len(found)))


@FUNCTIONS.add("median", "list", "n…")
def median(_run: Run, *values: Any) -> Any:
    found = sorted(_numbers(values))
    if not found:
        return None
    half = len(found) // 2
    return found[half] if len(found) % 2 else divide(add(found[half - 1], found[half]), Decimal(2))


@FUNCTIONS.add("stddev", "list", "n…")
def stddev(_run: Run, *values: Any) -> Any:
    found = _numbers(values)
    if len(found) < 2:
        return None
    middle = divide(sum(found[1:], found[0]), Decimal(len(found)))
    squares = [multiply(subtract(one, middle), subtract(one, middle)) for one in found]
    variance = divide(sum(squares[1:], squares[0]), Decimal(len(found) - 1))
    return NUMBERS.sqrt(variance)


@FUNCTIONS.add("mode", "list", "n…")
def mode(run: Run, *values: Any) -> list[Decimal]:
    found = _numbers(values)
    often = max((found.count(one) for one in set(found)), default=0)
    run.spend(len(found) * len(set(found)) // 10)
    return sorted(one for one in set(found) if found.count(one) == often)


def _conclude(values: tuple[Any, ...], decisive: bool) -> bool | None:
    found = list(values[0]) if len(values) == 1 and isinstance(values[0], list) else list(values)
    if any(one is decisive for one in found):
        return decisive
    return not decisive if all(isinstance(one, bool) for one in found) else None


@FUNCTIONS.add("all", "list", "b…")
def every(_run: Run, *values: Any) -> bool | None:
    return _conclude(values, False)


@FUNCTIONS.add("any", "list", "b…")
def some(_run: Run, *values: Any) -> bool | None:
    return _conclude(values, True)


@FUNCTIONS.add("sublist", "list,start position", "list,start position,length")
def sublist(_run: Run, items: Any, start: Any, length: Any = None) -> list[Any]:
    found, first = sequence(items), integer(start)
    if first == 0 or abs(first) > len(found):
        raise NotApplicable
    begin = first - 1 if first > 0 else len(found) + first
    if length is None:
        return found[begin:]
    if integer(length) < 0:
        raise NotApplicable
    return found[begin : begin + integer(length)]


@FUNCTIONS.add("append", "list,item…")
def append(_run: Run, items: Any, *more: Any) -> list[Any]:
    return [*(items if isinstance(items, list) else [items]), *more]


@FUNCTIONS.add("concatenate", "list…")
def concatenate(_run: Run, *lists: Any) -> list[Any]:
    return [one for items in lists for one in sequence(items)]


@FUNCTIONS.add("insert before", "list,position,newItem")
def insert_before(_run: Run, items: Any, position: Any, new: Any) -> list[Any]:
    found = sequence(items)
    at = _index(found, position)
    return [*found[:at], new, *found[at:]]


@FUNCTIONS.add("remove", "list,position")
def remove(_run: Run, items: Any, position: Any) -> list[Any]:
    found = sequence(items)
    at = _index(found, position)
    return [*found[:at], *found[at + 1 :]]


@FUNCTIONS.add("list replace", "list,position,newItem", "list,match,newItem")
def list_replace(run: Run, items: Any, place: Any, new: Any) -> list[Any]:
    found = sequence(items)
    if isinstance(place, Decimal):
        at = _index(found, place)
        return [*found[:at], new, *found[at + 1 :]]
    test = function(place)
    answers = [test(run, one, new) for one in found]
    if not all(isinstance(answer, bool) for answer in answers):
        raise NotApplicable
    return [new if answer else one for answer, one in zip(answers, found, strict=True)]


def _index(items: list[Any], position: Any) -> int:
    at = integer(position)
    if at == 0 or abs(at) > len(items):
        raise NotApplicable
    return at - 1 if at > 0 else len(items) + at


@FUNCTIONS.add("reverse", "list")
def reverse(_run: Run, items: Any) -> list[Any]:
    return sequence(items)[::-1]


@FUNCTIONS.add("index of", "list,match")
def index_of(run: Run, items: Any, match: Any) -> list[Decimal]:
    return [Decimal(at) for at, one in enumerate(sequence(items), 1) if _same(run, one, match)]


def _distinct(run: Run, items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in items:
        run.spend(1 + len(found) // 10)
        if not any(_same(run, one, other) for other in found):
            found.append(one)
    return found


@FUNCTIONS.add("union", "list…")
def union(run: Run, *lists: Any) -> list[Any]:
    return _distinct(run, [one for items in lists for one in sequence(items)])


@FUNCTIONS.add("distinct values", "list")
def distinct_values(run: Run, items: Any) -> list[Any]:
    return _distinct(run, sequence(items))


@FUNCTIONS.add("flatten", "list")
def flatten(run: Run, items: Any) -> list[Any]:
    found: list[Any] = []
    stack = [iter(sequence(items))]
    while stack:
        for one in stack[-1]:
            run.spend(1)
            if isinstance(one, list):
                stack.append(iter(one))
                break
            found.append(one)
        else:
            stack.pop()
    return found


@FUNCTIONS.add("sort", "list", "list,precedes")
def sort(run: Run, items: Any, precedes: Any = None) -> list[Any]:
    found = sequence(items)
    if precedes is None:
        if any(less(one, found[0]) is None for one in found):
            raise NotApplicable
        return sorted(found)
    before = function(precedes)

    def order(left: Any, right: Any) -> int:
        if before(run, left, right) is True:
            return -1
        return 1 if before(run, right, left) is True else 0

    return sorted(found, key=cmp_to_key(order))
