"""What letters, licences and sheets of a case say: plain JSON data, frozen when the document is ordered."""

from datetime import datetime
from typing import Any

from yipan.kernel import clock
from yipan.platform import forms

from . import items
from .domain.letters import HEARING_RIGHT, LETTERS, Letter, remedy
from .domain.states import State
from .models import Case, CaseMaterial, Opinion, Rating

# What a certificate repeats of the form: its first answers that fit on a line.
LONGEST_ROW, MOST_ROWS = 60, 12


def letter_data(case: Case, letter: Letter, *, number: str, at: datetime) -> dict[str, Any]:
    """The facts every letter may print; each letter's own facts are added by the act that orders it."""
    terms = items.terms(case)
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
        "contact": terms.contact.rstrip("。"),
        "window": " ".join(part for part in (case.hall, case.window) if part),
        "hearing": HEARING_RIGHT if terms.hearing else "",
        "received_at": moment(case.received_at),
        "accepted_at": moment(case.accepted_at),
        "promised_due": clock.show_due(case.promised_due) if case.promised_due else "",
        "legal_due": clock.show_due(case.legal_due) if case.legal_due else "",
        "date": clock.show_date(at),
        "remedy": remedy(terms.review_body),
        "not_licence": "" if terms.licensing else "1",
        "materials": [
            {"name": material.name, "source": material.get_source_display(), "round": material.round}
            for material in CaseMaterial.objects.filter(case=case, replaced=False).exclude(source="")
        ],
    }


def commitment_data(case: Case) -> dict[str, Any]:
    """告知承诺书: conditions told, what is promised instead of which proof, when it is checked, what a false promise
    leads to."""
    terms = items.terms(case)
    codes = set(
        CaseMaterial.objects.filter(case=case, replaced=False, source=CaseMaterial.Source.COMMITMENT).values_list(
            "code", flat=True
        )
    )
    promised = [need for need in terms.materials if need.code in codes]
    return {
        "conditions": [_without_stop(text) for text in terms.conditions],
        "commitments": [_without_stop(need.commitment) for need in promised if need.commitment],
        "promised": [need.name for need in promised],
        "recheck": "；".join(dict.fromkeys(need.recheck for need in promised if need.recheck)),
        "consequence": _without_stop(terms.consequence),
        "signer": case.agent_name or case.applicant_name,
    }


def _without_stop(text: str) -> str:
    return text.rstrip("。；")


def grant_data(case: Case) -> dict[str, Any]:
    """What is granted: the licence, how long it will be valid, who issues it."""
    terms = items.terms(case)
    validity = f"自发证之日起 {terms.valid_years} 年" if terms.valid_years else ""
    return {"licence": terms.result, "validity": validity}


def result_data(case: Case) -> dict[str, Any]:
    """What a result that is no licence certifies: the form's answers, as they were accepted."""
    terms = items.terms(case)
    rows = [
        {"label": label, "value": shown}
        for section in forms.queries.print_rows(_form_data(case))
        for label, shown, _source in section["rows"]
        if shown and len(shown) <= LONGEST_ROW
    ]
    validity = f"自发证之日起 {terms.valid_years} 年" if terms.valid_years else ""
    return {"result": terms.result, "rows": rows[:MOST_ROWS], "validity": validity}


def delivered_papers(case: Case) -> list[str]:
    """What was handed over: the decision with its number, and the licence."""
    decided = case.documents.filter(kind__in=("grant", "refusal", "result")).values_list("title", "number")  # type: ignore[attr-defined]
    papers = [f"{title}（{number}）" for title, number in decided]
    if case.licence_id is not None:
        papers.append(items.terms(case).result)
    return papers


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
    """审批表: form, opinions by column with their handwriting and the reference to the chain, dates, how it ended."""
    opinions = list(Opinion.objects.filter(case=case))
    return {
        "state": State(case.state).title,
        "form": forms.queries.print_rows(_form_data(case)),
        "opinions": [
            {
                "column": opinion.column,
                "text": opinion.text,
                "name": opinion.person_name,
                "deputy_for": opinion.deputy_for,
                "unit": opinion.unit_name,
                "at": moment(opinion.at),
                "image": _picture(opinion),
                "signature": opinion.proof,
            }
            for opinion in opinions
        ],
        "images": {_picture(opinion): opinion.image_file_id for opinion in opinions if opinion.image_file_id},
        "decided_at": moment(case.decided_at),
        "decision": case.get_decision_display() if case.decision else "",
        "decision_no": case.decision_no,
    }


def _picture(opinion: Opinion) -> str:
    """The name under which the sheet shows a handwritten image; "" for none."""
    return f"opinion-{opinion.pk}" if opinion.image_file_id else ""


def full_approval_sheet(case: Case, now: datetime) -> dict[str, Any]:
    """The approval sheet with the heading facts, for printing one that is not a document yet."""
    letter = LETTERS["approval_sheet"]
    return letter_data(case, letter, number=case.short_no or "", at=now) | approval_sheet(case)


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
        "affairApplyTime": moment(case.received_at),
        "affairDoneTime": moment(case.concluded_at),
        "projectType": 2,
    }


def form_fields(case: Case) -> list[str]:
    """Keys of the submitted form's fields."""
    return list(forms.queries.values_of(case.form_data_id)) if case.form_data_id else []


def form_saved_at(case: Case) -> datetime | None:
    return forms.queries.saved_at(case.form_data_id) if case.form_data_id else None


def moment(value: datetime | None) -> str:
    """A moment as papers write it."""
    return value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""
