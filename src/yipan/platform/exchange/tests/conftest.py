"""The demo district's people, and keys as the administrator issues them."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from yipan.platform.exchange import domain
from yipan.platform.people.tests.conftest import _installed, as_staff, district

__all__ = ["_installed", "as_staff", "district"]


@pytest.fixture
def new_key(district):
    """``new_key("cases.read", unit="market")`` issues a key and gives its text."""
    from yipan.platform.exchange.actions.issue import issue
    from yipan.platform.people import queries as people

    administrator = people.actor_of("data.security")

    def make(*scopes, unit="market", reach="unit", per_minute=120, days=30):
        now = timezone.now()
        asked = domain.Asked(
            "区共享平台", people.unit_by_key(unit).id, reach, scopes, per_minute, now + dt.timedelta(days=days)
        )
        return issue(asked, actor=administrator, at=now)

    return make


@pytest.fixture
def no_counts(db):
    """Counters are unlogged rows; whatever other requests of this test were counted is forgotten."""

    def forget():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM exchange_rate")

    forget()
    return forget
