"""Regular expressions of XPath as Python's, with their cost counted before they run.

Python's engine backtracks, so a hostile pattern could stall a worker. The cost is estimated from the shape of the
pattern and the length of the text: each unbounded repeat multiplies by the length, a repeat that holds a repeat or a
choice doubles per character. It is charged to the budget; what does not fit is never run.
"""

import re
from functools import lru_cache
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

from ..errors import NotApplicable
from ..runtime import Run

_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE, "x": re.VERBOSE}
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT)
_MANY = 8  # a repeat up to this bound is counted as if it were written out


def read(run: Run, pattern: str, flags: Any, subject: str) -> re.Pattern[str]:
    """The compiled pattern, after its cost on this text was charged. Raises NotApplicable for a wrong pattern."""
    if flags is not None and not isinstance(flags, str):
        raise NotApplicable
    regex, power, doubling = _compiled(pattern, "".join(sorted(set(flags or ""))))
    length = max(len(subject), 1)
    cost = length ** min(power, 8) // 20
    if doubling:
        cost += 2 ** min(length, 60) // 20
    run.spend(1 + cost)
    return regex


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> tuple[re.Pattern[str], int, bool]:
    bits = 0
    for flag in flags:
        if flag == "q":
            pattern = re.escape(pattern)
        elif flag not in _FLAGS:
            raise NotApplicable
        else:
            bits |= _FLAGS[flag]
    # XPath subtracts classes ([a-z-[aeiou]]); Python does not, and would read it as something else.
    if len(pattern) > 500 or re.search(r"-\[", pattern) or re.search(r"\(\?[^:]", pattern):
        raise NotApplicable
    try:
        tree = sre.parse(pattern, bits)
        regex = re.compile(pattern, bits)
    except (re.error, OverflowError, RecursionError) as wrong:
        raise NotApplicable from wrong
    power, doubling = _weigh(tree, inside=False)
    return regex, power + 1, doubling


def _weigh(tree: Any, *, inside: bool) -> tuple[int, bool]:
    """How many unbounded repeats stand in a row, and whether one holds another repeat or a choice."""
    power, doubling = 0, False
    for op, argument in tree:
        if op in _REPEATS:
            _, high, body = argument
            more, worse = _weigh(body, inside=True) if high > 1 else _weigh(body, inside=inside)
            power += more + (1 if high > _MANY or high is code.MAXREPEAT else 0)
            doubling = doubling or worse or (inside and high > 1)
        elif op is code.BRANCH:
            doubling = doubling or inside
            weights = [_weigh(body, inside=inside) for body in argument[1]]
            power += max(weight for weight, _ in weights)
            doubling = doubling or any(worse for _, worse in weights)
        elif op is code.SUBPATTERN:
            more, worse = _weigh(argument[-1], inside=inside)
            power, doubling = power + more, doubling or worse
        elif op is code.GROUPREF:
            power += 1
    return power, doubling
