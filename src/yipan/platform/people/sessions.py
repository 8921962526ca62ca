"""Steps between a right password and an open session: a new password when it is due, the second factor.

Until the last step is done nobody is signed in; the session only remembers who is on the way (``PENDING``).
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from .access import Identity
from .backend import BACKEND
from .models import Account

PENDING, VERIFIED = "people.pending", "people.verified"
PENDING_SECONDS = 10 * 60
FRESH, FRESH_SECONDS = "people.fresh", 15 * 60


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody whose password was right and who still owes a step."""

    account_id: int
    next: str


def begin(request: HttpRequest, account: Account, following: str) -> str:
    """After the right password: the address of the next step, or of the page wanted when all is done."""
    request.session.cycle_key()
    request.session[PENDING] = [account.pk, safe(request, following), int(time.time())]
    return proceed(request, account)


def pending(request: HttpRequest) -> Pending | None:
    """Who is on the way; None when nobody is, or when it took too long."""
    account_id, following, since = request.session.get(PENDING) or (None, "", 0)
    if account_id is None or time.time() - since > PENDING_SECONDS:
        return None
    return Pending(account_id, following)


def proceed(request: HttpRequest, account: Account, *, verified: bool = False) -> str:
    """The next step of a pending sign-in; opens the session when none is left."""
    if account.must_change:
        return reverse("people:new_password")
    if settings.YIPAN_SECOND_FACTOR and not verified:
        return reverse("people:second_factor")
    following = (request.session.pop(PENDING, None) or [0, ""])[1]
    login(request, account, backend=BACKEND)
    request.session[VERIFIED] = verified
    note_fresh(request)
    return following or home(account)


def unfinished_step(request: HttpRequest, identity: Identity) -> str:
    """Where a signed-in member of staff must go first; "" when nothing is missing. Checked on every request."""
    if identity.principal is not None:
        return ""
    if settings.YIPAN_SECOND_FACTOR and not request.session.get(VERIFIED):
        return reverse("people:login")
    if identity.account.must_change and request.path not in (reverse("people:password"), reverse("people:logout")):
        return reverse("people:password")
    return ""


def note_fresh(request: HttpRequest) -> None:
    """The password was given just now."""
    request.session[FRESH] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    return time.time() - request.session.get(FRESH, 0) < FRESH_SECONDS


def forget_expired() -> int:
    """Delete sessions that have ended (a nightly job); how many: nothing of a visit is kept longer than the visit."""
    from django.contrib.sessions.models import Session

    deleted, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return deleted


def home(account: Account) -> str:
    """The page after signing in: the first face whose home exists."""
    from django.urls import NoReverseMatch

    names = ("workbench:home", "counter:home") if account.kind == Account.Kind.STAFF else ("portal:home",)
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return reverse("people:me")


def safe(request: HttpRequest, address: str) -> str:
    """An address of this site, or ""."""
    ok = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ok and address.startswith("/") else ""
