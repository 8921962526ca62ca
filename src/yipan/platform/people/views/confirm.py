"""Asking for the password again before sensitive acts (accounts and rights of others, structure of units)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from yipan.platform import ui
from yipan.platform.ui.access import signed_in

from .. import sessions
from ..actions import accounts
from .common import address_of, own_account

View = Callable[..., HttpResponse]


def fresh(view: View) -> View:
    """Only for those who gave their password in the last quarter of an hour; others give it and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sessions.is_fresh(request):
            return view(request, *args, **kwargs)
        following = request.get_full_path()
        if request.method != "GET":
            # What was posted is not carried through the password page: it is entered again, deliberately.
            ui.notify(request, "这项操作需要先确认口令，确认后请重新提交。", tone="orange")
            following = request.POST.get("back", "") or following
        return HttpResponseRedirect(f"{reverse('people:confirm')}?{urlencode({'next': following})}")

    return guarded


@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    account = own_account(request)
    following = sessions.safe(request, request.POST.get("next") or request.GET.get("next") or "")
    problem = ""
    if request.method == "POST":
        try:
            accounts.check_own_password(account, request.POST.get("password", ""), ip=address_of(request))
        except accounts.SignInRefused as refused:
            problem = str(refused)
        else:
            sessions.note_fresh(request)
            return HttpResponseRedirect(following or reverse("people:me"))
    values = {"next": following, "problem": problem, "face": "administration"}
    return ui.render(request, "people/confirm.html", values, status=422 if problem else 200)
