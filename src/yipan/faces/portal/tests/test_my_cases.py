"""The home page's panel of the applicant's own cases."""

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import RequestFactory

import yipan
from yipan.faces.portal import registrations
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import InstallContext, read_pack
from yipan.platform import calendar
from yipan.platform.calendar.loader import CalendarLoader
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case
from yipan.platform.people.access import Principal
from yipan.platform.records import SYSTEM

pytestmark = pytest.mark.django_db


def panel_of(principal):
    request = RequestFactory().get("/")
    request.principal = principal
    return registrations.my_cases(request)


def case(**facts):
    rest = {
        "item_code": "x", "item_key": "food", "item_title": "食品经营许可", "item_version": 1, "unit_id": 1,
        "unit_key": "market", "unit_name": "市监局", "applicant_kind": "person", "applicant_name": "李晓敏",
        "applicant_person_id": 7, "created_at": calendar.now(),
    }  # fmt: skip
    return Case.objects.create(**rest | facts)


def test_visitors_and_staff_have_no_panel():
    assert panel_of(None) is None
    assert registrations.my_cases(SimpleNamespace()) is None


@pytest.fixture
def working_days():
    folder = Path(yipan.__file__).parent / "packs" / "core"
    pack = read_pack(folder)
    loader = CalendarLoader()
    for file in pack.folder(loader.folder):
        loader.install(file, InstallContext(pack.manifest, SYSTEM, calendar.now()))


@pytest.mark.usefixtures("working_days")
def test_a_running_case_shows_the_last_day_of_its_limit(monkeypatch):
    """Sheet 00 S3: the same day on every screen: a limit that ends at midnight ends at 24:00 of the day before."""
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    monkeypatch.setattr(calendar, "now", lambda: at)
    promised, legal = datetime(2026, 3, 13, tzinfo=SHANGHAI), datetime(2026, 3, 17, tzinfo=SHANGHAI)
    due = {"promised_due": promised, "legal_due": legal, "shown_due": promised}
    case(state=State.ACCEPTED, received_at=at, accepted_at=at, short_no="1", **due)
    case(state=State.ARCHIVED, received_at=at, accepted_at=at, decided_at=at, concluded_at=at, short_no="2", **due)
    panel = panel_of(Principal(1, 7, "李晓敏", 3))
    assert panel is not None
    assert [row.due_by for row in panel["rows"]] == ["", "2026-03-12 24:00"]
