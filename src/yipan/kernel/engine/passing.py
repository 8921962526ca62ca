"""Who has done which step, and where: for returns, and for those who must not do what they did (回避).

``state["passed"]`` maps ``element|scope`` to ``{e, by, for, also, s scope, b branch, gone}``, latest last. ``also`` are
further signers or people of other instances of the same activity; ``gone``: returned past, so it has to be done again.
"""

from typing import TYPE_CHECKING, Any

from .core import ROOT
from .inputs import Complete

if TYPE_CHECKING:
    from .core import Core
    from .tasks import Tasks

Entry = dict[str, Any]


def remember(run: "Tasks", key: str, event: Complete) -> None:
    """The task of a token was decided."""
    inner, whole = run.tokens[key], run.whole(key)
    token = run.tokens[whole]
    entry: Entry = {"e": token["e"], "by": event.by, "s": token["s"], "b": token["b"]}
    if event.on_behalf:
        entry["for"] = event.on_behalf
    name = f"{token['e']}|{token['s']}"
    passed = run.state["passed"]
    also = [person for person in inner.get("sg", {}).get("said", ()) if person != event.by]
    if whole != key:
        entry["w"] = whole
        before = passed.get(name, {})
        if before.get("w") == whole:
            also += [person for person in _persons(before) if person]
    if also:
        entry["also"] = list(dict.fromkeys(also))
    passed = dict(passed)
    passed.pop(name, None)
    if token["s"] != ROOT:  # scopes of sub-processes come and go; a step done again by the same person says no more
        for old in [k for k, v in passed.items() if v["e"] == entry["e"] and v["s"] not in run.scopes]:
            if all(passed[old].get(part) == entry.get(part) for part in ("by", "for", "also")):
                del passed[old]
    passed[name] = entry
    run.state["passed"] = passed


def absorb(run: "Core", entries: list[Entry], whole: str, part: str) -> None:
    """Who did the steps of an instance that was an instance of its own."""
    passed = dict(run.state["passed"])
    for entry in entries:
        if entry.get("w") == whole:
            name = f"{entry['e']}|{entry['s']}"
            before = passed.pop(name, {})
            others = [person for person in _persons(before) if person and before.get("w") == whole]
            also = list(dict.fromkeys([*entry.get("also", ()), *others]))
            passed[name] = {**entry, "also": also} if also else entry
        elif not any(_persons(known) == _persons(entry) and known["e"] == entry["e"] for known in passed.values()):
            passed[f"{entry['e']}|{part}"] = {**entry, "s": part}
    run.state["passed"] = passed


def _persons(entry: Entry) -> list[str]:
    return [entry.get("by", ""), entry.get("for", ""), *entry.get("also", ())]


def meant(run: "Tasks", element: str, scope: str) -> list[Entry]:
    """Those who did an element, seen from a scope: in it, else in one around it, else wherever it was done."""
    passed = run.state["passed"]
    at: str | None = scope
    while at is not None:
        if f"{element}|{at}" in passed:
            return [passed[f"{element}|{at}"]]
        at = run.scopes[at]["p"]
    return [entry for entry in passed.values() if entry["e"] == element]


def returnable(run: "Tasks", element: str, scope: str) -> Entry | None:
    entry = run.state["passed"].get(f"{element}|{scope}")
    return entry if entry is not None and not entry.get("gone") else None


def all_returnable(run: "Tasks", scope: str) -> list[Entry]:
    """Steps of a scope that are done and stay done, in the order of their completion."""
    return [entry for entry in run.state["passed"].values() if entry["s"] == scope and not entry.get("gone")]


def undo_from(run: "Tasks", target: Entry) -> None:
    """What was done after the step that is returned to has to be done again: no place to return to. Who did it is kept,
    for those who must not do it again."""
    after = False
    passed: dict[str, Entry] = {}
    base = f"{target['b']}/" if target["b"] else ""
    for name, entry in run.state["passed"].items():
        inside = entry["s"] == target["s"] and (entry["b"] == target["b"] or entry["b"].startswith(base))
        passed[name] = {**entry, "gone": True} if after and inside else entry
        after = after or entry is target
    run.state["passed"] = passed
