"""What letters, licences and sheets of a case say: plain JSON data, frozen when the document is ordered."""

from datetime import datetime
from typing import Any

from yipan.kernel import clock
from yipan.platform import forms

from .domain.letters import REMEDY, Letter
from .models import Case, CaseMaterial, Opinion, Rating


def letter_data(case: Case, letter: Letter, *, number: str, at: datetime) -> dict[str, Any]:
    """The facts every letter may print; each letter's own facts are added by the act that orders it."""
    return {
        "title": letter.title,
        "number": number,
        "case_no": case.case_no or "",
        "short_no": case.short_no or "",
        "query_code": case.query_code,
        "item": case.item_title,
        "unit": case.unit_name,
        "applicant": case.applicant_name,
        "applicant_code": case.applicant_code,
        "agent": case.agent_name,
        "received_at": _moment(case.received_at),
        "accepted_at": _moment(case.accepted_at),
        "promised_due": clock.show_due(case.promised_due) if case.promised_due else "",
        "legal_due": clock.show_due(case.legal_due) if case.legal_due else "",
        "date": clock.show_date(at),
        "remedy": REMEDY,
        "materials": [
            {"name": material.name, "source": material.get_source_display(), "round": material.round}
            for material in CaseMaterial.objects.filter(case=case, replaced=False).exclude(source="")
        ],
    }


def holder(case: Case) -> dict[str, Any]:
    """Whose licence it becomes."""
    return {
        "kind": case.applicant_kind,
        "person_id": case.applicant_person_id,
        "entity_id": case.applicant_entity_id,
        "name": case.applicant_name,
        "code": case.applicant_code,
    }


def _form_data(case: Case) -> int:
    """The submitted version of the form; every case that was submitted has one."""
    if case.form_data_id is None:
        raise ValueError(f"case {case.pk} has no submitted form")
    return case.form_data_id


def licence_data(case: Case) -> dict[str, Any]:
    """The form's data as the licence's template reads them."""
    return forms.queries.values_of(_form_data(case)) | {"item": case.item_title}


def approval_sheet(case: Case) -> dict[str, Any]:
    """审批表: form, opinions by column, dates."""
    return {
        "form": forms.queries.print_rows(_form_data(case)),
        "opinions": [
            {
                "column": opinion.column,
                "text": opinion.text,
                "name": opinion.person_name,
                "deputy_for": opinion.deputy_for,
                "unit": opinion.unit_name,
                "at": _moment(opinion.at),
            }
            for opinion in Opinion.objects.filter(case=case)
        ],
        "decided_at": _moment(case.decided_at),
        "decision": case.get_decision_display() if case.decision else "",
        "decision_no": case.decision_no,
    }


def rating_report(case: Case, rating: Rating) -> dict[str, Any]:
    """The fields the province's rating system takes."""
    return {
        "affairSerialNo": case.case_no,
        "affairCode": case.item_code[:31],
        "affairName": case.item_title,
        "departmentName": case.unit_name,
        "evalProcess": "办结",
        "evalTime": rating.at.isoformat(),
        "grade": rating.grade,
        "labels": rating.labels,
        "remark": rating.text,
        "userType": 1 if case.applicant_kind == "entity" else 0,
        "affairApplyTime": _moment(case.received_at),
        "affairDoneTime": _moment(case.concluded_at),
        "projectType": 2,
    }


def form_saved_at(case: Case) -> datetime | None:
    return forms.queries.saved_at(case.form_data_id) if case.form_data_id else None


def _moment(value: datetime | None) -> str:
    return value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""
