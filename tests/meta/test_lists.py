"""Every list of the staff is the one list component: filters, views, columns, keyset paging, print, export."""

import re

import pytest
from walking import SOURCE, routes, templates

from yipan.platform.ui import navigation
from yipan.platform.ui.listing import ListPage

STAFF = ("workbench", "counter", "administration")
# Entries of side menus that are no lists, with what they are.
NO_LISTS = {
    "workbench:home": "a home page", "counter:home": "a home page", "cases:receive": "a form for one client",
    "cases:blanks": "sheets to print",
    "cases:devices": "one computer's devices and slips of a day",
    "cases:phrases": "one's own settings", "cases:figures": "figures that open lists", "cases:import": "one upload",
    "notices:inbox": "a mailbox that citizens and staff share",
    "records:integrity": "the last verifications, and the button that starts one",
}  # fmt: skip
# Tables that are part of one thing, not a list of things.
PARTS = {
    "cases/_joint.html": "the sub-cases of one joint application",
    "ui/list.html": "the component itself", "ui/list_outcome.html": "what became of one batch",
    "records/integrity.html": "the last verifications",
    "cases/page.html": "materials and documents of one case", "cases/_sheet.html": "groups of one form",
    "cases/figures.html": "figures of one time", "cases/devices.html": "the slips of one clerk's day",
    "cases/batch.html": "the ticked cases of one batch",
    "cases/receive.html": "the cases of the client at the window", "processes/instance.html": "steps of one matter",
    "processes/_home.html": "the most urgent tasks", "processes/definition.html": "elements of one process",
    "publishing/pack.html": "releases of one pack", "catalogue/admin_version.html": "what one version changed",
    "catalogue/admin_versions.html": "versions of one item",
    "catalogue/change.html": "what one change alters", "catalogue/upstream.html": "what one change from above alters",
    "calendar/year.html": "days of one year",
    "ui/macros.html": "faults of one file", "people/unit.html": "names and posts of one unit",
    "people/person.html": "posts and roles of one person", "people/handover.html": "one list to sign",
    "people/me.html": "one's own posts", "administration/home.html": "the health of the installation",
    "counter/home.html": "today's work of one window",
    "processes/compare.html": "what is different between two versions",
    "decisions/parts.html": "rules, tests and differences of one model",
    "decisions/edit.html": "the rules of one draft",
    "processes/migrate.html": "why some instances stay behind in one trial run",
}  # fmt: skip
LISTS = {route.name: route.view.list_page for route in routes() if hasattr(route.view, "list_page")}


def test_the_walk_sees_the_lists():
    assert {"cases:list", "processes:todo", "records:acts", "licences:list", "ui:exports", "people:staff"} <= set(LISTS)
    assert len(LISTS) >= 25


@pytest.mark.parametrize(
    "entry", [entry for face in STAFF for entry in navigation.entries(face)], ids=lambda entry: entry.url_name
)
def test_an_entry_of_a_side_menu_is_a_list_of_the_component_or_says_what_else_it_is(entry):
    known = {route.name for route in routes()}
    if entry.url_name in known:
        assert entry.url_name in LISTS or entry.url_name in NO_LISTS


def test_nobody_draws_a_list_of_his_own():
    """A table in a staff template belongs to the component, or is part of one thing."""
    public = re.compile(r'extends "ui/base_public.html"|extends "ui/base.html"')
    drawn = {
        str(path).split("/templates/", 1)[1]
        for path in templates()
        if "<table" in path.read_text() and not public.search(path.read_text())
    }
    assert drawn <= set(PARTS), "use yipan.platform.ui.listing"
    assert not set(PARTS) - drawn - {"processes/_home.html"}


def test_nobody_pages_by_himself():
    own = [
        str(path.relative_to(SOURCE)) for path in SOURCE.glob("*/*/**/*.py")
        if "/ui/" not in str(path) and "/tests/" not in str(path)
        and re.search(r"\bPaginator\b|\bOFFSET\b|GET\.get\(\"(page|offset|before)\"", path.read_text())
    ]  # fmt: skip
    assert set(own) <= {
        "platform/search/views.py",  # the public result page: numbered pages of at most fifty
        "platform/search/queries.py",
        "platform/notices/views.py",  # the mailbox of citizens and staff
    }


@pytest.mark.parametrize("name", LISTS)
def test_a_list_declares_what_the_component_needs(name):
    page: ListPage = LISTS[name]
    assert isinstance(page, ListPage)
    assert page.filters, "a list that nobody can narrow"
    assert any(column.fixed for column in page.columns), "the column that names the row"
    assert page.default_order.lstrip("-") in {column.key for column in page.columns if column.sort}
    assert page.empty_title
    assert page.base == "ui/base_staff.html"
    assert page.face in STAFF
    if any(column.personal for column in page.columns):
        assert page.personal, "personal columns leave with a reason, an approval and a watermark"
    keys = [other.key for other in LISTS.values()]
    assert keys.count(page.key) <= 2, "saved views hang on the key"  # the to-do stands on the home, too
    parameters = [parameter for one in page.filters for parameter in one.names]
    assert len(parameters) == len(set(parameters))
