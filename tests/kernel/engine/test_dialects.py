"""Models of other tools: assignment, forms, conditions, repetitions and calls of Camunda 7, Flowable and Camunda 8 are read
as what they mean there, and run."""

import pytest
from models import between, condition, flow, model
from playing import NOW, plain

from yipan.kernel import bpmn
from yipan.kernel.bpmn import Node, Text
from yipan.kernel.engine.rehearsal import Rehearsal

FLOWABLE = b'xmlns:flowable="http://flowable.org/bpmn" '


def loaded(xml: bytes) -> bpmn.Process:
    return bpmn.load(xml.replace(b"<definitions ", b"<definitions " + FLOWABLE))


def node(element: str) -> Node:
    return loaded(between(element)).node("x")


@pytest.mark.parametrize("dialect", ["camunda", "flowable"])
@pytest.mark.parametrize(("attributes", "field", "expected"), [
    ('{d}:assignee="demo"', "person", '"demo"'),
    ('{d}:assignee="${{starter}}"', "person", "starter"),
    ('{d}:assignee="#{{boss}}"', "person", "boss"),
    ('{d}:candidateUsers="ann, bob"', "person", '["ann", "bob"]'),
    ('{d}:candidateUsers="${{people}}"', "person", "people"),
    ('{d}:candidateGroups="examiner"', "role", Text("examiner")),
    ('{d}:candidateGroups="a,b"', "role", Text('["a", "b"]', True)),
    ('{d}:candidateGroups="${{groups}}"', "role", Text("groups", True)),
    ('{d}:candidateGroups="examiner" {d}:formKey="embedded:app:forms/check.html"', "form", "forms/check.html"),
    ('{d}:candidateGroups="examiner" {d}:formKey="check"', "form", "check"),
])  # fmt: skip
def test_tasks_of_people(dialect: str, attributes: str, field: str, expected: object):
    """camunda:/flowable: assignee, candidateUsers, candidateGroups, formKey; ``${…}`` and ``#{…}`` become FEEL."""
    found = node(f'<userTask id="x" {attributes.format(d=dialect)}/>')
    assert getattr(found.work, field) == expected


@pytest.mark.parametrize(("inside", "field", "expected"), [
    ('<zeebe:assignmentDefinition assignee="demo"/>', "person", '"demo"'),
    ('<zeebe:assignmentDefinition assignee="=starter"/>', "person", "starter"),
    ('<zeebe:assignmentDefinition candidateGroups="a, b"/>', "role", Text('["a", "b"]', True)),
    ('<zeebe:assignmentDefinition candidateGroups="=groups"/>', "role", Text("groups", True)),
    ('<zeebe:assignmentDefinition candidateGroups="a"/><zeebe:formDefinition formId="check"/>', "form", "check"),
])  # fmt: skip
def test_tasks_of_people_in_camunda_8(inside: str, field: str, expected: object):
    found = node(f'<userTask id="x"><extensionElements>{inside}</extensionElements></userTask>')
    assert getattr(found.work, field) == expected


@pytest.mark.parametrize(("text", "feel"), [
    ("${amount &gt; 1000}", "amount > 1000"), ("#{approved}", "approved"), ("${approved == true}", "approved = true"),
    ("${a &amp;&amp; b}", "a and b"), ("${a || b}", "a or b"), ("${!a}", "not(a)"), ("${kind == 'new'}", 'kind = "new"'),
    ("${kind != 'new'}", 'kind != "new"'), ("=amount &gt; 1000", "amount > 1000"), ("amount &gt; 1000", "amount > 1000"),
])  # fmt: skip
def test_conditions(text: str, feel: str):
    """JUEL of Camunda 7 and Flowable, FEEL of Camunda 8, and ours."""
    xml = model(
        '<startEvent id="s"/>', '<exclusiveGateway id="x" default="x_f"/>', '<endEvent id="e"/>', '<endEvent id="f"/>',
        flow("s", "x"), flow("x", "e", condition(text)), flow("x", "f"),
    )  # fmt: skip
    made = loaded(xml).flows["x_e"].condition
    assert made.replace(" ", "") == feel.replace(" ", "")


@pytest.mark.parametrize("dialect", ["camunda", "flowable"])
def test_several_instances(dialect: str):
    marker = f'<multiInstanceLoopCharacteristics isSequential="true" {dialect}:collection="list" {dialect}:elementVariable="one"/>'
    found = node(f'<userTask id="x" {dialect}:assignee="${{one}}">{marker}</userTask>').multi
    assert found is not None
    assert (found.sequential, found.collection, found.item) == (True, "list", "one")


def test_several_instances_in_camunda_8():
    marker = (
        '<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=list" '
        'inputElement="one" outputCollection="all" outputElement="=one * 2"/></extensionElements>'
        "</multiInstanceLoopCharacteristics>"
    )
    xml = between(f'<scriptTask id="x" yipan:result="ignored"><script>one</script>{marker}</scriptTask>')
    play = Rehearsal({"p": loaded(xml)}, now=NOW)
    assert plain(play.start(data={"list": [1, 2, 3]}).data)["all"] == [2, 4, 6]


