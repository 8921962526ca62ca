"""Functions on text (DMN 1.3 table 73). Positions count characters from 1; negative ones from the end."""

import re
from decimal import Decimal
from typing import Any

from . import patterns
from .register import Functions, Run, integer, sequence, text

FUNCTIONS = Functions()


@FUNCTIONS.add("substring", "string,start position", "string,start position,length")
def substring(_run: Run, value: Any, start: Any, length: Any = None) -> str | None:
    whole, first = text(value), integer(start)
    if first == 0 or abs(first) > len(whole):
        return "" if first > len(whole) and length is None else None
    begin = first - 1 if first > 0 else len(whole) + first
    if length is None:
        return whole[begin:]
    count = integer(length)
    return whole[begin : begin + count] if count > 0 else None


@FUNCTIONS.add("string length", "string")
def string_length(_run: Run, value: Any) -> Decimal:
    return Decimal(len(text(value)))


@FUNCTIONS.add("upper case", "string")
def upper_case(_run: Run, value: Any) -> str:
    return text(value).upper()


@FUNCTIONS.add("lower case", "string")
def lower_case(_run: Run, value: Any) -> str:
    return text(value).lower()


@FUNCTIONS.add("substring before", "string,match")
def substring_before(_run: Run, value: Any, match: Any) -> str:
    whole = text(value)
    before, found, _ = whole.partition(match) if text(match) else ("", "", "")
    return before if found else ""


@FUNCTIONS.add("substring after", "string,match")
def substring_after(_run: Run, value: Any, match: Any) -> str:
    whole = text(value)
    if not text(match):
        return whole
    return whole.partition(match)[2]


@FUNCTIONS.add("contains", "string,match")
def contains(_run: Run, value: Any, match: Any) -> bool:
    return text(match) in text(value)


@FUNCTIONS.add("starts with", "string,match")
def starts_with(_run: Run, value: Any, match: Any) -> bool:
    return text(value).startswith(text(match))


@FUNCTIONS.add("ends with", "string,match")
def ends_with(_run: Run, value: Any, match: Any) -> bool:
    return text(value).endswith(text(match))


@FUNCTIONS.add("matches", "input,pattern", "input,pattern,flags")
def matches(run: Run, value: Any, pattern: Any, flags: Any = None) -> bool:
    whole = text(value)
    return patterns.read(run, text(pattern), flags, whole).search(whole) is not None


@FUNCTIONS.add("replace", "input,pattern,replacement", "input,pattern,replacement,flags")
def replace(run: Run, value: Any, pattern: Any, replacement: Any, flags: Any = None) -> str:
    whole = text(value)
    regex = patterns.read(run, text(pattern), flags, whole)
    # $1 is the group here, \1 nothing special; what a group did not match is empty.
    parts = re.split(r"\$(\d)", text(replacement))
    run.spend(len(whole) * (1 + len(parts[0])) // 10)

    def put(match: re.Match[str]) -> str:
        out = [parts[0].replace("\\$", "$").replace("\\\\", "\\")]
        for group, tail in zip(parts[1::2], parts[2::2], strict=True):
            out.append((match.group(int(group)) or "") if int(group) <= regex.groups else "")
            out.append(tail)
        return "".join(out)

    return regex.sub(put, whole)


@FUNCTIONS.add("split", "string,delimiter")
def split(run: Run, value: Any, delimiter: Any) -> list[str]:
    whole = text(value)
    regex = patterns.read(run, text(delimiter), None, whole)
    found, at = [], 0
    for match in regex.finditer(whole):
        if match.end() > match.start():
            found.append(whole[at : match.start()])
            at = match.end()
    return [*found, whole[at:]]


@FUNCTIONS.add("string join", "list", "list,delimiter", "list,delimiter,prefix,suffix")
def string_join(run: Run, items: Any, delimiter: Any = None, prefix: Any = None, suffix: Any = None) -> str:
    """Nulls in the list are left out."""
    texts = [text(one) for one in sequence(items) if one is not None]
    joint = "" if delimiter is None else text(delimiter)
    run.spend((sum(map(len, texts)) + len(joint) * len(texts)) // 100)
    body = joint.join(texts)
    return f"{'' if prefix is None else text(prefix)}{body}{'' if suffix is None else text(suffix)}"
