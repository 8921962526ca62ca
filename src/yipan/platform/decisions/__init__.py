"""Decisions: published DMN models, what they decide and why.

* ``publish(xml, key=…)`` keeps an immutable version after its test cases were run; ``DecisionLoader`` reads the pack
  folder ``decisions`` (``.dmn``, and ``.tests.yaml`` beside it).
* ``resolve(key, version, at)`` gives the published decision that a business-rule task names (``kernel.engine``).
* ``queries`` lists models, versions, drafts; the screens show tables, graphs, faults and tests, try decisions out, and
  edit drafts cell by cell.

The language is ``kernel.dmn`` upon ``kernel.feel``.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import queries as queries
    from .actions.publish import publish as publish
    from .published import resolve as resolve

_WHERE = {"publish": "actions.publish", "resolve": "published"}


def __getattr__(name: str) -> Any:
    """The face is loaded on first use: the room is imported before Django is ready, its modules read models."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    if name == "queries":
        return importlib.import_module(f"{__name__}.queries")
    raise AttributeError(name)
