"""The window: one client after the other, and nothing of the one before him on the desk (sheet 22 e, sheet 23 c8)."""

import pytest
from django.test import Client

from yipan.platform import calendar
from yipan.platform.cases.models import Case

HIS = ("王小满", "440703196608290779", "13812345678")
CLIENT = {"kind": "person", "id_kind": "resident_id", **dict(zip(("name", "id_no", "phone"), HIS, strict=True))}
RECEIVE, NEXT, HOME = "/counter/receive/", "/counter/next/", "/counter/"


@pytest.fixture
def clerk(as_staff):
    return as_staff("hall.clerk1")


def traces(text):
    """What a text still says of the client."""
    return [word for word in HIS if word in text]


def seated(clerk):
    answer = clerk.post(RECEIVE, CLIENT, follow=True)
    assert answer.status_code == 200
    assert "王小满" in answer.content.decode()
    return answer


def test_after_the_next_client_nothing_of_the_former_one_is_left(clerk):
    began = seated(clerk)
    assert "王小满" in clerk.get(HOME).content.decode()
    clerk.post(NEXT)
    for address in (RECEIVE, f"{RECEIVE}?q=食品", HOME, "/work/"):
        assert not traces(clerk.get(address).content.decode()), address
    assert not traces(str(dict(clerk.session.items())))
    # Going back in the browser asks again, because no page was kept.
    assert "no-store" in began["Cache-Control"]


def test_what_was_typed_and_refused_is_not_kept_for_the_next_client(clerk):
    refused = clerk.post(RECEIVE, CLIENT | {"id_no": "440703196608290771"})
    assert refused.status_code == 422
    assert "王小满" in refused.content.decode(), "he need not type it again"
    clerk.post(NEXT)
    assert not traces(clerk.get(RECEIVE).content.decode())


def test_the_day_s_lists_shorten_names_of_persons(clerk, district):
    from yipan.platform.cases.models import Case

    account = clerk.session["_auth_user_id"]
    case = Case.objects.get(pk=district["bakery_correction"])
    Case.objects.filter(pk=case.pk).update(
        applicant_kind="person",
        applicant_name="王小满",
        received_by_id=account,
        channel=2,
        received_at=case.received_at,
    )

    calendar.set_clock(case.received_at, frozen=True)
    text = clerk.get(HOME).content.decode()
    assert case.short_no in text
    assert "王小满" not in text


def test_another_clerk_s_client_is_not_seen(clerk, as_staff):
    seated(clerk)
    other = as_staff("market.window1", Client())
    assert not traces(other.get(RECEIVE).content.decode())


def test_the_receipt_bears_number_and_query_code(clerk, district):
    case = Case.objects.get(pk=district["bakery_correction"])
    text = clerk.get(f"/counter/cases/{case.pk}/receipt/").content.decode()
    assert case.short_no in text
    assert case.query_code in text
    assert case.case_no in text
    assert "收件凭证" in text
