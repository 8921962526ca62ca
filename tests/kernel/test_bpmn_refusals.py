"""What the engine does not carry out is refused when a model is read: with the element, the line, and what to do."""

import pytest
from models import between, condition, flow, flows, model

from yipan.kernel import bpmn
from yipan.kernel.bpmn import BpmnError, names

USER = 'yipan:role="examiner"'
REPEATED = "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>"


def errors(xml: bytes) -> list[bpmn.Finding]:
    return [finding for finding in bpmn.check(xml) if finding.is_error]


def refused(xml: bytes, element: str, word: str) -> None:
    """One error about this element, which says why and what to do, at the line the element stands on."""
    found = [finding for finding in errors(xml) if word in finding.message + finding.remedy]
    assert found, [str(finding) for finding in bpmn.check(xml)]
    finding = found[0]
    assert finding.element_id == element, str(finding)
    line = xml.decode().splitlines()[finding.line - 1]
    assert f'id="{element}"' in line, (finding.line, line)
    assert finding.remedy, str(finding)
    with pytest.raises(BpmnError, match="第"):
        bpmn.load(xml)


@pytest.mark.parametrize("tag", sorted(names.REFUSED))
def test_elements_that_bpmn_knows_and_the_engine_does_not_run(tag: str):
    message, remedy = names.REFUSED[tag]
    assert remedy
    refused(between('<task id="x"/>', "x", f'<{tag} id="other"/>'), "other", message)


@pytest.mark.parametrize(
    ("element", "word"),
    [
        ('<serviceTask id="x"/>', "办理动作"),
        ('<sendTask id="x"/>', "没有消息"),
        ('<receiveTask id="x"/>', "没有消息"),
        ('<scriptTask id="x" yipan:result="a"/>', "没有脚本"),
        ('<scriptTask id="x"><script>1</script></scriptTask>', "结果变量"),
        ('<scriptTask id="x" yipan:result="a" scriptFormat="groovy"><script>1</script></scriptTask>', "groovy"),
        ('<scriptTask id="x" yipan:result="a"><script>1 +</script></scriptTask>', "FEEL"),
        ('<businessRuleTask id="x"/>', "决策表"),
        ('<businessRuleTask id="x" yipan:decision="d" yipan:binding="version"/>', "数字"),
        ('<businessRuleTask id="x" camunda:decisionRef="d" camunda:decisionRefBinding="versionTag"/>', "绑定方式"),
        ('<callActivity id="x"/>', "被调用的流程"),
        ('<callActivity id="x" calledElement="c" yipan:binding="some"/>', "绑定方式"),
        ('<callActivity id="x" calledElement="c" yipan:binding="version"/>', "版本"),
        (
            f'<subProcess id="x"><task id="y"/><task id="z"/>{flow("y", "z")}{flow("z", "y")}</subProcess>',
            "开始事件",
        ),
        (f'<userTask id="x" {USER} yipan:limit="5 Tage"/>', "期限"),
        (f'<userTask id="x" {USER} yipan:signOff="some"/>', "签批方式"),
        (f'<userTask id="x" {USER} yipan:signOff="ratio" yipan:signers="a"/>', "比例"),
        (f'<userTask id="x" {USER} yipan:signOff="all"/>', "signers"),
        (f'<userTask id="x" {USER} yipan:notSameAs="nobody"/>', "nobody"),
        ('<userTask id="x" yipan:unit="1 +"/>', "FEEL"),
        (f'<userTask id="x" {USER} yipan:colour="red"/>', "yipan:colour"),
        (f'<userTask id="x" {USER} colour="red"/>', "colour"),
        (f'<userTask id="x" {USER} startQuantity="2"/>', "起始数量"),
        (f'<userTask id="x" {USER} completionQuantity="2"/>', "完成数量"),
        (f'<userTask id="x" {USER}><script>1</script></userTask>', "script"),
        ('<task id="x"><blink/></task>', "blink"),
        ('<task id="x" camunda:class="org.Evil"/>', "Java"),
        ('<serviceTask id="x" camunda:expression="${bean.go()}"/>', "表达式"),
        ('<serviceTask id="x" camunda:delegateExpression="${bean}"/>', "Java"),
        ('<userTask id="x" camunda:assignee="${bean.who()}"/>', "FEEL"),
        (f'<userTask id="x" {USER} camunda:skipExpression="${{true}}"/>', "跳过"),
        ('<task id="x" camunda:somethingNew="1"/>', "somethingNew"),
        (
            '<task id="x"><extensionElements><camunda:executionListener/></extensionElements></task>',
            "executionListener",
        ),
        ('<task id="x"><extensionElements><zeebe:executionListeners/></extensionElements></task>', "zeebe"),
        ('<task id="x"><extensionElements><yipan:magic/></extensionElements></task>', "yipan:magic"),
        ('<task id="x"><extensionElements><yipan:in source="1 +" target="a"/></extensionElements></task>', "FEEL"),
        ('<task id="x"><extensionElements><yipan:in source="1"/></extensionElements></task>', "target"),
    ],
)
def test_tasks_that_say_too_little_or_what_is_not_run(element: str, word: str):
    refused(between(element), "x", word)


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        ("<multiInstanceLoopCharacteristics/>", "实例数"),
        (
            '<multiInstanceLoopCharacteristics behavior="One"><loopCardinality>2</loopCardinality>'
            "</multiInstanceLoopCharacteristics>",
            "behavior",
        ),
        (
            "<multiInstanceLoopCharacteristics><complexBehaviorDefinition/><loopCardinality>2</loopCardinality>"
            "</multiInstanceLoopCharacteristics>",
            "complexBehaviorDefinition",
        ),
        (REPEATED.format("2 +"), "FEEL"),
        ("<standardLoopCharacteristics/>", "循环"),
        ('<standardLoopCharacteristics loopMaximum="many"/>', "整数"),
        ("<dataInputAssociation><assignment/></dataInputAssociation>", "yipan:in"),
    ],
)
def test_repetitions_that_could_not_end_or_begin(inside: str, word: str):
    refused(between(f'<task id="x">{inside}</task>'), "x", word)


