"""Fixtures: a small office whose people may look at decisions or manage them."""

import datetime as dt
from collections.abc import Iterator

import pytest

from yipan.platform import records

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture(autouse=True)
def _memory() -> Iterator[None]:
    """Ids come again after a test: nothing compiled may be remembered."""
    from yipan.platform.decisions import published

    published.forget()
    yield
    published.forget()


@pytest.fixture
def people(db):
    """``people("张", "decisions.manage")`` gives an actor with these rights in one unit; business time stands."""
    from yipan.platform import calendar
    from yipan.platform.people.models import Account, Holding, Person, Post, Role, RoleAssignment, Unit

    unit = Unit.objects.create(key="market", name="市场监督管理局")
    calendar.set_clock(NOW, frozen=True)

    def add(name: str, *rights: str) -> records.Actor:
        person = Person.objects.create(name=name, created_at=NOW)
        account = Account.objects.create(login=f"u{person.pk}", kind="staff", person=person)
        post = Post.objects.create(unit=unit, key=f"post{person.pk}", title="岗位")
        Holding.objects.create(person=person, post=post, valid_from=dt.date(2020, 1, 1))
        role = Role.objects.create(key=f"role{person.pk}", title=name, rights=list(rights))
        RoleAssignment.objects.create(role=role, post=post, scope="district", valid_from=dt.date(2020, 1, 1))
        return records.Actor(account.pk, person.pk, name, unit.pk, unit.name, post.pk, post.title)

    yield add
    calendar.clear_clock()
