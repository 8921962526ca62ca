"""FEEL → the typed tree. Everything outside the subset is refused at its place, with the reason."""

import datetime as dt
from decimal import Decimal
from typing import Any

from yipan.kernel import feel
from yipan.kernel.feel import nodes as n

from . import tree as t
from .tree import BOOLEAN, DATE, NotSetwise, Type

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_TEXT_TESTS = ("contains", "starts with", "ends with")


def read(text: str, columns: t.Columns) -> t.Node:
    """The tree of an expression. Raises NotSetwise, also for a text that is no FEEL."""
    return _Reader(columns, None).value(_parsed(text, columns, tests=False))


def read_tests(text: str, subject: t.Node, columns: t.Columns) -> t.Node:
    """The tree of a cell's tests of a value."""
    if not text.strip() or text.strip() == "-":
        return t.Constant(BOOLEAN, True)
    return _Reader(columns, subject).tests(_parsed(text, columns, tests=True))


def _parsed(text: str, columns: t.Columns, *, tests: bool) -> n.Node:
    known = [name for name in columns if not name.isidentifier()]
    try:
        return (feel.compile_unary_tests(text, known) if tests else feel.compile(text, known)).tree
    except feel.FeelError as problem:
        raise NotSetwise(problem.message_zh, problem.position, problem.hint) from problem


