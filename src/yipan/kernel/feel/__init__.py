"""FEEL, the expression language of DMN: conditions of processes, rules of forms, cells of decision tables.

* ``compile(text, known=())`` → :class:`Expression`: ``.evaluate(context, now=, budget=)`` and ``.names``.
* ``compile_unary_tests(text, known=())`` → :class:`UnaryTests`: ``.evaluate(value, context, …)`` → true, false, null.
* :class:`FeelError` for a text that cannot be read or an evaluation beyond its budget. An operation on values that it
  is not made for is no error: it gives null, and null is neither true nor false.

Standard: OMG DMN 1.3 §10.3 (ranges and a few functions of 1.4/1.5). Names may be Chinese; names of several words work
when they are ``known``. Nothing of the host is reachable: no eval, no attributes of objects, no clock but ``now``.
"""

from .errors import FeelError
from .expression import Expression, UnaryTests, compile, compile_unary_tests
from .runtime import BUDGET
from .temporal import YearsMonths
from .values import Range, literal, normalise, show

__all__ = [
    "BUDGET",
    "Expression",
    "FeelError",
    "Range",
    "UnaryTests",
    "YearsMonths",
    "compile",
    "compile_unary_tests",
    "literal",
    "normalise",
    "show",
]
