"""办件成效: what the cases of a time show, every figure with the cases behind it."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from yipan.kernel.clock import day_of, end_of_day, midnight
from yipan.platform import calendar
from yipan.platform.ui import render
from yipan.platform.ui.access import needs

from .. import figures, queries
from . import common

DAYS_SHOWN = 90


@needs("case.read")
def page(request: HttpRequest) -> HttpResponse:
    """The figures of the cases the reader may see, received in a time that he chooses."""
    first, last, problem = _period(request)
    actor = common.actor_of(request)
    cases = queries.visible(actor).filter(
        history_batch="", received_at__gte=midnight(first), received_at__lt=end_of_day(last)
    )
    whole, found = figures.counted(cases)
    exemptions = figures.exemption_by_item(cases)
    lines = [(one, _list(first, last, about=one.key)) for one in found]
    items = [
        (one, _list(first, last, item=one.item_key), _list(first, last, item=one.item_key, about="asked"))
        for one in exemptions
    ]
    context: dict[str, Any] = {
        "face": "workbench",
        "first": first.isoformat(),
        "last": last.isoformat(),
        "problem": problem,
        "whole": whole,
        "all": _list(first, last),
        "lines": lines,
        "items": items,
        "exempted": figures.Share(
            sum(one.share.part for one in exemptions), sum(one.share.whole for one in exemptions)
        ),
    }
    return render(request, "cases/figures.html", context, status=422 if problem else 200)


def _period(request: HttpRequest) -> tuple[dt.date, dt.date, str]:
    today = day_of(calendar.now())
    standard = today - dt.timedelta(DAYS_SHOWN - 1), today
    try:
        first = dt.date.fromisoformat(request.GET.get("first") or standard[0].isoformat())
        last = dt.date.fromisoformat(request.GET.get("last") or standard[1].isoformat())
    except ValueError:
        return *standard, "日期请写成年-月-日，例如 2026-03-01；现在显示最近 90 天。"
    if first > last:
        return *standard, "开始日期不能晚于结束日期；现在显示最近 90 天。"
    return first, last, ""


def _list(first: dt.date, last: dt.date, **filters: str) -> str:
    """The list of exactly the cases that a figure counts."""
    asked = {"received_at_from": first.isoformat(), "received_at_to": last.isoformat(), "origin": "here", **filters}
    return f"{reverse('cases:list')}?{urlencode(asked)}"
