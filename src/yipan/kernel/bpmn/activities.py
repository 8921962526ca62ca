"""Reading of tasks, sub-processes, call activities and gateways."""

from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from . import names, values
from .extensions import Extensions
from .model import Call, Event, Loop, Multi, Node, Text, Work
from .reading import BPMN, split, text_of

if TYPE_CHECKING:
    from .loader import Loader

B = f"{{{BPMN}}}"
_NO_MARKERS = ("exclusive", "parallel", "inclusive", "event_based", "event_subprocess")


class Activities:
    def __init__(self, loader: "Loader") -> None:
        self.loader = loader

    def complete(self, element: etree._Element, node: Node, found: Extensions, lane: dict[str, str]) -> Node:
        """The node with everything its kind adds."""
        report = self.loader.report
        self._children(element, node)
        node = replace(node, for_compensation=values.boolean(element.get("isForCompensation")))
        if node.kind not in _NO_MARKERS:
            node = replace(node, multi=self._multi(element), loop=self._loop(element))
        work = self._work(element, node, found, lane)
        node = replace(node, work=work, result=found.ours.get("result") or found.foreign.get("resultVariable", ""))
        if node.kind == "service":
            act = found.ours.get("act") or found.foreign.get("topic", "")
            if not act:
                report(element, "error", "服务任务没有指明办理动作", "请填写 yipan:act")
            return replace(node, work=replace(work, act=act))
        if node.kind == "send":
            act = found.ours.get("act") or found.foreign.get("topic", "")
            event = self._message(element, found)
            if not act and not event.name:
                report(element, "error", "发送任务没有消息", "请选择消息，或填写 yipan:act")
            return replace(node, event=event, work=replace(work, act=act))
        if node.kind == "receive":
            event = self._message(element, found)
            if not event.name:
                report(element, "error", "接收任务没有消息", "请选择要等待的消息")
            return replace(node, event=event, instantiates=values.boolean(element.get("instantiate")))
        if node.kind == "script":
            return self._script(element, node, found)
        if node.kind == "rule":
            reference = found.ours.get("decision") or found.foreign.get("decisionRef", "")
            if not reference:
                report(element, "error", "业务规则任务没有指明决策表", "请填写 yipan:decision")
            version = self._decision_version(element, found)
            return replace(node, decision=values.expression(reference), decision_version=version)
        if node.kind == "call":
            return replace(node, call=self._call(element, found))
        if node.kind == "event_based":
            return self._event_gateway(element, node)
        return node

    def _children(self, element: etree._Element, node: Node) -> None:
        """Refuse children that no kind of activity has; sub-processes are read by the loader."""
        if node.kind in ("subprocess", "transaction", "event_subprocess"):
            return
        loops = set() if node.kind in _NO_MARKERS else names.LOOPS
        allowed = names.DECORATIONS | names.ASSIGNMENTS | loops | names.OWN_CHILDREN.get(node.kind, set())
        for child in element:
            namespace, name = split(child.tag)
            if namespace == BPMN and name not in allowed:
                self.loader.report(child, "error", f"不认识的元素 {name}", "请删去", of=element)
            elif namespace == BPMN and _computes(child, name):
                self.loader.report(child, "error", "数据关联的赋值不执行", "请改用 yipan:in、yipan:out", of=element)

    def _work(self, element: etree._Element, node: Node, found: Extensions, lane: dict[str, str]) -> Work:
        if node.kind != "user":
            ours = {k: v for k, v in found.ours.items() if k in ("applicantStep", "clockStopped", "act", "limit")}
            return self.loader.extensions.work(element, ours, {})
        if "role" not in found.ours:
            for child in element:
                namespace, name = split(child.tag)
                text = text_of(child.find(f".//{B}formalExpression")) if namespace == BPMN else ""
                if name in names.ASSIGNMENTS and text:
                    found.ours.setdefault("role" if name == "potentialOwner" else "person", text)
                elif name in names.ASSIGNMENTS and namespace == BPMN:
                    self.loader.report(child, "warning", f"{name} 的资源引用不执行", "请改用 yipan:role", of=element)
        work = self.loader.extensions.work(element, found.ours, lane)
        for what, text in (("yipan:unit", work.unit), ("yipan:person", work.person), ("yipan:signers", work.signers)):
            self.loader.compiled(element, what, text)
        if work.role is not None and work.role.is_expression:
            self.loader.compiled(element, "yipan:role", work.role.text)
        return work

    def _multi(self, element: etree._Element) -> Multi | None:
        loader = self.loader
        multi = element.find(f"{B}multiInstanceLoopCharacteristics")
        if multi is None:
            return None
        for child in multi:
            namespace, name = split(child.tag)
            if namespace == BPMN and name not in names.MULTI_CHILDREN:
                loader.report(child, "error", f"多实例中不认识的元素 {name}", "请删去", of=element)
        if multi.get("behavior", "All") != "All":
            loader.report(multi, "error", "多实例的 behavior 只能是 All", "请去掉 behavior", of=element)
        found = loader.extensions.read(multi)
        collection = found.ours.get("collection") or found.foreign.get("collection", "")
        collection = collection or text_of(multi.find(f"{B}loopDataInputRef"))
        item = multi.find(f"{B}inputDataItem")
        item_name = found.ours.get("item") or found.foreign.get("elementVariable", "")
        if not item_name and item is not None:
            item_name = item.get("name") or item.get("id", "")
        made = Multi(
            sequential=values.boolean(multi.get("isSequential")),
            cardinality=loader.feel(multi, "实例数", text_of(multi.find(f"{B}loopCardinality")), of=element),
            collection=loader.feel(multi, "集合", collection, of=element),
            item=item_name,
            output_collection=found.ours.get("outputCollection") or text_of(multi.find(f"{B}loopDataOutputRef")),
            output=loader.feel(multi, "输出", found.ours.get("output", ""), of=element),
            completion=loader.feel(multi, "完成条件", text_of(multi.find(f"{B}completionCondition")), of=element),
        )
        if not made.cardinality and not made.collection:
            loader.report(
                multi, "error", "多实例没有实例数或集合", "请填写 loopCardinality 或 yipan:collection", of=element
            )
        return made

    def _loop(self, element: etree._Element) -> Loop | None:
        loop = element.find(f"{B}standardLoopCharacteristics")
        if loop is None:
            return None
        condition = self.loader.feel(loop, "循环条件", text_of(loop.find(f"{B}loopCondition")), of=element)
        maximum = loop.get("loopMaximum", "0")
        if not maximum.isdigit():
            self.loader.report(loop, "error", f"循环上限“{maximum}”不是整数", "请填写整数", of=element)
            maximum = "0"
        if not condition and maximum == "0":
            self.loader.report(loop, "error", "循环没有条件也没有上限，不会结束", "请填写循环条件", of=element)
        return Loop(condition or "true", values.boolean(loop.get("testBefore")), int(maximum))

    def _message(self, element: etree._Element, found: Extensions) -> Event:
        reference = element.get("messageRef", "")
        target = self.loader.elements.get(reference)
        if reference and target is None:
            self.loader.report(element, "error", f"引用的消息 {reference} 不存在", "请重新选择消息")
        if target is None:
            return Event()
        key = found.ours.get("key") or self.loader.extensions.read(target).ours.get("key", "")
        return Event("message", name=target.get("name", ""), key=self.loader.feel(element, "关联键", key))

    def _script(self, element: etree._Element, node: Node, found: Extensions) -> Node:
        script = element.find(f"{B}script")
        text = found.foreign.get("script") or text_of(script)
        language = element.get("scriptFormat", "")
        if language and "feel" not in language.lower():
            self.loader.report(element, "error", f"脚本语言 {language} 不执行", "请改写为 FEEL（scriptFormat=feel）")
            return node
        if not text:
            self.loader.report(element, "error", "脚本任务没有脚本", "请填写 FEEL 表达式")
        if not node.result:
            self.loader.report(element, "error", "脚本任务没有结果变量", "请填写 yipan:result")
        return replace(node, script=self.loader.feel(element, "脚本", text))

    def _call(self, element: etree._Element, found: Extensions) -> Call:
        report = self.loader.report
        written = element.get("calledElement") or found.foreign.get("processId", "")
        if not written:
            report(element, "error", "调用活动没有指明被调用的流程", "请填写 calledElement")
        target = self.loader.elements.get(written)
        if target is not None and split(target.tag)[1].startswith("global"):
            report(element, "error", f"调用的是全局任务 {written}，不执行", "请改为用户任务，或调用一个流程")
        binding = found.ours.get("binding") or found.foreign.get("calledElementBinding", "latest")
        binding = "tag" if binding == "versionTag" else binding
        if binding not in ("latest", "deployment", "version", "tag"):
            report(element, "error", f"绑定方式“{binding}”无法识别", "可用 latest、version、tag、deployment")
            binding = "latest"
        bound = found.ours.get("bound", "") or found.foreign.get("calledElementVersion", "")
        bound = bound or found.foreign.get("calledElementVersionTag", "")
        if binding in ("version", "tag") and not bound:
            report(element, "error", "按版本绑定须给出版本", "请填写 yipan:bound")
        key = values.expression(written) if written else Text("")
        return Call(
            key=key,
            binding=binding,  # type: ignore[arg-type]
            bound=bound,
            inputs=tuple(found.inputs),
            outputs=tuple(found.outputs),
            all_in=found.all_in,
            all_out=found.all_out,
            business_key=self.loader.feel(element, "业务键", found.ours.get("businessKey", "")),
        )

    def _decision_version(self, element: etree._Element, found: Extensions) -> str:
        """Without a word the decision in force when the instance began: nobody's case changes rules on its way."""
        binding = found.ours.get("binding") or found.foreign.get("decisionRefBinding", "deployment")
        bound = found.ours.get("bound") or found.foreign.get("decisionRefVersion", "")
        if binding == "version":
            if not bound.isdigit():
                self.loader.report(element, "error", f"决策的版本“{bound}”不是数字", "请填写 yipan:bound，如 3")
            return bound
        if binding not in ("latest", "deployment"):
            known = "可用 deployment（办件开始时的版本）、latest、version"
            self.loader.report(element, "error", f"决策的绑定方式“{binding}”不执行", known)
        return "latest" if binding == "latest" else ""

    def _event_gateway(self, element: etree._Element, node: Node) -> Node:
        instantiates = values.boolean(element.get("instantiate"))
        all_events = element.get("eventGatewayType", "Exclusive") != "Exclusive"
        if all_events and not instantiates:
            self.loader.report(
                element, "error", "并行的事件网关只能用来启动流程（instantiate）", "请改用并行网关连接各事件"
            )
        return replace(node, instantiates=instantiates, all_events=all_events)


def _computes(child: etree._Element, name: str) -> bool:
    """Whether a data association does more than name things."""
    if name not in ("dataInputAssociation", "dataOutputAssociation"):
        return False
    return child.find(f"{B}assignment") is not None or child.find(f"{B}transformation") is not None
