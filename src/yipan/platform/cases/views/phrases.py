"""A person's own stock phrases (常用意见): kept while writing an opinion, ordered and dropped on their own page."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from yipan.platform import ui
from yipan.platform.ui import render
from yipan.platform.ui.access import needs

from .. import queries
from ..actions import opinions
from . import common


@needs("case.handle")
def phrases(request: HttpRequest) -> HttpResponseBase:
    account = common.actor_of(request).account_id
    if request.method == "POST" and account is not None:
        what, _, which = request.POST.get("do", "add").partition(":")
        chosen = int(which) if which.isdecimal() else 0
        if what == "drop":
            opinions.drop_phrase(account, chosen)
        elif what == "first":
            opinions.raise_phrase(account, chosen)
        else:
            opinions.add_phrase(account, request.POST.get("text", ""))
        if request.headers.get("X-Requested-With") == "fetch":  # the opinion that is being written stays as it is
            return HttpResponse(status=204)
        ui.notify(request, "常用意见已更新")
        return redirect("cases:phrases")
    values = {"face": "workbench", "rows": queries.phrases(account), "most": opinions.MOST_PHRASES}
    return render(request, "cases/phrases.html", values)
