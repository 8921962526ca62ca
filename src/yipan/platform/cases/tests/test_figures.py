"""办件成效: every figure is the number of cases its link opens."""

import re

import pytest
import telling
from telling import Story

from yipan.platform.cases import figures
from yipan.platform.cases.models import Case
from yipan.platform.jobs.testing import run_sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
DEFECT = {"subject": "布局图", "kind": "unclear", "remedy": "请重新上传布局图", "material_code": "M4"}


@pytest.fixture
def cases():
    """One case of each kind."""
    granted = Story("noodle_second_shop").submit("2021-11-01 09:00").until("decide", "2021-11-03 10:00")
    late = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    late.until("decide", "2021-11-30 10:00")
    owing = Story("noodle_second_shop", defer=["M4"]).submit("2021-11-01 09:00")
    owing.do("precheck", "2021-11-01 10:00", outcome="tolerate")
    told = Story("noodle_second_shop").submit("2021-11-01 09:00")
    told.do("precheck", "2021-11-01 10:00", outcome="correct", data={"defects": [DEFECT]})
    telling.at("2021-12-01 09:00")
    run_sweeps("cases.tolerance")
    return {"on_time": granted, "late": late, "broken": owing, "corrected": told}


def test_every_figure_is_the_number_of_cases_its_link_opens(cases):
    reader = telling.signed_in("market.examiner")
    page = reader.get("/cases/figures/?first=2021-11-01&last=2021-11-30").content.decode()
    shown = re.findall(
        r'<th scope="row" data-label="指标">(.*?)</th><td data-label="办件"><a href="(.*?)">(\d+)</a>', page
    )
    titles = {title: key for key, (title, _) in figures.KINDS.items()}
    assert {titles.get(title, "all") for title, _, _ in shown} >= {"all", *cases}
    for title, href, number in shown:
        found = reader.get(href.replace("&amp;", "&"))
        ids = set(re.findall(r'href="/cases/(\d+)/"', found.content.decode()))
        assert len(ids) == int(number), title
        if title in titles and titles[title] in cases:
            assert str(cases[titles[title]].case.pk) in ids


def test_counting_takes_one_statement_and_wrong_days_are_told(cases, django_assert_num_queries):
    with django_assert_num_queries(1):
        whole, found = figures.counted(Case.objects.all())
    assert whole >= len(cases)
    assert {one.key for one in found} == set(figures.KINDS)
    reader = telling.signed_in("market.examiner")
    for query in ("first=2021-13-01", "first=2021-12-01&last=2021-11-01"):
        answer = reader.get(f"/cases/figures/?{query}")
        assert answer.status_code == 422
        assert "现在显示最近 90 天" in answer.content.decode()


def test_other_units_figures_are_their_own(cases):
    page = telling.signed_in("health.examiner").get("/cases/figures/?first=2021-11-01&last=2021-11-30")
    assert not re.findall(r'办件"><a href="[^"]*about=late', page.content.decode())


def test_cases_are_found_by_the_document_of_their_person():
    """Blind index: neither the number nor a part of it is kept with the case."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00")
    number = story.telling.told["client"]["id_no"]
    reader = telling.signed_in("market.examiner")
    assert f"/cases/{story.case.pk}/" in reader.get(f"/cases/?q={number}").content.decode()
    assert f"/cases/{story.case.pk}/" in reader.get(f"/cases/?q={story.case.applicant_code}").content.decode()
    assert f"/cases/{story.case.pk}/" not in reader.get("/cases/?q=440703193903040023").content.decode()
    assert number[:10] not in str(Case.objects.filter(pk=story.case.pk).values().get())
