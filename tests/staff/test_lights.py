"""The lights of the home: every figure opens exactly the cases that it counted (sheet 22 c3), in SQL as on the page."""

import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from telling import staff

from yipan.faces.workbench import queries as home
from yipan.platform import calendar
from yipan.platform.cases import queries
from yipan.platform.cases.lights import counts_by_light, light_of
from yipan.platform.cases.listing import narrow
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment

# From before the last of the demo's stories to long after every limit, so that each light is on somewhere.
MOMENTS = ("2026-02-20 09:00", "2026-03-02 09:00", "2026-03-05 17:00", "2026-03-11 00:00", "2026-06-01 09:00")
FIGURE = re.compile(r'href="(/cases/\?[^"]+)"[^>]*>(.*?)</a>', re.S)


def received():
    return Case.objects.filter(received_at__isnull=False)


@pytest.mark.parametrize("at", MOMENTS)
def test_lists_and_pages_show_one_light(district, at):
    now = moment(at)
    calendar.set_clock(now, frozen=True)
    shown = {case.pk: light.code if (light := light_of(case, now)) else "" for case in received()}
    assert counts_by_light(received(), now) == Counter(shown.values())
    for code in {*shown.values()} - {""}:
        found = set(narrow(received(), {"light": (code,)}).values_list("pk", flat=True))
        assert found == {pk for pk, light in shown.items() if light == code}


def test_every_light_is_on_at_some_moment(district):
    """Otherwise the test above would hold little."""
    seen = {code for at in MOMENTS for code in counts_by_light(received(), moment(at))}
    assert seen >= {"", "green", "yellow", "red", "black", "paused"}


@pytest.mark.parametrize("login", ["market.reviewer", "health.deputy", "hall.clerk1"])
def test_each_figure_of_the_home_opens_the_cases_it_counted(as_staff, page, login):
    text = page(as_staff(login), "/work/")
    panel = text[text.index('aria-label="在办件时限"') :]
    figures = FIGURE.findall(panel[: panel.index("</section>")])
    assert len(figures) == 7
    for address, inside in figures:
        counted = int(re.sub(r"\D", "", re.sub(r"<[^>]+>", " ", inside)))
        asked = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
        filters = {name: values[0] if name == "running" else tuple(values) for name, values in asked.items()}
        assert narrow(queries.visible(staff(login)), filters).count() == counted, address


def test_figures_cost_two_statements(district):
    with CaptureQueriesContext(connection) as asked:
        home.lights(staff("market.reviewer"), calendar.now())
    assert len([one for one in asked.captured_queries if "cases_case" in one["sql"]]) == 2


def test_cases_from_before_lights_were_kept_are_filled_in(district):
    from yipan.platform.cases import work

    kept = dict(received().values_list("pk", "yellow_at"))
    Case.objects.update(yellow_at=None)
    assert work.keep_lights() == Case.objects.filter(decided_at=None, shown_due__isnull=False).count() > 0
    for case in received().filter(decided_at=None):
        assert case.yellow_at == kept[case.pk]
    assert work.keep_lights() == 0


def test_a_light_that_was_kept_wrong_is_put_right_in_silence(district):
    """A corrected calendar may move the instant of the light without moving a date that was told."""
    from yipan.platform.cases.actions.recount import recount
    from yipan.platform.records.models import ActRow

    case = received().filter(decided_at=None, yellow_at__isnull=False).first()
    acts = ActRow.objects.count()
    Case.objects.filter(pk=case.pk).update(yellow_at=calendar.now())
    assert recount(case.pk, now=calendar.now()) is False
    assert Case.objects.get(pk=case.pk).yellow_at == case.yellow_at
    assert ActRow.objects.count() == acts
