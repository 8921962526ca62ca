"""Calendar years in the database: revisions, corrections, imports, the pack loader."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

import yipan
from yipan.kernel.clock import SHANGHAI, CalendarMissing, Limit, due, parse_year
from yipan.kernel.packs import InstallContext, PackError, check_pack, read_pack
from yipan.platform import calendar, records
from yipan.platform.calendar import actions, queries
from yipan.platform.calendar.domain import compare, read_years
from yipan.platform.calendar.loader import CalendarLoader
from yipan.platform.calendar.models import CalendarYear
from yipan.platform.records.models import ActPayload, ActRow, EventRow

pytestmark = pytest.mark.django_db

CORE = Path(yipan.__file__).parent / "packs" / "core"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
ADMIN = records.Actor(1, 1, "陈静", 2, "区政务服务数据管理局", 3, "系统管理员")
NEW_YEAR = {
    "year": 2027,
    "source": "国务院办公厅通知",
    "holidays": [{"name": "元旦", "off": ["2027-01-01..2027-01-03"]}],
}


@pytest.fixture(autouse=True)
def _administrators_may(monkeypatch):
    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: actor is ADMIN)


def install_core() -> None:
    pack = read_pack(CORE)
    loader = CalendarLoader()
    for file in pack.folder("calendars"):
        assert loader.check(file) == []
        loader.install(file, InstallContext(pack.manifest, records.SYSTEM, AT))


def put(data: dict, **more) -> actions.Imported:
    return actions.import_year(parse_year(data), actor=ADMIN, at=AT, **more)


def test_core_pack_gives_the_years_2021_to_2026():
    install_core()
    assert [row.year for row in queries.years()] == list(range(2026, 2020, -1))
    assert {row.year: row.working_days for row in queries.years()}[2021] == 250
    result = due(Limit(7), datetime(2021, 9, 24, 10, 0, tzinfo=SHANGHAI), calendar=calendar.current())
    assert result.shown == "2021-10-09 24:00"
    before = CalendarYear.objects.count()
    install_core()
    assert CalendarYear.objects.count() == before, "installing again changes nothing"


def test_missing_year_is_refused_until_it_is_imported():
    """Sheet 22 d5: no due date is computed for a year without calendar, and the administrator is told."""
    install_core()
    with pytest.raises(CalendarMissing):
        calendar.current().add_working_days(date(2026, 12, 31), 1)
    assert queries.missing_years(date(2026, 11, 20)) == [2027]
    assert queries.missing_years(date(2026, 9, 30)) == []
    assert put(NEW_YEAR).revision == 1
    assert calendar.current().add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert queries.missing_years(date(2026, 11, 20)) == []


def test_correction_is_a_new_revision_with_its_reason_and_an_event():
    put(NEW_YEAR)
    corrected = {**NEW_YEAR, "holidays": [{"name": "元旦", "off": ["2027-01-01..2027-01-04"], "work": ["2027-01-09"]}]}
    with pytest.raises(actions.NeedsReason, match="原因"):
        put(corrected)
    done = put(corrected, reason="通知更正")
    assert (done.revision, done.difference) == (2, compare(parse_year(NEW_YEAR), parse_year(corrected)))
    assert done.difference is not None
    assert done.difference.became_off == (date(2027, 1, 4),)
    assert done.difference.became_working == (date(2027, 1, 9),)
    event = EventRow.objects.get(kind="calendar.corrected")
    assert event.payload == {
        "year": 2027, "revision": 2, "became_working": ["2027-01-09"], "became_off": ["2027-01-04"],
    }  # fmt: skip
    assert [act.verb for act in ActRow.objects.order_by("seq")] == ["calendar.import", "calendar.correct"]
    assert "通知更正" in (ActPayload.objects.get(act_id=ActRow.objects.get(seq=2).id).body or "")
    page = queries.page(2027)
    assert page is not None
    assert [(r.revision, r.reason) for r in page.revisions] == [(2, "通知更正"), (1, "")]
    assert put(corrected, reason="再来一次").revision == 0
    assert not calendar.current().is_working_day(date(2027, 1, 4))


def test_a_pack_does_not_undo_an_administrators_correction():
    install_core()
    year = parse_year({**NEW_YEAR, "year": 2026, "holidays": [{"name": "元旦", "off": ["2026-01-01"]}]})
    actions.import_year(year, actor=ADMIN, at=AT, reason="临时更正")
    install_core()
    assert calendar.current().is_working_day(date(2026, 1, 2))


def test_rows_are_never_changed():
    put(NEW_YEAR)
    for statement in ("UPDATE calendar_calendaryear SET year = 2028", "DELETE FROM calendar_calendaryear"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_only_administrators_import():
    with pytest.raises(records.rights.Refused):
        actions.import_year(parse_year(NEW_YEAR), actor=records.SYSTEM, at=AT)
    assert not CalendarYear.objects.exists()


def test_import_is_all_or_nothing():
    years = [
        parse_year(NEW_YEAR),
        parse_year({**NEW_YEAR, "year": 2028, "holidays": [{"name": "x", "off": ["2028-01-01"]}]}),
    ]
    put(NEW_YEAR)
    changed = parse_year({**NEW_YEAR, "holidays": [{"name": "元旦", "off": ["2027-01-01"]}]})
    with pytest.raises(actions.NeedsReason):
        actions.import_years([years[1], changed], actor=ADMIN, at=AT)
    assert [row.year for row in queries.years()] == [2027]


CSV = "日期,类型,节日\n2026-12-31,休,元旦\n2027/01/01,休,元旦\n2027-01-10,班,元旦\n\n2027-10-01,放假,国庆节\n"


def test_csv():
    (year,) = read_years(CSV, "2027.csv", source="通知")
    assert year.year == 2027
    assert [(h.name, len(h.off), len(h.work)) for h in year.holidays] == [("元旦", 2, 1), ("国庆节", 1, 0)]


def test_json_and_yaml():
    assert read_years('[{"year": 2027, "holidays": [{"name": "元旦", "off": ["2027-01-01"]}]}]', "a.json", source="x")
    (CORE / "calendars" / "2021.yaml").read_text()
    assert read_years((CORE / "calendars" / "2021.yaml").read_text(), "2021.yaml")[0].year == 2021


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "日期,类型\n", [(1, "节日")]),
        ("a.csv", "日期,类型,节日\n", [(1, "没有数据行")]),
        (
            "a.csv",
            "日期,类型,节日\n2027-13-01,休,元旦\n2027-01-01,假,元旦\n2027-01-02,休,\n",
            [(2, "日期"), (3, "类型"), (4, "节日")],
        ),
        ("a.csv", "日期,类型,节日\n2027-01-01,休,元旦\n2027-01-04,班,元旦\n", [(3, "本来就是工作日")]),
        (
            "a.json",
            '[{"year": 2027,\n "source": "x", "holidays": [\n{"name": "元旦", "off": ["27-1-1"]}]}]',
            [(3, "不是日期")],
        ),
        ("a.yaml", "", [(0, "空")]),
    ],
)
def test_every_fault_of_a_file_is_named_with_its_line(name, text, expected):
    with pytest.raises(PackError) as caught:
        read_years(text, name, source="通知")
    assert [finding.line for finding in caught.value.findings] == [line for line, _ in expected]
    for finding, (_, word) in zip(caught.value.findings, expected, strict=True):
        assert word in finding.message


def test_file_name_must_be_the_year(tmp_path):
    (tmp_path / "pk" / "calendars").mkdir(parents=True)
    (tmp_path / "pk" / "pack.yaml").write_text("key: pk\ntitle: t\nversion: '1'\n")
    (tmp_path / "pk" / "calendars" / "2026.yaml").write_text((CORE / "calendars" / "2025.yaml").read_text())
    assert "2025.yaml" in check_pack(read_pack(tmp_path / "pk"))[0].message
