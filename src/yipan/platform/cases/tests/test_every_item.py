"""Every item that is applied for here is walked from the window to the archive, in every situation that differs.

Content is tested as people use it: the form can be filled in, its process finds its officers, its papers are made.
"""

import re

import pytest
import telling
from any_item import CLERK, answers_of, drafted, special, step

from yipan.kernel.packs import read_yaml
from yipan.platform import processes, records
from yipan.platform.cases import items
from yipan.platform.cases.actions import submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries as catalogue
from yipan.platform.catalogue.domain import materials_for
from yipan.platform.documents.models import Document
from yipan.platform.jobs.testing import run_jobs
from yipan.platform.licences.models import Licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
NOON = "2022-12-05 12:00"  # every item is in force


def situations():
    """Item key and the answer to every question of yes and no.

    食品经营许可 is left to the stories of the demo: its rules about kinds of food contradict thoughtless answers.
    """
    for path in sorted(telling.DEMO.parents[1].glob("*/items/*.yaml")):
        value = read_yaml(path.read_text(), path.name).value
        if (
            value["key"] != "food_licence_new"
            and value.get("process")
            and value["handling"]["place"] in ("here", "interface")
        ):
            yield from ((value["key"], answer) for answer in (False, True))


@pytest.mark.parametrize(("key", "answer"), list(situations()))
def test_it_is_applied_for_handled_and_filed(key, answer):
    telling.at(NOON)
    now = moment(NOON)
    item = catalogue.item_at(key, now).item
    answers = answers_of(item, answer)
    if not materials_for(item, answers).path.handled:
        pytest.skip("nothing to apply for in this situation")
    case = drafted(item, answers, now)
    with records.simulated():
        submission.submit(case.pk, key="k", actor=telling.staff(CLERK), now=now)
    subject, terms = ("case", str(case.pk)), items.terms(case)
    for kind in (*terms.required_specials, None):
        while (task := next(iter(processes.queries.open_tasks(subject)), None)) is not None:
            if kind is not None and task.act == "conclude":
                now = special(case, kind, now)
                break
            if task.act == "deliver":
                run_jobs()
            step(case, task, now)
    case = Case.objects.get(pk=case.pk)
    assert State(case.state) is State.ARCHIVED
    assert bool(case.licence_id) is bool(item.licence_template)
    run_jobs()
    made = {row.kind: Document.objects.get(pk=row.document_id) for row in case.documents.all()}
    assert {"receipt", "acceptance", "delivery", "approval_sheet"} <= set(made)
    assert ("grant" in made, "result" in made) == (item.licensing, not item.licensing)
    assert not [paper.last_error for paper in made.values() if paper.last_error]


def test_what_law_wants_first_is_wanted():
    """娱乐场所: no licence without its hearing (sheet 22 d6, item 9)."""
    telling.at(NOON)
    now = moment(NOON)
    item = catalogue.item_at("entertainment_venue", now).item
    case = drafted(item, answers_of(item, False), now)
    submission.submit(case.pk, key="k", actor=telling.staff(CLERK), now=now)
    while (task := processes.queries.open_tasks(("case", str(case.pk)))[0]).act != "decide":
        step(case, task, now)
    with pytest.raises(CaseProblem, match="依法应当先进行听证"):
        step(case, task, now)
    assert not Licence.objects.filter(kind__key=item.licence_template).exists()


def test_every_item_with_a_process_shows_it_beside_the_one_before_it_was_redesigned():
    """Issue: process before and after for each item."""
    telling.at(NOON)
    manager = telling.signed_in("data.items")
    shown = 0
    for view in catalogue.in_force():
        if not view.item.process:
            continue
        page = manager.get(f"/admin/items/{view.item.key}/{view.number}/").content.decode()
        (address,) = re.findall(r'href="([^"]*/redesigned/[^"]*)"', page)
        compared = manager.get(address)
        assert compared.status_code == 200, address
        assert "再造前" in compared.content.decode()
        shown += 1
    assert shown == 22
