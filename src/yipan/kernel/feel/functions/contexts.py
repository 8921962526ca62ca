"""Functions on contexts (DMN 1.3 table 78, put and merge of 1.4)."""

from typing import Any

from ..errors import NotApplicable
from .register import Functions, Run, context, sequence, text

FUNCTIONS = Functions()


@FUNCTIONS.add("get value", "m,key")
def get_value(_run: Run, source: Any, key: Any) -> Any:
    return context(source).get(text(key))


@FUNCTIONS.add("get entries", "m")
def get_entries(_run: Run, source: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in context(source).items()]


@FUNCTIONS.add("context", "entries")
def from_entries(_run: Run, entries: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for entry in sequence(entries):
        pair = context(entry)
        if "key" not in pair or "value" not in pair or pair["key"] in made:
            raise NotApplicable
        made[text(pair["key"])] = pair["value"]
    return made


@FUNCTIONS.add("context put", "context,key,value", "context,keys,value")
def context_put(run: Run, source: Any, key: Any, value: Any) -> dict[str, Any]:
    old = context(source)
    if not isinstance(key, list):
        return {**old, text(key): value}
    if not key:
        raise NotApplicable
    first, rest = text(key[0]), key[1:]
    run.spend(1 + len(old))
    return {**old, first: context_put(run, old.get(first, {}), rest, value) if rest else value}


@FUNCTIONS.add("context merge", "contexts")
def context_merge(_run: Run, contexts: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for one in sequence(contexts):
        made.update(context(one))
    return made