@pytest.mark.parametrize("tag", ["exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"])
@pytest.mark.parametrize("loop", ['<standardLoopCharacteristics loopMaximum="2"/>', REPEATED.format(2)])
def test_gateways_do_not_repeat(tag: str, loop: str):
    refused(between(f'<{tag} id="x">{loop}</{tag}>'), "x", "LoopCharacteristics")


def test_an_event_subprocess_does_not_repeat():
    start = '<startEvent id="i"><signalEventDefinition signalRef="g"/></startEvent>'
    inside = f'<subProcess id="x" triggeredByEvent="true">{REPEATED.format(2)}{start}</subProcess>'
    refused(between('<task id="y"/>', "y", inside, roots='<signal id="g" name="停"/>'), "x", "LoopCharacteristics")


@pytest.mark.parametrize(
    ("definition", "word"),
    [
        ("<timerEventDefinition/>", "时间"),
        ("<timerEventDefinition><timeDuration>three days</timeDuration></timerEventDefinition>", "ISO 8601"),
        ("<timerEventDefinition><timeDate>tomorrow</timeDate></timerEventDefinition>", "ISO 8601"),
        ("<timerEventDefinition><timeCycle>often</timeCycle></timerEventDefinition>", "ISO 8601"),
        (
            "<timerEventDefinition><timeDate>2021-11-01</timeDate><timeDuration>P1D</timeDuration>"
            "</timerEventDefinition>",
            "其中一个",
        ),
        ("<conditionalEventDefinition/>", "条件"),
        ("<conditionalEventDefinition><condition>1 +</condition></conditionalEventDefinition>", "FEEL"),
        ("<messageEventDefinition/>", "没有名称"),
        ('<messageEventDefinition messageRef="none"/>', "不存在"),
        ('<signalEventDefinition signalRef="none"/>', "不存在"),
        ("<errorEventDefinition/>", "不能是错误事件"),
        ("<escalationEventDefinition/>", "不能是上报事件"),
        ("<terminateEventDefinition/>", "不能是终止事件"),
        ("<cancelEventDefinition/>", "不能是取消事件"),
        ("<compensateEventDefinition/>", "不能是补偿事件"),
        ("<mysteryEventDefinition/>", "mysteryEventDefinition"),
        ("<eventDefinitionRef>d</eventDefinitionRef>", "引用式"),
        ("<blink/>", "blink"),
        (
            "<signalEventDefinition/><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>",
            "一个定义",
        ),
        ("", "不能是空事件"),
    ],
)
def test_events_at_the_wrong_place_or_without_their_definition(definition: str, word: str):
    refused(between(f'<intermediateCatchEvent id="x">{definition}</intermediateCatchEvent>'), "x", word)


