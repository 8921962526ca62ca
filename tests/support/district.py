"""The whole demo district for tests of the house: every pack, people, and the cases of the stories, in one transaction.

    from district import as_citizen, as_staff, district, whole_district   # in a conftest

It is filled once a module and taken back afterwards; each test is a savepoint inside it.
"""

import time
from collections.abc import Iterator

import pytest
from django.db import transaction

BACKEND = "yipan.platform.people.backend.AccountBackend"


@pytest.fixture(scope="module")
def whole_district(django_db_setup, django_db_blocker) -> Iterator[dict[str, int]]:
    """Story key → id of its case."""
    from yipan.kernel.packs import read_yaml
    from yipan.platform import calendar, records
    from yipan.platform.cases import stories
    from yipan.platform.publishing import actions, queries
    from yipan.platform.ui import site

    with django_db_blocker.unblock(), transaction.atomic():
        forget()
        actions.install(actions.built_in_folders(with_demo=True), actor=records.SYSTEM, at=calendar.real_now())
        files = queries.files_in_use("demo_district")
        told = read_yaml(files["demo/cases.yaml"].decode(), "demo/cases.yaml").value
        cases = stories.play(told["stories"], sample=files["demo/sample.pdf"])
        calendar.set_clock(stories.moment(told["starts"]), frozen=True)
        with django_db_blocker.block():
            yield dict(zip([story["key"] for story in told["stories"]], cases, strict=True))
        calendar.clear_clock()
        site.forget()
        transaction.set_rollback(True)
    forget()


def forget() -> None:
    """What processes remember by row ids, which come again after the rollback."""
    from yipan.platform.calendar.current import forget as forget_calendars
    from yipan.platform.catalogue import queries
    from yipan.platform.processes import definitions
    from yipan.platform.ui import site

    definitions.forget()
    queries._parsed.cache_clear()
    forget_calendars()
    site.forget()


@pytest.fixture
def district(whole_district, db) -> dict[str, int]:
    """The district, for one test."""
    return whole_district


@pytest.fixture
def as_staff(client, district):
    """``as_staff("market.examiner")`` signs the client in; the client."""
    from yipan.platform.people import sessions
    from yipan.platform.people.models import Account

    def sign_in(login, client=client):
        client.force_login(Account.objects.get(login=login), backend=BACKEND)
        session = client.session
        session[sessions.FRESH] = int(time.time())
        session[sessions.VERIFIED] = True
        session.save()
        return client

    return sign_in


@pytest.fixture
def as_citizen(client, district):
    """``as_citizen(claims)`` signs the client in for the person, or the firm, of identity claims."""
    from yipan.platform import calendar
    from yipan.platform.people import access
    from yipan.platform.people.actions import citizens

    def sign_in(claims, client=client):
        account, entity = citizens.sign_in(claims, now=calendar.now())
        client.force_login(account, backend=BACKEND)
        session = client.session
        session[access.FIRM_IN_SESSION] = entity
        session.save()
        return client

    return sign_in
