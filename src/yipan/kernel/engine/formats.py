"""Layouts of a stored state: what was written by an older version of the program is read into today's layout."""

from collections.abc import Callable
from typing import Any

from .errors import Refused

State = dict[str, Any]
FORMAT = 2


def _second(state: State) -> State:
    """Who passed a step is kept by step and scope; compensation knows what was done inside what it undoes."""
    passed = {f"{element}|{entry['s']}": {"e": element, **entry} for element, entry in state["passed"].items()}
    scopes = {
        key: {**scope, "cw": {**scope["cw"], "todo": [{"h": h, "c": []} for h in scope["cw"]["todo"]]}}
        if "cw" in scope else scope
        for key, scope in state["scopes"].items()
    }  # fmt: skip
    return {**state, "passed": passed, "scopes": scopes}


UPGRADERS: dict[int, Callable[[State], State]] = {1: _second}


def upgrade(state: State) -> State:
    """A stored state in today's format. Raises Refused for one written by a newer version."""
    if state["format"] > FORMAT:
        raise Refused("format", f"流程状态的格式 {state['format']} 由更新的版本写成，请升级程序。")
    while state["format"] < FORMAT:
        state = {**UPGRADERS[state["format"]](state), "format": state["format"] + 1}
    return state