def test_parallel_multiple_events_are_refused():
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    caught = f'<intermediateCatchEvent id="x" parallelMultiple="true">{timer}</intermediateCatchEvent>'
    refused(between(caught), "x", "并行多重")


@pytest.mark.parametrize("place", ["start", "end", "throw"])
def test_each_place_takes_only_its_events(place: str):
    """BPMN 2.0.2 table 10.93: an error cannot start a process, a timer cannot end one."""
    if place == "start":
        definition = '<errorEventDefinition errorRef="r"/>'
        xml = model(
            f'<startEvent id="s">{definition}</startEvent>',
            '<endEvent id="e"/>',
            flow("s", "e"),
            roots='<error id="r" errorCode="E"/>',
        )
        refused(xml, "s", "不能是错误事件")
        return
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    tag = "endEvent" if place == "end" else "intermediateThrowEvent"
    more = [flow("s", "x")] if place == "end" else [flow("s", "x"), flow("x", "e"), '<endEvent id="e"/>']
    refused(model('<startEvent id="s"/>', f'<{tag} id="x">{timer}</{tag}>', *more), "x", "不能是定时事件")


S, E, F, T, U = (
    '<startEvent id="s"/>', '<endEvent id="e"/>', '<endEvent id="f"/>', '<task id="t"/>', '<task id="u"/>',
)  # fmt: skip
SIGNAL = '<signalEventDefinition signalRef="stop"/>'


def boundary(definition: str, host: str = "t") -> str:
    return f'<boundaryEvent id="b" attachedToRef="{host}">{definition}</boundaryEvent>'


@pytest.mark.parametrize(
    ("body", "pairs", "element", "word"),
    [
        ([S, E], "s>e s>nowhere", "s_nowhere", "没有连到"),
        ([T, E], "t>e", "p", "开始事件"),
        ([S, '<startEvent id="s2"/>', E], "s>e s2>e", "s2", "多个空开始事件"),
        ([S, E, T], "s>t t>s t>e", "s", "开始事件不能有进入"),
        ([S, E, T], "s>e e>t", "e", "结束事件不能有离开"),
        ([S, '<exclusiveGateway id="g"/>', E, F], "s>g g>e g>f", "g", "没有条件"),
        ([S, '<parallelGateway id="g"/>', E, F, flow("g", "e", condition("a"))], "s>g g>f", "g", "不能带条件"),
        ([S, '<eventBasedGateway id="g"/>', T, U], "s>g g>t g>u", "g", "捕获事件"),
        ([S, '<eventBasedGateway id="g" eventGatewayType="Parallel"/>'], "s>g", "g", "并行的事件网关"),
        ([S, '<eventBasedGateway id="g" instantiate="true"/>'], "s>g", "g", "启动流程的事件网关"),
        ([S, '<task id="t" default="other"/>', E], "s>t t>e", "t", "默认流"),
        ([S, T, '<endEvent id="t"/>'], "s>t", "t", "重复"),
        ([S, E, flow("s", "e", condition("a +"))], "", "s_e", "FEEL"),
        ([S, E, flow("s", "e", '<conditionExpression language="js">a</conditionExpression>')], "", "s_e", "js"),
        ([S, '<subProcess id="x">', '<startEvent id="i"/>', F, "</subProcess>", E], "s>x i>e", "i_e", "边界"),
        (
            [S, '<subProcess id="x">', f'<startEvent id="i">{SIGNAL}</startEvent>', "</subProcess>", E],
            "s>x x>e",
            "i",
            "空事件",
        ),
        ([S, T, E, boundary(SIGNAL, "none")], "s>t t>e", "b", "附"),
        ([S, T, E, boundary("<cancelEventDefinition/>")], "s>t t>e b>e", "b", "事务"),
        ([S, T, E, boundary("<compensateEventDefinition/>")], "s>t t>e", "b", "补偿"),
        (
            [S, '<intermediateThrowEvent id="x"><linkEventDefinition name="A"/></intermediateThrowEvent>'],
            "s>x",
            "x",
            "链接",
        ),
        ([S, '<subProcess id="x" triggeredByEvent="true"><task id="t"/></subProcess>', E], "s>e", "x", "恰有一个开始"),
    ],
)
def test_graphs_that_cannot_run(body: list[str], pairs: str, element: str, word: str):
    refused(model(*body, *flows(pairs), roots='<signal id="stop" name="停"/>'), element, word)


