"""What an evaluation carries: variables by scope, the moment, and the budget of operations."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .errors import FeelError, NotApplicable
from .values import normalise

BUDGET = 100_000
MAX_CALLS = 40  # functions within functions; each takes several frames of the host

MISSING = object()
Step = Callable[["Scope"], Any]


class Run:
    """One evaluation. Work is counted in operations (elements visited, calls, text written), never in time."""

    __slots__ = ("budget", "calls", "left", "now")

    def __init__(self, now: dt.datetime | None, budget: int) -> None:
        self.now = now
        self.budget = budget
        self.left = budget
        self.calls = 0

    def is_instance(self, value: Any, key: str, scope: "Scope") -> bool | None:  # noqa: ARG002
        """Whether a value is of a type that the surroundings define; by itself FEEL knows none."""
        return None

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise FeelError(f"运算超过 {self.budget} 步", 0, "请缩小列表或区间，或简化表达式")


class Scope:
    """Variables of one level; those of the caller's context are turned into values when first read."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, values: dict[str, Any], parent: "Scope | None", run: Run) -> None:
        self.values = values
        self.parent = parent
        self.run = run

    def find(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            value = scope.values.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        return MISSING

    def child(self, values: dict[str, Any]) -> "Scope":
        return Scope(values, self, self.run)


class Root(Scope):
    """The context given by the caller. It is read, never changed."""

    __slots__ = ("context",)

    def __init__(self, context: Mapping[str, Any], run: Run) -> None:
        super().__init__({}, None, run)
        self.context = context
        self.values = _Lazy(context)


class _Lazy(dict):
    """Normalises a variable on first use and remembers it."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        super().__init__()
        self._context = context

    def get(self, key: str, default: Any = None) -> Any:
        if key in self:
            return self[key]
        if key not in self._context:
            return default
        value = self[key] = normalise(self._context[key])
        return value


class Builtin:
    """A function of the language. ``signatures`` are its parameter names; the last may be "name…" for any number."""

    feel_function = True
    __slots__ = ("body", "name", "signatures")

    def __init__(self, name: str, signatures: Sequence[tuple[str, ...]], body: Callable[..., Any]) -> None:
        self.name = name
        self.signatures = tuple(signatures)
        self.body = body

    def __call__(self, run: Run, *arguments: Any) -> Any:
        for names in self.signatures:
            many = bool(names) and names[-1].endswith("…")
            if len(arguments) == len(names) or (many and len(arguments) >= len(names)):
                break
        else:
            return None
        run.spend(1 + sum(len(one) for one in arguments if isinstance(one, (list, dict))))
        result = self._answer(run, arguments)
        if isinstance(result, (list, dict)):
            run.spend(len(result))
        elif isinstance(result, str):
            run.spend(len(result) // 100)
        return result

    def _answer(self, run: Run, arguments: tuple[Any, ...]) -> Any:
        """The result; a list of one stands for its element where the list itself is of no use (10.3.2.9.4)."""
        try:
            return self.body(run, *arguments)
        except NotApplicable:
            single = [one[0] if isinstance(one, list) and len(one) == 1 else one for one in arguments]
            if all(a is b for a, b in zip(single, arguments, strict=True)):
                return None
        try:
            return self.body(run, *single)
        except NotApplicable:
            return None

    def takes(self, count: int) -> bool:
        """Whether it can be called with this number of arguments."""
        return any(len(names) == count or (names[-1:] and names[-1].endswith("…")) for names in self.signatures)

    def positions(self, names: Sequence[str]) -> tuple[int | None, ...] | None:
        """For a call by name: per parameter the index of its argument (None: left out); None if names are wrong."""
        fitting: tuple[int | None, ...] | None = None
        for signature in self.signatures:
            plain = [name.rstrip("…") for name in signature]
            if set(names) <= set(plain) and len(set(names)) == len(names):
                found = [names.index(name) if name in names else None for name in plain]
                fitting = fitting or tuple(found)
                while found and found[-1] is None:
                    found.pop()
                if any(len(found) == len(other) for other in self.signatures):
                    return tuple(found)
        return fitting


class UserFunction:
    """A function literal with the scope it was written in."""

    feel_function = True
    __slots__ = ("body", "conforms", "parameters", "scope")

    def __init__(
        self, parameters: Sequence[str], conforms: Sequence[Callable[[Any], bool]], body: Step, scope: Scope
    ) -> None:
        self.parameters = tuple(parameters)
        self.conforms = tuple(conforms)
        self.body = body
        self.scope = scope

    def __call__(self, run: Run, *arguments: Any) -> Any:
        if len(arguments) != len(self.parameters):
            return None
        if not all(test(value) for test, value in zip(self.conforms, arguments, strict=True)):
            return None
        run.spend(1 + len(arguments))
        run.calls += 1
        if run.calls > MAX_CALLS:
            raise FeelError("函数调用嵌套太深", 0, "请检查是否无限递归")
        try:
            return self.body(self.scope.child(dict(zip(self.parameters, arguments, strict=True))))
        finally:
            run.calls -= 1

    def positions(self, names: Sequence[str]) -> tuple[int | None, ...] | None:
        if sorted(names) != sorted(self.parameters):
            return None
        return tuple(names.index(name) for name in self.parameters)
