"""Whose cases an applicant sees: joined by person, by the firm he acts for now, within the items of his power."""

import pytest

from yipan.platform import calendar, people
from yipan.platform.cases import queries
from yipan.platform.cases.models import Case
from yipan.platform.people.access import Principal
from yipan.platform.people.actions import join
from yipan.platform.people.models import Account, Person
from yipan.platform.records import SYSTEM

pytestmark = pytest.mark.django_db


def case(**facts):
    rest = {
        "item_code": "x", "item_key": "food-new", "item_title": "食品经营许可", "item_version": 1, "unit_id": 1,
        "unit_key": "market", "unit_name": "市监局", "applicant_kind": "person", "applicant_name": "李晓敏",
        "created_at": calendar.now(),
    }  # fmt: skip
    return Case.objects.create(**rest | facts)


@pytest.fixture
def li():
    person = Person.objects.create(name="李晓敏", created_at=calendar.now())
    return Account.objects.create(login="c-li", kind="citizen", person=person, subject="li")


def seen(account, **firm):
    who = Principal(account.pk, account.person_id, account.person.name, 3, **firm)
    return list(queries.own(who).order_by("id"))


def test_whom_the_firm_dismissed_sees_nothing_of_it(li):
    """Sheet 22 f11: the account that applied for a firm is not the firm."""
    firms = case(applicant_kind="entity", applicant_entity_id=9, agent_person_id=li.person_id,
                 applicant_account_id=li.pk)  # fmt: skip
    own = case(applicant_person_id=li.person_id, applicant_account_id=li.pk)
    assert seen(li) == [own]
    assert seen(li, entity_id=9) == [firms]
    with pytest.raises(queries.CaseNotFound):
        queries.get_own(firms.pk, Principal(li.pk, li.person_id, "李晓敏", 3))


def test_a_limited_power_opens_its_items_only(li):
    food = case(applicant_kind="entity", applicant_entity_id=9)
    case(applicant_kind="entity", applicant_entity_id=9, item_key="public-place")
    assert seen(li, entity_id=9, items=frozenset({"food-new"})) == [food]
    assert len(seen(li, entity_id=9)) == 2


def test_cases_of_the_window_and_of_another_document_are_the_person_s_own(li):
    """Sheet 22 f12: cases join on the person, not on the number or the account."""
    at_window = case(applicant_person_id=li.person_id, applicant_account_id=None)
    twin = Person.objects.create(name="李晓敏", created_at=calendar.now())
    people.vault.put(twin, "passport", "K01234567", at=calendar.now())
    by_passport = case(applicant_person_id=twin.pk, item_key="public-place")
    assert seen(li) == [at_window]
    kept = join.add_document(li.person_id, kind="passport", number="K01234567", actor=SYSTEM, at=calendar.now())
    assert kept == li.person_id
    assert seen(li) == [at_window, by_passport]
