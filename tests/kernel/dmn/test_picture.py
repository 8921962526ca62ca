"""The requirement graph: every element once, what is needed below what needs it, without style attributes."""

import os
import re
from pathlib import Path

import pytest
from dmns import decision, given, knowledge, model, service, text
from lxml import etree

from yipan.kernel import dmn
from yipan.kernel.dmn import picture

SUITE = Path(os.environ.get("YIPAN_CONFORMANCE", "")) / "dmn-tck"


def tops(svg: str) -> dict[str, float]:
    root = etree.fromstring(svg.encode())
    space = "{http://www.w3.org/2000/svg}"
    found = {}
    for group in root.iter(f"{space}g"):
        shape = group.find(f"{space}rect")
        found[group.get("data-element")] = (
            float(shape.get("y"))
            if shape is not None
            else float(re.findall(r"M\S+ ([\d.]+)", group.find(f"{space}path").get("d"))[0])
        )
    return found


def test_needed_things_stand_below():
    document = dmn.read(model(
        given("age", "收入"), knowledge("fee", "x", text("x + 1")), decision("a", text("fee(age)"), "i_age", "k_fee"),
        decision("资格", text("a > 收入"), "d_a", "i_收入"), service("all", "资格", "age"),
    ))  # fmt: skip
    svg = picture.graph(document)
    at = tops(svg)
    assert set(at) == set(document.nodes)
    assert at["k_all"] < at["d_资格"] < at["d_a"] < at["i_age"]
    assert at["d_a"] < at["k_fee"]
    assert svg.count('<path class="yp-bpmn-flow') == 6
    assert "style=" not in svg
    assert "输入数据 收入" in svg


def test_what_decisions_rest_upon_is_drawn():
    """Knowledge sources: laws of decisions, and who keeps them."""
    law = (
        '<knowledgeSource id="law" name="管理办法"><authorityRequirement><requiredAuthority href="#office"/>'
        '</authorityRequirement></knowledgeSource><knowledgeSource id="office" name="市监局"/>'
    )
    rests = '<authorityRequirement><requiredAuthority href="#law"/></authorityRequirement>'
    xml = model(law, given("age"), decision("a", rests + text("age"), "i_age")).decode()
    svg = picture.graph(dmn.read(xml.encode()))
    at = tops(svg)
    assert at["d_a"] < at["law"] < at["office"]
    assert svg.count("yp-bpmn-dashed") == 2
    assert "依据 管理办法" in svg
    assert dmn.load(xml.encode()).decide("a", {"age": 3}).value == 3


def test_names_are_escaped_and_rings_end():
    document = dmn.read(model(decision("a", text("1"), "d_b"), decision("b", text("1"), "d_a")).replace(
        b'name="m"', b'name="&lt;b&gt;"'))  # fmt: skip
    svg = picture.graph(document)
    assert "<b>" not in svg
    assert set(tops(svg)) == {"d_a", "d_b"}


@pytest.mark.conformance
@pytest.mark.skipif(not SUITE.is_dir(), reason="dmn-tck is not there: set YIPAN_CONFORMANCE")
def test_every_model_of_the_suite_is_drawn():
    for file in sorted(SUITE.rglob("*.dmn")):
        try:
            document = dmn.read(file.read_bytes())
        except dmn.DmnError:
            continue
        assert set(document.nodes) <= set(tops(picture.graph(document))), file.name
