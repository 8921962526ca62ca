"""Who reads which cases: role × unit × state, the same rows in list, search, export, interface and page."""

import io

import pytest
import telling
from django.db import transaction
from openpyxl import load_workbook
from telling import Story

from yipan.kernel import identifiers
from yipan.platform.cases import queries
from yipan.platform.cases.actions import decision, submission
from yipan.platform.cases.listing import CaseList, case_query
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment
from yipan.platform.records.models import Access, ActRow
from yipan.platform.ui.listing import export
from yipan.platform.ui.models import ListExport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
MARKET, HEALTH = {"food_received", "food_consulted", "food_granted"}, {"salon_decided", "salon_withdrawn"}
ALL = MARKET | HEALTH
# Login (its role and unit stand in the pack) → the cases it reads. Drafts are nobody's but the applicant's.
READERS = {
    "market.window1": MARKET,
    "market.window2": MARKET,  # outsourced
    "market.examiner": MARKET,
    "market.inspector1": MARKET,
    "market.reviewer": MARKET,
    "market.decider": MARKET,
    "market.deputy": MARKET,  # stands in for the decider
    "market.producer": MARKET,
    "market.deliverer": MARKET,
    "health.window1": HEALTH,
    "health.examiner": HEALTH,
    "health.decider": HEALTH,
    "urban_management.opinion": {"food_consulted", "food_granted"},  # those it was asked about
    "housing.opinion": set(),
    "hall.clerk1": ALL,  # the common window of the whole district
    "hall.delivery": ALL,
    "data.efficiency": ALL,
}
NO_READERS = ("market.admin", "data.admin", "data.items", "data.security", "office.auditor")


@pytest.fixture(scope="module")
def cases(house, django_db_blocker):
    """One case of each kind, by name; the draft was never handed in, the other draft was thrown away."""
    with django_db_blocker.unblock(), transaction.atomic():
        stories = {
            "draft": Story("noodle_second_shop").begin("2021-11-01 09:00"),
            "discarded": Story("noodle_second_shop").begin("2021-11-01 09:00"),
            "food_received": Story("noodle_second_shop").submit("2021-11-01 09:00"),
            "food_consulted": Story("noodle_granted").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00"),
            "food_granted": Story("riverside_examining").submit("2021-11-01 09:00").until("decide", "2021-11-02 10:00"),
            "salon_decided": health("salon_commitment").do("decide", "2021-11-05 10:00", "health.decider"),
            "salon_withdrawn": health("salon_commitment"),
        }
        clerk, at = telling.staff("hall.clerk1"), moment("2021-11-05 11:00")
        submission.discard(stories["discarded"].case.pk, actor=clerk, now=at)
        decision.withdraw(stories["salon_withdrawn"].case.pk, reason="不办了", actor=clerk, now=at)
        telling.at("2021-11-05 12:00")
        yield {name: story.case.pk for name, story in stories.items()}
        transaction.set_rollback(True)


def health(key):
    return Story(key).submit("2021-11-05 09:00").do("precheck", "2021-11-05 09:30", "health.window1")


def names(ids, cases):
    by_id = {pk: name for name, pk in cases.items()}
    return {by_id[pk] for pk in ids}


@pytest.mark.parametrize("login", READERS)
def test_list_search_export_interface_and_page_give_the_same_rows(login, cases):
    """Issue section 3: row rights are one place; a role that reads a case reads it everywhere, else nowhere."""
    wanted, actor, client = READERS[login], telling.staff(login), telling.signed_in(login)
    query = case_query(actor)
    listed = query.page({}, after=None, before=None, limit=50, order="-received_at")
    assert names((row.id for row in listed), cases) == wanted
    exported = export.read_all(
        lambda after: query.page({}, after=after, before=None, limit=2, order="-received_at"),
        lambda row: query.position(row, "-received_at"),
        100,
    )
    assert names((row.id for row in exported), cases) == wanted
    answer = client.get("/api/v1/cases", {"size": 100}).json()
    assert names((row["id"] for row in answer["cases"]), cases) == wanted
    for name, pk in cases.items():
        case = Case.objects.get(pk=pk)
        found = query.page({"q": case.short_no or "草稿"}, after=None, before=None, limit=50, order="-received_at")
        assert names((row.id for row in found), cases) == ({name} & wanted), name
        assert client.get(f"/cases/{pk}/").status_code == (200 if name in wanted else 404), name
        if name not in wanted:
            assert client.get(f"/api/v1/cases/{pk}").status_code == 404, name
            assert client.get(f"/cases/{pk}/sheet/").status_code == 404, name
            with pytest.raises(queries.CaseNotFound):
                queries.get_for_staff(pk, actor)


