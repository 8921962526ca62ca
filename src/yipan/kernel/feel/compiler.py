"""Syntax tree → closures. Each node becomes one function of the scope; meaning follows DMN 1.3 §10.3.2."""

from collections.abc import Callable
from typing import Any

from . import arithmetic, iteration, values
from . import nodes as n
from .functions import BUILTINS
from .paths import member
from .runtime import MISSING, Scope, Step, UserFunction
from .types import conforms
from .values import Range, Spend, equal, less

_IN_TEST = "?"
Comparison = Callable[[Any, Any, Spend], bool | None]


def compile_node(node: n.Node) -> Step:
    return _COMPILERS[type(node)](node)


def _literal(node: n.Literal) -> Step:
    value = node.value
    return lambda _scope: value


def _name(node: n.Name) -> Step:
    name = node.name
    builtin = BUILTINS.get(name)

    def read(scope: Scope) -> Any:
        value = scope.find(name)
        return builtin if value is MISSING else value

    return read


def _unary(node: n.Unary) -> Step:
    operand = compile_node(node.operand)
    return lambda scope: arithmetic.negate(operand(scope))


def _binary(node: n.Binary) -> Step:
    left, right = compile_node(node.left), compile_node(node.right)
    if node.op in arithmetic.OPERATORS:
        operation = arithmetic.OPERATORS[node.op]

        def calculate(scope: Scope) -> Any:
            result = operation(left(scope), right(scope))
            if type(result) is str:
                scope.run.spend(len(result) // 100)
            return result

        return calculate
    compare = comparison(node.op)
    return lambda scope: compare(left(scope), right(scope), scope.run.spend)


def comparison(op: str) -> Comparison:
    """The function of a comparing operator; null when the values cannot be compared."""
    return _COMPARISONS[op]


def _unequal(left: Any, right: Any, spend: Spend) -> bool | None:
    same = equal(left, right, spend)
    return None if same is None else not same


_COMPARISONS: dict[str, Comparison] = {
    "=": equal,
    "!=": _unequal,
    "<": lambda a, b, _spend: less(a, b),
    ">": lambda a, b, _spend: less(b, a),
    "<=": lambda a, b, _spend: values.at_most(a, b),
    ">=": lambda a, b, _spend: values.at_most(b, a),
}


def _logical(node: n.Logical) -> Step:
    parts = tuple(compile_node(part) for part in node.parts)
    decisive = node.op == "or"  # true decides an or, false an and; anything but true and false is unknown

    def decide(scope: Scope) -> bool | None:
        unknown = False
        for part in parts:
            value = part(scope)
            if value is decisive:
                return decisive
            if value is not True and value is not False:
                unknown = True
        return None if unknown else not decisive

    return decide


def _between(node: n.Between) -> Step:
    value, low, high = (compile_node(part) for part in (node.value, node.low, node.high))
    return lambda scope: Range(low(scope), high(scope)).contains(value(scope))


def _compare(node: n.Compare) -> Step:
    """A test by itself, outside ``in`` and unary tests, is a half-open range."""
    operand = compile_node(node.operand)
    op = node.op

    def make(scope: Scope) -> Any:
        end = operand(scope)
        if end is None:
            return None
        match op:
            case "<" | "<=":
                return Range(None, end, False, op == "<=", low_unbounded=True)
            case ">" | ">=":
                return Range(end, None, op == ">=", False, high_unbounded=True)
            case "=":
                return Range(end, end)
            case _:
                return None

    return make


def _test(node: n.Node) -> Callable[[Scope, Any], bool | None]:
    """One test against a value."""
    if isinstance(node, n.Compare):
        operand, compare = compile_node(node.operand), comparison(node.op)
        return lambda scope, value: compare(value, operand(scope), scope.run.spend)
    expression = compile_node(node)
    if any(name == _IN_TEST for name in _names(node)):
        return lambda scope, _value: expression(scope)
    return lambda scope, value: meets(value, expression(scope), scope.run.spend)


def _names(root: n.Node) -> list[str]:
    found: list[str] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, n.Name):
            found.append(node.name)
        stack.extend(n.children(node))
    return found


def meets(value: Any, wanted: Any, spend: Spend) -> bool | None:
    """``value in wanted`` for one test: equality, or membership when the test is a range or a list."""
    if isinstance(wanted, Range):
        return value.low is not None and equal(value, wanted) if isinstance(value, Range) else wanted.contains(value)
    if isinstance(wanted, list):
        spend(len(wanted))
        if isinstance(value, list) and equal(value, wanted, spend):
            return True
        return any(meets(value, one, spend) is True for one in wanted)
    return equal(value, wanted, spend)


