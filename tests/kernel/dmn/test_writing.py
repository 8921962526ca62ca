"""Tables are written back into their files: what was not changed stays as it was, byte for byte in meaning."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from dmns import decision, given, model, table
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from lxml import etree

from yipan.kernel import dmn
from yipan.kernel.dmn import writing
from yipan.kernel.dmn.model import Decision, Knowledge, Rule, Table, TableInput, TableOutput, TextExpression, table_of

SUITE = Path(os.environ.get("YIPAN_CONFORMANCE", "")) / "dmn-tck"


def canonical(xml: bytes) -> bytes:
    return etree.tostring(etree.fromstring(xml), method="c14n2")


def tables(xml: bytes) -> list[tuple[str, Table]]:
    nodes = dmn.read(xml).nodes.items()
    found = [(key, table_of(node)) for key, node in nodes if isinstance(node, (Decision, Knowledge))]
    return [(key, one) for key, one in found if one is not None and not key.startswith("#")]


@pytest.mark.conformance
@pytest.mark.skipif(not SUITE.is_dir(), reason="dmn-tck is not there: set YIPAN_CONFORMANCE")
def test_unchanged_tables_leave_every_file_of_the_suite_as_it_is():
    """Diagrams, foreign namespaces and comments included."""
    seen = 0
    for file in sorted(SUITE.rglob("*.dmn")):
        xml = file.read_bytes()
        try:
            found = tables(xml)
        except dmn.DmnError:
            continue
        for key, one in found:
            assert canonical(writing.with_table(xml, key, one)) == canonical(xml), (file.name, key)
            seen += 1
    assert seen > 30


FOREIGN = model(
    "<!-- kept -->",
    given("age", "city"),
    decision("fee", table("age,city", "amount,note", '<18 | - -> 0 | "free"', '>=18 | "P" -> 5 | "full"'),
             "i_age", "i_city"),
).replace(
    b"</definitions>",
    b'<extensionElements><x:keep xmlns:x="urn:x" a="1"/></extensionElements><dmndi:DMNDI xmlns:dmndi='
    b'"https://www.omg.org/spec/DMN/20230324/DMNDI/"><dmndi:DMNDiagram/></dmndi:DMNDI></definitions>',
)  # fmt: skip
CELL = st.sampled_from(["-", "<18", ">=18", '"P"', "[1..3]", '"A","B"', "not(null)"])
OUT = st.sampled_from(["1", '"x"', "age + 1", "null", "<b>&"])
TEXT = st.sampled_from(["", "甲", "a b", "<&>"])


@st.composite
def some_table(draw) -> Table:
    width, out, notes = draw(st.integers(0, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 1))
    inputs = tuple(
        TableInput(draw(TEXT) or f"in {n}", TextExpression(f"in {n}", draw(st.sampled_from(["", "number"]))),
                   draw(st.sampled_from(["", "1,2"])))
        for n in range(width)
    )  # fmt: skip
    outputs = tuple(
        TableOutput(f"out {n}", draw(TEXT), draw(st.sampled_from(["", "string"])), draw(st.sampled_from(["", "1,2"])),
                    draw(st.sampled_from([None, TextExpression("0")])))
        for n in range(out)
    )  # fmt: skip
    rules = tuple(
        Rule(tuple(draw(CELL) for _ in range(width)), tuple(draw(OUT) for _ in range(out)),
             tuple(draw(TEXT) for _ in range(notes)))
        for _ in range(draw(st.integers(0, 4)))
    )  # fmt: skip
    policy = draw(st.sampled_from(["UNIQUE", "FIRST", "COLLECT"]))
    aggregation = "SUM" if policy == "COLLECT" and draw(st.booleans()) else ""
    return Table(inputs, outputs, rules, policy, aggregation, ("备注",) * notes)


def bare(one: Table) -> Table:
    """Without ids and lines, which are the file's own."""
    return replace(
        one, id="", line=0, rules=tuple(replace(rule, id="", line=0) for rule in one.rules),
        inputs=tuple(replace(i, id="", expression=replace(i.expression, line=0)) for i in one.inputs),
        outputs=tuple(
            replace(o, id="", default=replace(o.default, line=0) if o.default else None) for o in one.outputs
        ),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@drawn(some_table(), some_table())
def test_what_is_written_is_read_again(first: Table, second: Table):
    """One table after another in the same file; everything around them stays."""
    xml = FOREIGN
    for wanted in (first, second):
        xml = writing.with_table(xml, "d_fee", wanted)
        document = dmn.read(xml)
        (read,) = [one for key, one in tables(xml) if key == "d_fee"]
        assert bare(read) == bare(wanted)
        ids = [one.get("id") for one in etree.fromstring(xml).iter() if isinstance(one.tag, str) and one.get("id")]
        assert len(ids) == len(set(ids))
        assert document.nodes["d_fee"].name == "fee"
    assert b"<!-- kept -->" in xml
    assert b'<x:keep xmlns:x="urn:x" a="1"/>' in xml
    assert b"<dmndi:DMNDiagram/>" in xml


def test_rules_keep_their_elements_when_they_move():
    """A row that is moved keeps its id and what other tools have hung on it."""
    xml = FOREIGN.replace(b"<rule>", b'<rule id="r1">', 1).replace(b"<rule>", b'<rule id="r2" x="7">', 1)
    (one,) = [found for _, found in tables(xml)]
    turned = writing.with_table(xml, "d_fee", replace(one, rules=one.rules[::-1]))
    (read,) = [found for _, found in tables(turned)]
    assert [rule.id for rule in read.rules] == ["r2", "r1"]
    assert b'<rule id="r2" x="7">' in turned


def only(xml: bytes) -> Table:
    (one,) = [found for _, found in tables(xml)]
    return one


def test_cells_go_with_their_columns():
    """What other tools have hung on a cell (a remark of dmn-js) stays with it when a column before it goes or moves."""
    cell = b"<inputEntry><text>-</text></inputEntry>"
    xml = FOREIGN.replace(b'<input label="age"', b'<input id="first" label="age"').replace(
        cell, b'<inputEntry x="1"><description>remark</description><text>-</text></inputEntry>', 1
    )  # fmt: skip
    xml = xml.replace(b'<input label="city"', b'<input id="second" label="city"')
    one = only(xml)
    less = replace(one, inputs=one.inputs[1:], rules=tuple(replace(r, tests=r.tests[1:]) for r in one.rules))
    turned = replace(one, inputs=one.inputs[::-1], rules=tuple(replace(r, tests=r.tests[::-1]) for r in one.rules))
    for wanted in (less, turned):
        written = writing.with_table(xml, "d_fee", wanted)
        assert bare(only(written)) == bare(wanted)
        entry = etree.fromstring(written).find(".//{*}rule/{*}inputEntry")
        assert (entry.get("x"), entry.findtext("{*}description"), entry.findtext("{*}text")) == ("1", "remark", "-")


def test_descriptions_of_rules_are_notes():
    """dmn-js keeps what its users note in the rule's description: it is read, written and taken away there."""
    plain = FOREIGN.replace(b"<rule>", b"<rule><description>kept law</description>", 1)
    one = only(plain)
    assert (one.annotations, [rule.annotations for rule in one.rules]) == (("说明",), [("kept law",), ("",)])
    assert canonical(writing.with_table(plain, "d_fee", one)) == canonical(plain)
    noted = replace(one, rules=tuple(replace(rule, annotations=(f"law {n}",)) for n, rule in enumerate(one.rules)))
    written = writing.with_table(plain, "d_fee", noted)
    assert only(written).rules[1].annotations == ("law 1",)
    assert b"annotation" not in written
    assert written.count(b"<description>law") == 2
    without = replace(one, annotations=(), rules=tuple(replace(rule, annotations=()) for rule in one.rules))
    assert b"description" not in writing.with_table(written, "d_fee", without)
    renamed = writing.with_table(written, "d_fee", replace(noted, annotations=("依据",)))
    assert (only(renamed).annotations, only(renamed).rules[0].annotations) == (("依据",), ("law 0",))
    assert b"<description>" not in renamed
    empty = replace(noted, rules=tuple(replace(rule, annotations=("",)) for rule in noted.rules))
    assert only(writing.with_table(FOREIGN, "d_fee", empty)).annotations == ("说明",)  # the column stays to be filled


def test_an_empty_model_can_be_filled():
    xml = writing.empty("limit_days", "承诺时限")
    document = dmn.read(xml)
    assert [(node.id, node.name) for node in document.nodes.values()] == [("limit_days", "承诺时限")]
    filled = Table(
        (TableInput("风险", TextExpression("风险", "string")),), (TableOutput("days", "天数", "number"),),
        (Rule(('"高"',), ("20",)), Rule(('"低"',), ("5",))),
    )  # fmt: skip
    made = dmn.load(writing.with_table(xml, "limit_days", filled).replace(
        b"</definitions>", b'<inputData id="i" name="\xe9\xa3\x8e\xe9\x99\xa9"/></definitions>'
    ).replace(b"<decisionTable", b'<informationRequirement><requiredInput href="#i"/></informationRequirement>'
              b"<decisionTable", 1))  # fmt: skip
    assert made.decide("承诺时限", {"风险": "低"}).value == 5


def test_what_is_no_table_is_refused():
    with pytest.raises(dmn.DmnError, match="没有决策 d_other"):
        writing.with_table(FOREIGN, "d_other", tables(FOREIGN)[0][1])
    with pytest.raises(dmn.DmnError, match="不是一张表"):
        writing.with_table(FOREIGN, "i_age", tables(FOREIGN)[0][1])
