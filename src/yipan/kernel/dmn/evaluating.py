"""A model ready to decide: its requirement graph, what it imports, and the answers with their reasons."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yipan.kernel.feel import BUDGET
from yipan.kernel.feel.expression import run as run_safely
from yipan.kernel.feel.runtime import MISSING, Scope, Step
from yipan.kernel.feel.values import normalise

from . import model as m
from . import naming
from .compiling import Compiler, Evaluation, Function
from .errors import DmnError, Finding
from .tables import Fired
from .types import Types

Inputs = Mapping[str, Any]
MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """The value of a decision (null when it could not be said), with every table that was asked on the way."""

    value: Any
    fired: tuple[Fired, ...]

    @property
    def violations(self) -> tuple[str, ...]:
        return tuple(one.violation for one in self.fired if one.violation)


class Model:
    """``document`` with what it imports by namespace. ``findings``: texts that cannot be read; what needs them is null.

    model = dmn.load(xml)
    model.decide("eligible", {"age": 30}).value"""

    def __init__(self, document: m.Document, imported: Mapping[str, "Model"] | None = None) -> None:
        self.document = document
        self.imported: dict[str, Model] = dict(imported or {})
        missing = [one for one in document.imports if one.namespace not in self.imported]
        if missing:
            raise DmnError(
                Finding("", one.line, f"引入的模型 {one.namespace} 没有给出", "请一并提供被引入的文件")
                for one in missing
            )
        self.findings: list[Finding] = []
        self.types = Types(document, {one.name: self.imported[one.namespace].types for one in document.imports})
        self.parts = naming.parts(document) | {name for other in self.imported.values() for name in other.parts}
        self._steps: dict[str, Step] = {}
        self._functions: dict[str, Callable[[Scope], Function | None]] = {}
        self._typed: dict[str, Callable[[Any, Scope], Any]] = {}
        for key, node in document.nodes.items():
            compiler = Compiler(self.types, self.parts | self._visible(node), self.findings.append)
            self._typed[key] = compiler.typed(node.variable.type_ref)
            if isinstance(node, m.Decision):
                self._steps[key] = compiler.expression(node.expression)
            elif isinstance(node, m.Knowledge) and node.function is not None:
                self._functions[key] = compiler.function(node.function, node.variable.type_ref)

    # -- what can be asked -------------------------------------------------------------------------------------------

    def decide(
        self, name: str, inputs: Inputs, *, now: dt.datetime | None = None, budget: int = BUDGET,
        given: Mapping[tuple[str, str], Any] | None = None,
    ) -> Answer:  # fmt: skip
        """A decision by name or id. ``inputs`` by name: input data, and decisions that are given instead of made;
        ``given``: the same by namespace and name. Raises KeyError for an unknown decision, FeelError beyond the
        budget."""
        node = self.find(name, m.Decision)
        return self._answer(lambda asked: asked.decision(self, node), inputs, now, budget, given)

    def call(self, name: str, inputs: Inputs, *, now: dt.datetime | None = None, budget: int = BUDGET) -> Answer:
        """A decision service by name or id: a context of its output decisions, or the value of the only one."""
        node = self.find(name, m.Service)
        return self._answer(lambda asked: asked.service(self, node), inputs, now, budget, None)

    def find(self, name: str, kind: type[Any]) -> Any:
        found = self.document.nodes.get(name) or self.document.named(kind, name)
        if not isinstance(found, kind):
            raise KeyError(name)
        return found

    def _answer(
        self, ask: Callable[["_Asked"], Any], inputs: Inputs, now: dt.datetime | None, budget: int,
        given: Mapping[tuple[str, str], Any] | None,
    ) -> Answer:  # fmt: skip
        evaluation = Evaluation(now, budget, self.all_types())
        asked = _Asked(
            evaluation,
            {name: normalise(value) for name, value in inputs.items()},
            {key: normalise(value) for key, value in (given or {}).items()},
        )
        value = run_safely(lambda _scope: ask(asked), asked.ground)
        return Answer(value, tuple(evaluation.fired))

    def all_types(self) -> dict[str, Types]:
        """The types of this document and of all it imports, by namespace."""
        found = {self.document.namespace: self.types}
        for other in self.imported.values():
            found |= other.all_types()
        return found

    # -- names -------------------------------------------------------------------------------------------------------

    def _visible(self, node: m.Node) -> set[str]:
        """Names a node's expressions can begin with, beside parts of values: what it requires, and its parameters."""
        found = naming.parameters(node) | {one.name for one in self.document.imports}
        for namespace, key in naming.required(node):
            required = self.at(namespace).document.nodes.get(key)
            found |= {required.name} if required is not None else set()
        return naming.several_words(found | {node.name})

    # -- parts for evaluation ----------------------------------------------------------------------------------------

    def at(self, namespace: str) -> "Model":
        """The model of a reference: this one, or one that is imported."""
        return self if namespace in ("", self.document.namespace) else self.imported[namespace]

    def import_name(self, namespace: str) -> str:
        """Under which name what is imported is seen; "" for what is this model's own."""
        if namespace in ("", self.document.namespace):
            return ""
        return next((one.name for one in self.document.imports if one.namespace == namespace), "")