@pytest.mark.parametrize(("element", "binding"), [
    ('<callActivity id="x" calledElement="fee" camunda:calledElementBinding="version" camunda:calledElementVersion="3"/>',
     ("version", "3")),
    ('<callActivity id="x" calledElement="fee" camunda:calledElementBinding="versionTag" '
     'camunda:calledElementVersionTag="v2"/>', ("tag", "v2")),
    ('<callActivity id="x" calledElement="fee" camunda:calledElementBinding="deployment"/>', ("deployment", "")),
    ('<callActivity id="x"><extensionElements><zeebe:calledElement processId="fee"/></extensionElements></callActivity>',
     ("latest", "")),
    ('<callActivity id="x"><extensionElements><zeebe:calledElement processId="fee" bindingType="versionTag" versionTag="v2"/></extensionElements></callActivity>',
     ("tag", "v2")),
])  # fmt: skip
def test_calls(element: str, binding: tuple[str, str]):
    found = node(element).call
    assert found is not None
    assert (found.key.text, found.binding, found.bound) == ("fee", *binding)


@pytest.mark.parametrize(("element", "version"), [
    ('<businessRuleTask id="x" camunda:decisionRef="fee"/>', ""),
    ('<businessRuleTask id="x" camunda:decisionRef="fee" camunda:decisionRefBinding="latest"/>', "latest"),
    ('<businessRuleTask id="x" camunda:decisionRef="fee" camunda:decisionRefBinding="deployment"/>', ""),
    ('<businessRuleTask id="x" camunda:decisionRef="fee" camunda:decisionRefBinding="version" camunda:decisionRefVersion="3"/>', "3"),
    ('<businessRuleTask id="x"><extensionElements><zeebe:calledDecision decisionId="fee"/></extensionElements></businessRuleTask>', "latest"),
    ('<businessRuleTask id="x"><extensionElements><zeebe:calledDecision decisionId="fee" bindingType="deployment"/></extensionElements></businessRuleTask>', ""),
    ('<businessRuleTask id="x" yipan:decision="fee" yipan:binding="version" yipan:bound="2"/>', "2"),
])  # fmt: skip
def test_decisions(element: str, version: str):
    """Which version a business rule task asks; without a word the one in force when the instance began."""
    found = node(element)
    assert (found.decision, found.decision_version) == (Text("fee"), version)


def test_services_rules_and_messages_of_camunda_8():
    work = '<extensionElements><zeebe:taskDefinition type="issue"/><zeebe:ioMapping><zeebe:input source="=amount * 2" target="sum"/><zeebe:input source="fixed text" target="note"/><zeebe:output source="=paid" target="done"/></zeebe:ioMapping></extensionElements>'
    found = node(f'<serviceTask id="x">{work}</serviceTask>')
    assert (found.work.act, found.inputs, found.outputs) == (
        "issue",
        (("sum", "amount * 2"), ("note", '"fixed text"')),
        (("done", "paid"),),
    )
    rule = '<extensionElements><zeebe:calledDecision decisionId="doubling" resultVariable="y"/></extensionElements>'
    found = node(f'<businessRuleTask id="x">{rule}</businessRuleTask>')
    assert (found.decision, found.result) == (Text("doubling"), "y")
    roots = '<message id="m" name="paid"><extensionElements><zeebe:subscription correlationKey="=no"/></extensionElements></message>'
    xml = between('<receiveTask id="x" messageRef="m"/>', roots=roots)
    assert loaded(xml).node("x").event.key == "no"


def test_external_tasks_of_camunda_7_are_acts():
    found = node('<serviceTask id="x" camunda:type="external" camunda:topic="issue"/>')
    assert found.work.act == "issue"


@pytest.mark.parametrize("element", [
    '<serviceTask id="x" camunda:class="org.Evil"/>', '<serviceTask id="x" flowable:delegateExpression="${bean}"/>',
    '<userTask id="x" camunda:assignee="${bean.who()}"/>', '<serviceTask id="x" flowable:type="mail"/>',
    '<scriptTask id="x" scriptFormat="groovy"><script>1</script></scriptTask>',
    '<userTask id="x" camunda:assignee="a"><extensionElements><camunda:taskListener class="a.B" event="create"/></extensionElements></userTask>',
])  # fmt: skip
def test_what_runs_code_there_is_refused(element: str):
    """Java classes, beans, scripts and listeners change behaviour and are not executed: refused with what to do."""
    with pytest.raises(bpmn.BpmnError) as refused:
        loaded(between(element))
    assert all(finding.remedy for finding in refused.value.findings if finding.is_error)


def test_a_model_of_camunda_runs():
    """Conditions, candidate groups and a call as Camunda Modeler writes them, from start to end."""
    xml = model(
        '<startEvent id="s" camunda:initiator="who"/>', '<userTask id="A" camunda:candidateGroups="clerks"/>',
        '<exclusiveGateway id="x" default="x_f"/>', '<userTask id="B" camunda:assignee="${boss}"/>',
        '<endEvent id="e"/>', '<endEvent id="f"/>', flow("s", "A"), flow("A", "x"),
        flow("x", "B", condition("${amount &gt; 1000}")), flow("x", "f"), flow("B", "e"),
    )  # fmt: skip
    play = Rehearsal({"p": loaded(xml)}, now=NOW)
    case = play.start(data={"amount": 5000, "boss": "12"}, by="7")
    play.complete("A", by="7")
    assert play.find("B")[1].persons == ("12",)
    play.complete("B", by="12")
    assert case.logged() == ["s", "A", "x", "B", "e"]
