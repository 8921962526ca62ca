"""What a case needs to know of its item, pinned to the version that counts for it.

Before acceptance the version of the application counts, from acceptance on the version of that moment: an item that is
published with a shorter promise meanwhile does not change running cases.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel.clock import Limit
from yipan.platform import catalogue

from .models import Case


@dataclass(frozen=True, slots=True)
class Need:
    """One material the situation asks for; ``status`` is required, tolerable or commitment."""

    code: str
    name: str
    required: bool
    exempt: bool
    source: str
    licence_type: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one case: limits, process, form, materials, what its law allows."""

    version: int
    title: str
    unit_key: str
    process_key: str
    form_key: str
    promise: Limit
    legal: Limit | None
    materials: tuple[Need, ...]
    variables: dict[str, Any]
    special_kinds: frozenset[int]
    extension_days: int
    correction_days: int
    consult_unit: str
    licence_template: str


def terms(case: Case) -> Terms:
    """The terms in force for a case (see the module's rule about versions)."""
    view = catalogue.queries.item_version_number(case.item_key, case.accepted_version or case.item_version)
    return of_view(view, case.answers)


def of_view(view: Any, answers: dict[str, Any]) -> Terms:
    """The terms of one item version in one situation."""
    item = view.item
    checklist = catalogue.domain.materials_for(item, answers)
    path = checklist.path
    return Terms(
        version=view.number,
        title=item.title,
        unit_key=item.unit,
        process_key=path.process,
        form_key=item.form,
        promise=path.promise,
        legal=item.legal,
        materials=tuple(
            Need(
                code=needed.material.code,
                name=needed.material.name,
                required=needed.status == "required" and not needed.exempt and not needed.written,
                exempt=needed.exempt,
                source=needed.material.source.kind,
                licence_type=needed.material.source.licence_type,
                status=needed.status,
                why=needed.why,
            )
            for needed in checklist.materials
        ),
        variables=dict(path.variables),
        special_kinds=frozenset(item.special_kinds),
        extension_days=item.extension_days,
        correction_days=item.correction_days,
        consult_unit=item.consult_unit,
        licence_template=item.licence_template,
    )


def version_at(case: Case, at: datetime) -> int:
    """The number of the item version in force at a moment."""
    view = catalogue.queries.item_at(case.item_key, at)
    return view.number


def process_data(case: Case, found: Terms) -> dict[str, Any]:
    """The variables a process begins with."""
    return {
        "case": {"unit": found.unit_key, "second_unit": found.consult_unit},
        "answers": case.answers,
        "commitment": case.commitment,
        "inspection": False,
        "second_opinion": False,
    } | found.variables
