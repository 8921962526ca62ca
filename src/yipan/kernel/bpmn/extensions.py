"""Extension attributes and elements of a flow node: ours (`yipan`) and the equivalents other tools write.

Whatever would change behaviour elsewhere and is not carried out here is an error; decoration is kept in the XML and
left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from . import values
from .model import Limit, SignOff, Text, Work
from .reading import BPMN, JUEL_FAMILY, YIPAN, ZEEBE, split

Report = Callable[..., None]

# What `yipan:` attributes may stand where; each is read in `_ours` or by the loader.
WORK_ATTRIBUTES = {
    "role", "unit", "person", "signers", "act", "form", "limit", "signOff", "ratio", "onDisagree", "agree",
    "notSameAs", "applicantStep", "clockStopped", "returnCancelsSiblings", "recallable", "skipSamePerson",
    "opinionColumn", "outcomes", "amount", "limitUnit",
}  # fmt: skip
ELSEWHERE = {
    "process": {"unit", "version", "title"},
    "lane": {"role", "unit"},
    "timerEventDefinition": {"limit"},
    "startEvent": {"applicantStep", "clockStopped", "initiator"},
    "endEvent": {"applicantStep", "clockStopped"},
    "scriptTask": {"result"},
    "businessRuleTask": {"decision", "binding", "bound", "result"},
    "callActivity": {"binding", "bound", "businessKey", "applicantStep", "clockStopped"},
    "subProcess": {"applicantStep", "clockStopped"},
    "transaction": {"applicantStep", "clockStopped"},
    "multiInstanceLoopCharacteristics": {"collection", "item", "outputCollection", "output"},
    "message": {"key"},
    "serviceTask": {"act", "result", "applicantStep", "clockStopped"},
    "sendTask": {"act", "result", "key", "applicantStep", "clockStopped"},
    "receiveTask": {"key", "applicantStep", "clockStopped", "limit"},
    "messageEventDefinition": {"key", "act"},
    "intermediateCatchEvent": {"applicantStep", "clockStopped"},
    "manualTask": {"applicantStep", "clockStopped"},
    "task": {"applicantStep", "clockStopped"},
    "userTask": WORK_ATTRIBUTES,
}
# Attributes of other tools that steer their job executors or screens and change nothing a process means.
_HARMLESS = {
    "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "async", "priority", "historyTimeToLive",
    "isStartableInTasklist",
    "candidateStarterGroups", "candidateStarterUsers", "formRef", "formRefBinding", "formRefVersion", "modelerTemplate",
    "modelerTemplateVersion", "modelerTemplateIcon", "diagramRelationId", "taskPriority", "isForCompensation",
    "followUpDate",
    "mapDecisionResult", "formFieldValidation", "category", "icon", "formHandlerClass",
    "executionPlatform",
    "executionPlatformVersion",
}  # fmt: skip
_FATAL = {
    "class": "由 Java 类实现", "expression": "由表达式调用程序实现", "delegateExpression": "由 Java 对象实现",
    "skipExpression": "按表达式跳过任务", "variableMappingClass": "由 Java 类映射变量",
    "variableMappingDelegateExpression": "由 Java 对象映射变量", "caseRef": "调用 CMMN 案例", "resource": "外部脚本",
    "calledElementTenantId": "跨租户调用", "decisionRefTenantId": "跨租户决策", "errorCodeVariable": "错误代码变量",
    "errorMessageVariable": "错误信息变量", "variableName": "指定变量的条件事件", "variableEvents": "指定变量事件",
}  # fmt: skip
_HARMLESS_ELEMENTS = {
    "properties", "property", "formData", "formField", "formProperty", "userTask", "userTaskForm", "modelerTemplate",
    "failedJobRetryTimeCycle", "taskHeaders", "header", "versionTag", "priorityDefinition", "adHoc",
}  # fmt: skip


@dataclass(slots=True)
class Extensions:
    """What was found at one element: our attributes by name, readings of other tools' ones."""

    ours: dict[str, str] = field(default_factory=dict)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    all_in: bool = False
    all_out: bool = False
    foreign: dict[str, str] = field(default_factory=dict)


