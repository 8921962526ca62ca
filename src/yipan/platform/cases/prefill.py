"""What an application gets from government instead of from the applicant: form fields and issued licences.

A prefilled value keeps its source and the time it was taken; values of a register are locked (the applicant contests
them instead of overwriting them).
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from yipan.platform import forms, people, records

from .actions import drafts
from .actions.core import CaseProblem
from .domain.states import State
from .items import Terms
from .models import Case, CaseMaterial

OWNER = "case"
OBJECT_FIELD = "premises"


def open_form(case: Case, terms: Terms, *, actor: records.Actor, now: datetime) -> int:
    """The draft of the case's form: the one begun earlier (also after a correction), or a new one with what is
    known, from the licences of the library too, which are fetched first."""
    if case.state == State.DRAFT:
        fetch_exempt_materials(case, terms, actor=actor, now=now)
    return forms.actions.open_draft(
        terms.form_key,
        owner=(OWNER, case.pk),
        prefilled=lambda: known_values(case, now),
        actor=actor,
        at=now,
    )


def known_values(case: Case, now: datetime) -> dict[str, forms.Prefilled]:
    """Values by the source name that fields of a form may ask for (``prefill: firm.code``)."""
    found: dict[str, forms.Prefilled] = {}

    def know(name: str, value: str, source: str, *, locked: bool) -> None:
        if value:
            found[name] = forms.Prefilled(value=value, source=source, taken_at=now, locked=locked)

    identity = "省统一身份认证平台" if case.applicant_account_id else "窗口核验证件"
    if case.applicant_kind == "entity" and case.applicant_entity_id is not None:
        firm = people.queries.entity(case.applicant_entity_id)
        know("firm.name", firm.name, "省法人库", locked=True)
        know("firm.code", firm.code, "省法人库", locked=True)
        know("firm.legal_rep", firm.legal_representative, "省法人库", locked=True)
        know("applicant.name", firm.name, "省法人库", locked=True)
        know("applicant.code", firm.code, "省法人库", locked=True)
        for name, value in _on_licence(case).items():
            know(name, value, "电子证照库（营业执照）", locked=True)
    person_id = case.agent_person_id or case.applicant_person_id
    name = case.agent_name or case.applicant_name
    contact = people.contacts.by_persons([person_id]) if person_id else []
    know("agent.name", name, identity, locked=True)
    # A guardian is asked about the minor, who has the name that stands on the application.
    know("person.name", case.applicant_name if case.applicant_kind == "person" else name, identity, locked=True)
    if contact:
        know("agent.phone", contact[0].phone, identity, locked=False)
        know("person.phone", contact[0].phone, identity, locked=False)
    return found


# What stands on the face of a business licence, by the source name that fields ask for.
BUSINESS_LICENCE = "business_licence"
ON_LICENCE = {
    "firm.type": "类型",
    "firm.address": "住所",
    "firm.founded": "成立日期",
    "firm.capital": "注册资本",
    "firm.scope": "经营范围",
}


def _on_licence(case: Case) -> dict[str, str]:
    """The face of the business licence that was fetched for this case; empty when the library did not give it."""
    from . import items

    codes = [need.code for need in items.terms(case).materials if need.licence_type == BUSINESS_LICENCE]
    fetched = CaseMaterial.objects.filter(
        case=case, code__in=codes, replaced=False, source=CaseMaterial.Source.LICENCE
    ).first()
    face = fetched.facts if fetched is not None else {}
    return {name: face[label] for name, label in ON_LICENCE.items() if face.get(label)}


def keep_form(case: Case, version_id: int, *, actor: records.Actor, now: datetime) -> None:
    """Bind a finished version of the form to the case; every later act and document refers to a version. Binding the
    same one again changes nothing."""
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        if State(locked.state) not in drafts.EDITABLE:
            raise CaseProblem("申请已经提交，申请表只能在补正时修改。")
        if locked.form_data_id == version_id:
            return
        locked.form_data_id = version_id
        locked.object_key = _object(version_id)
        locked.save(update_fields=["form_data_id", "object_key"])
        CaseMaterial.objects.filter(case=locked, code__in=_from_form(locked), replaced=False).update(
            source=CaseMaterial.Source.FORM, at=now, check_result=""
        )
        records.act(
            chain=("case", str(case.pk)),
            verb="case.save_form",
            actor=actor,
            at=now,
            subject=("case", str(case.pk)),
            payload={"form_version": version_id},
        )


def _object(version_id: int) -> str:
    """What the application is about besides the applicant: a firm may apply for each of its premises."""
    premises = forms.queries.values_of(version_id).get(OBJECT_FIELD)
    return str(premises or "")[:120]


def _from_form(case: Case) -> list[str]:
    from . import items

    return [need.code for need in items.terms(case).materials if need.source == "form"]


def fetch_exempt_materials(case: Case, terms: Terms, *, actor: records.Actor, now: datetime) -> None:
    """Fetch what government issued, once: a material the library did not give stays open for upload with the reason.

    Told history does not ask today's library.
    """
    if records.is_simulated():
        return
    waiting = set(
        CaseMaterial.objects.filter(case=case, replaced=False, source="", exempt_reason="").values_list(
            "code", flat=True
        )
    )
    for need in terms.materials:
        if need.code in waiting and need.licence_type:
            _try(drafts.fetch_licence, case.pk, need.code, actor=actor, now=now)
        elif need.code in waiting and need.data_resource and not need.in_examination:
            _try(drafts.verify_data, case.pk, need.code, actor=actor, now=now)


def _try(fetch: Callable[..., object], case_id: int, code: str, *, actor: records.Actor, now: datetime) -> None:
    try:
        fetch(case_id, code, actor=actor, now=now)
    except CaseProblem:
        # The reason stands with the material; the page offers the upload.
        return
