"""A holder's licences: list, one with its QR code, download."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from yipan.kernel.clock import day_of
from yipan.platform import calendar, documents, people
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen

from .. import queries
from ..domain.states import STATE_TONES, STATE_WORDS, standing
from ..models import Licence


@citizen
def mine(request: HttpRequest) -> HttpResponse:
    """The licences of the person, or of the firm he acts for."""
    rows = queries.of_holder(request.principal, day_of(calendar.now()))  # type: ignore[attr-defined]
    return render(request, "licences/mine.html", {"rows": rows})


def shown(licence: Licence) -> dict[str, object]:
    """What the page of one licence shows, for holders and staff."""
    state = standing(licence.state, licence.valid_to, day_of(calendar.now()))
    papers = documents.queries.refs([licence.document_id] if licence.document_id else [])
    address = f"{settings.YIPAN_PUBLIC_URL}{reverse('licences:verify')}?c={licence.compact}"
    return {
        "id": licence.pk,
        "title": licence.title,
        "number": licence.number,
        "facts": [(name, value) for name, value in queries.facts(licence) if value],
        "state_word": STATE_WORDS[state],
        "tone": STATE_TONES[state],
        "state_at": licence.state_at,
        "state_reason": licence.state_reason,
        "good": state == "valid",
        "paper": papers.get(licence.document_id or 0),
        "decisions": queries.decisions(licence),
        "qr_svg": documents.qr_svg(address, error="l"),
        "verify_url": address,
    }


@citizen
def one(request: HttpRequest, licence_id: int) -> HttpResponse:
    """One licence with its QR code, to be shown on the telephone."""
    licence = queries.own(licence_id, request.principal)  # type: ignore[attr-defined]
    return render(request, "licences/mine_one.html", {"licence": shown(licence)})


@citizen
def decision(request: HttpRequest, licence_id: int, document_id: int) -> HttpResponseBase:
    """A decision on the licence (撤销, 吊销, 注销)."""
    licence = queries.own(licence_id, request.principal)  # type: ignore[attr-defined]
    wanted = queries.decision(licence, document_id)
    return documents.response(wanted, actor=people.actor(request), purpose=_("持证人下载决定书"))


@citizen
def file(request: HttpRequest, licence_id: int) -> HttpResponseBase:
    """The sealed PDF."""
    licence = queries.own(licence_id, request.principal)  # type: ignore[attr-defined]
    return documents.response(licence.document_id or 0, actor=people.actor(request), purpose=_("持证人下载证照"))
