"""The window: who stands there, what he applies for, his form and papers, his receipt; then a clean desk.

The client lives in the clerk's session and nowhere else; “办完，下一位” forgets him, so that nothing of one client
shows while the next one stands there.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from yipan.platform import calendar, catalogue, documents, people
from yipan.platform.numbers import queries as number_queries
from yipan.platform.ui import render
from yipan.platform.ui.access import needs
from yipan.platform.ui.middleware import device_bridge

from .. import queries
from ..actions import paper_receipts, submission
from ..domain.paper_receipts import DAYS
from ..domain.states import State
from ..models import CaseDocument
from . import common, desks, devices

COUNTER = desks.Desk(
    base="ui/base_staff.html",
    face="counter",
    staff=True,
    routes={
        "form": "cases:counter_form",
        "materials": "cases:counter_materials",
        "file": "cases:counter_material",
        "marks": "cases:counter_marks",
        "confirm": "cases:counter_confirm",
        "correct": "cases:counter_correct",
        "discard": "cases:counter_discard",
        "done": "cases:counter_receipt",
        "home": "cases:receive",
    },
    find=common.counter_case,
)
CLIENT_FIELDS = ("kind", "firm_name", "firm_code", "legal_rep", "name", "id_kind", "id_no", "phone")


@device_bridge
@needs("case.receive")
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponseBase:
    """Who stands at the window, then which item; a client's own drafts and running cases lie beside it."""
    errors: dict[str, str] = {}
    entered = {name: request.POST.get(name, "").strip() for name in CLIENT_FIELDS}
    if request.method == "POST":
        try:
            client = people.clients.register(entered, actor=common.actor_of(request), at=calendar.now())
        except people.clients.ClientRefused as refused:
            errors = refused.faults
        else:
            common.seat_client(request, client)
            return redirect("cases:receive")
    client = common.client_of(request)
    words = request.GET.get("q", "").strip()
    context = {
        "face": "counter",
        "bridge": devices.bridge(),
        "client": client,
        "errors": errors,
        "entered": entered | {"kind": entered["kind"] or "entity"},
        "id_kinds": people.papers.kinds(),
        "q": words,
        "items": catalogue.queries.search_titles(words) if client else [],
        "rows": queries.rows(queries.of_client(client, common.actor_of(request)), calendar.now()) if client else [],
    }
    return render(request, "cases/receive.html", context, status=422 if errors else 200)


@needs("case.receive")
@require_POST
def next_client(request: HttpRequest) -> HttpResponseBase:
    """Forget the client: the desk is clean for the next one."""
    common.seat_client(request, None)
    return redirect("cases:receive")


@needs("case.receive")
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.form(request, case_id, COUNTER)


@device_bridge
@needs("case.receive")
@require_http_methods(["GET", "POST"])
def materials(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.materials(request, case_id, COUNTER)


@device_bridge
@needs("case.receive")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.confirm(request, case_id, COUNTER)


@needs("case.receive")
@require_POST
def correct(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.correct(request, case_id, COUNTER)


@needs("case.receive")
@require_POST
def discard(request: HttpRequest, case_id: int) -> HttpResponseBase:
    case = common.counter_case(request, case_id)
    if case.state == State.DRAFT:
        submission.discard(case.pk, actor=common.actor_of(request), now=calendar.now())
    return redirect("cases:receive")


@device_bridge
@needs("case.receive")
def receipt(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """What the client takes home: number, query code, what was handed in; ready to print."""
    case = common.counter_case(request, case_id)
    context = {
        "face": "counter",
        "bridge": devices.bridge(),
        "case": queries.row(case, calendar.now()),
        "query_code": case.query_code,
        "materials": [row for row in queries.materials(case) if row.source],
        "documents": queries.documents(case, for_applicant=True),
    }
    return render(request, "cases/receipt.html", context)


@needs("case.receive")
def blanks(request: HttpRequest) -> HttpResponseBase:
    """Receipts to be written by hand while the platform cannot be reached: numbers set aside, ready to print."""
    found = number_queries.reserved_documents(paper_receipts.word())
    units = people.queries.unit_names()
    books = [
        (units.get(key, key), [blank for blank in found if blank.unit == key])
        for key in dict.fromkeys(blank.unit for blank in found)
    ]
    context = {"face": "counter", "books": books, "days": DAYS}
    return render(request, "cases/blanks.html", context)


@needs("case.receive")
def material(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    return desks.material(request, case_id, material_id, COUNTER)


@needs("case.receive")
def document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponseBase:
    """A paper of the case that may be handed to the client."""
    case = common.counter_case(request, case_id)
    wanted = CaseDocument.objects.filter(case=case, pk=document_id, for_applicant=True).first()
    if wanted is None or wanted.document_id is None:
        raise queries.CaseNotFound
    return documents.response(wanted.document_id, actor=common.actor_of(request))
