"""The packs against the sheet's table of 24 items (sheet 22 d6) and its shape of a complete guide (d1, d7)."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from yipan.kernel import identifiers
from yipan.kernel.packs import read_yaml
from yipan.platform.catalogue.domain import Item, item_of, read_item, versions_of

from .conftest import PACKS

TABLE: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "sheet_items.yaml").read_text("utf-8"))
FILES = {path.stem: path for path in PACKS.glob("*/items/*.yaml")}
UNITS = {"wd": "working_days", "d": "calendar_days", "h": "hours"}
HELD = ("licence", "shared_data")  # ★: government has it
row_by_key = pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['number']}-{row['key']}")


def item(key: str) -> Item:
    found, findings = read_item(read_yaml(FILES[key].read_text("utf-8"), key))
    assert found is not None, findings
    return found


def limit(text: str) -> tuple[int, str] | None:
    if text == "none":
        return None
    amount, _, unit = text.partition(" ")
    return int(amount), UNITS[unit or "wd"]


def written(found: Any) -> tuple[int, str] | None:
    return None if found is None else (found.amount, found.unit)


def test_the_table_is_whole():
    assert [row["number"] for row in TABLE] == list(range(1, 25))
    assert {row["key"] for row in TABLE} == set(FILES)


@row_by_key
def test_codes_body_limits_and_visits(row: dict[str, Any]):
    found = item(row["key"])
    assert found.catalog_code == row["code"]
    assert identifiers.check_handle_item(found.variant_code).ok
    assert found.unit == row["unit"]
    assert found.raw["project_type"] == {"即办": "1", "承诺": "2"}[row["type"]]
    assert written(found.legal_limit.limit) == limit(row["legal"])
    assert written(found.promised_limit.limit) == limit(row["promise"])
    assert found.raw["visits"]["count"] == row["scene"]
    assert {path.key: written(path.promise) for path in found.paths}.items() >= {
        key: limit(text) for key, text in row.get("paths", {}).items()
    }.items()
    if "extension" in row:
        assert found.extension_days == row["extension"]
    if "years" in row:
        assert found.raw["result"]["valid_years"] == row["years"]
    if "legal_2021" in row:
        first = versions_of(read_yaml(FILES[row["key"]].read_text("utf-8"), "x").value)[0]
        assert written(item_of(first.value).legal_limit.limit) == limit(row["legal_2021"])
    if row["type"] == "即办":
        assert found.promised_limit.words == "当场办结"


@row_by_key
def test_a_promise_is_never_longer_than_the_law(row: dict[str, Any]):
    found = item(row["key"])
    if found.legal is None or found.legal.unit != "working_days":
        return
    for path in found.paths:
        if path.promise.unit == "working_days":
            assert path.promise.amount <= found.legal.amount, path.key


@row_by_key
def test_materials_and_who_holds_them(row: dict[str, Any]):
    """★: gov-issued, so exempt (四免); and the list is closed: every material names its law (行政许可法
    art. 31)."""
    found = item(row["key"])
    for wanted in row["materials"]:
        name, held = wanted.rstrip("★"), wanted.endswith("★")
        matching = [material for material in found.materials if name in material.name]
        assert matching, (name, [material.name for material in found.materials])
        if held:
            assert all(material.source.kind in HELD for material in matching), name
    for material in found.materials:
        assert material.by_law, material.name
        if material.source.kind in HELD:
            assert material.source.licence_type or material.source.data_resource, material.name
            assert "免提交" in material.source.words
        if material.source.kind == "upload":
            assert material.explain, material.name
            assert material.accept_stand, material.name
            assert material.formats, material.name


@row_by_key
def test_special_procedures_and_notes(row: dict[str, Any]):
    found = item(row["key"])
    assert set(row.get("special", ())) <= {one.kind for one in found.specials}
    text = json.dumps(found.raw, ensure_ascii=False)
    for words in row.get("says", ()):
        assert words in text, words
    if row.get("streets"):
        assert found.raw["body"]["accepted_by"]


def test_where_each_item_is_handled():
    """Here, by interface, by jump to the vertical system, by returned result: each way has its items, each is told."""
    places = {key: item(key).handling for key in FILES}
    assert {handling.place for handling in places.values()} == {"here", "interface", "jump", "returned"}
    for key, handling in places.items():
        assert handling.place == "here" or handling.system, key
        assert handling.place != "jump" or handling.url.startswith("https://"), key
        assert handling.words
