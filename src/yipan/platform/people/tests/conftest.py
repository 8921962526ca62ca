"""The district's people as the packs bring them, installed once a test."""

import time
from pathlib import Path

import pytest
from django.db import transaction

import yipan
from yipan.kernel.packs import InstallContext, read_pack
from yipan.platform import calendar, records
from yipan.platform.people.loader import PeopleLoader

PACKS = Path(yipan.__file__).parent / "packs"


@pytest.fixture(scope="module")
def _installed(django_db_setup, django_db_blocker):
    """The packs, installed once a module in an outer transaction; each test is a savepoint inside it."""
    loader = PeopleLoader()
    with django_db_blocker.unblock(), transaction.atomic():
        for key in ("core", "demo_district"):
            pack = read_pack(PACKS / key)
            for file in pack.folder("people"):
                assert not [f for f in loader.check(file) if f.is_error]
                loader.install(file, InstallContext(pack.manifest, records.SYSTEM, calendar.now()))
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def district(_installed, db):
    """Units, roles, posts and demo staff of the built-in packs."""


@pytest.fixture
def as_staff(client, district):
    """``as_staff("market.examiner")`` signs the client in; the client."""

    from yipan.platform.people import sessions
    from yipan.platform.people.models import Account

    def sign_in(login):
        client.force_login(Account.objects.get(login=login), backend="yipan.platform.people.backend.AccountBackend")
        session = client.session
        session[sessions.FRESH] = int(time.time())
        session.save()
        return client

    return sign_in
