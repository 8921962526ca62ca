"""One's own page: who I am here, my posts and rights, password, second factor."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yipan.platform import calendar, ui
from yipan.platform.records import rights
from yipan.platform.ui.access import citizen, signed_in

from .. import access, addresses, queries, second_factor, vault
from ..actions import accounts
from .common import address_of, own_account
from .signing_in import change_password, enrolment


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    identity = access.identify(request)
    assert identity is not None
    person_id = identity.account.person_id
    masked = vault.masked([person_id], vault.PHONE).get(person_id, "")
    if identity.principal is not None:
        values = {
            "me": identity,
            "phone": masked,
            "id_no": vault.masked_ids([person_id]).get(person_id, ""),
            "invitations": queries.invitations(person_id),
            "face": "portal",
        }
        return ui.render(request, "people/citizen.html", values)
    titles = queries.role_titles()
    values = {
        "me": identity,
        "phone": masked,
        "grants": [
            (grant, titles.get(grant.role_key, grant.role_key), sorted(rights.title(name) for name in grant.rights))
            for grant in access.grants_for(identity.actor)
        ],
        "scopes": queries.SCOPE_WORDS,
        "bound": second_factor.is_bound(identity.account),
        "deputises": queries.absent_people_for(person_id, calendar.now()),
        "face": "workbench",
    }
    return ui.render(request, "people/me.html", values)


@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the current one is asked again."""
    account = own_account(request)
    faults: list[str] = []
    if request.method == "POST":
        try:
            accounts.check_own_password(account, request.POST.get("current", ""), ip=address_of(request))
            faults = change_password(request, account, request.POST.get("password", ""), request.POST.get("again", ""))
        except accounts.SignInRefused as refused:
            faults = [str(refused)]
        if not faults:
            from django.contrib.auth import update_session_auth_hash

            account.refresh_from_db()
            update_session_auth_hash(request, account)
            ui.notify(request, _("口令已修改，其他设备上的登录已失效。"))
            return HttpResponseRedirect(reverse("people:me"))
    values = {"faults": faults, "due": account.must_change, "face": "workbench"}
    return ui.render(request, "people/password.html", values, status=422 if faults else 200)


@signed_in
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Bind an authenticator ahead of time; changing a bound one needs an administrator."""
    account = own_account(request)
    problem = ""
    bound = second_factor.is_bound(account)
    if request.method == "POST" and not bound:
        code = request.POST.get("code", "").strip().replace(" ", "")
        problem = second_factor.check(account, code, at=calendar.now(), ip=address_of(request))
        if not problem:
            ui.notify(request, _("动态口令已绑定。"))
            return HttpResponseRedirect(reverse("people:me"))
    values = {"bound": bound, "problem": problem, "face": "workbench", "secret": "", "picture": ""}
    if not bound:
        values |= enrolment(account)
    return ui.render(request, "people/my_second_factor.html", values, status=422 if problem else 200)


@citizen
@require_http_methods(["GET", "POST"])
def own_addresses(request: HttpRequest) -> HttpResponse:
    """The citizen's address book; posting a reference deletes that address."""
    person_id, problem = access.principal(request).person_id, ""
    if request.method == "POST":
        try:
            addresses.remove(person_id, request.POST.get("ref", ""), actor=access.actor(request), at=calendar.now())
        except addresses.AddressRefused as refused:
            problem = str(refused)
        else:
            ui.notify(request, _("地址已删除。"))
            return redirect("people:addresses")
    values = {"book": addresses.book(person_id), "problem": problem, "face": "portal"}
    return ui.render(request, "people/addresses.html", values, status=409 if problem else 200)
