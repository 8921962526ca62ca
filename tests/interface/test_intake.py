"""Screens take in nothing that no table can keep: hostile addresses, forms and bodies are answered, never a failure."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, RequestFactory
from walking import routes

from yipan.platform.ui.access import CITIZEN, PUBLIC, SIGNED_IN
from yipan.platform.ui.intake import CleanIntake

HUGE = str(2**63)


@pytest.mark.parametrize("address", ["/search/?q=a%00b", "/items/a%00b/", "/verify/?c=%00", "/?%00=1"])
def test_nul_in_an_address_is_refused_with_words(district, client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    assert "无法保存的字符" in answer.content.decode()


def test_nul_in_a_form_or_an_upload_is_refused(district, client):
    assert client.post("/verify/", {"number": "a\0b", "holder": "x"}).status_code == 400
    upload = SimpleUploadedFile("a.pdf", b"\0\1\2")
    assert client.post("/verify/", {"file": upload}).status_code == 200, "files are bytes, not text"
    assert client.post("/verify/", {"file": upload, "number": "\0"}).status_code == 400


def test_a_body_larger_than_an_upload_is_not_even_read(settings):
    settings.YIPAN_UPLOAD_LIMIT = 1024

    class Unread:
        def read(self, *_size):
            raise AssertionError("the body was read")

    request = RequestFactory().post("/verify/")
    request.META |= {"CONTENT_LENGTH": str(3 * 1024 * 1024), "wsgi.input": Unread()}
    answer = CleanIntake(lambda _request: None)(request)
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "1e9"])
def test_a_length_that_is_no_number_is_refused(length):
    request = RequestFactory().post("/verify/")
    request.META["CONTENT_LENGTH"] = length
    assert CleanIntake(lambda _request: None)(request).status_code == 400


def test_large_forms_and_too_many_fields_are_refused_with_words(district, client):
    large = client.post("/verify/", {"number": "9" * (11 * 1024 * 1024)})
    assert large.status_code == 413
    assert "太大" in large.content.decode()
    many = client.post("/verify/", {f"f{n}": "x" for n in range(1500)})
    assert many.status_code == 400


def fill(pattern: str, number: str, text: str) -> str:
    """An address of a pattern like cases/<int:case_id>/<slug:kind>/."""
    parts = []
    for part in pattern.replace("<", "\0<").replace(">", "\0").split("\0"):
        if part.startswith("<"):
            kind = part[1:].partition(":")[0] if ":" in part else "str"
            part = number if kind == "int" else text
        parts.append(part)
    return "/" + "".join(parts)


LEFT_OUT = ("api/v1/", "sandbox/", "healthz", "readyz", "metrics")


# Between them they hold every right of the demo; each route is walked by one who may enter it.
WALKERS = ("data.admin", "data.security", "office.auditor", "market.reviewer", "market.decider", "market.window1",
           "market.admin", "data.items")  # fmt: skip
CLAIMS = {"sub": "t", "name": "黄丽芳", "id_type": "id_card", "id_no": "440703197811120032", "level": "4",
          "user_type": "person"}  # fmt: skip
QUERY = "?page=%F0%9F%98%80&before=abc&cursor=x|y&order=--id&size=-1&after=zz&year=0&c=%25&box=x"
FIELDS = (
    "to", "post", "unit", "person", "receiver", "role", "scope", "grade", "number", "year", "month", "from", "until",
    "on", "begins", "ends", "deputy", "key", "task", "letter", "row", "action", "order", "size", "count", "days", "id",
    "amount", "kind", "planned_days", "section", "successor", "account", "agency", "value", "series", "answers", "at",
    "case", "item", "version", "pack", "template", "contrast", "next", "do", "code", "way", "date", "valid_to",
)  # fmt: skip


@pytest.fixture
def walkers(as_staff, as_citizen):
    """``walkers(right)``: a client that may enter where this right is asked."""
    from yipan.platform import calendar
    from yipan.platform.people import access
    from yipan.platform.people.models import Account

    held = {}
    for login in WALKERS:
        person = Account.objects.get(login=login).person_id
        held[login] = {right for grant in access.grants_of(person, calendar.today()) for right in grant.rights}
    clients = {"": Client(raise_request_exception=False)}

    def client(right):
        who = "citizen" if right == CITIZEN else "" if right == PUBLIC else WALKERS[0] if right == SIGNED_IN else None
        if who is None:
            who = next((login for login in WALKERS if right in held[login]), WALKERS[0])
        if who not in clients:
            fresh = Client(raise_request_exception=False)
            clients[who] = as_citizen(CLAIMS, fresh) if who == "citizen" else as_staff(who, fresh)
        return clients[who]

    return client


def walked():
    """(pattern, right) of every route that can be written down."""
    return [
        (route.pattern, route.view.declared_right)
        for route in routes()
        if "(" not in route.pattern and not route.pattern.startswith(LEFT_OUT)
    ]


def failing(ask) -> int:
    """The status of an answer that is a failure, else 0; what it wrote is taken back."""
    with transaction.atomic():
        status = ask().status_code
        transaction.set_rollback(True)
    return status if status >= 500 else 0


@pytest.mark.parametrize("number", [HUGE, "999999999"])
def test_no_address_fails_for_things_that_are_not_there(walkers, number):
    """Every route of the house, walked by somebody who may enter, with numbers of nothing and nonsense around them."""
    failed = {}
    for pattern, right in walked():
        if number != HUGE and "<int:" not in pattern:
            continue
        address, client = fill(pattern, number, "no-such") + QUERY, walkers(right)
        if status := failing(lambda client=client, address=address: client.get(address)):
            failed[address] = status
    assert not failed


def test_no_form_fails_for_nonsense(walkers):
    """Every route gets a form of nonsense: an answer with words, or a refusal, never a failure."""
    failed = {}
    for pattern, right in walked():
        address, client = fill(pattern, "3", "market"), walkers(right)
        for value in ("①½x", HUGE):
            form = dict.fromkeys(FIELDS, value)
            if status := failing(lambda client=client, address=address, form=form: client.post(address, form)):
                failed[f"{address} {value}"] = status
    assert not failed