class Reader:
    """Reads the extensions of elements and reports what cannot be carried out."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.decorations: set[str] = set()

    def read(self, element: etree._Element) -> Extensions:
        kind = split(element.tag)[1]
        found = Extensions()
        for name, value in element.attrib.items():
            namespace, local = split(name)
            if namespace == YIPAN:
                self._our_attribute(element, kind, local, str(value), found)
            elif namespace in JUEL_FAMILY:
                self._juel_attribute(element, kind, local, str(value), found)
            elif namespace == ZEEBE or (
                namespace and namespace != BPMN and not namespace.endswith("XMLSchema-instance")
            ):
                self._decoration(element, namespace)
        holder = element.find(f"{{{BPMN}}}extensionElements")
        for child in holder if holder is not None else ():
            namespace, local = split(child.tag)
            if namespace == YIPAN:
                self._our_element(element, child, local, found)
            elif namespace in JUEL_FAMILY:
                self._juel_element(element, child, local, found)
            elif namespace == ZEEBE:
                self._zeebe_element(element, child, local, found)
            elif namespace:
                self._decoration(element, namespace)
        return found

    def _decoration(self, element: etree._Element, namespace: str) -> None:
        if namespace not in self.decorations:
            self.decorations.add(namespace)
            self.report(element, "note", f"命名空间 {namespace} 的扩展只保留，不执行")

    def _our_attribute(self, element: etree._Element, kind: str, name: str, value: str, found: Extensions) -> None:
        allowed = ELSEWHERE.get(kind, set())
        if name not in allowed:
            some = "、".join(sorted(allowed)) or "没有"
            self.report(element, "error", f"不认识的属性 yipan:{name}", f"此处可用的有：{some}")
        else:
            found.ours[name] = value

    def _our_element(self, element: etree._Element, child: etree._Element, name: str, found: Extensions) -> None:
        if name in ("in", "out"):
            source, target = child.get("source", ""), child.get("target", "")
            text = values.feel(source)
            if not target or not text:
                message = f"yipan:{name} 须有 source（表达式）和 target（变量名）"
                self.report(child, "error", message, "请两项都填写，source 写成 FEEL", of=element)
            else:
                (found.inputs if name == "in" else found.outputs).append((target, text))
        else:
            self.report(child, "error", f"不认识的扩展元素 yipan:{name}", "可用的有 yipan:in、yipan:out", of=element)

    def _expression(self, element: etree._Element, what: str, text: str) -> str:
        """FEEL text, or "" after reporting that it cannot be read."""
        made = values.feel(text)
        if made is None:
            self.report(element, "error", f"{what} 的表达式“{text}”无法读成 FEEL", "请改写为 FEEL 表达式")
            return ""
        return made

    def _juel_attribute(self, element: etree._Element, kind: str, name: str, value: str, found: Extensions) -> None:
        ours = found.ours
        if name == "assignee":
            made = values.expression(value)
            if "${" in made.text:
                self._expression(element, "assignee", value)
            ours.setdefault("person", made.text if made.is_expression else f'"{made.text}"')
        elif name == "candidateUsers":
            ours.setdefault("person", _listed(value))
        elif name == "candidateGroups":
            ours.setdefault("role", _role(value))
        elif name in ("formKey", "formReference"):
            ours.setdefault("form", value.removeprefix("embedded:").removeprefix("app:"))
        elif name == "dueDate":
            if values.limit(value) is None:
                self.report(element, "warning", f"到期表达式“{value}”不执行", "请改用 yipan:limit（如 P5WD）")
            else:
                ours.setdefault("limit", value)
        elif name in ("topic", "initiator", "resultVariable", "decisionRef", "collection", "elementVariable",
                      "calledElementBinding", "calledElementVersion", "calledElementVersionTag", "versionTag",
                      "decisionRefBinding", "decisionRefVersion"):  # fmt: skip
            found.foreign[name] = value
        elif name == "type" and value in ("external", "dmn"):
            found.foreign["type"] = value
        elif name in _FATAL or (name == "type" and kind in ("serviceTask", "sendTask", "businessRuleTask")):
            self.report(
                element,
                "error",
                f"属性 {name}：{_FATAL.get(name, '外部实现')}，本平台不执行",
                "请改用 yipan:act 指明办理动作",
            )
        elif name not in _HARMLESS:
            self.report(element, "error", f"不认识的流程属性 {name}，可能改变行为", "请删去，或改用 yipan 属性")

    def _juel_element(self, element: etree._Element, child: etree._Element, name: str, found: Extensions) -> None:
        if name in ("in", "out"):
            if child.get("variables") == "all":
                found.all_in, found.all_out = found.all_in or name == "in", found.all_out or name == "out"
            elif child.get("businessKey"):
                found.ours["businessKey"] = self._expression(element, "businessKey", child.get("businessKey", ""))
            else:
                source = child.get("source") or self._expression(element, name, child.get("sourceExpression", ""))
                if source and child.get("target"):
                    (found.inputs if name == "in" else found.outputs).append((child.get("target", ""), source))
        elif name == "inputOutput":
            for part in child:
                local = split(part.tag)[1]
                text = (part.text or "").strip()
                if len(part):
                    self.report(part, "error", "脚本、列表和映射形式的参数不执行", "请写成一个 FEEL 表达式", of=element)
                    continue
                value = values.expression(text)
                if not value.is_expression and "${" in text:
                    self._expression(element, local, text)
                made = value.text if value.is_expression else f'"{text}"'
                (found.inputs if local == "inputParameter" else found.outputs).append((part.get("name", ""), made))
        elif name not in _HARMLESS_ELEMENTS:
            self.report(
                child, "error", f"扩展元素 {name} 会改变行为，本平台不执行", "请删去，或改用 yipan 属性", of=element
            )

    def _zeebe_element(self, element: etree._Element, child: etree._Element, name: str, found: Extensions) -> None:
        ours = found.ours
        if name == "assignmentDefinition":
            for key in ("assignee", "candidateGroups", "candidateUsers"):
                value = child.get(key)
                if not value:
                    continue
                made = values.expression(value)
                if key == "candidateGroups":
                    ours.setdefault("role", f"={made.text}" if made.is_expression else _role(value))
                else:
                    ours.setdefault("person", made.text if made.is_expression else _listed(value))
        elif name == "formDefinition":
            ours.setdefault("form", child.get("formKey") or child.get("formId") or "")
        elif name == "taskDefinition":
            found.foreign["topic"] = child.get("type", "")
        elif name == "ioMapping":
            for part in child:
                side = found.inputs if split(part.tag)[1] == "input" else found.outputs
                made = values.expression(part.get("source", ""))  # without = it is a text, as in Zeebe
                text = made.text if made.is_expression else _quoted(made.text)
                side.append((part.get("target", ""), self._expression(element, "ioMapping", text)))
        elif name == "calledElement":
            found.foreign["processId"] = child.get("processId", "")
            found.foreign["calledElementBinding"] = child.get("bindingType", "latest")
            found.foreign["calledElementVersionTag"] = child.get("versionTag", "")
            found.all_out = values.boolean(child.get("propagateAllChildVariables"), True)
            found.all_in = values.boolean(child.get("propagateAllParentVariables"), True)
        elif name == "calledDecision":
            found.foreign["decisionRef"] = child.get("decisionId", "")
            found.foreign["decisionRefBinding"] = child.get("bindingType", "latest")
            found.foreign["resultVariable"] = child.get("resultVariable", "")
        elif name == "script":
            found.foreign["script"] = self._expression(element, "script", child.get("expression", ""))
            found.foreign["resultVariable"] = child.get("resultVariable", "")
        elif name == "loopCharacteristics":
            for theirs, mine in (("inputCollection", "collection"), ("inputElement", "item"),
                                 ("outputCollection", "outputCollection"), ("outputElement", "output")):  # fmt: skip
                if child.get(theirs):
                    ours[mine] = child.get(theirs, "").removeprefix("=").strip()
        elif name == "subscription":
            ours["key"] = self._expression(element, "correlationKey", child.get("correlationKey", ""))
        elif name == "taskSchedule":
            if child.get("dueDate"):
                self.report(element, "warning", "taskSchedule 的到期日不执行", "请改用 yipan:limit（如 P5WD）")
        elif name not in _HARMLESS_ELEMENTS:
            self.report(
                child,
                "error",
                f"扩展元素 zeebe:{name} 会改变行为，本平台不执行",
                "请删去，或改用 yipan 属性",
                of=element,
            )

    # -- our attributes as a Work value ------------------------------------------------------------------------------

    def work(self, element: etree._Element, ours: dict[str, str], lane: dict[str, str]) -> Work:
        """The work settings of a task; a lane's role and unit hold where the task names none."""
        role = ours.get("role") or ("" if ours.get("person") or ours.get("signers") else lane.get("role", ""))
        return Work(
            role=values.expression(role) if role else None,
            unit=self._expression(element, "yipan:unit", ours.get("unit") or lane.get("unit", "")),
            person=self._expression(element, "yipan:person", ours.get("person", "")),
            signers=self._expression(element, "yipan:signers", ours.get("signers", "")),
            act=ours.get("act", ""),
            form=ours.get("form", ""),
            limit=self._limit(element, ours),
            sign_off=self._sign_off(element, ours),
            not_same_as=tuple(ours.get("notSameAs", "").replace(",", " ").split()),
            applicant_step=values.boolean(ours.get("applicantStep")),
            clock_stopped=values.boolean(ours.get("clockStopped")),
            return_cancels_siblings=values.boolean(ours.get("returnCancelsSiblings")),
            recallable=values.boolean(ours.get("recallable"), True),
            skip_same_person=values.boolean(ours.get("skipSamePerson")),
            opinion_column=ours.get("opinionColumn", ""),
            outcomes=tuple(ours.get("outcomes", "").replace(",", " ").split()),
        )

    def _limit(self, element: etree._Element, ours: dict[str, str]) -> Limit | None:
        text = ours.get("limit", "")
        if not text and ours.get("amount"):
            units = {"working_days": "WD", "calendar_days": "D", "hours": "H", "months": "M", "years": "Y"}
            text = f"P{ours['amount']}{units.get(ours.get('limitUnit', 'working_days'), '?')}"
        if not text:
            return None
        made = values.limit(text)
        if made is None:
            self.report(
                element, "error", f"期限“{text}”无法识别", "请写成 P5WD（工作日）、P10D（自然日）、PT4H（小时）等"
            )
        return made

    def _sign_off(self, element: etree._Element, ours: dict[str, str]) -> SignOff:
        mode = values.MODES.get(ours.get("signOff", "single"))
        if mode is None:
            self.report(
                element, "error", f"签批方式“{ours['signOff']}”无法识别", "可用 single、all、any、ratio、sequential"
            )
            mode = "single"
        share = Decimal(1)
        if mode == "ratio":
            read = values.ratio(ours.get("ratio", ""))
            if read is None:
                self.report(element, "error", "票签须给出比例 yipan:ratio", "如 2/3、0.6 或 60%")
            else:
                share = read
        if mode != "single" and not ours.get("signers"):
            self.report(
                element, "error", "会签、或签、票签、顺签须给出 yipan:signers", "写一个得出人员列表的 FEEL 表达式"
            )
        agree = tuple(ours.get("agree", "").replace(",", " ").split())
        collect = ours.get("onDisagree", "immediate") == "collect"
        return SignOff(mode, share, collect, agree) if agree else SignOff(mode, share, collect)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _listed(value: str) -> str:
    made = values.expression(value)
    if made.is_expression:
        return made.text
    names = [part.strip() for part in value.split(",") if part.strip()]
    return f'"{names[0]}"' if len(names) == 1 else "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _role(value: str) -> str:
    """Candidate groups: one is a role key, several become an expression that lists them."""
    made = values.expression(value)
    if made.is_expression:
        return f"={made.text}"
    names = [part.strip() for part in value.split(",") if part.strip()]
    return names[0] if len(names) == 1 else "=" + _listed(value)


def text_or_none(value: str) -> Text | None:
    return values.expression(value) if value else None
