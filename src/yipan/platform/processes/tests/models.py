"""Small BPMN models of the tests, written as a few lines each."""

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:yipan="urn:yipan:bpmn:1" id="d" '
    'targetNamespace="urn:test">'
)


def bpmn(key: str, body: str, flows: str, root: str = "") -> bytes:
    """A model: elements as XML, flows as "a>b" or "a>b[condition]" separated by blanks or lines."""
    lines = []
    for n, flow in enumerate(line.strip() for line in flows.strip().splitlines()):
        ends, _, condition = flow.partition("[")
        source, target = ends.strip().split(">")
        inner = f"<conditionExpression>{condition.rstrip(']')}</conditionExpression>" if condition else ""
        lines.append(f'<sequenceFlow id="f{n}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>')
    process = f'<process id="{key}" name="{key}" isExecutable="true" yipan:unit="unit">{body}{"".join(lines)}</process>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{HEAD}{root}{process}</definitions>'.encode()


def user(id_: str, name: str, role: str = "examiner", **more: str) -> str:
    inner = more.pop("inner", "")
    attributes = "".join(f' yipan:{key}="{value}"' for key, value in more.items())
    role_ = f' yipan:role="{role}"' if role else ""
    return f'<userTask id="{id_}" name="{name}"{role_}{attributes}>{inner}</userTask>'


def timer(id_: str, on: str, text: str, *, interrupting: bool = True) -> str:
    cancel = "" if interrupting else ' cancelActivity="false"'
    return (
        f'<boundaryEvent id="{id_}" name="{id_}" attachedToRef="{on}"{cancel}><timerEventDefinition>'
        f"<timeDuration>{text}</timeDuration></timerEventDefinition></boundaryEvent>"
    )


TWO = bpmn(
    "two",
    '<startEvent id="s"/>' + user("first", "审查") + user("second", "审核", "reviewer", notSameAs="first", limit="P3WD")
    + '<endEvent id="e"/>',
    "s>first\nfirst>second\nsecond>e",
)  # fmt: skip

FORK = bpmn(
    "fork",
    '<startEvent id="s"/><parallelGateway id="split"/>' + user("left", "左") + user("right", "右")
    + '<parallelGateway id="join"/>' + user("after", "汇总") + '<endEvent id="e"/>',
    "s>split\nsplit>left\nsplit>right\nleft>join\nright>join\njoin>after\nafter>e",
)  # fmt: skip

ACTS = bpmn(
    "acts",
    '<startEvent id="s"/>'
    + user("decide", "决定", act="test_decide", outcomes="grant,refuse", opinionColumn="决定意见")
    + '<exclusiveGateway id="x" default="f3"/><serviceTask id="note" name="登记" yipan:act="test_note"/>'
    + '<endEvent id="refused"/><endEvent id="e"/>',
    's>decide\ndecide>x\nx>refused[decision = "refuse"]\nx>note\nnote>e',
)  # fmt: skip

TIMED = bpmn(
    "timed",
    '<startEvent id="s"/>' + user("wait", "等待", limit="P5WD") + timer("late", "wait", "P5WD")
    + '<serviceTask id="deem" name="视为受理" yipan:act="test_note"/><endEvent id="e"/><endEvent id="e2"/>',
    "s>wait\nwait>e\nlate>deem\ndeem>e2",
)  # fmt: skip

APPLICANT = bpmn(
    "applicant",
    '<startEvent id="s"/>' + user("correct", "补正", "applicant") + user("check", "审查") + '<endEvent id="e"/>',
    "s>correct\ncorrect>check\ncheck>e",
)  # fmt: skip

MESSAGES = bpmn(
    "messages",
    '<startEvent id="s"/><intermediateCatchEvent id="paid" name="缴费"><messageEventDefinition messageRef="m"/>'
    "</intermediateCatchEvent>" + user("after", "之后") + '<endEvent id="e"/>',
    "s>paid\npaid>after\nafter>e",
    root='<message id="m" name="payment"/>',
)  # fmt: skip

CHILD = bpmn(
    "child", '<startEvent id="s"/>' + user("inner", "内部") + '<endEvent id="e"/>', "s>inner\ninner>e"
)  # fmt: skip
PARENT = bpmn(
    "parent",
    '<startEvent id="s"/><callActivity id="call" name="调用" calledElement="child"><extensionElements>'
    '<yipan:in source="unit" target="unit"/></extensionElements></callActivity>' + user("after", "之后")
    + '<endEvent id="e"/>',
    "s>call\ncall>after\nafter>e",
)  # fmt: skip

SIGNED = bpmn(
    "signed",
    '<startEvent id="s"/>' + user("sign", "会签", "", signers="people", signOff="all") + user("after", "之后")
    + '<endEvent id="e"/>',
    "s>sign\nsign>after\nafter>e",
)  # fmt: skip