class _Asked:
    """One question: the inputs, and every decision made at most once (for the same inputs)."""

    def __init__(
        self, evaluation: Evaluation, inputs: dict[str, Any], given: dict[tuple[str, str], Any], depth: int = 0
    ) -> None:
        self.evaluation, self.inputs, self.given, self.depth = evaluation, inputs, given, depth
        self.ground = Scope({}, None, evaluation)
        self.made: dict[tuple[str, str], Any] = {}

    def decision(self, model: Model, node: m.Decision) -> Any:
        key = (model.document.namespace, node.id)
        value = self._given(model, node.name)
        if value is not MISSING:
            return model._typed[node.id](value, self.ground)
        if key not in self.made:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise DmnError([Finding(node.id, node.line, "决策之间的依赖太深，或成了环", "请检查信息需求")])
            scope = self._scope(model, node)
            self.made[key] = model._typed[node.id](model._steps[node.id](scope), scope)
            self.depth -= 1
        return self.made[key]

    def input(self, model: Model, node: m.InputData) -> Any:
        value = self._given(model, node.name)
        return None if value is MISSING else model._typed[node.id](value, self.ground)

    def service(self, model: Model, node: m.Service, arguments: Mapping[str, Any] | None = None) -> Any:
        """Its output decisions, with its parameters in place of its inputs."""
        inside = _Asked(self.evaluation, dict(self.inputs), dict(self.given), self.depth + 1)
        if self.depth > MAX_DEPTH:
            raise DmnError([Finding(node.id, node.line, "决策服务互相调用太深", "请检查是否无限递归")])
        for name, value in (arguments or {}).items():
            inside.inputs[name] = value
        if arguments is None:
            # Called from outside: an input decision that is not given is null, it is not made.
            for namespace, key in node.input_decisions:
                inner = model.at(namespace).document.nodes[key]
                inside.inputs.setdefault(inner.name, None)
        values: dict[str, Any] = {}
        for namespace, key in node.outputs:
            owner = model.at(namespace)
            output = owner.document.nodes[key]
            assert isinstance(output, m.Decision)
            values[output.name] = inside.decision(owner, output)
        found = next(iter(values.values())) if len(values) == 1 else values
        return model._typed[node.id](found, self.ground)

    def _given(self, model: Model, name: str) -> Any:
        namespaced = self.given.get((model.document.namespace, name), MISSING)
        if namespaced is not MISSING:
            return namespaced
        return self.inputs.get(name, MISSING)

    # -- scopes ------------------------------------------------------------------------------------------------------

    def _scope(self, model: Model, node: m.Decision) -> Scope:
        """What a decision sees: exactly what it requires; imported things below the name of their import."""
        values: dict[str, Any] = {}
        for namespace, key in (*node.inputs, *node.decisions, *node.knowledge):
            owner = model.at(namespace)
            required = owner.document.nodes.get(key)
            if required is not None:
                self._put(values, model.import_name(namespace), required.name, self._value(owner, required))
        return self.ground.child(values)

    def _value(self, model: Model, node: m.Node) -> Any:
        match node:
            case m.InputData():
                return self.input(model, node)
            case m.Decision():
                return self.decision(model, node)
            case m.Knowledge():
                return self._knowledge(model, node)
            case _:
                return self._service_function(model, node)

    @staticmethod
    def _put(values: dict[str, Any], prefix: str, name: str, value: Any) -> None:
        if not prefix:
            values[name] = value
            return
        inner = values.get(prefix)
        values[prefix] = {**(inner if isinstance(inner, dict) else {}), name: value}

    def _knowledge(self, model: Model, node: m.Knowledge) -> Function | None:
        """A knowledge model as a function that sees what it requires (and itself)."""
        make = model._functions.get(node.id)
        if make is None:
            return None
        values: dict[str, Any] = {}
        function = make(self.ground.child(values))
        values[node.name] = function
        for namespace, key in node.knowledge:
            owner = model.at(namespace)
            required = owner.document.nodes.get(key)
            if required is not None and required is not node:
                self._put(values, model.import_name(namespace), required.name, self._value(owner, required))
        return function

    def _service_function(self, model: Model, node: m.Service) -> Function:
        parameters: list[str] = []
        kinds: list[Callable[[Any, Scope], Any]] = []
        for namespace, key in (*node.inputs, *node.input_decisions):
            owner = model.at(namespace)
            required = owner.document.nodes[key]
            parameters.append(required.name)
            kinds.append(owner._typed[required.id])

        def body(scope: Scope) -> Any:
            return self.service(model, node, {name: scope.find(name) for name in parameters})

        return Function(parameters, kinds, body, model._typed[node.id], self.ground)
