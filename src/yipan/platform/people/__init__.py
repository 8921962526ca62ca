"""People: regions, units, posts, persons, accounts, roles and scopes, absence and deputies, firms and their agents.

- ``actor(request)`` who acts, as records keep it; ``principal(request)`` for whom a citizen acts (himself or a firm)
- ``require``, ``may``, ``scope_filter``: rights are role × data scope × validity, loaded once a request
- ``queries.holders`` who may take a task; ``queries.deputies_of`` who stands in for somebody on leave
- ``handover.register`` a kind of open work that goes along when somebody leaves
- ``joining.register`` rows that name persons, for a person known twice who becomes one
- ``contacts`` how to reach people (addresses come from the identity vault)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .access import UnitScope as UnitScope
    from .access import actor as actor
    from .access import may as may
    from .access import principal as principal
    from .access import require as require
    from .access import scope_filter as scope_filter

_MODULES = {"access", "addresses", "clients", "contacts", "handover", "joining", "models", "papers", "queries", "vault"}
_FROM_ACCESS = {"actor", "principal", "may", "require", "scope_filter", "UnitScope", "Principal"}


def __getattr__(name: str) -> Any:
    """Modules that read models are imported on first use: the room is imported before Django is ready."""
    import importlib

    if name in _FROM_ACCESS:
        return getattr(importlib.import_module(f"{__name__}.access"), name)
    if name == "Refused":
        from yipan.platform.records.rights import Refused

        return Refused
    if name == "citizens":
        return importlib.import_module(f"{__name__}.actions.citizens")
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(name)
