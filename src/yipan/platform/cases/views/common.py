"""Small things the screens of cases share."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from yipan.kernel import identifiers
from yipan.platform import people, records, ui

from .. import queries
from ..domain.applicants import Applicant
from ..models import Case

CLIENT_IN_SESSION = "cases.client"


def principal(request: HttpRequest) -> Any:
    return people.principal(request)


def actor_of(request: HttpRequest) -> records.Actor:
    """The acting person as records keep it: a member of staff, or a citizen."""
    return people.actor(request)


def own_case(request: HttpRequest, case_id: int) -> Case:
    """The citizen's case. Raises CaseNotFound (404) for anybody else's."""
    return queries.get_own(case_id, principal(request))


def counter_case(request: HttpRequest, case_id: int) -> Case:
    """A case this window may fill in or print for. Raises CaseNotFound."""
    return queries.get_at_counter(case_id, actor_of(request))


def applicant_of(request: HttpRequest) -> Applicant:
    """The applicant behind a session: the person himself, or the firm or the minor he acts for."""
    who = principal(request)
    firm = who.entity_id is not None
    return Applicant(
        kind="entity" if firm else "person",
        name=who.entity_name if firm else who.ward_name or who.name,
        code=who.entity_code if firm else "",
        person_id=None if firm else who.subject_id,
        entity_id=who.entity_id,
        agent_person_id=who.person_id if firm or who.ward_id is not None else None,
        agent_name=who.name if firm or who.ward_id is not None else "",
        account_id=who.account_id,
    )


def seat_client(request: HttpRequest, client: Any) -> None:
    """Remember who stands at the window; None clears the desk."""
    if client is None:
        request.session.pop(CLIENT_IN_SESSION, None)
        return
    applicant = Applicant(
        kind=client.kind,
        name=client.entity_name if client.kind == "entity" else client.person_name,
        code=client.entity_code,
        person_id=client.person_id if client.kind == "person" else None,
        entity_id=client.entity_id,
        agent_person_id=client.person_id if client.kind == "entity" else None,
        agent_name=client.person_name if client.kind == "entity" else "",
        account_id=client.account_id,
    )
    request.session[CLIENT_IN_SESSION] = asdict(applicant)


def client_of(request: HttpRequest) -> Applicant | None:
    kept = request.session.get(CLIENT_IN_SESSION)
    return Applicant(**kept) if kept else None


def whole(text: str | None) -> int:
    """A whole number somebody typed; 0 for anything else, which every rule of this room refuses in words."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def told(request: HttpRequest, text: str, route: str, *args: Any) -> HttpResponse:
    """Go back to a page that shows why the last step was not done."""
    ui.notify(request, text, "red")
    return redirect(route, *args)


def masked(progress: dict[str, Any]) -> dict[str, Any]:
    """The progress page for somebody who proved no identity: names masked, no documents, no query code."""
    return progress | {
        "applicant_name": identifiers.mask_name(progress["applicant_name"]),
        "documents": [],
        "query_code": "",
        "licence_id": None,
    }