@pytest.mark.parametrize("few", [0, 1])
def test_a_unit_that_was_asked_often_loses_none_of_the_cases(few, cases, monkeypatch):
    """However many there are, the rows are the same: only the way they are found changes."""
    monkeypatch.setattr("yipan.platform.cases.queries.reach.FEW_ASKED", few)
    found = queries.visible(telling.staff("urban_management.opinion")).values_list("pk", flat=True)
    assert names(found, cases) == READERS["urban_management.opinion"]


@pytest.mark.parametrize("login", NO_READERS)
def test_administrators_read_no_cases(login, cases):
    """Architecture §5: administrators reassign and audit, they do not read or decide."""
    client = telling.signed_in(login)
    assert client.get("/cases/").status_code == 403
    assert client.get(f"/cases/{cases['food_granted']}/").status_code == 403
    assert client.get("/api/v1/cases").status_code == 403
    assert list(queries.visible(telling.staff(login))) == []


def test_the_exported_file_has_the_list_s_rows_and_a_watermark(cases):
    """Sheet 22 pitfall f16: by approval, with who took it on the sheet."""
    clerk, admin = telling.signed_in("market.window1"), telling.signed_in("market.admin")
    asked = clerk.post("/cases/", {"do": "export:xlsx", "reason": "季度受理情况统计"})
    assert asked.status_code == 302
    request = ListExport.objects.get(state=ListExport.WAITING)
    approve = {"do": "batch:approve", "row": request.pk, "confirmed": "1"}
    assert admin.post("/exports/approval/", approve).status_code == 200
    file = clerk.get("/cases/", {"export": "xlsx", "approved": request.pk})
    book = load_workbook(io.BytesIO(b"".join(file.streaming_content)))
    text = " ".join(str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None)
    shown = {Case.objects.get(pk=cases[name]).short_no for name in MARKET}
    assert all(number in text for number in shown)
    assert "陈敏" in text


def test_lists_shorten_the_names_of_people_and_the_page_logs_who_looked(cases):
    """Sheet 22 pitfall f16, sheet 00 X5."""
    pk = cases["food_received"]
    Case.objects.filter(pk=pk).update(applicant_kind="person", applicant_name="欧阳小娜", applicant_entity_id=None)
    actor, client = telling.staff("market.window1"), telling.signed_in("market.window1")
    page = case_query(actor).page({"q": "欧阳"}, after=None, before=None, limit=5, order="-received_at")
    assert [row.applicant_name for row in page] == [identifiers.mask_name("欧阳小娜")]
    assert "欧阳小娜" not in client.get("/cases/").content.decode()
    assert "欧阳小娜" not in client.get("/todo/").content.decode()
    before = Access.objects.count()
    assert "欧阳小娜" in client.get(f"/cases/{pk}/").content.decode()
    assert Access.objects.count() == before + 1
    assert CaseList.personal


def test_a_draft_of_another_place_is_not_there_and_the_attempt_is_recorded(cases):
    """Sheet 00 S5: 404 without the title, and who tried stands in the records."""
    draft = Case.objects.get(pk=cases["draft"])
    actor, client = telling.staff("health.examiner"), telling.signed_in("health.examiner")
    before = ActRow.objects.filter(verb="case.refused_reading").count()
    answer = client.get(f"/cases/{draft.pk}/")
    assert answer.status_code == 404
    assert draft.item_title not in answer.content.decode()
    act = ActRow.objects.filter(verb="case.refused_reading").latest("id")
    assert (act.account_id, act.subject_id) == (actor.account_id, str(draft.pk))
    assert ActRow.objects.filter(verb="case.refused_reading").count() == before + 1
    assert client.get("/cases/999999999/").status_code == 404
    assert ActRow.objects.filter(verb="case.refused_reading").count() == before + 1  # nothing was there to be seen
    stranger = telling.signed_in(telling.CITIZEN | {"sub": "gd-0003", "name": "黄家俊", "id_no": "440703199003070013"})
    for address in (f"/my/cases/{draft.pk}/", f"/my/cases/{draft.pk}/form/", f"/my/cases/{cases['food_granted']}/"):
        assert stranger.get(address).status_code == 404
    assert ActRow.objects.filter(verb="case.refused_reading").count() == before + 4
    # Another window does not open the draft, its own does.
    assert telling.signed_in("hall.clerk2").get(f"/counter/cases/{draft.pk}/form/").status_code == 404
    assert telling.signed_in("hall.clerk1").get(f"/counter/cases/{draft.pk}/form/").status_code == 200


def test_progress_without_login_shows_no_names_and_no_papers(cases):
    case = Case.objects.get(pk=cases["food_granted"])
    page = telling.Client().post("/progress/", {"short_no": case.short_no, "query_code": case.query_code})
    text = page.content.decode()
    assert case.item_title in text
    assert case.applicant_name not in text
    assert "/documents/" not in text
