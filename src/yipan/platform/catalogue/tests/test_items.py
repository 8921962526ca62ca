"""Items of the packs: read without fault, situations shorten the list, versions count from their day."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError

import yipan
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import read_yaml
from yipan.platform.catalogue import queries
from yipan.platform.catalogue.domain import AnswerRefused, check_answers, materials_for, open_questions, read_item
from yipan.platform.catalogue.models import ItemVersion

PACKS = Path(yipan.__file__).parent / "packs"
FILES = sorted(PACKS.glob("*/items/*.yaml"))
FOOD = PACKS / "market_entry/items/food_licence_new.yaml"


def item_of(path: Path, change: tuple[str, str] | None = None):
    text = path.read_text("utf-8")
    if change:
        assert change[0] in text
        text = text.replace(*change, 1)
    return read_item(read_yaml(text, path.name))


def test_all_sample_items_of_the_sheet_are_there():
    assert len(FILES) == 24


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_item_is_read_without_fault(path: Path):
    item, findings = item_of(path)
    assert [str(finding) for finding in findings] == []
    assert item is not None
    assert len(item.task_code) == 31
    assert len(item.variant_code) == 33
    assert item.materials
    assert item.steps


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('catalog_code: "000131024000"', 'catalog_code: "00013102400"'), "实施编码"),
        (("when: prepackaged_only = false", "when: prepackaged_only = = false"), "FEEL"),
        (("summary: 从事", "sumary: 从事"), "不认识的项“sumary”"),
        (('when: path != "filing" and central_ac = true', "when: central_acc = true"), "central_acc"),
        (("amount: 10", "amount: zehn"), "应当是整数"),
    ],
)
def test_a_fault_is_named_with_its_line(change: tuple[str, str], words: str):
    item, findings = item_of(FOOD, change)
    assert item is None
    named = [finding for finding in findings if words in finding.message]
    assert named
    assert named[0].line > 1


def codes(answers: dict) -> set[str]:
    item, _ = item_of(FOOD)
    assert item is not None
    return {needed.material.code for needed in materials_for(item, answers).materials}


def test_answers_shorten_the_list_and_say_why():
    """Sheet 23 h2: 餐饮, 热食, no 集中空调 → 6 materials, 2 of them 免提交, and an inspection on the spot."""
    item, _ = item_of(FOOD)
    assert item is not None
    answers = {"prepackaged_only": False, "catering": True, "hot_food": True, "central_ac": False}
    found = materials_for(item, answers)
    assert len(found.materials) == 6
    assert {needed.material.code for needed in found.materials} == {"M1", "M2", "M3", "M4", "M5", "M6"}
    assert {left.material.code: left.why for left in found.left_out}["M7"] == "不使用集中空调通风系统的"
    assert found.path.key == "hot_catering"
    assert found.path.variables["second_opinion"] is True
    assert [needed.material.code for needed in found.materials if needed.exempt] == ["M2", "M3"]
    assert [needed.material.code for needed in found.materials if needed.written] == ["M1"]
    assert found.path.on_site is True
    assert "M7" in codes(answers | {"central_ac": True})


def test_a_material_whose_condition_cannot_be_told_yet_is_not_lost():
    assert "M7" in codes({"prepackaged_only": False})


def test_selling_prepackaged_food_only_needs_no_licence():
    """Sheet 23 h2: the way of filing (备案), with two materials."""
    found = materials_for(item_of(FOOD)[0], {"prepackaged_only": True})  # type: ignore[arg-type]
    assert found.path.handled is False
    assert "备案" in found.path.name
    assert [needed.material.code for needed in found.materials] == ["M2", "M8"]
    assert found.unanswered == ()


def test_a_coffee_shop_is_sent_to_the_food_licence():
    """国发〔2016〕12号: four kinds of places need no hygiene licence."""
    item, _ = item_of(PACKS / "health/items/public_place_hygiene_new.yaml")
    assert item is not None
    found = materials_for(item, {"place_kind": "dining"})
    assert found.path.other_item == "food_licence_new"
    assert open_questions(item, {"place_kind": "dining"}) == ()


def test_answers_that_are_not_offered_are_refused_and_unasked_ones_dropped():
    item, _ = item_of(FOOD)
    assert item is not None
    with pytest.raises(AnswerRefused):
        check_answers(item, {"prepackaged_only": "maybe"})
    assert check_answers(item, {"prepackaged_only": "yes", "hot_food": "yes"}) == {"prepackaged_only": True}


@pytest.mark.usefixtures("published")
class TestPublished:
    def test_the_version_in_force_depends_on_the_day(self):
        """Sheet 22, h6: what counts is the version of the day."""
        before = queries.item_at("food_licence_new", dt.datetime(2021, 11, 9, 12, tzinfo=SHANGHAI))
        after = queries.item_at("food_licence_new", dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI))
        assert before.item.legal_limit.limit.amount == 20  # type: ignore[union-attr]
        assert after.item.legal_limit.limit.amount == 10  # type: ignore[union-attr]
        assert (before.number, after.number) == (1, 2)
        assert before.item.extension_days == 10
        assert after.item.extension_days == 5

    def test_the_promise_of_the_commitment_path_changed_with_the_version(self):
        answers = {"place_kind": "beauty", "area": "small", "central_ac": False, "use_commitment": True}
        days = []
        for day in (dt.datetime(2021, 10, 31, tzinfo=SHANGHAI), dt.datetime(2021, 11, 1, tzinfo=SHANGHAI)):
            item = queries.item_at("public_place_hygiene_new", day).item
            days.append(materials_for(item, answers).path.promise.amount)
        assert days == [3, 1]

    def test_a_day_before_the_first_version_has_none(self):
        with pytest.raises(queries.ItemNotFound):
            queries.item_at("food_licence_new", dt.datetime(2020, 1, 1, tzinfo=SHANGHAI))

    def test_published_versions_are_final(self):
        row = ItemVersion.objects.first()
        assert row is not None
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE catalogue_itemversion SET title = 'x' WHERE id = %s", [row.pk])

    def test_publishing_again_changes_nothing(self, published: None):
        count = ItemVersion.objects.count()
        from yipan.platform import calendar, records
        from yipan.platform.catalogue import actions
        from yipan.platform.catalogue.domain import versions_of

        document = read_yaml(FOOD.read_text("utf-8"), FOOD.name)
        assert actions.publish_item(versions_of(document.value), actor=records.SYSTEM, at=calendar.now()) == []
        assert ItemVersion.objects.count() == count

    def test_the_window_finds_items_by_everyday_words(self):
        assert next(row.key for row in queries.search_titles("餐饮许可")) == "food_licence_new"
        assert len(queries.search_titles("")) == 20
