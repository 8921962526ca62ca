"""Catalogue: service items with versions, situations, materials and guides.

- ``domain``: reading items from packs, the question tree, which materials a situation asks for (pure)
- ``queries.item_at(key, at)``, ``item_version(id)``, ``item_version_number(key, number)``, ``saved_answers(token)``
- packs: folders ``items``, ``base_items``, ``codes``
"""

import importlib
from typing import Any

_LAZY = ("actions", "domain", "queries", "models")


def __getattr__(name: str) -> Any:
    """Modules that read models are imported on first use: the room is imported before Django is ready."""
    if name in _LAZY:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(name)