class _Reader:
    def __init__(self, columns: t.Columns, subject: t.Node | None) -> None:
        self.columns, self.subject = columns, subject

    def refuse(self, node: n.Node, message: str, hint: str = "") -> NotSetwise:
        return NotSetwise(message, node.at, hint)

    # -- values ------------------------------------------------------------------------------------------------------

    def value(self, node: n.Node, wanted: Type | None = None) -> t.Node:
        """``wanted``: the type of a null literal."""
        match node:
            case n.Literal():
                return self._literal(node, wanted)
            case n.Name():
                return self._name(node)
            case n.Unary():
                return self._negative(node)
            case n.Binary(op="+" | "-" | "*"):
                return self._arithmetic(node)
            case n.Binary(op="/" | "**"):
                raise self.refuse(node, "整表计算不支持除法和乘方", "请写成 decimal(a / b, 2)，或改写为乘法")
            case n.Binary():
                return self._compared(node.op, self._pair(node, node.left, node.right), node)
            case n.Logical():
                parts = tuple(self.truth(part) for part in node.parts)
                return t.All(BOOLEAN, parts) if node.op == "and" else t.Some(BOOLEAN, parts)
            case n.Between():
                return self._within(self.value(node.value), n.RangeOf(node.at, node.low, node.high, True, True))
            case n.In():
                return self._any_of(node.tests, self.value(node.value))
            case n.If():
                return self._choice(node)
            case n.Call():
                return self._call(node)
            case _:
                raise self.refuse(node, f"整表计算不支持这种写法（{type(node).__name__}）", "请改用比较、区间或列举")

    def truth(self, node: n.Node) -> t.Node:
        found = self.value(node, BOOLEAN)
        if found.type != BOOLEAN:
            raise self.refuse(node, f"这里须是真假，得到{found.type.shown}")
        return found

    def _literal(self, node: n.Literal, wanted: Type | None) -> t.Node:
        value: Any = node.value
        match value:
            case None:
                if wanted is None:
                    raise self.refuse(node, "这里的 null 没有类型", "请写成 x = null")
                return t.Constant(wanted, None)
            case bool():
                return t.Constant(BOOLEAN, value)
            case Decimal():
                return t.Constant(self._number(node, value), value)
            case str():
                return t.Constant(t.STRING, value)
            case dt.date() if not isinstance(value, dt.datetime):
                return t.Constant(DATE, value)
            case _:
                raise self.refuse(node, "整表计算只支持数字、文字、真假和日期")

    def _number(self, node: n.Node, value: Decimal) -> Type:
        scale = max(0, -int(value.normalize().as_tuple().exponent))
        if scale > t.MOST_SCALE or abs(value) >= Decimal(10) ** (t.DIGITS - scale):
            raise self.refuse(node, f"数字 {value} 超出 {t.DIGITS} 位定点数的范围")
        return Type("number", scale)

    def _name(self, node: n.Name) -> t.Node:
        if node.name == "?" and self.subject is not None:
            return self.subject
        if node.name not in self.columns:
            raise self.refuse(node, f"没有“{node.name}”这一列", "文字请加引号")
        return t.Column(self.columns[node.name], node.name)

    def _negative(self, node: n.Unary) -> t.Node:
        if isinstance(node.operand, n.Literal) and isinstance(node.operand.value, Decimal):
            return self._literal(n.Literal(node.at, -node.operand.value), None)
        operand = self.value(node.operand)
        if operand.type.kind != "number":
            raise self.refuse(node, "只有数字可以取负")
        return t.Arithmetic(operand.type, "-", t.Constant(Type("number"), Decimal(0)), operand)

    def _arithmetic(self, node: n.Binary) -> t.Node:
        left, right = self.value(node.left), self.value(node.right)
        for side in (left, right):
            if side.type.kind != "number":
                raise self.refuse(node, f"整表计算只对数字做加减乘，得到{side.type.shown}")
        one, other = left.type.scale, right.type.scale
        scale = one + other if node.op == "*" else max(one, other)
        if scale > t.MOST_SCALE:
            raise self.refuse(node, f"结果有 {scale} 位小数，超过 {t.MOST_SCALE} 位", "请减少小数位数")
        return t.Arithmetic(Type("number", scale), node.op, left, right)  # type: ignore[arg-type]

    # -- comparisons -------------------------------------------------------------------------------------------------

    def _pair(self, node: n.Node, left: n.Node, right: n.Node) -> tuple[t.Node, t.Node]:
        """Both sides; a null literal is of the other side's type."""
        if _is_null(left) and _is_null(right):
            raise self.refuse(node, "两边都是 null")
        if _is_null(left):
            other = self.value(right)
            return t.Constant(other.type, None), other
        one = self.value(left)
        return one, self.value(right, one.type)

    def _compared(self, op: str, pair: tuple[t.Node, t.Node], node: n.Node) -> t.Node:
        left, right = pair
        if left.type.kind != right.type.kind:
            raise self.refuse(node, f"{left.type.shown}与{right.type.shown}不能比较，结果永远没有")
        for one, other in ((left, right), (right, left)):
            if isinstance(other, t.Constant) and other.value is None:
                if op not in ("=", "!="):
                    raise self.refuse(node, "与 null 只能比较是否相等")
                asked = t.IsNull(BOOLEAN, one)
                return asked if op == "=" else t.Not(BOOLEAN, asked)
        if op not in ("=", "!=") and left.type.kind in ("string", "boolean"):
            raise self.refuse(node, f"{left.type.shown}只能比较是否相等", "各数据库的排序不同")
        return t.Compared(BOOLEAN, op, left, right)

    def _within(self, subject: t.Node, node: n.RangeOf) -> t.Node:
        parts = []
        for end, op in (
            (node.low, ">=" if node.low_included else ">"),
            (node.high, "<=" if node.high_included else "<"),
        ):
            if _is_null(end):
                raise self.refuse(end, "区间的一端是 null")
            parts.append(self._compared(op, (subject, self.value(end, subject.type)), end))
        return t.Within(BOOLEAN, *parts)

    def tests(self, node: n.Node) -> t.Node:
        assert isinstance(node, n.UnaryTests)
        if not node.tests:
            return t.Constant(BOOLEAN, True)
        assert self.subject is not None
        found = self._any_of(node.tests, self.subject)
        return t.Not(BOOLEAN, found) if node.negated else found

    def _any_of(self, tests: tuple[n.Node, ...], subject: t.Node) -> t.Node:
        parts = tuple(self._test(test, subject) for test in tests)
        return parts[0] if len(parts) == 1 else t.Some(BOOLEAN, parts)

    def _test(self, node: n.Node, subject: t.Node) -> t.Node:
        match node:
            case n.Compare():
                if _is_null(node.operand):
                    return self._compared(node.op, (subject, t.Constant(subject.type, None)), node)
                return self._compared(node.op, (subject, self.value(node.operand, subject.type)), node)
            case n.RangeOf():
                return self._within(subject, node)
            case n.ListOf():
                return self._listed(node, subject)
            case _ if _mentions_subject(node):
                return _Reader(self.columns, subject).truth(node)
            case _:
                other = self.value(node, subject.type)
                return self._compared("=", (subject, other), node)

    def _listed(self, node: n.ListOf, subject: t.Node) -> t.Node:
        """A list as a test is met or not, never without an answer: only equality has that meaning here."""
        if any(isinstance(item, (n.RangeOf, n.Compare, n.ListOf)) for item in node.items):
            raise self.refuse(node, "列表中只能列举值", "请把区间直接写在条件里，用逗号分开")
        if not node.items:
            return t.Constant(BOOLEAN, False)
        return self._any_of(node.items, subject)

    # -- the rest ----------------------------------------------------------------------------------------------------

    def _choice(self, node: n.If) -> t.Node:
        test = self.truth(node.test)
        if _is_null(node.then) and _is_null(node.otherwise):
            raise self.refuse(node, "两个分支都是 null")
        if _is_null(node.then):
            otherwise = self.value(node.otherwise)
            return t.Choice(otherwise.type, test, t.Constant(otherwise.type, None), otherwise)
        then = self.value(node.then)
        otherwise = self.value(node.otherwise, then.type)
        return t.Choice(joined(node.at, then.type, otherwise.type), test, then, otherwise)

    def _call(self, node: n.Call) -> t.Node:
        name = node.function.name if isinstance(node.function, n.Name) else ""
        arguments = node.arguments
        if node.names:
            raise self.refuse(node, "整表计算不支持具名参数", "请按顺序填写参数")
        if name == "not" and len(arguments) == 1:
            return t.Not(BOOLEAN, self.truth(arguments[0]))
        if name in _TEXT_TESTS and len(arguments) == 2:
            return t.TextTest(BOOLEAN, name, self._text(arguments[0]), self._text(arguments[1]))  # type: ignore[arg-type]
        if name == "string length" and len(arguments) == 1:
            return t.Length(Type("number"), self._text(arguments[0]))
        if name == "abs" and len(arguments) == 1:
            operand = self.value(arguments[0])
            if operand.type.kind == "number":
                return t.Absolute(operand.type, operand)
        if name == "decimal" and len(arguments) == 2:
            return self._quotient(*arguments)
        if name == "date" and len(arguments) == 1 and isinstance(arguments[0], n.Literal):
            return self._date(node, arguments[0].value)
        raise self.refuse(
            node,
            f"整表计算不支持函数“{name}”",
            "可用 not、contains、starts with、ends with、string length、abs、decimal(a / b, n)",
        )

    def _quotient(self, value: n.Node, places: n.Node) -> t.Node:
        wanted = places.value if isinstance(places, n.Literal) else None
        if not isinstance(wanted, Decimal) or wanted not in range(t.MOST_SCALE + 1):
            raise self.refuse(places, f"小数位数须是 0 至 {t.MOST_SCALE} 的整数")
        if not (isinstance(value, n.Binary) and value.op == "/"):
            raise self.refuse(value, "decimal 里须是一个除法", "请写成 decimal(a / b, 2)")
        left, right = self.value(value.left), self.value(value.right)
        for side in (left, right):
            if side.type.kind != "number":
                raise self.refuse(value, f"只有数字可以相除，得到{side.type.shown}")
        return t.Quotient(Type("number", int(wanted)), left, right)

    def _date(self, node: n.Call, text: Any) -> t.Node:
        value = feel.compile(f'date("{text}")').evaluate({}) if isinstance(text, str) else None
        if not isinstance(value, dt.date):
            raise self.refuse(node, f"“{text}”不是日期", '请写成 date("2026-03-01")')
        return t.Constant(DATE, value)

    def _text(self, node: n.Node) -> t.Node:
        found = self.value(node, t.STRING)
        if found.type != t.STRING:
            raise self.refuse(node, f"这里须是文字，得到{found.type.shown}")
        return found


def joined(at: int, one: Type, other: Type) -> Type:
    """The type both branches have; numbers get the longer scale."""
    if one.kind != other.kind:
        raise NotSetwise(f"两个分支一个是{one.shown}，一个是{other.shown}", at)
    return one if one.scale >= other.scale else other


def _is_null(node: n.Node) -> bool:
    return isinstance(node, n.Literal) and node.value is None


def _mentions_subject(node: n.Node) -> bool:
    if isinstance(node, n.Name):
        return node.name == "?"
    return any(_mentions_subject(child) for child in n.children(node))
