"""Forms: what applicants fill in, described by content and not by code.

* ``actions.open_draft(key, owner=(kind, id), prefilled=…)`` → draft id; ``actions.receive(draft, post, final=…)``
  keeps what was typed and, when final and without faults, writes the next immutable version; ``actions.contest``
  disputes a locked value; ``actions.as_posted`` turns plain data into what a browser would send.
* ``queries.screen(draft)`` → ``Screen`` for the macro ``body`` of ``forms/render.html``; ``queries.data_of``,
  ``print_rows``, ``saved_at`` (all by version), ``queries.differences(a, b)``, ``queries.latest(owner)``.
* ``codes.provide(fn)``: whoever keeps code tables answers ``fn(table) → [(code, name)]``.
* Schemas are files of packs (folder ``forms``), explained in docs/decisions/0003-form-schema.md.

Rights are the owner's business: this room never decides who may fill in or read a form.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .domain.schema import Prefilled

if TYPE_CHECKING:
    from . import actions, codes, domain, queries, web

__all__ = ["Prefilled", "actions", "codes", "domain", "queries", "web"]


def __getattr__(name: str) -> Any:
    """``forms.queries`` and the like are loaded on first use: models need Django's registry to be ready."""
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