def test_two_branches_that_write_one_variable_are_refused():
    """The last one's luck would decide; results of parallel branches are kept apart."""
    write = '<scriptTask id="{0}" yipan:result="a"><script>{1}</script></scriptTask>'
    xml = model(
        '<startEvent id="s"/>', '<parallelGateway id="g"/>', write.format("x", 1), write.format("y", 2),
        '<parallelGateway id="j"/>', '<endEvent id="e"/>', flow("s", "g"), flow("g", "x"), flow("g", "y"),
        flow("x", "j"), flow("y", "j"), flow("j", "e"),
    )  # fmt: skip
    refused(xml, "y", "同一个变量")


@pytest.mark.parametrize(
    ("xml", "word"),
    [
        (b"", "XML"),
        (b"<a>", "XML"),
        (b"<a/>", "BPMN 2.0"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DOCTYPE"),
        (between('<task id="x"/>').replace(b"</process>", b"</process><blink/>"), "blink"),
        (model(), "可执行的流程"),
        (b"x" * (4 * 1024 * 1024 + 1), "4 MB"),
        (model("<group/>" * 60_001), "元素超过"),
    ],
)
def test_what_is_no_process_at_all(xml: bytes, word: str):
    found = errors(xml)
    assert any(word in str(finding) for finding in found), [str(finding) for finding in found]
    assert all(finding.remedy for finding in found)


def test_two_executable_processes_in_one_file():
    second = '<process id="q" isExecutable="true"><startEvent id="s9"/></process>\n</definitions>'
    xml = between('<task id="x"/>').replace(b"</definitions>", second.encode())
    refused(xml, "q", "多个流程")


def test_every_finding_is_told_not_only_the_first():
    xml = between('<serviceTask id="x"/>', "x", '<complexGateway id="c"/>', '<adHocSubProcess id="a"/>')
    with pytest.raises(BpmnError) as caught:
        bpmn.load(xml)
    assert {finding.element_id for finding in caught.value.findings if finding.is_error} == {"x", "c", "a"}
    assert str(caught.value).count("\n") == 2


def test_an_element_of_a_later_standard_cannot_pass_unnoticed():
    """What stands in none of the tables is refused, at every place where elements stand."""
    for xml in (
        between('<task id="x"/>', "x", '<quantumGateway id="q"/>'),
        between('<task id="x"><quantum id="q"/></task>'),
        between(f'<userTask id="x" {USER} quantum="1"/>'),
        model(S, E, flow("s", "e", "<quantum/>")),
    ):
        assert any("quantum" in finding.message for finding in errors(xml))
