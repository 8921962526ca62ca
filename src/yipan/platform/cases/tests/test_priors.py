"""Preconditions (前置条件, sheet 22 c10): applied for and examined without, granted only with the other result."""

import pytest
import telling
from any_item import CLERK, PRIOR_DATA, answers_of, drafted, have_priors, special, step

from yipan.platform import licences, processes, records
from yipan.platform.cases import items, sheets
from yipan.platform.cases.actions import submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries as catalogue
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
NOON = "2022-12-05 12:00"


@pytest.fixture
def case():
    """娱乐场所, handed in without the hygiene licence it stands on, up to the decision."""
    telling.at(NOON)
    now = moment(NOON)
    item = catalogue.item_at("entertainment_venue", now).item
    made = drafted(item, answers_of(item, False), now, priors=False)
    with records.simulated():
        submission.submit(made.pk, key="k", actor=telling.staff(CLERK), now=now)
    return made


def walk(case, until, now):
    """Do what is open until a step of this act; when it is."""
    while (task := next(iter(processes.queries.open_tasks(("case", str(case.pk)))))).act != until:
        if task.act == "conclude":
            now = special(case, items.HEARING, now)
        step(case, task, now)
    return task, now


def test_it_is_examined_without_and_granted_only_with_it(case):
    task, now = walk(case, "decide", moment(NOON))
    with pytest.raises(CaseProblem, match=r"还没有取得.*《公共场所卫生许可证》.*自动关联"):
        step(case, task, now)
    assert Case.objects.get(pk=case.pk).state == State.DECISION
    have_priors(case, now)
    step(case, task, now)
    assert Case.objects.get(pk=case.pk).state == State.GRANTED


def test_when_it_comes_the_unit_is_told_and_the_page_shows_its_number(case):
    _task, now = walk(case, "decide", moment(NOON))
    telling.at(f"{now:%Y-%m-%d %H:%M}")
    browser = telling.signed_in("culture.examiner")
    assert "前置条件还没有具备" in browser.get(f"/cases/{case.pk}/").content.decode()
    have_priors(case, now)
    run_sweeps("records.deliver")
    (told,) = {message.body for message in Message.objects.filter(template_key="case.prior_came")}
    assert "公共场所卫生许可证" in told
    assert "前置条件已具备" in browser.get(f"/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize("wrong", ["holder", "over"])
def test_somebody_elses_or_one_that_has_run_out_does_not_count(case, wrong):
    task, now = walk(case, "decide", moment(NOON))
    holder = sheets.holder(case) | ({"entity_id": None, "person_id": 1, "kind": "person"} if wrong == "holder" else {})
    days = {"valid_from": moment("2018-01-01 00:00").date(), "valid_to": moment("2022-01-01 00:00").date()}
    with records.simulated():
        licences.issue(
            template="public_place_hygiene", holder=holder, data=PRIOR_DATA, issuer_unit="health", key=wrong,
            actor=records.SYSTEM, at=now, **(days if wrong == "over" else {}),
        )  # fmt: skip
    with pytest.raises(CaseProblem, match="还没有取得"):
        step(case, task, now)


def test_the_guide_says_so():
    telling.at(NOON)
    page = telling.signed_in("market.examiner").get("/items/construction_permit/").content.decode()
    assert "建设工程规划许可证（《中华人民共和国建筑法》第八条第二项）" in page
