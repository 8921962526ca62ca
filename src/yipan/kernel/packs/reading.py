"""YAML and JSON that remember their lines.

The YAML accepted is the safe core of version 1.2: plain maps, lists, texts, true/false, null, decimal numbers and
dates (2021-10-28). The surprises of version 1.1 are left out on purpose, because pack authors write codes: `no`, `on`
and `12:30` stay texts, and so does `000131`. A key that stands twice in one map is a fault, not an overwrite.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from .findings import ERROR, Finding, PackError, Severity

Key = str | int
MAX_NODES = 500_000  # aliases can blow a small file up; no honest pack file comes near this

_PREFIX = "tag:yaml.org,2002:"
_RESOLVERS = (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-0123456789")),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", list("0123456789")),
    ("merge", r"^<<$", ["<"]),
)


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader with the resolvers of the core schema only; used to compose nodes, never to construct."""

    yaml_implicit_resolvers: dict = {}


for _tag, _pattern, _first in _RESOLVERS:
    _CoreLoader.add_implicit_resolver(_PREFIX + _tag, re.compile(_pattern), _first)


@dataclass(frozen=True)
class Document:
    """A parsed file: `value` (dict, list, str, int, Decimal, bool, date, None) and the line of every key path."""

    path: str
    value: Any
    lines: dict[tuple[Key, ...], int] = field(repr=False)

    def line(self, *keys: Key) -> int:
        """Line (from 1) of the key or list element at the path; of its nearest written ancestor when it is missing."""
        at = tuple(keys)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def finding(self, message: str, *keys: Key, severity: Severity = ERROR) -> Finding:
        return Finding(self.path, self.line(*keys), message, severity)

    def fields(self, *keys: Key) -> "Fields":
        """A reader of the map at the path that collects findings; the root map when no path is given."""
        value = self.value
        for key in keys:
            value = value[key]
        return Fields(self, tuple(keys), value if isinstance(value, dict) else {}, is_map=isinstance(value, dict))


class _Builder:
    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[tuple[Key, ...], int] = {}
        self.findings: list[Finding] = []
        self.seen = 0

    def fault(self, node: yaml.Node, message: str) -> None:
        self.findings.append(Finding(self.path, node.start_mark.line + 1, message))

    def build(self, node: yaml.Node, at: tuple[Key, ...], above: tuple[int, ...] = ()) -> Any:
        self.seen += 1
        if self.seen > MAX_NODES:
            raise PackError([Finding(self.path, node.start_mark.line + 1, "文件展开后过大，请拆分或减少引用")])
        if id(node) in above:
            self.fault(node, "引用（*别名）指向了自身，请改写为独立内容")
            return None
        self.lines.setdefault(at, node.start_mark.line + 1)
        inside = (*above, id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, at, inside)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*at, i), inside) for i, child in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, at: tuple[Key, ...], above: tuple[int, ...]) -> dict[Key, Any]:
        result: dict[Key, Any] = {}
        inherited: dict[Key, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _PREFIX + "merge":
                sources = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                for source in sources:
                    part = self.build(source, at, above)
                    if isinstance(part, dict):
                        inherited = {**part, **inherited}
                    else:
                        self.fault(source, "“<<” 之后应当引用一个键值表")
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, "键应当是文字，不能是列表或表")
                continue
            # Keys are texts as written, so that 440703: and 2021-01-01: stay what the author sees.
            key = key_node.value
            if key in result:
                self.fault(key_node, f"键“{key}”重复出现，请删去其中一个")
                continue
            self.lines[(*at, key)] = key_node.start_mark.line + 1
            result[key] = self.build(value_node, (*at, key), above)
        return {**inherited, **result}

    def scalar(self, node: yaml.Node) -> Any:
        text = node.value
        kind = node.tag.removeprefix(_PREFIX)
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text == "true"
        if kind == "int":
            return int(text)
        if kind == "float":
            return Decimal(text)
        if kind == "timestamp":
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.fault(node, f"“{text}”不是真实的日期")
                return None
        self.fault(node, f"不支持的标记“{node.tag}”，请改为普通文字")
        return None


