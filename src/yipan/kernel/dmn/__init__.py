"""DMN: decision models read from XML, decided with kernel.feel, and explained.

    model = dmn.load(xml)                       # raises DmnError with every finding
    answer = model.decide("资格", {"年龄": 30})   # answer.value, answer.fired: which rules, on which values

``load_all`` reads documents that import each other. Standard: OMG DMN 1.5 (files of 1.1 to 1.5), see
docs/conformance.md.
"""

from collections.abc import Iterable

from .errors import DmnError, Finding
from .evaluating import Answer, Model
from .model import Document
from .reading import read
from .tables import Fired, Near

__all__ = ["Answer", "DmnError", "Document", "Finding", "Fired", "Model", "Near", "load", "load_all", "read"]


def load(xml: bytes, imported: Iterable[bytes] = ()) -> Model:
    """A model with the documents it imports, directly or not."""
    document = read(xml)
    return load_all([document, *map(read, imported)])[document.namespace]


def load_all(documents: Iterable[Document]) -> dict[str, Model]:
    """Models by namespace. Raises DmnError when one imports what is not there, or they import each other in a ring."""
    by_namespace: dict[str, Document] = {}
    for document in documents:
        by_namespace.setdefault(document.namespace, document)
    made: dict[str, Model] = {}

    def make(namespace: str, above: tuple[str, ...]) -> None:
        if namespace in made:
            return
        if namespace in above:
            raise DmnError([Finding("", 0, f"模型 {namespace} 引入了自己", "请去掉循环的引入")])
        document = by_namespace[namespace]
        for one in document.imports:
            if one.namespace in by_namespace:
                make(one.namespace, (*above, namespace))
        made[namespace] = Model(
            document, {one.namespace: made[one.namespace] for one in document.imports if one.namespace in made}
        )

    for namespace in by_namespace:
        make(namespace, ())
    return made
