"""Expressions of a document → functions of a scope, as ``kernel.feel`` makes them of texts (DMN 1.5 §10.2, §10.5)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from yipan.kernel import feel
from yipan.kernel.feel import iteration, nodes
from yipan.kernel.feel.compiler import compile_node
from yipan.kernel.feel.runtime import MAX_CALLS, Run, Scope, Step, UserFunction

from . import model as m
from .errors import Finding
from .tables import Coerce, Fired, ReadyTable
from .types import Types

_NOT_LITERAL = nodes.Name(0, "?")


class Evaluation(Run):
    """One evaluation: its budget, and what the tables it asked have answered, in order."""

    __slots__ = ("fired", "types")

    def __init__(self, now: Any, budget: int, types: Mapping[str, Types]) -> None:
        super().__init__(now, budget)
        self.fired: list[Fired] = []
        self.types = types

    def is_instance(self, value: Any, key: str, scope: Scope) -> bool | None:
        namespace, _, name = key[1:].partition("}")
        return self.types[namespace].is_instance(value, name, scope)


class Function(UserFunction):
    """A function of a model. Arguments and result are converted to their types; where that fails the result is null."""

    __slots__ = ("kinds", "result")

    def __init__(
        self, parameters: Iterable[str], kinds: Iterable[Coerce], body: Step, result: Coerce, scope: Scope
    ) -> None:
        names = tuple(parameters)
        super().__init__(names, (), body, scope)
        self.kinds = tuple(kinds)
        self.result = result

    def __call__(self, run: Run, *arguments: Any) -> Any:
        if len(arguments) != len(self.parameters):
            return None
        given = [coerce(value, self.scope) for coerce, value in zip(self.kinds, arguments, strict=True)]
        if any(after is None and before is not None for before, after in zip(arguments, given, strict=True)):
            return None
        run.spend(1 + len(given))
        run.calls += 1
        if run.calls > MAX_CALLS:
            raise feel.FeelError("函数调用嵌套太深", 0, "请检查是否无限递归")
        try:
            return self.result(self.body(self.scope.child(dict(zip(self.parameters, given, strict=True)))), self.scope)
        finally:
            run.calls -= 1


class Compiler:
    """``known``: every name of the documents that consists of several words or signs."""

    def __init__(self, types: Types, known: Iterable[str], report: Callable[[Finding], None]) -> None:
        self.types = types
        self.known = tuple(sorted(set(known)))
        namespace = types.document.namespace
        self.type_names = tuple((name, f"{{{namespace}}}{name}") for name in types.names())
        self.report = report

    def typed(self, type_ref: str) -> Coerce:
        if not type_ref:
            return lambda value, _scope: value
        return lambda value, scope: self.types.coerce(value, type_ref, scope)

    def expression(self, expression: m.Expression | None) -> Step:
        """The value of an expression, converted to the type it names."""
        if expression is None:
            return lambda _scope: None
        step = _COMPILERS[type(expression)](self, expression)
        type_ref = "" if isinstance(expression, m.FunctionDefinition) else expression.type_ref
        if not type_ref:
            return step
        coerce = self.typed(type_ref)
        return lambda scope: coerce(step(scope), scope)

    def text(self, text: str, line: int = 0) -> Step:
        if not text:
            return lambda _scope: None
        try:
            return feel.compile(text, self.known, self.type_names).step
        except feel.FeelError as problem:
            self.report(Finding("", line, f"表达式“{text[:200]}”无法读成 FEEL：{problem}", "请改正表达式"))
            return lambda _scope: None

    def tests(self, text: str, line: int = 0) -> Step | None:
        """Unary tests; None when they are always met."""
        if not text or text == "-":
            return None
        try:
            return feel.compile_unary_tests(text, self.known, self.type_names).step
        except feel.FeelError as problem:
            self.report(Finding("", line, f"条件“{text[:200]}”无法读成 FEEL：{problem}", "请改正条件"))
            return lambda _scope: None

    # -- kinds of expressions ----------------------------------------------------------------------------------------

    def _literal(self, one: m.TextExpression) -> Step:
        return self.text(one.text, one.line)

    def _context(self, one: m.ContextExpression) -> Step:
        entries = [
            (entry.variable.name if entry.variable else "", self.expression(entry.expression),
             self.typed(entry.variable.type_ref if entry.variable else ""))
            for entry in one.entries
        ]  # fmt: skip

        def make(scope: Scope) -> Any:
            made: dict[str, Any] = {}
            inner = scope.child(made)
            for name, step, coerce in entries:
                value = coerce(step(inner), inner)
                if not name:
                    return value
                made[name] = value
            return dict(made)

        return make

    def _list(self, one: m.ListExpression) -> Step:
        items = [self.expression(item) for item in one.items]
        return lambda scope: [item(scope) for item in items]

    def _relation(self, one: m.Relation) -> Step:
        rows = [[self.expression(cell) for cell in row] for row in one.rows]
        columns = one.columns
        return lambda scope: [
            {column: cell(scope) for column, cell in zip(columns, row, strict=False)} for row in rows
        ]  # fmt: skip

    def _invocation(self, one: m.Invocation) -> Step:
        function = self.expression(one.function)
        names = tuple(name for name, _ in one.bindings)
        values = [self.expression(value) for _, value in one.bindings]

        def call(scope: Scope) -> Any:
            callee = function(scope)
            if not getattr(callee, "feel_function", False):
                return None
            given = [value(scope) for value in values]
            order = callee.positions(names)
            if order is None:
                return None
            return callee(scope.run, *(given[at] if at is not None else None for at in order))

        return call

    def _function(self, one: m.FunctionDefinition) -> Step:
        make = self.function(one)
        return lambda scope: make(scope)

    def function(self, one: m.FunctionDefinition, result_type: str = "") -> Callable[[Scope], Function | None]:
        """A function value in the scope it is made in; None for one that is written in another language."""
        if one.kind.rpartition(":")[2].upper() not in ("FEEL", ""):
            self.report(Finding("", 0, f"{one.kind} 函数在平台之外，不执行", "请改写为 FEEL 函数"))
            return lambda _scope: None
        names = [parameter.name for parameter in one.parameters]
        kinds = [self.typed(parameter.type_ref) for parameter in one.parameters]
        body, result = self.expression(one.body), self.typed(result_type)
        return lambda scope: Function(names, kinds, body, result, scope)

    def _conditional(self, one: m.Conditional) -> Step:
        test, then, otherwise = (self.expression(part) for part in (one.test, one.then, one.otherwise))

        def choose(scope: Scope) -> Any:
            value = test(scope)
            if value is True:
                return then(scope)
            return otherwise(scope) if value is False or value is None else None

        return choose

    def _iteration(self, one: m.Iteration) -> Step:
        over, body = self.expression(one.over), self.expression(one.body)
        if one.kind == "for":
            return iteration.loop([(one.variable, over, None)], body, partial=True)
        name, every = one.variable, one.kind == "every"

        def run(scope: Scope) -> bool | None:
            """As ``some`` and ``every`` of FEEL, but what is neither true, false nor null makes the whole null."""
            found, unknown = iteration.elements(scope, over(scope), None, two=False), False
            for value in found if found is not None else ():
                scope.run.spend(1)
                answer = body(scope.child({name: value}))
                if answer is (not every):
                    return answer
                if answer is not None and not isinstance(answer, bool):
                    return None
                unknown = unknown or answer is None
            return None if found is None or unknown else every

        return run

    def _filter(self, one: m.FilterExpression) -> Step:
        return iteration.filtered(self.expression(one.over), self.expression(one.match), _NOT_LITERAL)

    def _table(self, one: m.Table) -> Step:
        table = self.table(one)

        def decide(scope: Scope) -> Any:
            value, fired = table.decide(scope)
            if isinstance(scope.run, Evaluation):
                scope.run.fired.append(fired)
            return value

        return decide

    def table(self, one: m.Table) -> ReadyTable:
        return ReadyTable(
            one,
            tuple(self.text(column.expression.text, column.expression.line) for column in one.inputs),
            tuple(self.typed(column.expression.type_ref) for column in one.inputs),
            tuple(self.tests(column.allowed, one.line) for column in one.inputs),
            tuple(tuple(self.tests(test, rule.line) for test in rule.tests) for rule in one.rules),
            tuple(tuple(self.text(text, rule.line) for text in rule.outputs) for rule in one.rules),
            tuple(self.typed(column.type_ref) for column in one.outputs),
            tuple(self.tests(column.allowed, one.line) for column in one.outputs),
            tuple(tuple(self._values(column.allowed)) for column in one.outputs),
            tuple(self.text(c.default.text, c.default.line) if c.default else None for c in one.outputs),
        )

    def _values(self, allowed: str) -> Iterator[Step]:
        """The output values of a column one by one: their order is the priority."""
        if allowed:
            items = feel.compile(f"[{allowed}]", self.known).tree
            for item in items.items if isinstance(items, nodes.ListOf) else ():
                yield compile_node(item)


_COMPILERS: dict[type, Callable[[Compiler, Any], Step]] = {
    m.TextExpression: Compiler._literal, m.Table: Compiler._table, m.ContextExpression: Compiler._context,
    m.ListExpression: Compiler._list, m.Relation: Compiler._relation, m.Invocation: Compiler._invocation,
    m.FunctionDefinition: Compiler._function, m.Conditional: Compiler._conditional, m.Iteration: Compiler._iteration,
    m.FilterExpression: Compiler._filter,
}  # fmt: skip
