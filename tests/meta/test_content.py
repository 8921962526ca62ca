"""What the portal lists agrees with the catalogue's packs."""

import pytest
from walking import SOURCE

from yipan.kernel.packs import PackFile


def documents(folder):
    for path in sorted(SOURCE.glob(f"packs/*/{folder}/*.yaml")):
        yield PackFile("x", f"{folder}/{path.name}", path.read_bytes()).document.fields()


def item_titles():
    return {fields.text("key"): fields.text("title") for fields in documents("items")}


def listed():
    """(key, title or "") of every item that the portal's content names."""
    for fields in documents("portal"):
        for thing in fields.maps("one_things"):
            for name in ("required", "maybe"):
                for need in thing.maps(name):
                    yield need.text("item"), need.text("title")
        for entry in fields.maps("hot"):
            yield entry.text("item", required=False), entry.text("title")
        for topic in fields.maps("topics"):
            for key in topic.texts("items"):
                yield key, ""


def test_items_on_the_portal_are_in_the_packs_under_the_same_title():
    titles = item_titles()
    if not titles:
        pytest.skip("no pack has items yet")
    wrong = {key: (title, titles.get(key)) for key, title in listed() if key and title and titles.get(key) != title}
    wrong |= {key: ("", None) for key, title in listed() if key and not title and key not in titles}
    assert not wrong
