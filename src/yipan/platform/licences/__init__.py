"""Licences: issued after a decision, sealed, verifiable by anybody with a telephone, revocable by whom the law says.

* ``issue(template=, holder=, data=, …) -> Issued(id, number)``: once per ``key``; the PDF is made by ``documents`` and
  sealed by the seal service, its QR code carries a signed summary that can be checked without this platform.
* ``actions``: suspend, restore, revoke (撤销), withdraw (吊销), cancel (注销), each an act with its reason and law.
* ``/verify/`` tells everybody valid, expired, suspended, revoked, replaced, unknown or tampered.
* Kinds of licence come from packs (folder ``licences``): number rule, validity, what stands on the face.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .domain import LicenceProblem

if TYPE_CHECKING:
    from . import queries
    from .actions.change import change
    from .actions.issue import Issued, issue

_WHERE = {"issue": "actions.issue", "Issued": "actions.issue", "change": "actions.change"}


def __getattr__(name: str) -> Any:
    """What stands on Django's tables is loaded when first used: this module is read before the tables."""
    if name == "queries":
        return import_module(f"{__name__}.queries")
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


__all__ = ["Issued", "LicenceProblem", "change", "issue", "queries"]
