"""Pratt parser: tokens → syntax tree (grammar of DMN 1.3 §10.3.1.2, with the range literals of 1.4).

A name may hold spaces and operators when it is known: built-in functions, ``known`` names of the caller, and names
the expression itself brings (loop variables, parameters, entries of contexts). The longest known name wins.
"""

from collections.abc import Iterable
from typing import TypeVar

from . import nodes as n
from .errors import FeelError
from .lexer import AT, END, KEYWORDS, NAME, STRING, SYMBOL, Token, tokens, words
from .literals import at_literal, number
from .lookahead import cannot_start
from .types import type_name

MAX_DEPTH = 200  # of the tree; closures recurse once per level
MAX_NESTING = 60  # of brackets and the like while parsing

_BINDING = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "between": 3, "in": 3}
_BINDING |= {"+": 4, "-": 4, "*": 5, "/": 5, "**": 6, "instance": 8, ".": 9, "[": 9, "(": 9}
_COMPARISON, _ADDITIVE, _NEGATION = 3, 4, 7
_COMPARING = ("<", "<=", ">", ">=", "=", "!=")

_N = TypeVar("_N", bound=n.Node)


class Parser:
    """One text. ``expression()`` and ``unary_tests()`` read all of it."""

    def __init__(self, source: str, known: Iterable[str], types: Iterable[tuple[str, str]] = ()) -> None:
        """``types``: names of types that the surroundings define, each with the key it is asked for by."""
        self.source = source
        pairs = [(tuple(words(name)), key) for name, key in types]
        self.types = sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)
        self.tokens = tokens(source)
        self.index = 0
        self.nesting = 0
        self.scopes: list[dict[str, list[tuple[str, ...]]]] = [{}]
        for name in known:
            self.learn(name)

    # -- tokens

    @property
    def now(self) -> Token:
        return self.tokens[self.index]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.index + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        if token.kind != END:
            self.index += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.now.kind in (SYMBOL, NAME) and self.now.text in texts

    def accept(self, *texts: str) -> bool:
        if self.at(*texts):
            self.index += 1
            return True
        return False

    def expect(self, text: str, hint: str = "") -> Token:
        if not self.at(text):
            raise FeelError(f"此处应为“{text}”，而不是{self.shown()}", self.now.start, hint)
        return self.take()

    def shown(self) -> str:
        return "结尾" if self.now.kind == END else f"“{self.source[self.now.start : self.now.end]}”"

    # -- names

    def learn(self, name: str) -> None:
        """Make a name of several words known in the innermost scope; single words need no learning."""
        parts = words(name)
        if len(parts) > 1:
            self.scopes[-1].setdefault(parts[0], []).append(parts)

    def name(self) -> str:
        """A name at this place: the longest known one, else one word."""
        first = self.now
        if first.kind != NAME:
            raise FeelError(f"此处应为名称，而不是{self.shown()}", first.start)
        longest = 1
        for scope in self.scopes:
            for parts in scope.get(first.text, ()):
                if len(parts) > longest and all(
                    self.ahead(i).text == part and self.ahead(i).kind not in (STRING, AT, END)
                    for i, part in enumerate(parts)
                ):
                    longest = len(parts)
        self.index += longest
        return self.between(first, self.tokens[self.index - 1])

    def between(self, first: Token, last: Token) -> str:
        return " ".join(self.source[first.start : last.end].split())

    def new_name(self, *ends: str) -> str:
        """A name being defined: every token up to one of ``ends``."""
        first = self.now
        if first.kind != NAME:
            raise FeelError(f"此处应为名称，而不是{self.shown()}", first.start)
        while self.now.kind not in (END, STRING, AT) and not self.at(*ends):
            self.take()
        if not self.at(*ends):
            raise FeelError(f"名称后面应为“{ends[0]}”", self.now.start)
        return self.between(first, self.tokens[self.index - 1])

    # -- whole texts

    def whole_expression(self) -> n.Node:
        return self.finish(self.expression())

    def whole_tests(self) -> n.UnaryTests:
        start = self.now.start
        if self.at("-") and self.ahead().kind == END:
            self.take()
            return n.UnaryTests(start, (), False)
        if self.at("not") and self.ahead().text == "(":
            saved = self.index
            self.index += 2
            tests = self.tests()
            if self.accept(")") and self.now.kind == END:
                return self.finish(n.UnaryTests(start, tests, True))
            self.index = saved
        return self.finish(n.UnaryTests(start, self.tests(), False))

    def finish(self, node: _N) -> _N:
        if self.now.kind != END:
            hint = "名称中的空格只在名称已知时才能使用" if self.now.kind == NAME else ""
            raise FeelError(f"多出的内容{self.shown()}", self.now.start, hint)
        level, place = n.depth(node)
        if level > MAX_DEPTH:
            raise FeelError("表达式嵌套太深", place, "请拆成几条规则")
        return node

    # -- expressions

    def expression(self, binding: int = 0) -> n.Node:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise FeelError("表达式嵌套太深", self.now.start, "请拆成几条规则")
        left = self.prefix()
        while self.now.kind in (SYMBOL, NAME):
            power = _BINDING.get(self.now.text, 0)
            if power <= binding or (self.at("[") and cannot_start(self.ahead())):
                break
            left = self.infix(left, power)
        self.nesting -= 1
        return left

    def infix(self, left: n.Node, power: int) -> n.Node:
        token = self.take()
        match token.text:
            case "and" | "or":
                right = self.expression(power)
                parts = left.parts if isinstance(left, n.Logical) and left.op == token.text else (left,)
                return n.Logical(left.at, token.text, (*parts, right))
            case "between":
                low = self.expression(_COMPARISON)
                self.expect("and", "between 的写法：x between 1 and 10")
                return n.Between(left.at, left, low, self.expression(_COMPARISON))
            case "in":
                return n.In(left.at, left, self.in_tests())
            case "instance":
                self.expect("of")
                return n.InstanceOf(left.at, left, type_name(self))
            case ".":
                return n.Path(left.at, left, self.name())
            case "[":
                test = self.expression()
                self.expect("]")
                return n.Filter(left.at, left, test)
            case "(":
                return self.call(left)
            case "=" | "!=" | "<" | "<=" | ">" | ">=":
                if self.at("="):
                    raise FeelError("比较相等只用一个等号", self.now.start, "请改用 =")
                return n.Binary(left.at, token.text, left, self.expression(power))
            case _:
                return n.Binary(left.at, token.text, left, self.expression(power))

    def prefix(self) -> n.Node:
        token = self.now
        match token.kind:
            case "number":
                self.take()
                return n.Literal(token.start, number(token))
            case "string":
                self.take()
                return n.Literal(token.start, token.text)
            case "at":
                self.take()
                return n.Literal(token.start, at_literal(token))
            case "name":
                return self.word(token)
            case "symbol":
                return self.symbol(token)
            case _:
                raise FeelError("表达式不完整" if self.index else "表达式是空的", token.start)

    def word(self, token: Token) -> n.Node:
        match token.text:
            case "true" | "false" | "null":
                self.take()
                return n.Literal(token.start, {"true": True, "false": False, "null": None}[token.text])
            case "if":
                return self.conditional()
            case "for":
                return self.loop()
            case "some" | "every":
                return self.quantified()
            case "function":
                return self.function()
        if token.text in KEYWORDS and token.text not in ("external", "instance", "of"):
            raise FeelError(f"此处不应出现“{token.text}”", token.start)
        return n.Name(token.start, self.name())

    def symbol(self, token: Token) -> n.Node:
        match token.text:
            case "-":
                self.take()
                return n.Unary(token.start, self.expression(_NEGATION - 1))
            case "(" | "[" | "]":
                return self.bracket(token)
            case "{":
                return self.context()
            case _:
                raise FeelError(f"此处不应出现“{token.text}”", token.start)

    def bracket(self, token: Token) -> n.Node:
        """``(expr)``, ``(1..2]``, ``(< 5)``, ``[1..2]``, ``[a, b]`` or ``]1..2[``."""
        self.take()
        if token.text == "(" and self.at(*_COMPARING):
            test = self.comparison()
            self.expect(")")
            return test
        if token.text == "[" and self.accept("]"):
            return n.ListOf(token.start, ())
        first = self.test() if token.text == "[" and self.at(*_COMPARING) else self.expression()
        if self.accept(".."):
            high = self.expression()
            if not self.at("]", ")", "["):
                raise FeelError(f"区间应以“]”或“)”结束，而不是{self.shown()}", self.now.start)
            return n.RangeOf(token.start, first, high, token.text == "[", self.take().text == "]")
        if token.text == "(":
            self.expect(")")
            return first
        if token.text == "]":
            raise FeelError("区间缺少“..”", self.now.start, "区间的写法：[1..10]")
        items = [first]
        while self.accept(","):
            items.append(self.test() if self.at(*_COMPARING) else self.expression())
        self.expect("]")
        return n.ListOf(token.start, tuple(items))

    # -- tests

    def comparison(self) -> n.Node:
        token = self.take()
        return n.Compare(token.start, token.text, self.expression(_COMPARISON))

    def test(self) -> n.Node:
        return self.comparison() if self.at(*_COMPARING) else self.expression()

    def tests(self) -> tuple[n.Node, ...]:
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        return tuple(found)

    def in_tests(self) -> tuple[n.Node, ...]:
        if self.at(*_COMPARING):
            return (self.comparison(),)
        if self.at("("):
            # (1, < 5, [2..3]) is a list of tests; (1..5] and (a) are one expression.
            saved = self.index
            self.take()
            found = self.tests()
            if self.accept(")") and (len(found) > 1 or any(isinstance(test, n.Compare) for test in found)):
                return found
            self.index = saved
        return (self.expression(_COMPARISON),)

    # -- constructs

    def call(self, function: n.Node) -> n.Node:
        if self.accept(")"):
            return n.Call(function.at, function, (), ())
        names: list[str] = []
        arguments: list[n.Node] = []
        while True:
            named = self.argument_name()
            if bool(names) != bool(named) and arguments:
                raise FeelError("参数要么都写名称，要么都不写", self.now.start)
            if named:
                names.append(named)
            arguments.append(self.test())
            if not self.accept(","):
                break
        self.expect(")")
        return n.Call(function.at, function, tuple(arguments), tuple(names))

    def argument_name(self) -> str:
        """The name before a colon, or "" for an argument by position."""
        steps = 0
        while self.ahead(steps).kind == NAME:
            steps += 1
        if not steps or self.ahead(steps).text != ":" or self.ahead(steps).kind != SYMBOL:
            return ""
        name = self.between(self.now, self.ahead(steps - 1))
        self.index += steps + 1
        return name

    def conditional(self) -> n.Node:
        start = self.take().start
        test = self.expression()
        self.expect("then", "if 的写法：if 条件 then 甲 else 乙")
        then = self.expression()
        self.expect("else", "if 必须带 else")
        return n.If(start, test, then, self.expression())

    def domains(self, end: str) -> tuple[tuple[str, n.Node, n.Node | None], ...]:
        found: list[tuple[str, n.Node, n.Node | None]] = []
        while True:
            name = self.new_name("in")
            self.take()
            low = self.expression()
            high = self.expression() if self.accept("..") else None
            found.append((name, low, high))
            self.learn(name)
            if not self.accept(","):
                break
        self.expect(end)
        return tuple(found)

    def loop(self) -> n.Node:
        start = self.take().start
        self.scopes.append({})
        node = n.For(start, self.domains("return"), self.expression())
        self.scopes.pop()
        return node

    def quantified(self) -> n.Node:
        token = self.take()
        self.scopes.append({})
        node = n.Quantified(token.start, token.text == "every", self.domains("satisfies"), self.expression())
        self.scopes.pop()
        return node

    def function(self) -> n.Node:
        start = self.take().start
        self.expect("(")
        self.scopes.append({})
        parameters: list[tuple[str, n.TypeName | None]] = []
        while not self.accept(")"):
            name = self.new_name(",", ")", ":")
            parameters.append((name, type_name(self) if self.accept(":") else None))
            self.learn(name)
            if not self.at(")"):
                self.expect(",")
        if self.at("external"):
            raise FeelError("不支持外部函数", self.now.start, "请改写为 FEEL 函数")
        node = n.FunctionOf(start, tuple(parameters), self.expression())
        self.scopes.pop()
        return node

    def context(self) -> n.Node:
        start = self.take().start
        self.scopes.append({})
        entries: list[tuple[str, n.Node]] = []
        while not self.accept("}"):
            place = self.now.start
            key = self.take().text if self.now.kind == STRING else self.new_name(":")
            if any(key == earlier for earlier, _ in entries):
                raise FeelError(f"条目“{key}”重复", place)
            self.expect(":")
            entries.append((key, self.expression()))
            self.learn(key)
            if not self.at("}"):
                self.expect(",")
        names = self.scopes.pop()
        # Paths such as {Monthly Salary: 1}.Monthly Salary need the names of entries after the brace too.
        for first, parts in names.items():
            self.scopes[0].setdefault(first, []).extend(parts)
        return n.ContextOf(start, tuple(entries))