def _any(answers: Any) -> bool | None:
    unknown = False
    for answer in answers:
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def _in(node: n.In) -> Step:
    value, tests = compile_node(node.value), tuple(_test(test) for test in node.tests)

    def decide(scope: Scope) -> bool | None:
        subject = value(scope)
        inner = scope.child({_IN_TEST: subject})
        return _any(test(inner, subject) for test in tests)

    return decide


def _unary_tests(node: n.UnaryTests) -> Step:
    tests = tuple(_test(test) for test in node.tests)
    negated = node.negated
    if len(tests) == 1 and not negated:
        (only,) = tests

        def decide_one(scope: Scope) -> bool | None:
            answer = only(scope, scope.find(_IN_TEST))
            return answer if answer is None else answer is True

        return decide_one

    def decide(scope: Scope) -> bool | None:
        if not tests:
            return True
        subject = scope.find(_IN_TEST)
        answer = _any(test(scope, subject) for test in tests)
        return (not answer if negated else answer) if answer is not None else None

    return decide


def _range(node: n.RangeOf) -> Step:
    low, high = compile_node(node.low), compile_node(node.high)

    def make(scope: Scope) -> Range | None:
        first, last = low(scope), high(scope)
        ends = [end for end in (first, last) if end is not None]
        if not ends or any(values.kind(end) not in values.ORDERED for end in ends) or less(ends[0], ends[-1]) is None:
            return None
        return Range(first, last, node.low_included, node.high_included)

    return make


def _list(node: n.ListOf) -> Step:
    items = tuple(compile_node(item) for item in node.items)
    return lambda scope: [item(scope) for item in items]


def _context(node: n.ContextOf) -> Step:
    entries = tuple((key, compile_node(value)) for key, value in node.entries)

    def make(scope: Scope) -> dict[str, Any]:
        made: dict[str, Any] = {}
        inner = scope.child(made)
        for key, value in entries:
            made[key] = value(inner)
        return made

    return make


def _if(node: n.If) -> Step:
    test, then, otherwise = (compile_node(part) for part in (node.test, node.then, node.otherwise))
    return lambda scope: then(scope) if test(scope) is True else otherwise(scope)


def _domains(node: n.For | n.Quantified) -> list[iteration.Domain]:
    return [(name, compile_node(low), compile_node(high) if high else None) for name, low, high in node.domains]


def _for(node: n.For) -> Step:
    return iteration.loop(_domains(node), compile_node(node.body), partial="partial" in _names(node.body))


def _quantified(node: n.Quantified) -> Step:
    return iteration.quantified(_domains(node), compile_node(node.body), every=node.every)


def _path(node: n.Path) -> Step:
    source, name = compile_node(node.source), node.name
    return lambda scope: member(source(scope), name)


def _filter(node: n.Filter) -> Step:
    return iteration.filtered(compile_node(node.source), compile_node(node.test), node.test)


def _call(node: n.Call) -> Step:
    function = compile_node(node.function)
    arguments = tuple(compile_node(argument) for argument in node.arguments)
    names = node.names
    # A variable that is no function does not hide the function of its name: count(count) counts.
    builtin = BUILTINS.get(node.function.name) if isinstance(node.function, n.Name) else None

    def call(scope: Scope) -> Any:
        callee = function(scope)
        if not getattr(callee, "feel_function", False):
            if builtin is None:
                return None
            callee = builtin
        given = [argument(scope) for argument in arguments]
        if names:
            order = callee.positions(names)
            if order is None:
                return None
            given = [given[index] if index is not None else None for index in order]
        return callee(scope.run, *given)

    return call


def _function(node: n.FunctionOf) -> Step:
    body = compile_node(node.body)
    names = tuple(name for name, _ in node.parameters)
    tests = tuple(
        (lambda value, wanted=wanted: value is None or conforms(value, wanted)) if wanted else (lambda _value: True)
        for _, wanted in node.parameters
    )
    return lambda scope: UserFunction(names, tests, body, scope)


def _instance_of(node: n.InstanceOf) -> Step:
    value, wanted = compile_node(node.value), node.type

    def ask(scope: Scope) -> bool:
        run = scope.run
        return conforms(value(scope), wanted, run.spend, lambda one, key: run.is_instance(one, key, scope))

    return ask


_COMPILERS: dict[type, Callable[[Any], Step]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Unary: _unary,
    n.Binary: _binary,
    n.Logical: _logical,
    n.Between: _between,
    n.Compare: _compare,
    n.In: _in,
    n.UnaryTests: _unary_tests,
    n.RangeOf: _range,
    n.ListOf: _list,
    n.ContextOf: _context,
    n.If: _if,
    n.For: _for,
    n.Quantified: _quantified,
    n.Path: _path,
    n.Filter: _filter,
    n.Call: _call,
    n.FunctionOf: _function,
    n.InstanceOf: _instance_of,
}
