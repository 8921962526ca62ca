"""A migration plan as a form's lines: what an administrator writes, and what is wrong with it."""

from collections.abc import Mapping

from yipan.kernel.engine import Plan, Spawn


def read(posted: Mapping[str, str]) -> tuple[Plan, dict[str, str]]:
    """``elements`` and ``flows`` are lines ``旧 = 新``, ``cancel`` ids by line, ``spawn`` lines
    ``新环节 旁 旧环节,旧环节``; the plan, and errors by field (empty when it could be read)."""
    errors: dict[str, str] = {}
    pairs = {name: _pairs(name, posted.get(name, ""), errors) for name in ("elements", "flows")}
    spawn: list[Spawn] = []
    for line in _lines(posted.get("spawn", "")):
        element, found, others = line.partition("旁")
        beside = tuple(one for one in others.replace("，", ",").replace(",", " ").split())
        if not found or not element.strip() or not beside:
            errors["spawn"] = f"“{line}”请写成：新环节 旁 旧环节,旧环节"
            continue
        spawn.append(Spawn(element.strip(), beside))
    plan = Plan(pairs["elements"], pairs["flows"], tuple(spawn), tuple(_lines(posted.get("cancel", ""))))
    return plan, errors


def _pairs(name: str, text: str, errors: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines(text):
        old, equals, new = line.partition("=")
        if not equals or not old.strip() or not new.strip():
            errors[name] = f"“{line}”请写成：旧标识 = 新标识"
            continue
        found[old.strip()] = new.strip()
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("；", "\n").replace(";", "\n").splitlines() if line.strip()]
