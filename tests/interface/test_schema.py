"""Schemathesis on the interface: whatever a caller sends, the answer is one that the document declares, never a 500.

In this process, through WSGI; the examples are the same in every run. Every operation is called by somebody whom its
door lets in, half of the time with ids of things that exist.
"""

import datetime as dt
import secrets

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, strategies
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import yipan.house.urls  # noqa: F401 - the operations of the rooms are added when the addresses are read
from yipan.house.api import api
from yipan.platform import people
from yipan.platform.exchange import domain
from yipan.platform.ui import access, interface

EXAMPLES = 12
STAFF = ("market.window1", "data.admin")
CLAIMS = {"sub": "t", "name": "黄丽芳", "id_type": "id_card", "id_no": "440703197811120032", "level": "4",
          "user_type": "person"}  # fmt: skip
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
OPERATIONS = {
    operation.definition.raw["operationId"]: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations())
}
CHECKS = [
    checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance
]  # fmt: skip


class Caller:
    """Cookies and headers with which a person or an application calls; a visitor has none."""

    def __init__(self, client: Client | None, key: str = "") -> None:
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {"Authorization": f"Bearer {key}"} if key else {}
        if client is not None:
            token = secrets.token_hex(16)  # both halves of the CSRF protection, as a page would send them
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            self.cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: token}
            self.headers = {"X-CSRFToken": token}

    def dress(self, case):
        """In place of the credentials that were made up for the example."""
        kept = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
        case.headers, case.cookies = kept | self.headers, dict(self.cookies)


@pytest.fixture
def caller(district, as_staff, as_citizen):
    """Somebody whom the door of an operation lets in: a visitor, a citizen, staff with the right, else a key."""
    known: dict[str, Caller] = {}

    def of(said) -> Caller:
        right, scope = said["x-right"], said.get("x-scope", "")
        login = {access.PUBLIC: "", access.CITIZEN: "citizen", access.SIGNED_IN: STAFF[0]}.get(right)
        if login is None:
            login = next((login for login in STAFF if people.may(people.queries.actor_of(login), right)), scope)
        if login not in known:
            known[login] = _caller(login)
        return known[login]

    def _caller(login: str) -> Caller:
        if login == "" or login in dict(interface.scopes()):
            return Caller(None, key=_key(login) if login else "")
        return Caller(as_citizen(CLAIMS, Client()) if login == "citizen" else as_staff(login, Client()))

    return of


def _key(scope: str) -> str:
    from yipan.platform.exchange.actions.issue import issue

    now = timezone.now()
    unit = people.queries.unit_by_key("market").id
    asked = domain.Asked("区共享平台", unit, "district", (scope,), 6000, now + dt.timedelta(days=9))
    return issue(asked, actor=people.queries.actor_of("data.security"), at=now).text


@pytest.fixture(autouse=True)
def _the_tests_own_connection():
    """A server drops its connection after a request that left a transaction open; here that is the test's own."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def real_ids(district):
    """Ids of things that exist, by the name of the parameter."""
    from yipan.platform.processes.models import Task

    return {
        "case_id": sorted(district.values()),
        "task_id": list(Task.objects.order_by("id").values_list("pk", flat=True)[:40]),
        "key": ["food_licence_new", "public_place_hygiene_new"],
    }


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_every_answer_is_a_declared_one(operation, caller, real_ids, settings):
    settings.YIPAN_LIMITS = dict.fromkeys(("interface", "interface_account", "lookup"), 1_000_000)
    application = WSGIHandler()
    person = caller(operation.definition.raw)
    seen = set()

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(), data=strategies.data())
    def call(case, data):
        for name, ids in real_ids.items():
            if name in (case.path_parameters or {}) and data.draw(strategies.booleans()):
                case.path_parameters[name] = data.draw(strategies.sampled_from(ids))
        with transaction.atomic():  # what one example writes is gone before the next
            person.dress(case)
            response = case.call(app=application, base_url="http://localhost")
            transaction.set_rollback(True)
        seen.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    call()
    assert seen
    assert not seen & {401, 403}, "the door let nobody in: nothing behind it was tried"
