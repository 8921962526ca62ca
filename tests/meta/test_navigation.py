"""Menus and home pages lead somewhere, for people whose rights exist, with pictures that are in the sprite."""

import re

import pytest
from django.conf import settings
from django.template import engines
from django.urls import NoReverseMatch, reverse
from jinja2 import nodes
from walking import SOURCE, known_rights, templates

from yipan.platform.ui import home, navigation

ENTRIES = [(face.key, entry) for face in navigation.FACES for entry in navigation.entries(face.key)]
SPRITE = SOURCE / "platform/ui/static/vendor/tabler/icons.svg"
ICON_IN_PLACE = re.compile(r"""ui\.icon\(\s*["']([a-z0-9-]+)["']|icon_name\s*=\s*["']([a-z0-9-]+)["']""")
# ui.card("标题", "icon"), ui.empty("…", "…", "icon"), ui.button("…", "kind", "icon"): the macros' own parameters.
BY_PLACE = {"card": 1, "empty": 2, "button": 2, "link_button": 3}
ICON_IN_CODE = re.compile(r"""\bicon\s*=\s*["']([a-z0-9-]+)["']""")


def icons():
    return set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))


def room_is_open(url_name):
    """The room of ``cases:list`` has joined the house."""
    return any(room.rsplit(".", 1)[-1] == url_name.split(":")[0] for room in settings.OPEN_ROOMS)


@pytest.mark.parametrize(
    ("face", "entry"), ENTRIES, ids=[f"{face}-{entry.group}-{entry.title}" for face, entry in ENTRIES]
)
def test_an_entry_leads_to_a_page_and_names_a_right_and_an_icon(face, entry):
    if room_is_open(entry.url_name):
        try:
            reverse(entry.url_name, args=entry.args or None)
        except NoReverseMatch:
            pytest.fail(f"{face}: “{entry.title}” leads to {entry.url_name}, which is no page of its room")
    assert entry.right is None or entry.right in known_rights()
    assert entry.icon in icons()


def test_panels_name_templates_and_rights_that_exist():
    known = known_rights()
    names = {str(path).split("/templates/", 1)[1] for path in templates()}
    for panel in home._panels.values():
        assert panel.template in names
        assert panel.right is None or panel.right in known


def _by_place(path):
    """Icons that a template passes to a macro by position."""
    for call in engines["jinja2"].env.parse(path.read_text()).find_all(nodes.Call):
        target = call.node
        if isinstance(target, nodes.Getattr) and isinstance(target.node, nodes.Name) and target.node.name == "ui":
            place = BY_PLACE.get(target.attr)
            if place is not None and len(call.args) > place and isinstance(call.args[place], nodes.Const):
                yield call.args[place].value


def test_every_icon_used_is_in_the_sprite():
    used: dict[str, set[str]] = {}
    for path in templates():
        for name in _by_place(path):
            used.setdefault(name, set()).add(path.name)
    for path in templates():
        for found in ICON_IN_PLACE.findall(path.read_text()):
            used.setdefault(found[0] or found[1], set()).add(path.name)
    for path in SOURCE.glob("*/*/**/*.py"):
        if "/tests/" not in str(path):
            for name in ICON_IN_CODE.findall(path.read_text()):
                used.setdefault(name, set()).add(path.name)
    assert len(used) > 30
    assert not {name: places for name, places in used.items() if name not in icons()}
