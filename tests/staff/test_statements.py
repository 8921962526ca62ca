"""What the pages of every day cost in statements: few, and none of them once more for every row (no N+1)."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yipan.platform.cases.models import Case

# Of the home every panel asks for itself; of a page of a case every part.
MOST = {"/work/": 20, "/todo/": 15, "/cases/": 13}
MOST_OF_A_CASE = 39
# The business clock of demos and tests, and the years of the calendar, are kept by processes for a moment.
KEPT = ("calendar_businessclock", "calendar_calendaryear")


def statements(client, address, **query):
    client.get(address, query)  # what processes keep after the first time is kept
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, query)
    assert answer.status_code == 200, address
    return [one["sql"] for one in asked.captured_queries if not any(name in one["sql"] for name in KEPT)]


@pytest.mark.parametrize("login", ["market.examiner", "market.reviewer", "market.window1"])
@pytest.mark.parametrize("address", [*MOST])
def test_pages_of_every_day_cost_few_statements(as_staff, login, address):
    asked = statements(as_staff(login), address)
    assert len(asked) <= MOST[address], "\n".join(asked)


@pytest.mark.parametrize("address", [*MOST])
def test_no_statement_is_asked_again_for_every_row(as_staff, address):
    """The same words with other values, more than twice, are a loop."""
    asked = statements(as_staff("market.examiner"), address)
    again = Counter(sql.split("WHERE")[0] for sql in asked)
    assert max(again.values()) <= 2, again.most_common(3)


def test_a_longer_list_costs_no_more(as_staff, district):
    client = as_staff("market.reviewer")
    few = len(statements(client, "/cases/", q="7"))
    copies = list(Case.objects.filter(received_at__isnull=False)[:5])
    for number in range(20):
        for case in copies:
            case.pk, case.case_no, case.short_no = None, None, f"7{number:04d}{copies.index(case):04d}"
            case.object_key = f"copy {case.short_no}"
        Case.objects.bulk_create(copies)
    assert len(statements(client, "/cases/", q="7")) == few


def test_a_page_of_a_case_costs_few_statements(as_staff, district):
    client = as_staff("market.reviewer")
    seen = 0
    for case_id in district.values():
        if client.get(f"/cases/{case_id}/").status_code == 200:
            seen += 1
            asked = statements(client, f"/cases/{case_id}/")
            assert len(asked) <= MOST_OF_A_CASE, "\n".join(asked)
    assert seen >= 4
