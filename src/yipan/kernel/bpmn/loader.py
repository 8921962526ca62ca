"""From the XML tree to the immutable graph, with a finding for everything that is not carried out."""

import hashlib
from collections import defaultdict
from dataclasses import replace
from types import MappingProxyType

from lxml import etree

from . import diagram, names, values
from .activities import Activities
from .checks import check_graph
from .extensions import Extensions, Reader
from .findings import BpmnError, Finding, Severity
from .model import Event, Flow, Node, Process, Text, Timer
from .reading import BPMN, YIPAN, parse, split, text_of

B = f"{{{BPMN}}}"


def load(xml: bytes, process: str = "") -> Process:
    """A process of a BPMN 2.0 document; ``process`` is its id where the document has several. Raises BpmnError with
    every finding when it cannot run."""
    return _sound(Loader(parse(xml), xml, process).load())


def _sound(process: Process) -> Process:
    if any(finding.is_error for finding in process.findings):
        raise BpmnError(process.findings)
    return process


def check(xml: bytes, process: str = "") -> list[Finding]:
    """Everything to be said about a model, in document order; an empty list is a model without fault."""
    try:
        return list(Loader(parse(xml), xml, process).load().findings)
    except BpmnError as error:
        return list(error.findings)


class Loader:
    def __init__(self, root: etree._Element, xml: bytes, process: str = "") -> None:
        self.root = root
        self.xml = xml
        self.wanted = process
        self.findings: list[Finding] = []
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}
        self.children: dict[str, list[str]] = defaultdict(list)
        self.elements: dict[str, etree._Element] = {}
        self.lanes: dict[str, dict[str, str]] = {}
        self.associations: list[tuple[str, str]] = []
        self.extensions = Reader(self.report)
        self.compile = values.compiler()
        self.activities = Activities(self)

    # -- reports -----------------------------------------------------------------------------------------------------

    def report(
        self,
        element: etree._Element,
        severity: Severity,
        message: str,
        remedy: str = "",
        *,
        of: etree._Element | None = None,
    ) -> None:
        """A finding at ``element``; ``of`` is the flow node it belongs to when the element has no id of its own."""
        owner = of if of is not None else element
        line = int(element.sourceline or 0)
        name = " ".join(owner.get("name", "").split())
        self.findings.append(Finding(owner.get("id", ""), name, line, severity, message, remedy))

    def feel(self, element: etree._Element, what: str, text: str, *, of: etree._Element | None = None) -> str:
        """A FEEL text after it was found to be sound; "" with a finding when it is not."""
        if not text:
            return ""
        made = values.feel(text)
        if made is None:
            self.report(element, "error", f"{what}“{text}”无法读成 FEEL", "请改写为 FEEL 表达式", of=of)
            return ""
        self.compiled(element, what, made, of=of)
        return made

    def compiled(self, element: etree._Element, what: str, text: str, *, of: etree._Element | None = None) -> None:
        if self.compile is None or not text:
            return
        try:
            self.compile(text)
        except Exception as problem:  # FeelError; its text is Chinese and places the fault in the expression
            self.report(element, "error", f"{what}“{text}”不是正确的 FEEL：{problem}", "请改正表达式", of=of)

    # -- the document ------------------------------------------------------------------------------------------------

    def load(self) -> Process:
        self._ids()
        for child in self.root:
            namespace, name = split(child.tag)
            if namespace == BPMN and name not in names.ROOT_ELEMENTS:
                self.report(child, "error", f"不认识的元素 {name}", "请删去，或换成流程中的元素")
        element = self._process()
        found = self.extensions.read(element)
        self._attributes(element, "process")
        self._lanes(element)
        self._scope(element, "")
        self._link_flows()
        self._compensation()
        shapes, edges, decorations = diagram.read(self.root)
        title = found.ours.get("title") or element.get("name") or element.get("id", "")
        process = Process(
            id=element.get("id", ""),
            name=title,
            line=int(element.sourceline or 0),
            sha256=hashlib.sha256(self.xml).hexdigest(),
            version_tag=found.ours.get("version", "") or found.foreign.get("versionTag", ""),
            nodes=MappingProxyType(self.nodes),
            flows=MappingProxyType(self.flows),
            children=MappingProxyType({scope: tuple(ids) for scope, ids in self.children.items()}),
            shapes=MappingProxyType(shapes),
            edges=MappingProxyType(edges),
            decorations=MappingProxyType(decorations),
            associations=tuple(self.associations),
            unit=self.feel(element, "yipan:unit", found.ours.get("unit", "")),
            xml=self.xml,
        )
        if not any(finding.is_error for finding in self.findings):
            self.findings += check_graph(process)
        return replace(process, findings=tuple(sorted(self.findings, key=lambda f: (f.line, f.severity))))

    def _ids(self) -> None:
        """Every id once: two elements of one id cannot be told apart by tokens, rows or the picture."""
        for element in self.root.iter(etree.Element):
            key = element.get("id")
            if key is None or split(element.tag)[0] != BPMN:
                continue
            if key in self.elements:
                self.report(element, "error", f"标识 {key} 重复", "请在建模工具中改名")
            self.elements.setdefault(key, element)

    def _process(self) -> etree._Element:
        candidates = [p for p in self.root.findall(f"{B}process") if any(split(c.tag)[1] in names.KINDS for c in p)]
        if not candidates:
            raise BpmnError([Finding("", "", 0, "error", "文件中没有可执行的流程", "请画出至少一个开始事件和一个任务")])
        if self.wanted:
            candidates = [p for p in candidates if p.get("id") == self.wanted]
            if not candidates:
                message = f"文件中没有流程 {self.wanted}"
                raise BpmnError([Finding(self.wanted, "", 0, "error", message, "请核对流程的标识")])
        marked = [p for p in candidates if values.boolean(p.get("isExecutable"))]
        chosen = (marked or candidates)[0]
        if len(marked or candidates) > 1:
            for other in (marked or candidates)[1:]:
                self.report(
                    other,
                    "error",
                    "文件中有多个流程，不知执行哪一个",
                    "请只把一个标为可执行，或指明流程的标识；各流程之间用消息或调用活动相连",
                )
        elif len(candidates) > 1:
            for other in candidates:
                if other is not chosen:
                    self.report(other, "note", "未标为可执行的流程只保留，不执行")
        if not marked:
            self.report(chosen, "note", "流程没有标为可执行（isExecutable），按可执行处理")
        return chosen

    def _attributes(self, element: etree._Element, tag: str) -> None:
        allowed = names.ATTRIBUTES[tag]
        for name, value in element.attrib.items():
            namespace, local = split(name)
            if namespace:
                continue
            if local not in allowed:
                self.report(element, "error", f"不认识的属性 {local}", "请在建模工具中删去")
            elif local in names.FIXED and str(value) != names.FIXED[local][0]:
                _, message, remedy = names.FIXED[local]
                self.report(element, "error", f"{local}={value}：{message}", remedy)

    def _lanes(self, process: etree._Element) -> None:
        for lane in process.iter(f"{B}lane"):
            ours = {k: v for k, v in self.extensions.read(lane).ours.items() if k in ("role", "unit")}
            if ours:
                for reference in lane.findall(f"{B}flowNodeRef"):
                    self.lanes.setdefault(text_of(reference), {}).update(ours)

    # -- scopes and nodes --------------------------------------------------------------------------------------------

    def _scope(self, container: etree._Element, scope: str) -> None:
        """Read the nodes and flows of a process or sub-process."""
        inside = container if scope else None
        for child in container:
            namespace, name = split(child.tag)
            if namespace != BPMN:
                continue
            if name in names.KINDS:
                self._node(child, name, scope)
            elif name == "sequenceFlow":
                self._flow(child)
            elif name == "association":
                self.associations.append((child.get("sourceRef", ""), child.get("targetRef", "")))
            elif name in names.REFUSED:
                message, remedy = names.REFUSED[name]
                self.report(child, "error", message, remedy)
            elif name not in names.DECORATIONS and not self._belongs_to_activity(name, inside):
                owner = inside if inside is not None and child.get("id") is None else child
                self.report(child, "error", f"不认识的元素 {name}", "请删去，或换成可执行的元素", of=owner)

    def _belongs_to_activity(self, name: str, inside: etree._Element | None) -> bool:
        if inside is None:
            return False
        repeats = not values.boolean(inside.get("triggeredByEvent"))  # an event sub-process starts by its event
        return (repeats and name in names.LOOPS) or name in names.ASSIGNMENTS

    def _node(self, element: etree._Element, tag: str, scope: str) -> None:
        key = element.get("id")
        if not key:
            self.report(element, "error", f"{tag} 没有 id", "请用建模工具重新保存")
            return
        self._attributes(element, tag)
        found = self.extensions.read(element)
        kind = names.KINDS[tag]
        if kind == "subprocess" and values.boolean(element.get("triggeredByEvent")):
            kind = "event_subprocess"
        node = Node(
            id=key,
            name=" ".join((element.get("name") or "").split()),
            kind=kind,
            scope=scope,
            line=int(element.sourceline or 0),
            default=element.get("default", ""),
            documentation=text_of(element.find(f"{B}documentation")),
            inputs=tuple(found.inputs),
            outputs=tuple(found.outputs),
        )
        for name, text in (*found.inputs, *found.outputs):
            self.compiled(element, f"映射 {name} ", text)
        if kind in ("start", "end", "catch", "throw", "boundary"):
            node = self._event_node(element, node, found, scope)
        else:
            node = self.activities.complete(element, node, found, self.lanes.get(key, {}))
        self.nodes[key] = node
        self.children[scope].append(key)
        if kind in ("subprocess", "transaction", "event_subprocess"):
            self.children.setdefault(key, [])
            self._scope(element, key)

    def _event_node(self, element: etree._Element, node: Node, found: Extensions, scope: str) -> Node:
        place = node.kind
        if node.kind == "start" and scope and self._is_event_subprocess(element):
            place = "event_subprocess_start"
        event = self.event(element, place, found)
        if node.kind == "start":
            interrupting = values.boolean(element.get("isInterrupting"), True)
        else:
            interrupting = values.boolean(element.get("cancelActivity"), True)
        if event.kind in ("error", "cancel", "compensation") and node.kind in ("start", "boundary"):
            interrupting = event.kind != "compensation"
        attached = element.get("attachedToRef", "")
        if node.kind == "boundary" and attached not in self.elements:
            self.report(element, "error", f"边界事件所附的活动 {attached or '（空）'} 不存在", "请把它拖到一个活动上")
        work = replace(
            node.work,
            applicant_step=values.boolean(found.ours.get("applicantStep")),
            clock_stopped=values.boolean(found.ours.get("clockStopped")),
            act=found.ours.get("act", ""),
        )
        result = found.ours.get("initiator") or found.foreign.get("initiator", "")
        return replace(node, event=event, interrupting=interrupting, attached_to=attached, work=work, result=result)

    def _is_event_subprocess(self, element: etree._Element) -> bool:
        parent = element.getparent()
        return parent is not None and values.boolean(parent.get("triggeredByEvent"))

    def event(self, element: etree._Element, place: str, found: Extensions) -> Event:
        """The event definition of an event node; an event without definition is a none event."""
        definitions = [c for c in element if split(c.tag)[0] == BPMN and split(c.tag)[1].endswith("EventDefinition")]
        for child in element:
            namespace, name = split(child.tag)
            known = name in names.DECORATIONS or name.endswith("EventDefinition")
            if namespace == BPMN and not known and name != "eventDefinitionRef":
                self.report(child, "error", f"事件中不认识的元素 {name}", "请删去", of=element)
            elif name == "eventDefinitionRef":
                self.report(child, "error", "引用式事件定义不执行", "请把定义直接写在事件里", of=element)
        if len(definitions) > 1:
            self.report(element, "error", "一个事件只能有一个定义", "请拆成几个事件，用网关相连")
        event = Event() if not definitions else self._definition(definitions[0], element, found)
        if event.kind not in names.PLACES[place]:
            self.report(
                element, "error", f"{_PLACE_WORDS[place]}不能是{_EVENT_WORDS[event.kind]}", "请换成此处允许的事件"
            )
        return event

    def _definition(self, definition: etree._Element, owner: etree._Element, found: Extensions) -> Event:
        tag = split(definition.tag)[1]
        kind = names.EVENTS.get(tag)
        if kind is None:
            self.report(definition, "error", f"事件定义 {tag} 不执行", "请换成消息、定时、信号等事件", of=owner)
            return Event()
        extra = self.extensions.read(definition)
        if kind == "timer":
            return self._timer(definition, owner, extra)
        if kind == "conditional":
            text = text_of(definition.find(f"{B}condition"))
            if not text:
                self.report(definition, "error", "条件事件没有条件", "请填写 FEEL 条件", of=owner)
            return Event(kind, condition=self.feel(definition, "条件", text, of=owner))
        if kind == "link":
            return Event(kind, name=definition.get("name", ""))
        if kind == "compensation":
            if not values.boolean(definition.get("waitForCompletion"), True):
                self.report(
                    definition,
                    "error",
                    "补偿必须等待完成（waitForCompletion）",
                    "请去掉 waitForCompletion=false",
                    of=owner,
                )
            return Event(kind, activity=definition.get("activityRef", ""))
        if kind in ("terminate", "cancel"):
            return Event(kind)
        return self._referred(kind, definition, owner, {**found.ours, **extra.ours})

    def _referred(self, kind: str, definition: etree._Element, owner: etree._Element, ours: dict[str, str]) -> Event:
        """Message, signal, error, escalation: the definition names a root element."""
        reference = definition.get(f"{kind}Ref", "")
        target = self.elements.get(reference.split(":")[-1])
        if reference and (target is None or split(target.tag)[1] != kind):
            self.report(definition, "error", f"引用的 {kind} {reference} 不存在", "请在建模工具中重新选择", of=owner)
        attribute = {"error": "errorCode", "escalation": "escalationCode"}.get(kind, "name")
        name = "" if target is None else target.get(attribute) or target.get("name", "")
        throws = split(owner.tag)[1] in ("endEvent", "intermediateThrowEvent")
        if not name and (kind in ("message", "signal") or throws):
            self.report(
                definition,
                "error",
                f"{_EVENT_WORDS[kind]}没有名称",
                "请给它起名（消息、信号的名称，错误、上报的代码）",
                of=owner,
            )
        key = self.feel(definition, "关联键", ours.get("key", "") or self._message_key(target), of=owner)
        return Event(kind, name=name, key=key)  # type: ignore[arg-type]

    def _message_key(self, target: etree._Element | None) -> str:
        return "" if target is None else self.extensions.read(target).ours.get("key", "")

    def _timer(self, definition: etree._Element, owner: etree._Element, extra: Extensions) -> Event:
        written = extra.ours.get("limit", "")
        parts = [(k, definition.find(f"{B}{t}")) for k, t in _TIMER_PARTS]
        given = [(kind, text_of(part)) for kind, part in parts if part is not None]
        if written:
            limit = values.limit(written)
            if limit is not None:
                return Event("timer", timer=Timer("limit", Text(written), limit))
            given = [("duration", written)]
        if len(given) != 1 or not given[0][1]:
            self.report(definition, "error", "定时事件须有一个时间、时长、周期或期限", "请填写其中一个", of=owner)
            return Event("timer")
        made = values.timer(*given[0])
        if isinstance(made, str):
            self.report(definition, "error", made, "请按 ISO 8601 填写", of=owner)
            return Event("timer")
        if made.text.is_expression:
            self.compiled(definition, "时间表达式", made.text.text, of=owner)
        return Event("timer", timer=made)

    # -- flows -------------------------------------------------------------------------------------------------------

    def _flow(self, element: etree._Element) -> None:
        key = element.get("id")
        if not key:
            self.report(element, "error", "顺序流没有 id", "请用建模工具重新保存")
            return
        self._attributes(element, "sequenceFlow")
        condition = ""
        for child in element:
            namespace, name = split(child.tag)
            if namespace != BPMN or name in names.DECORATIONS:
                continue
            if name != "conditionExpression":
                self.report(child, "error", f"顺序流中不认识的元素 {name}", "请删去", of=element)
                continue
            language = child.get("language", "")
            if language and "feel" not in language.lower():
                self.report(child, "error", f"条件语言 {language} 不执行", "请改写为 FEEL", of=element)
            condition = self.feel(child, "条件", text_of(child), of=element)
        self.flows[key] = Flow(
            key, " ".join((element.get("name") or "").split()), element.get("sourceRef", ""),
            element.get("targetRef", ""), condition, int(element.sourceline or 0),
        )  # fmt: skip

    def _link_flows(self) -> None:
        """Give every node its flows, in document order; flows must join two nodes of one scope."""
        incoming: dict[str, list[str]] = defaultdict(list)
        outgoing: dict[str, list[str]] = defaultdict(list)
        for flow in list(self.flows.values()):
            source, target = self.nodes.get(flow.source), self.nodes.get(flow.target)
            element = self.elements[flow.id]
            if source is None or target is None:
                self.report(element, "error", "顺序流没有连到可执行的元素上", "请重新连接")
                del self.flows[flow.id]
                continue
            if source.scope != target.scope:
                self.report(element, "error", "顺序流不能穿过子流程的边界", "请在子流程内外分别用结束事件和边界事件")
            outgoing[flow.source].append(flow.id)
            incoming[flow.target].append(flow.id)
        for key, node in self.nodes.items():
            self.nodes[key] = replace(node, incoming=tuple(incoming[key]), outgoing=tuple(outgoing[key]))
            if node.default and node.default not in outgoing[key]:
                self.report(self.elements[key], "error", f"默认流 {node.default} 不是从这里出发的", "请重新设置默认流")

    def _compensation(self) -> None:
        """A compensation boundary event leads by an association to its handler."""
        for key, node in list(self.nodes.items()):
            if node.kind != "boundary" or node.event.kind != "compensation":
                continue
            targets = [t for s, t in self.associations if s == key and t in self.nodes]
            handlers = [t for t in targets if self.nodes[t].for_compensation]
            if len(handlers) != 1:
                self.report(
                    self.elements[key], "error", "补偿边界事件须用关联线连到一个补偿活动", "请连到标为补偿的活动"
                )
            else:
                self.nodes[handlers[0]] = replace(self.nodes[handlers[0]], compensates=node.attached_to)


_TIMER_PARTS = (("date", "timeDate"), ("duration", "timeDuration"), ("cycle", "timeCycle"))
_PLACE_WORDS = {
    "start": "流程的开始事件", "event_subprocess_start": "事件子流程的开始事件", "end": "结束事件",
    "catch": "中间捕获事件",
    "throw": "中间抛出事件", "boundary": "边界事件",
}  # fmt: skip
_EVENT_WORDS = {
    "none": "空事件", "message": "消息事件", "timer": "定时事件", "signal": "信号事件", "error": "错误事件",
    "escalation": "上报事件", "conditional": "条件事件", "terminate": "终止事件", "cancel": "取消事件",
    "compensation": "补偿事件", "link": "链接事件",
}  # fmt: skip

__all__ = ["YIPAN", "Loader", "check", "load"]
