"""The real house behind a live server, filled by the packs once per module, and one Chromium."""

import time
from collections.abc import Iterator

import pytest
import screens
from django.core.management import call_command


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker("browser")
            # So that the test database is made; a test's own connection is another than the server's.
            item.add_marker(pytest.mark.django_db)
            if screens.chromium() is None:
                item.add_marker(pytest.mark.skip(reason=screens.WITHOUT))


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker) -> Iterator[str]:
    """Address of a server on a database with all built-in packs and the demo's people; emptied afterwards."""
    from pytest_django.live_server_helper import LiveServer

    from yipan.platform import calendar, records
    from yipan.platform.publishing import actions
    from yipan.platform.records.testing import wipe
    from yipan.platform.ui import site

    with django_db_blocker.unblock():
        site.forget()
        actions.install(actions.built_in_folders(with_demo=True), actor=records.SYSTEM, at=calendar.now())
        server = LiveServer("127.0.0.1:0")
        server._live_server_modified_settings.enable()
        try:
            yield str(server)
        finally:
            server.stop()
            server._live_server_modified_settings.disable()
            wipe()
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            site.forget()


@pytest.fixture(scope="module")
def chromium() -> Iterator[screens.Browser]:
    # Playwright runs an event loop in this thread; Django would take the tests' own queries for async ones.
    with pytest.MonkeyPatch.context() as patch, screens.browser() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


CITIZEN = {
    "sub": "test-citizen", "name": "陈悦来", "id_type": "id_card", "id_no": "440703197811120032", "level": "4",
    "user_type": "entity",
    "entity": {"name": "江门市蓬江区悦来宾馆有限公司", "credit_code": "91440703MA9Q100100", "legal_rep": "陈悦来"},
}  # fmt: skip


@pytest.fixture(scope="module")
def cookies(house: str) -> dict[str, list[dict[str, str]]]:
    """Cookies by who is signed in: "" for a visitor, "citizen" for an agent of a firm, else a staff login."""
    from django.conf import settings
    from django.test import Client

    from yipan.platform import calendar
    from yipan.platform.people import access, sessions
    from yipan.platform.people.actions import citizens
    from yipan.platform.people.models import Account

    kept: dict[str, list[dict[str, str]]] = {"": []}
    for login in ("citizen", *screens.STAFF):
        client = Client()
        entity = None
        if login == "citizen":
            account, entity = citizens.sign_in(CITIZEN, now=calendar.now())
        else:
            account = Account.objects.get(login=login)
        client.force_login(account, backend="yipan.platform.people.backend.AccountBackend")
        session = client.session
        session[access.FIRM_IN_SESSION] = entity
        session[sessions.FRESH] = int(time.time())  # the password was given just now
        session.save()
        name = settings.SESSION_COOKIE_NAME
        kept[login] = [{"name": name, "value": client.cookies[name].value, "url": house}]
    return kept
