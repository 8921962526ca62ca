"""Administration of keys: the list, issuing one (the key is shown once), one key with its revocation."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import people, ui
from yipan.platform.people.queries import administration
from yipan.platform.people.views.common import day
from yipan.platform.people.views.confirm import fresh
from yipan.platform.ui import context, formats, interface, listing
from yipan.platform.ui.access import needs
from yipan.platform.ui.errors import Unprocessable
from yipan.platform.ui.intake import whole

from . import domain, queries
from .actions.issue import RIGHT, issue
from .actions.revoke import revoke
from .models import ApiKey

FACE = {"face": "administration"}
LABELS = {
    "application": "应用名称", "unit": "责任单位", "reach": "数据范围", "scopes": "接口范围",
    "per_minute": "每分钟上限", "valid_to": "有效期至",
}  # fmt: skip


class KeyList(listing.ListPage):
    """接口密钥: which systems may call, for what, until when."""

    key, title, face = "exchange.keys", "接口密钥", "administration"
    default_order = "-valid_to"
    columns = (
        listing.Column(
            "application", "应用", link=lambda row: reverse("exchange:key", args=[row.id]),
            sub=lambda row: row.owner_unit, sort=True, fixed=True,
        ),
        listing.Column("shown", "密钥"),
        listing.Column("scopes", "接口范围", value=lambda row: "、".join(row.scopes), sub=lambda row: row.reach),
        listing.Column("state", "状态", "status", value=lambda row: row.state_word, tone=lambda row: row.tone),
        listing.Column("valid_to", "有效期至", "moment", sort=True),
        listing.Column("last_used_on", "最近使用", "day"),
        listing.Column("per_minute", "每分钟上限", shown=False),
        listing.Column("created_by", "发放人", shown=False),
    )  # fmt: skip
    filters = (
        listing.Text("q", "应用、单位或密钥前缀"),
        listing.Choice("state", "状态", queries.STATES),
        listing.Choice("scope", "接口范围", lambda _request: interface.scopes()),
    )
    empty_title = "还没有发放接口密钥"
    empty_hint = "其他系统调用数据接口之前，在这里为它发放密钥。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return queries.key_query()

    def links(self, request: HttpRequest) -> tuple[context.Link, ...]:  # noqa: ARG002
        return (context.Link("发放密钥", reverse("exchange:key_new"), "plus"),)


@needs(RIGHT)
@fresh
def key_new(request: HttpRequest) -> HttpResponse:
    """The form; the answer to a valid one is the key, once."""
    posted = {name: request.POST.get(name, "").strip() for name in ("application", "unit", "reach", "per_minute")}
    until = day(request.POST.get("valid_to"))
    scopes = tuple(request.POST.getlist("scopes"))
    faults: dict[str, str] = {}
    if request.method == "POST":
        asked = domain.Asked(
            application=posted["application"],
            unit_id=_known_unit(request, posted["unit"]),
            reach=posted["reach"],
            scopes=scopes,
            per_minute=whole(posted["per_minute"]) or 0,
            valid_to=_end_of(until),
        )
        try:
            made = issue(asked, actor=people.actor(request), at=timezone.now())
        except domain.KeyRefused as refused:
            faults = refused.faults
        else:
            answer = ui.render(request, "exchange/key_once.html", FACE | {"id": made.id, "text": made.text})
            answer["Cache-Control"] = "no-store"
            return answer
    values = {
        "posted": posted | {"reach": posted["reach"] or "unit", "per_minute": posted["per_minute"] or "120"},
        "valid_to": until.isoformat() if until else "",
        "chosen": scopes,
        "errors": faults,
        "labels": LABELS,
        "units": _units(request),
        "reaches": ApiKey.Reach.choices,
        "scopes": interface.scopes(),
    }
    return ui.render(request, "exchange/key_new.html", FACE | values, status=422 if faults else 200)


def _units(request: HttpRequest) -> list[tuple[int, str]]:
    return administration.unit_choices(people.scope_filter(people.actor(request), RIGHT))


def _known_unit(request: HttpRequest, text: str) -> int | None:
    wanted = whole(text)
    return wanted if wanted in dict(_units(request)) else None


def _end_of(until: dt.date | None) -> dt.datetime | None:
    """A key is good until the end of its last day."""
    if until is None or until.year > timezone.now().year + 2:
        return None
    return dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), timezone.get_current_timezone())


@needs(RIGHT)
@require_GET
def key(request: HttpRequest, key_id: int) -> HttpResponse:
    """One key: what it may do, and the button that ends it."""
    return _page(request, key_id)


def _page(request: HttpRequest, key_id: int, fault: str = "") -> HttpResponse:
    found = queries.one(key_id)
    if found is None:
        raise Http404
    facts = [
        ("密钥", found.shown),
        ("责任单位", found.owner_unit),
        ("数据范围", found.reach),
        ("接口范围", "、".join(found.scopes)),
        ("每分钟上限", f"{found.per_minute} 次"),
        ("有效期", f"{formats.moment(found.valid_from)} 至 {formats.moment(found.valid_to)}"),
        ("最近使用", found.last_used_on.isoformat() if found.last_used_on else "未使用"),
        ("发放人", found.created_by),
        *([("停用时间", formats.moment(found.revoked_at))] if found.revoked_at else []),
    ]
    values = {"key": found, "facts": facts, "fault": fault}
    return ui.render(request, "exchange/key.html", FACE | values, status=422 if fault else 200)


@needs(RIGHT)
@fresh
@require_POST
def key_revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """End a key at once; the reason is recorded."""
    try:
        ended = revoke(
            key_id, actor=people.actor(request), at=timezone.now(), reason=request.POST.get("reason", "")[:200]
        )
    except ApiKey.DoesNotExist:
        raise Http404 from None
    except Unprocessable as refused:
        return _page(request, key_id, str(refused))
    ui.notify(request, "密钥已停用，使用它的调用从现在起都会被拒绝。" if ended else "这个密钥先前已经停用。")
    return HttpResponseRedirect(reverse("exchange:key", args=[key_id]))
