"""States, faces, validity, the compact form: without tables."""

import json
from datetime import date

import pytest

from yipan.kernel.packs import PackFile
from yipan.platform.licences import domain
from yipan.platform.licences.domain import states
from yipan.platform.licences.loader import LicenceLoader

from .conftest import PACKS


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        (date(2021, 11, 8), 5, date(2026, 11, 7)),
        (date(2020, 2, 29), 4, date(2024, 2, 28)),
        (date(2020, 2, 29), 5, date(2025, 2, 28)),
        (date(2021, 11, 8), None, None),
    ],
)
def test_validity_ends_the_day_before_the_anniversary(start, years, last):
    assert domain.valid_until(start, years) == last


def test_verdicts():
    start, end = date(2021, 11, 8), date(2026, 11, 7)
    assert domain.verdict("valid", start, end, end).code == "valid"
    assert domain.verdict("valid", start, end, date(2026, 11, 8)).code == "expired"
    assert domain.verdict("valid", start, end, date(2021, 11, 7)).code == "early"
    assert domain.verdict("valid", start, None, date(2099, 1, 1)).good
    for state in ("suspended", "revoked", "withdrawn", "cancelled", "replaced"):
        found = domain.verdict(state, start, end, date(2022, 1, 1))
        assert (found.code, found.good) == (state, False)
    assert domain.verdict("revoked", start, end, date(2030, 1, 1)).code == "revoked"  # revoked stays revoked


def test_nothing_leads_back_from_the_end():
    ends = {change.after for change in domain.CHANGES.values()} - {states.VALID, states.SUSPENDED}
    assert not any(set(change.before) & ends for change in domain.CHANGES.values())


@pytest.mark.parametrize("text", ["", ".", "a.b", "e30.e30", "x" * 5000 + ".x", "e30", "e30.e30.e30", "中.文"])
def test_what_is_no_compact_licence(text):
    with pytest.raises(domain.Malformed):
        domain.open_compact(text)


def test_kinds_of_all_packs_are_sound():
    loader = LicenceLoader()
    files = [PackFile(p.parents[1].name, f"licences/{p.name}", p.read_bytes()) for p in PACKS.glob("*/licences/*.yaml")]
    assert len(files) >= 6
    assert [finding for file in files for finding in loader.check(file)] == []


def test_faults_of_a_kind_name_their_line():
    good = (PACKS / "market_entry/licences/food_licence.yaml").read_text("utf-8")

    def check(old: str, new: str) -> str:
        file = PackFile("p", "licences/a.yaml", good.replace(old, new).encode())
        return "\n".join(str(finding) for finding in LicenceLoader().check(file))

    assert check("x", "x") == ""
    assert "a.yaml:5: 错误: “type_code”" in check("11100000MB0143028R009", "111")
    assert "a.yaml:7" in check("valid_years: 5", "valid_years: 500")
    assert "style" in check("style: food", "style: foo")
    assert "不认识的项“lable”" in check("label: 主体业态", "lable: 主体业态")
    assert "“kinds”" in check('餐饮服务经营者: "2"', '餐饮服务经营者: "9"')


@pytest.mark.parametrize("kind", ["market_entry/food_licence", "health/public_place_hygiene"])
def test_the_face_reads_what_the_form_asks(kind):
    """Every line comes from a field of the form of the same name, and every business kind has its digit."""
    pack, name = kind.split("/")
    form = json.loads((PACKS / pack / f"forms/{name}.json").read_text("utf-8"))
    asked = {field["key"]: field for section in form["sections"] for field in section["fields"]}
    file = PackFile(pack, "licences/a.yaml", (PACKS / pack / f"licences/{name}.yaml").read_bytes())
    for definition in file.document.value["licences"]:
        assert {key for field in definition["fields"] for key in field["from"]} <= set(asked)
        for key in definition["number"].get("kind_from", []):
            labels = {option["label"] for option in asked[key]["options"]}
            assert labels == set(definition["number"]["kinds"])


def test_a_face_is_frozen_text():
    kind = domain.Kind(
        "k", "证", "", "d", domain.NumberRule("pattern"), None, "持证主体", "代码",
        (domain.Field("甲", ("a", "b"), {"1": "一"}), domain.Field("乙", ("c",), {}, required=True)),
    )  # fmt: skip
    assert domain.face(kind, {"b": ["1", "2"], "c": {"province": "广东", "street": "某路"}})[0]["value"] == "一、2"
    assert domain.face(kind, {"c": 5})[0]["value"] == "5"
    with pytest.raises(domain.LicenceProblem, match="乙"):
        domain.face(kind, {"a": "1", "c": ""})
