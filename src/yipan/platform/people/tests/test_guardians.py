"""Guardians of minors: the register vouches, power ends with the day before the eighteenth birthday or by hand."""

import datetime as dt

import pytest

from yipan.platform import calendar, people
from yipan.platform.people import domain, vault
from yipan.platform.people.actions import citizens, guardians, join
from yipan.platform.people.actions.guardians import Entry
from yipan.platform.people.models import Guardianship, Person
from yipan.platform.people.queries import at_work
from yipan.platform.records import SYSTEM, Actor
from yipan.platform.records.models import ActRow

pytestmark = pytest.mark.django_db

MOTHER = {
    "sub": "u-2", "name": "李晓敏", "id_type": "10", "id_no": "44070319850615234X", "phone": "13800002002",
    "level": "L3", "user_type": "person",
}  # fmt: skip
STRANGER = MOTHER | {"sub": "u-9", "name": "黄家俊", "id_no": "440703199003070013"}
CHILD, NUMBER = "李小满", "440703201503082117"
FACTS = {"姓名": CHILD, "出生日期": "2015-03-08", "母亲证件号码": MOTHER["id_no"]}
ENTRY = Entry(FACTS, "SJ0000000001")


def moment(day: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")


@pytest.fixture
def mother(db):
    calendar.set_clock(moment("2026-06-01"), frozen=True)
    yield citizens.sign_in(MOTHER, now=calendar.now())[0]
    calendar.clear_clock()


def acting(account):
    return Actor(account.pk, account.person_id, account.person.name)


def claimed(account, entry=ENTRY, **changes):
    told = {"name": CHILD, "number": NUMBER, "actor": acting(account), "at": calendar.now()} | changes
    return guardians.claim(entry=entry, **told)


@pytest.mark.parametrize(
    ("born", "of_age"),
    [("2008-03-08", "2026-03-08"), ("2008-02-29", "2026-03-01"), ("2008-12-31", "2026-12-31")],
)
def test_full_age_begins_on_the_eighteenth_birthday(born, of_age):
    assert domain.majority(dt.date.fromisoformat(born)) == dt.date.fromisoformat(of_age)


def test_the_register_names_the_guardian(mother):
    made = claimed(mother)
    assert (made.relation, made.valid_to) == ("母亲", dt.date(2033, 3, 7))
    assert vault.find(vault.RESIDENT_ID, NUMBER) == made.ward_id
    act = ActRow.objects.get(verb="person.guard", subject_id=str(made.ward_id))
    assert act.actor_name == "李晓敏"
    with pytest.raises(guardians.GuardianProblem, match="已经确认过"):
        claimed(mother)


@pytest.mark.parametrize(
    ("entry", "name"),
    [(None, CHILD), (ENTRY, "李大满"), (Entry(FACTS | {"母亲证件号码": "440703199003070013"}, "SJ2"), CHILD)],
)
def test_a_wrong_name_a_child_of_others_and_nobody_get_the_same_answer(mother, entry, name):
    with pytest.raises(guardians.GuardianProblem) as problem:
        claimed(mother, entry, name=name)
    assert problem.value.errors == {"number": guardians.NOT_SHOWN}
    assert not Person.objects.filter(name=name).exists()


def test_nobody_becomes_guardian_of_one_of_full_age(mother):
    with pytest.raises(guardians.GuardianProblem, match="已年满十八周岁"):
        claimed(mother, at=moment("2033-03-08", 0))
    assert claimed(mother, at=moment("2033-03-07", 23)).valid_to == dt.date(2033, 3, 7)


@pytest.mark.parametrize(("name", "number", "field"), [("", NUMBER, "name"), (CHILD, "44070320150308211X", "number")])
def test_what_is_mistyped_is_asked_of_no_register(name, number, field):
    with pytest.raises(guardians.GuardianProblem) as problem:
        guardians.checked(name, number)
    assert set(problem.value.errors) == {field}


def test_power_lasts_until_the_birthday_for_the_guardian_alone(mother, client):
    """Sheet 22 f11: on the day of majority the grown child has the cases, the parent has them no more."""
    ward = claimed(mother).ward_id
    client.force_login(mother, backend="yipan.platform.people.backend.AccountBackend")
    assert client.post("/me/post/", {"ward": ward, "next": "/me/"}).status_code == 302
    assert f"{CHILD}（您是监护人）" in client.get("/me/").content.decode()
    calendar.set_clock(moment("2033-03-07", 23), frozen=True)
    assert f"{CHILD}（您是监护人）" in client.get("/me/").content.decode()
    calendar.set_clock(moment("2033-03-08", 0), frozen=True)
    assert f"{CHILD}（您是监护人）" not in client.get("/me/").content.decode()
    assert client.post("/me/post/", {"ward": ward}).status_code == 403


def test_nobody_else_acts_for_the_child(mother, client):
    ward = claimed(mother).ward_id
    other, _ = citizens.sign_in(STRANGER, now=calendar.now())
    client.force_login(other, backend="yipan.platform.people.backend.AccountBackend")
    for wanted in (str(ward), "x", "²"):
        assert client.post("/me/post/", {"ward": wanted}).status_code == 403, wanted
    mine = Guardianship.objects.get()
    assert client.post("/me/wards/end/", {"guardianship": mine.pk, f"reason_{mine.pk}": "不再监护"}).status_code == 409
    assert at_work.guardians_of(ward, calendar.now()) == [mother.person_id]


def test_a_guardian_gives_up_with_a_reason(mother, client):
    made = claimed(mother)
    client.force_login(mother, backend="yipan.platform.people.backend.AccountBackend")
    assert CHILD in client.get("/me/wards/").content.decode()
    assert client.post("/me/wards/end/", {"guardianship": made.pk, f"reason_{made.pk}": ""}).status_code == 409
    assert (
        client.post("/me/wards/end/", {"guardianship": made.pk, f"reason_{made.pk}": "监护权变更"}).status_code == 302
    )
    made.refresh_from_db()
    assert made.ended_reason == "监护权变更"
    assert at_work.guardians_of(made.ward_id, calendar.now()) == []
    assert client.post("/me/post/", {"ward": made.ward_id}).status_code == 403
    assert claimed(mother).pk != made.pk  # it can be confirmed again, as a new one


def test_a_guardian_known_twice_guards_once(mother):
    """Sheet 22 f12: one person with several documents."""
    made = claimed(mother)
    twin = Person.objects.create(name="李晓敏", created_at=calendar.now())
    people.vault.put(twin, "passport", "K01234567", at=calendar.now())
    Guardianship.objects.create(
        guardian=twin, ward=made.ward, relation="母亲", receipt="x", valid_from=made.valid_from, valid_to=made.valid_to
    )
    join.add_document(mother.person_id, kind="passport", number="K01234567", actor=SYSTEM, at=calendar.now())
    assert at_work.guardians_of(made.ward_id, calendar.now()) == [mother.person_id]
    assert not Guardianship.objects.exclude(guardian_id=mother.person_id).exists()