def read_yaml(text: str, path: str) -> Document:
    """Parse one YAML document. Raises PackError (every duplicate key and bad value; or the first syntax fault)."""
    try:
        node = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PackError([Finding(path, line, f"YAML 语法错误：{error.problem or error.context}")]) from error
    except yaml.YAMLError as error:
        raise PackError([Finding(path, 1, f"YAML 无法读取：{error}")]) from error
    except RecursionError as error:
        raise PackError([Finding(path, 1, "嵌套层次过深，无法读取")]) from error
    if node is None:
        return Document(path, None, {(): 1})
    builder = _Builder(path)
    try:
        value = builder.build(node, ())
    except RecursionError as error:
        raise PackError([Finding(path, 1, "嵌套层次过深，无法读取")]) from error
    if builder.findings:
        raise PackError(builder.findings)
    return Document(path, value, builder.lines)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"键“{key}”重复出现，请删去其中一个")
        result[key] = value
    return result


def read_json(text: str, path: str) -> Document:
    """Parse JSON (numbers with a fraction become Decimal); lines are found because JSON is a subset of YAML."""
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise PackError([Finding(path, error.lineno, f"JSON 语法错误：{error.msg}（第 {error.colno} 列）")]) from error
    except (ValueError, RecursionError) as error:
        message = str(error) if isinstance(error, ValueError) else "嵌套层次过深，无法读取"
        raise PackError([Finding(path, 1, message)]) from error
    builder = _Builder(path)
    try:
        node = yaml.compose(text.replace("\t", " "), Loader=_CoreLoader)
        if node is not None:
            builder.build(node, ())
    except (yaml.YAMLError, RecursionError):
        return Document(path, value, {(): 1})  # the content is right, only its lines are unknown
    return Document(path, value, builder.lines)


_TYPE_WORDS = {
    str: "文字",
    int: "整数",
    bool: "true 或 false",
    date: "日期（如 2021-10-28）",
    list: "列表",
    dict: "键值表",
}


@dataclass
class Fields:
    """Reads one map of a document field by field; wrong and missing fields become findings instead of exceptions."""

    document: Document
    at: tuple[Key, ...]
    map: dict[str, Any]
    is_map: bool = True
    findings: list[Finding] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not self.is_map:
            self.findings.append(self.document.finding("此处应当是键值表", *self.at))

    def fault(self, message: str, *keys: Key, severity: Severity = ERROR) -> None:
        self.findings.append(self.document.finding(message, *self.at, *keys, severity=severity))

    def _value(self, key: str, kind: type, *, required: bool, default: Any) -> Any:
        self._read.add(key)
        value = self.map.get(key)
        if value is None:
            if required and self.is_map:
                self.fault(f"缺少必填项“{key}”")
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(f"“{key}”应当是{_TYPE_WORDS[kind]}，实际为“{value}”", key)
            return default
        return value

    def text(self, key: str, *, required: bool = True, default: str = "") -> str:
        """A text; a number is taken as written would mislead (000131), so it is a finding that asks for quotes."""
        value = self._value(key, str, required=required, default=default)
        if required and isinstance(value, str) and key in self.map and not value.strip() and value != default:
            self.fault(f"“{key}”不能为空", key)
        return value

    def integer(self, key: str, *, required: bool = True, default: int = 0) -> int:
        return self._value(key, int, required=required, default=default)

    def flag(self, key: str, *, required: bool = False, default: bool = False) -> bool:
        return self._value(key, bool, required=required, default=default)

    def day(self, key: str, *, required: bool = True, default: date | None = None) -> date | None:
        return self._value(key, date, required=required, default=default)

    def choice(self, key: str, choices: Sequence[str], *, required: bool = True, default: str = "") -> str:
        value = self.text(key, required=required, default=default)
        if value and value not in choices:
            self.fault(f"“{key}”的值“{value}”不在可选范围：{'、'.join(choices)}", key)
            return default
        return value

    def texts(self, key: str, *, required: bool = False) -> list[str]:
        values = self._value(key, list, required=required, default=[])
        result = []
        for i, value in enumerate(values):
            if isinstance(value, str):
                result.append(value)
            else:
                self.fault(f"“{key}”第 {i + 1} 项应当是文字，实际为“{value}”", key, i)
        return result

    def maps(self, key: str, *, required: bool = False) -> "Iterator[Fields]":
        """Readers of a list of maps; they share this reader's findings."""
        for i, value in enumerate(self._value(key, list, required=required, default=[])):
            is_map = isinstance(value, dict)
            yield Fields(self.document, (*self.at, key, i), value if is_map else {}, is_map, self.findings)

    def raw(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        return self.map.get(key, default)

    def nothing_else(self) -> None:
        """Every key not read so far is a misspelling or a leftover: report it."""
        for key in self.map:
            if key not in self._read:
                self.fault(f"不认识的项“{key}”，请检查拼写", key)
