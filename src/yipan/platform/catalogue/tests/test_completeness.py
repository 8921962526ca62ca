"""How complete a guide is: every demand counts, what is missing is named, the list and the page show it."""

import copy

import pytest

from yipan.kernel.packs import read_yaml
from yipan.platform.catalogue.domain import item_of
from yipan.platform.catalogue.domain.completeness import completeness
from yipan.platform.catalogue.domain.reading import plain

from .test_sheet import FILES, item

FOOD = plain(read_yaml(FILES["food_licence_new"].read_text("utf-8"), "food").value)


def changed(**parts):
    value = copy.deepcopy(FOOD)
    value.pop("former_versions", None)
    return completeness(item_of(value | parts))


def labels(found) -> list[str]:
    return [demand.label for demand in found.missing]


@pytest.mark.parametrize("key", sorted(FILES))
def test_the_guides_of_the_packs(key):
    """Nothing that law demands is missing in any of the 24."""
    found = completeness(item(key))
    assert 60 <= found.score <= 100
    assert not [demand.label for demand in found.missing if demand.weight == 3]
    assert all(demand.advice and demand.group for demand in found.demands)
    assert (found.score == 100) == (not found.missing)


@pytest.mark.parametrize(("parts", "label"), [
    ({"accept_conditions": []}, "受理条件"), ({"legal_bases": []}, "设定依据"), ({"remedies": {}}, "救济途径"),
    ({"contact": ""}, "咨询方式"), ({"faq": []}, "常见问题"), ({"aliases": ["一个"]}, "常用叫法"),
    ({"promised_limit": {"amount": 12, "unit": "working_days"}}, "承诺时限不长于法定时限"),
    ({"process": "", "form": ""}, "网上申请"), ({"themes": {}}, "主题分类"), ({"summary": "食品"}, "事项说明"),
])  # fmt: skip
def test_what_is_taken_away_is_missed(parts, label):
    before, after = changed(), changed(**parts)
    assert label not in labels(before)
    assert label in labels(after)
    assert after.score < before.score


def test_materials_are_told_apart():
    """Each material that is handed in needs its own standard; what government fetches needs only its basis."""
    materials = copy.deepcopy(FOOD["materials"])
    for one in materials:
        for name in ("accept_stand", "source_explain", "fill_explain", "explain", "by_law"):
            one.pop(name, None)
    groups = {demand.group for demand in changed(materials=materials).missing if demand.label == "受理标准"}
    uploaded = {f"材料：{one['name']}" for one in FOOD["materials"] if one["source"] in ("upload", "choose")}
    assert groups == uploaded
    missing = [demand for demand in changed(materials=materials).missing if demand.label == "提交依据"]
    assert len(missing) == len(FOOD["materials"])


def test_the_heaviest_stand_first():
    weights = [demand.weight for demand in changed(accept_conditions=[], faq=[], contact="").missing]
    assert weights == sorted(weights, reverse=True)
