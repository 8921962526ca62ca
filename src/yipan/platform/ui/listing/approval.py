"""Exports of personal data: asked for with a reason, approved by another person of the unit, taken within a week.

The request keeps what was asked (list, filters, columns); the file is made when it is taken, through the list's own
view and rights, so that an approval opens nothing its holder may not see.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from .. import context
from ..errors import Conflict
from ..models import ListExport

APPROVE = "export.approve"
VALID_FOR = timedelta(days=7)
MOST_WAITING = 20
STATES = {
    ListExport.WAITING: ("待审批", "orange"),
    ListExport.APPROVED: ("已批准", "green"),
    ListExport.REFUSED: ("未批准", "red"),
}


@dataclass(frozen=True)
class Row:
    """One request as pages show it; ``url`` takes the file while that is allowed."""

    id: int
    title: str
    filters: str
    fields: str
    reason: str
    person: str
    asked_at: datetime
    word: str
    tone: str
    decided_by: str
    note: str
    valid_to: datetime | None
    taken: int
    url: str

    @property
    def decided(self) -> str:
        return "　".join(part for part in (self.decided_by, self.note) if part)


Watcher = Callable[[HttpRequest, ListExport], None]
_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Tell a room to the right about every request that was made or decided, in the same transaction."""
    if watcher not in _watchers:
        _watchers.append(watcher)


Reach = Callable[[HttpRequest], Collection[int] | None]
_reach: Reach | None = None


def set_reach(reach: Reach) -> None:
    """``reach(request)``: the units whose requests the one who asks may decide on; None: all."""
    global _reach
    _reach = reach


def _told(request: HttpRequest, asked: ListExport) -> ListExport:
    for watcher in _watchers:
        watcher(request, asked)
    return asked


def _unit(request: HttpRequest) -> int | None:
    return getattr(getattr(request, "actor", None), "unit_id", None)


def ask(
    request: HttpRequest, *, list_key: str, title: str, path: str, query: str, filters: str, columns: Sequence[str],
    fields: Sequence[str], reason: str,
) -> ListExport:  # fmt: skip
    """Keep a request; the caller has checked that the list may be seen."""
    account = context.account_id(request)
    if account is None:
        raise PermissionDenied("请登录后再申请导出。")
    if ListExport.objects.filter(account_id=account, state=ListExport.WAITING).count() >= MOST_WAITING:
        raise Conflict("您有较多导出申请还在等待审批，请等审批后再申请。")
    made = ListExport(
        list_key=list_key, title=title, path=path, query=query, filters=filters, columns=list(columns),
        fields=list(fields), reason=reason, account_id=account, unit_id=_unit(request),
        person=context.person_line(request), asked_at=context.ask("now", request),
    )  # fmt: skip
    with transaction.atomic():
        made.save()
        return _told(request, made)


def decide(request: HttpRequest, request_id: int, *, approve: bool, note: str) -> ListExport:
    """Approve or refuse; nobody decides on what he asked for himself. Raises Conflict when somebody was first."""
    with transaction.atomic():
        asked = to_decide(request).select_for_update().filter(pk=request_id).first()
        if asked is None:
            raise Conflict("这项导出申请已经处理，或者不在您的审批范围内。")
        if asked.account_id == context.account_id(request):
            raise PermissionDenied("不能审批自己提出的导出申请。")
        asked.state = ListExport.APPROVED if approve else ListExport.REFUSED
        asked.decided_by = context.person_line(request)
        asked.decided_at = context.ask("now", request)
        asked.note = note
        asked.save(update_fields=["state", "decided_by", "decided_at", "note"])
        return _told(request, asked)


def take(request: HttpRequest, request_id: str, list_key: str) -> ListExport:
    """The approved request behind a download, counted; Raises PermissionDenied for all that may not be taken."""
    now = context.ask("now", request)
    with transaction.atomic():
        asked = (
            ListExport.objects.select_for_update()
            .filter(pk=int(request_id) if request_id.isdecimal() else 0, list_key=list_key)
            .first()
        )
        if asked is None or asked.account_id != context.account_id(request) or asked.state != ListExport.APPROVED:
            raise PermissionDenied("这项导出没有经过批准，不能下载。")
        if asked.decided_at is None or now > asked.decided_at + VALID_FOR:
            raise PermissionDenied("这项导出的批准已经过期，请重新申请。")
        asked.taken += 1
        asked.save(update_fields=["taken"])
    return asked


def to_decide(request: HttpRequest) -> QuerySet[ListExport]:
    """Waiting requests of the units the decider answers for (without ``set_reach``: his own)."""
    waiting = ListExport.objects.filter(state=ListExport.WAITING)
    units = _reach(request) if _reach is not None else [_unit(request)]
    return waiting if units is None else waiting.filter(unit_id__in=units)


def own(request: HttpRequest) -> QuerySet[ListExport]:
    """What somebody asked for himself."""
    return ListExport.objects.filter(account_id=context.account_id(request))


FIELDS = (
    "id", "title", "filters", "fields", "reason", "person", "asked_at", "state", "decided_by", "decided_at", "note",
    "taken", "path", "query",
)  # fmt: skip


def row(one: ListExport, now: datetime) -> Row:
    word, tone = STATES[one.state]
    valid_to = one.decided_at + VALID_FOR if one.state == ListExport.APPROVED and one.decided_at else None
    if valid_to is not None and now > valid_to:
        word, tone = "已过期", "grey"
    usable = valid_to is not None and now <= valid_to
    return Row(
        id=one.pk, title=one.title, filters=one.filters, fields="、".join(one.fields), reason=one.reason,
        person=one.person, asked_at=one.asked_at, word=word, tone=tone, decided_by=one.decided_by, note=one.note,
        valid_to=valid_to, taken=one.taken,
        url=f"{one.path}?{one.query}{'&' if one.query else ''}export=xlsx&approved={one.pk}" if usable else "",
    )  # fmt: skip


def count_waiting(request: HttpRequest) -> int | None:
    """For the badge of the menu."""
    return to_decide(request).count() or None
