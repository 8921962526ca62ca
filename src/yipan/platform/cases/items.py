"""What a case needs to know of its item, pinned to the version that counts for it.

Before acceptance the version of the application counts, from acceptance on the version of that moment: an item that is
published with a shorter promise meanwhile does not change running cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from yipan.kernel.clock import Limit
from yipan.platform import catalogue

from .models import Case

HEARING = 1
LICENCE = "10"  # code table result_type


@dataclass(frozen=True, slots=True)
class Need:
    """One material the situation asks for; ``status`` is required or commitment; with ``tolerance`` it may follow.

    ``kind`` says which earlier materials are the same kind of paper.
    """

    code: str
    name: str
    required: bool
    exempt: bool
    source: str
    licence_type: str
    status: str
    why: str
    commitment: str = ""
    recheck: str = ""
    tolerance: catalogue.domain.Tolerance | None = None
    reuse: catalogue.domain.Reuse | None = None
    data_resource: str = ""
    in_examination: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PriorResult:
    """A result that must be there before this one is granted (前置条件): a licence of ``template``, or one fetched for
    one of ``materials``."""

    name: str
    template: str
    materials: tuple[str, ...]
    basis: str


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
    instant: bool
    licensing: bool
    converted: Limit | None
    materials: tuple[Need, ...]
    variables: dict[str, Any]
    specials: Mapping[int, catalogue.domain.Special]
    required_specials: tuple[int, ...]
    extension_days: int
    correction_days: int
    consult_unit: str
    licence_template: str
    result: str
    certificate: str
    valid_years: int
    contact: str
    review_body: str
    conditions: tuple[str, ...]
    consequence: str
    public_safety: bool
    waits_for_disputes: bool
    priors: tuple[PriorResult, ...]

    def need(self, code: str) -> Need | None:
        """The material of this code, where the case needs it."""
        return next((need for need in self.materials if need.code == code), None)

    @property
    def tolerances(self) -> "dict[str, catalogue.domain.Tolerance]":
        """What may follow later (容缺), by the code of the material."""
        return {need.code: need.tolerance for need in self.materials if need.tolerance is not None}

    @property
    def hearing(self) -> bool:
        """Whether the applicant has a right to be heard (听证 is one of the item's special procedures)."""
        return HEARING in self.specials


def terms(case: Case) -> Terms:
    """The terms in force for a case (see the module's rule about versions); a converted case has another promise."""
    view = catalogue.queries.item_version_number(case.item_key, case.accepted_version or case.item_version)
    found = of_view(view, case.answers)
    if case.converted_at is None or found.converted is None:
        return found
    return replace(found, promise=found.converted)


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
        instant=item.instant,
        licensing=item.licensing,
        converted=(item.converted.limit if item.converted else None) or item.legal,
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
                commitment=needed.material.commitment,
                recheck=needed.material.recheck,
                tolerance=needed.material.tolerance,
                reuse=needed.material.reuse,
                data_resource=needed.material.source.data_resource,
                in_examination=needed.material.source.in_examination,
                kind=_kind(item.key, needed.material),
            )
            for needed in checklist.materials
        ),
        variables=dict(path.variables),
        specials={one.kind: one for one in item.specials},
        required_specials=catalogue.domain.required_specials(item, answers),
        extension_days=item.extension_days,
        correction_days=item.correction_days,
        consult_unit=item.consult_unit,
        licence_template=item.licence_template,
        **_printed(item.raw),
    )


def _kind(item_key: str, material: catalogue.domain.Material) -> str:
    return (material.reuse.kind if material.reuse else "") or f"{item_key}:{material.code}"


def _printed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What letters take from the guide."""
    result, remedies = raw.get("result") or {}, raw.get("remedies") or {}
    return {
        "result": str(result.get("name", "")),
        # What is no licence is certified under its own name; a licence that another system makes is not.
        "certificate": "" if str(result.get("type")) == LICENCE else str(result.get("name", "")),
        "valid_years": int(result.get("valid_years") or 0),
        "contact": str(raw.get("contact", "")),
        "review_body": str(remedies.get("review_body", "")),
        "conditions": tuple(raw.get("accept_conditions") or ()),
        "consequence": str((raw.get("commitment") or {}).get("consequence", "")),
        "public_safety": bool(raw.get("public_safety")),
        "waits_for_disputes": raw.get("disputes") == "wait",
        "priors": tuple(
            PriorResult(
                str(one["name"]), str(one.get("licence", "")), tuple(one.get("materials") or ()), str(one["basis"])
            )
            for one in raw.get("prior_results") or ()
        ),
    }


def described(case: Case) -> dict[str, Any]:
    """The materials as the guide describes them, by their codes: formats, sizes, blank forms, samples."""
    view = catalogue.queries.item_version_number(case.item_key, case.accepted_version or case.item_version)
    return {material.code: material for material in view.item.materials}


def applied_terms(case: Case) -> Terms:
    """The terms the application was made under: the process began with them, and keeps to them."""
    return of_view(catalogue.queries.item_version_number(case.item_key, case.item_version), case.answers)


def standing(item_key: str, at: datetime) -> catalogue.domain.Standing:
    """Whether the item can be applied for at a moment."""
    return catalogue.queries.item_at(item_key, at).item.standing


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
