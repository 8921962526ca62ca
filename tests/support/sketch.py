"""Small BPMN models written as one line: ``draw("s > A > x1; x1 >[ok] B > e; x1 >* C > e")``.

Arrows: ``>`` a flow, ``>[condition]`` a conditional one, ``>*`` the default. What a name is, its first letter tells:
``s1`` start, ``e1`` end, ``x1`` exclusive, ``p1`` parallel, ``o1`` inclusive, ``v1`` event-based gateway, ``A`` (any
capital) a user task. Everything else is given by name: ``draw("s > t > e", t=catch(timer("PT1H")))``. Messages,
signals, errors and escalations are declared by being used.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from models import condition as condition_xml
from models import model

from yipan.kernel import bpmn

_PART = re.compile(r">\[(.*?)\](?=\s)|(>\*)|(>)|([\w.]+)")
_KINDS = {"s": "startEvent", "e": "endEvent", "x": "exclusiveGateway", "p": "parallelGateway",
          "o": "inclusiveGateway", "v": "eventBasedGateway"}  # fmt: skip
_ROOTS = {
    "message": '<message id="{0}" name="{1}"/>', "signal": '<signal id="{0}" name="{1}"/>',
    "error": '<error id="{0}" errorCode="{1}"/>', "escalation": '<escalation id="{0}" escalationCode="{1}"/>',
}  # fmt: skip


def draw(text: str, *, attributes: str = 'isExecutable="true"', **elements: str) -> bytes:
    """The XML of a process."""
    body = inside(text, **elements)
    return model(body, roots=_roots(body), attributes=attributes)


@lru_cache(maxsize=4096)
def loaded(xml: bytes) -> bpmn.Process:
    return bpmn.load(xml)


def inside(text: str, **elements: str) -> str:
    """Elements and flows of one scope."""
    flows, seen = _chains(text)
    defaults = {source: key for key, source, _, arrow in flows if arrow == "*"}
    made = []
    for name in dict.fromkeys([*seen, *elements]):
        xml = elements.get(name) or _known(name)
        xml = xml.replace("{id}", name)
        if name in defaults:
            xml = xml.replace(f' id="{name}"', f' id="{name}" default="{defaults[name]}"', 1)
        made.append(xml)
    for key, source, target, arrow in flows:
        within = condition_xml(escape(arrow)) if arrow not in ("", "*") else ""
        made.append(f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{within}</sequenceFlow>')
    return "\n".join(made)


def _chains(text: str) -> tuple[list[tuple[str, str, str, str]], list[str]]:
    flows: list[tuple[str, str, str, str]] = []
    seen: list[str] = []
    for chain in re.split(r"[;\n]", text):
        source, arrow = "", ""
        for wanted, default, _plain, name in _PART.findall(chain + " "):
            if not name:
                arrow = wanted or ("*" if default else "")
                continue
            seen.append(name)
            if source:
                key = f"{source}_{name}"
                while any(key == other for other, *_ in flows):
                    key += "_"
                flows.append((key, source, name, arrow))
            source, arrow = name, ""
    return flows, seen


def _known(name: str) -> str:
    if name[0].isupper():
        return user()
    found = re.fullmatch(r"([sexpov])\d*", name)
    if found is None:
        raise ValueError(f"what is {name}?")
    return f'<{_KINDS[found.group(1)]} id="{{id}}"/>'


def _roots(body: str) -> str:
    found = dict.fromkeys(re.findall(r'(message|signal|error|escalation)Ref="([^"]+)"', body))
    return "\n".join(_ROOTS[kind].format(key, key.split(".", 1)[1]) for kind, key in found)


# -- activities ------------------------------------------------------------------------------------------------------


def _tag(tag: str, within: str = "", **attributes: str) -> str:
    more = "".join(f" {name.replace('__', ':')}={quoteattr(text)}" for name, text in attributes.items())
    return f'<{tag} id="{{id}}"{more}>{within}</{tag}>'


def user(within: str = "", **attributes: str) -> str:
    given = {f"yipan__{name}": text for name, text in attributes.items()}
    if not {"person", "signers", "role"} & attributes.keys():
        given["yipan__role"] = "examiner"
    return _tag("userTask", within, **given)


def task(within: str = "", tag: str = "task") -> str:
    return _tag(tag, within)


def service(act: str = "act", within: str = "", result: str = "") -> str:
    return _tag("serviceTask", within, yipan__act=act, **({"yipan__result": result} if result else {}))


def script(result: str, text: str, within: str = "") -> str:
    return _tag("scriptTask", f"{within}<script>{escape(text)}</script>", yipan__result=result)


def rule(decision: str, within: str = "") -> str:
    return _tag("businessRuleTask", within, yipan__decision=decision)


def send(message: str, within: str = "") -> str:
    return _tag("sendTask", within, messageRef=f"m.{message}")


def receive(message: str, within: str = "", **attributes: str) -> str:
    return _tag("receiveTask", within, messageRef=f"m.{message}", **attributes)


def call(key: str, within: str = "", **attributes: str) -> str:
    return _tag("callActivity", within, calledElement=key, **attributes)


def sub(text: str, tag: str = "subProcess", within: str = "", attributes: Mapping[str, str] | None = None,
        **elements: str) -> str:  # fmt: skip
    return _tag(tag, f"{within}\n{inside(text, **elements)}\n", **(attributes or {}))


def transaction(text: str, **elements: str) -> str:
    return sub(text, "transaction", **elements)


def event_sub(text: str, **elements: str) -> str:
    """A sub-process that its start event begins; give the start by name."""
    return sub(text, attributes={"triggeredByEvent": "true"}, **elements)


def handler(element: str) -> str:
    """The same activity as a compensation handler."""
    return element.replace(' id="{id}"', ' id="{id}" isForCompensation="true"', 1)


def undoes(boundary_name: str, handler_name: str) -> str:
    """The association from a compensation boundary event to its handler; give it any name."""
    return f'<association id="{{id}}" sourceRef="{boundary_name}" targetRef="{handler_name}"/>'


def mapped(*pairs: str) -> str:
    """``in x=amount``, ``out y=price``."""
    made = []
    for pair in pairs:
        side, rest = pair.split(" ", 1)
        target, source = rest.split("=", 1)
        made.append(f'<yipan:{side} target="{target}" source="{escape(source)}"/>')
    return f"<extensionElements>{''.join(made)}</extensionElements>"


def multi(over: str, item: str = "", *, sequential: bool = False, completion: str = "", output: str = "",
          into: str = "") -> str:  # fmt: skip
    """``over``: a number, or an expression of a list."""
    kind = "true" if sequential else "false"
    count = f"<loopCardinality>{over}</loopCardinality>" if over.isdigit() else ""
    given = {"collection": "" if count else over, "item": item, "output": output, "outputCollection": into}
    more = "".join(f" yipan:{name}={quoteattr(text)}" for name, text in given.items() if text)
    done = f"<completionCondition>{escape(completion)}</completionCondition>" if completion else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{kind}"{more}>{count}{done}'
        "</multiInstanceLoopCharacteristics>"
    )


def loop(while_: str, *, before: bool = False, maximum: int = 0) -> str:
    limit = f' loopMaximum="{maximum}"' if maximum else ""
    condition = f"<loopCondition>{escape(while_)}</loopCondition>" if while_ else ""
    test = f' testBefore="{str(before).lower()}"'
    return f"<standardLoopCharacteristics{test}{limit}>{condition}</standardLoopCharacteristics>"


# -- events ----------------------------------------------------------------------------------------------------------


def timer(text: str) -> str:
    """``PT1H`` a duration, ``R3/PT1H`` a cycle, ``P5WD`` working days, else a date."""
    if text.endswith("WD"):
        return f'<timerEventDefinition yipan:limit="{text}"/>'
    kind = "timeCycle" if text.startswith("R") else "timeDuration" if text.startswith("P") else "timeDate"
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def message(name: str, key: str = "") -> str:
    more = f' yipan:key="{escape(key)}"' if key else ""
    return f'<messageEventDefinition messageRef="m.{name}"{more}/>'


def signal(name: str) -> str:
    return f'<signalEventDefinition signalRef="g.{name}"/>'


def error(code: str = "") -> str:
    return f'<errorEventDefinition errorRef="r.{code}"/>' if code else "<errorEventDefinition/>"


def escalation(code: str = "") -> str:
    return f'<escalationEventDefinition escalationRef="u.{code}"/>' if code else "<escalationEventDefinition/>"


def conditional(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{escape(text)}</condition></conditionalEventDefinition>"


def compensation(activity: str = "") -> str:
    return f'<compensateEventDefinition activityRef="{activity}"/>' if activity else "<compensateEventDefinition/>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


TERMINATE, CANCEL = "<terminateEventDefinition/>", "<cancelEventDefinition/>"


def start(definition: str, *, interrupting: bool = True) -> str:
    more = {} if interrupting else {"isInterrupting": "false"}
    return _tag("startEvent", definition, **more)


def end(definition: str) -> str:
    return _tag("endEvent", definition)


def catch(definition: str) -> str:
    return _tag("intermediateCatchEvent", definition)


def throw(definition: str = "") -> str:
    return _tag("intermediateThrowEvent", definition)


def boundary(host: str, definition: str, *, interrupting: bool = True) -> str:
    more = {} if interrupting else {"cancelActivity": "false"}
    return _tag("boundaryEvent", definition, attachedToRef=host, **more)
