"""Documents: official papers as PDF, numbered, sealed by the seal service, stored once and never changed.

* ``make(template=, data=, …) -> DocumentRef`` typesets a paper, stores it and, when it is to be sealed, queues it for
  the seal service; until the seal is there the paper is 待盖章. ``response`` answers with it for its owner's view.
* ``render_pdf`` / ``render_png`` typeset without storing anything (previews); ``qr_svg`` draws a QR code.
* ``seals.register(function)`` says who seals; the platform itself never puts a seal on anything.
* ``queries.of(subject)`` lists the papers of a case. Templates come from packs (folder ``templates``, Typst).

The same template and data give the same bytes. Characters without a glyph are refused before anything is issued.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import seals
from .domain import DocumentProblem, DocumentRef, MissingGlyphs
from .typesetting import qr_svg

if TYPE_CHECKING:
    from . import queries
    from .actions.make import make, render_pdf, render_png
    from .actions.seal import retry
    from .serving import NotReady, read, response

_WHERE = {
    "make": "actions.make", "render_pdf": "actions.make", "render_png": "actions.make", "retry": "actions.seal",
    "read": "serving", "response": "serving", "NotReady": "serving",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """What stands on Django's tables is loaded when first used: this module is read before the tables."""
    if name == "queries":
        return import_module(f"{__name__}.queries")
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


__all__ = [
    "DocumentProblem",
    "DocumentRef",
    "MissingGlyphs",
    "NotReady",
    "make",
    "qr_svg",
    "queries",
    "read",
    "render_pdf",
    "render_png",
    "response",
    "retry",
    "seals",
]
