"""DMN 1.1 to 1.5 XML → Document. What is neither evaluated nor drawn (diagrams, extensions) is left in the XML."""

import hashlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from lxml import etree

from . import model as m
from .errors import DmnError, Finding

NAMESPACES = (
    "https://www.omg.org/spec/DMN/20230324/MODEL/", "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/", "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
)  # fmt: skip
MAX_BYTES = 20_000_000
# What a document may hold beside what is evaluated: types and imports are read elsewhere, the rest is for readers.
_OTHERS = {
    "itemDefinition", "import", "description", "extensionElements", "knowledgeSource", "textAnnotation", "association",
    "group", "elementCollection", "businessContextElement", "performanceIndicator", "organizationUnit", "artifact",
}  # fmt: skip
_POLICIES = {"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"}
_EXPRESSIONS = {
    "literalExpression", "decisionTable", "context", "list", "relation", "invocation", "functionDefinition",
    "conditional", "for", "every", "some", "filter",
}  # fmt: skip


def read(xml: bytes) -> m.Document:
    """The document. Raises DmnError with every finding."""
    if len(xml) > MAX_BYTES:
        raise DmnError([Finding("", 0, "文件太大", f"请控制在 {MAX_BYTES // 1_000_000} MB 以内")])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as problem:
        raise DmnError(
            [Finding("", problem.lineno or 0, f"不是正确的 XML：{problem.msg}", "请用建模工具重新保存")]
        ) from None
    return _Reader(root, xml).document()


class _Reader:
    def __init__(self, root: etree._Element, xml: bytes) -> None:
        self.root, self.xml = root, xml
        self.findings: list[Finding] = []
        self.space = etree.QName(root).namespace or ""

    def report(self, element: etree._Element, message: str, remedy: str) -> None:
        self.findings.append(Finding(element.get("id", ""), int(element.sourceline or 0), message, remedy))

    # -- helpers -----------------------------------------------------------------------------------------------------

    def child(self, element: etree._Element, name: str) -> etree._Element | None:
        return element.find(f"{{{self.space}}}{name}")

    def children(self, element: etree._Element, name: str) -> list[etree._Element]:
        return element.findall(f"{{{self.space}}}{name}")

    def text(self, element: etree._Element | None, name: str = "text") -> str:
        if element is None:
            return ""
        found = self.child(element, name)
        return "" if found is None else (found.text or "").strip()

    def needed(self, element: etree._Element, name: str, what: str) -> etree._Element | None:
        found = self.child(element, name)
        if found is None:
            self.report(element, f"缺少 {what}（{name}）", "请在建模工具中补全")
        return found

    # -- the document ------------------------------------------------------------------------------------------------

    def document(self) -> m.Document:
        if self.space not in NAMESPACES or etree.QName(self.root).localname != "definitions":
            raise DmnError(
                [Finding("", int(self.root.sourceline or 0), "不是 DMN 文件", "请导出为 DMN 1.2 至 1.5 的 XML")]
            )
        nodes: dict[str, m.Node] = {}
        for element in self.root:
            made = self._node(element)
            if made is None:
                name = etree.QName(element)
                if name.namespace == self.space and name.localname not in _OTHERS:
                    self.report(element, f"不认识的元素 {name.localname}", "请删去，或检查拼写")
                continue
            if made.id in nodes:
                self.report(element, f"标识 {made.id} 重复", "请在建模工具中改名")
            nodes[made.id] = made
        types = {one.name: one for one in map(self._type, self.children(self.root, "itemDefinition"))}
        imports = tuple(
            m.Import(one.get("name", ""), one.get("namespace", ""), int(one.sourceline or 0))
            for one in self.children(self.root, "import")
            if one.get("importType", "") in NAMESPACES
        )
        if self.findings:
            raise DmnError(self.findings)
        return m.Document(
            self.root.get("name", ""), self.root.get("namespace", ""), hashlib.sha256(self.xml).hexdigest(),
            MappingProxyType(nodes), MappingProxyType(types), imports,
            tuple(
                m.Source(one.get("id", ""), one.get("name", "")) for one in self.children(self.root, "knowledgeSource")
            ),
            tuple(self._authorities()), self.xml,
        )  # fmt: skip

    def _authorities(self) -> Iterator[tuple[str, str]]:
        for owner in self.root:
            for one in self.children(owner, "authorityRequirement"):
                for needed in one:
                    yield "#".join(filter(None, _reference(needed))), owner.get("id", "")

    def _node(self, element: Any) -> m.Node | None:
        name = etree.QName(element).localname
        title, line = element.get("name", ""), int(element.sourceline or 0)
        key = element.get("id") or f"#{title}"  # without an id it can be asked for, but not required by others
        if name == "inputData":
            return m.InputData(key, title, self._variable(element, title), line)
        if name == "decision":
            return m.Decision(
                key, title, self._variable(element, title), self._expression_in(element),
                self._required(element, "informationRequirement", "requiredInput"),
                self._required(element, "informationRequirement", "requiredDecision"),
                self._required(element, "knowledgeRequirement", "requiredKnowledge"), self.text(element, "question"),
                line,
            )  # fmt: skip
        if name == "businessKnowledgeModel":
            logic = self.child(element, "encapsulatedLogic")
            function = self._function(logic) if logic is not None else None
            known = self._required(element, "knowledgeRequirement", "requiredKnowledge")
            return m.Knowledge(key, title, self._variable(element, title), function, known, line)
        if name == "decisionService":
            return m.Service(
                key, title, self._variable(element, title), self._hrefs(element, "outputDecision"),
                self._hrefs(element, "inputData"), self._hrefs(element, "inputDecision"), line,
            )  # fmt: skip
        return None

    def _variable(self, element: etree._Element, name: str) -> m.Variable:
        found = self.child(element, "variable")
        if found is None:
            return m.Variable(name)
        return m.Variable(found.get("name") or name, self._type_ref(found))

    def _type_ref(self, element: etree._Element) -> str:
        """The type of an element, as attribute or (DMN 1.1) as child; without the prefix of FEEL."""
        written = element.get("typeRef") or self.text(element, "typeRef")
        prefix, colon, name = written.partition(":")
        return name if colon and prefix in (element.nsmap or {}) else written

    def _required(self, element: etree._Element, kind: str, what: str) -> tuple[tuple[str, str], ...]:
        found = [self.child(one, what) for one in self.children(element, kind)]
        return tuple(_reference(one) for one in found if one is not None)

    def _hrefs(self, element: etree._Element, name: str) -> tuple[tuple[str, str], ...]:
        return tuple(_reference(one) for one in self.children(element, name))

    def _type(self, element: etree._Element) -> m.ItemDefinition:
        function = self.child(element, "functionItem")
        parameters = None
        if function is not None:
            parameters = tuple(
                m.Variable(one.get("name", ""), self._type_ref(one)) for one in self.children(function, "parameters")
            )
        return m.ItemDefinition(
            element.get("name", ""), self._type_ref(element), self.text(self.child(element, "allowedValues")),
            tuple(map(self._type, self.children(element, "itemComponent"))), element.get("isCollection") == "true",
            parameters, function.get("outputTypeRef", "") if function is not None else "",
            self.text(self.child(element, "typeConstraint")),
        )  # fmt: skip

    # -- expressions -------------------------------------------------------------------------------------------------

    def _expression_in(self, element: etree._Element | None) -> m.Expression | None:
        """The one expression among the children of an element."""
        for child in element if element is not None else ():
            if etree.QName(child).localname in _EXPRESSIONS and etree.QName(child).namespace == self.space:
                return self._expression(child)
        return None

    def _wanted(self, element: etree._Element, name: str) -> m.Expression:
        """The expression below a named child; a finding when there is none."""
        found = self._expression_in(self.needed(element, name, "表达式"))
        return found if found is not None else m.TextExpression("null")

    def _expression(self, element: etree._Element) -> m.Expression:
        type_ref = self._type_ref(element)
        match etree.QName(element).localname:
            case "literalExpression":
                return m.TextExpression(self.text(element), type_ref, int(element.sourceline or 0))
            case "decisionTable":
                return self._table(element, type_ref)
            case "context":
                return m.ContextExpression(tuple(map(self._entry, self.children(element, "contextEntry"))), type_ref)
            case "list":
                return m.ListExpression(tuple(self._items(element)), type_ref)
            case "relation":
                columns = tuple(one.get("name", "") for one in self.children(element, "column"))
                rows = tuple(tuple(self._items(row)) for row in self.children(element, "row"))
                return m.Relation(columns, rows, type_ref)
            case "invocation":
                return self._invocation(element, type_ref)
            case "functionDefinition":
                return self._function(element)
            case "conditional":
                test, then, otherwise = (self._wanted(element, name) for name in ("if", "then", "else"))
                return m.Conditional(test, then, otherwise, type_ref)
            case "filter":
                return m.FilterExpression(self._wanted(element, "in"), self._wanted(element, "match"), type_ref)
            case kind:
                body = self._wanted(element, "return" if kind == "for" else "satisfies")
                variable = element.get("iteratorVariable", "")
                return m.Iteration(kind, variable, self._wanted(element, "in"), body, type_ref)  # type: ignore[arg-type]

    def _items(self, element: etree._Element) -> list[m.Expression]:
        return [self._expression(one) for one in element if etree.QName(one).localname in _EXPRESSIONS]

    def _entry(self, element: etree._Element) -> m.ContextEntry:
        variable = self.child(element, "variable")
        made = m.Variable(variable.get("name", ""), self._type_ref(variable)) if variable is not None else None
        found = self._expression_in(element)
        return m.ContextEntry(made, found if found is not None else m.TextExpression("null"))

    def _invocation(self, element: etree._Element, type_ref: str) -> m.Invocation:
        function = self._expression_in(element)
        if function is None:
            self.report(element, "调用没有指明函数", "请填写要调用的知识模型或函数")
            function = m.TextExpression("null")
        bindings = []
        for one in self.children(element, "binding"):
            parameter = self.needed(one, "parameter", "参数")
            value = self._expression_in(one)
            name = parameter.get("name", "") if parameter is not None else ""
            bindings.append((name, value if value is not None else m.TextExpression("null")))
        return m.Invocation(function, tuple(bindings), type_ref)

    def _function(self, element: etree._Element) -> m.FunctionDefinition:
        parameters = tuple(
            m.Variable(one.get("name", ""), self._type_ref(one)) for one in self.children(element, "formalParameter")
        )
        return m.FunctionDefinition(
            parameters, self._expression_in(element), element.get("kind") or "FEEL", self._type_ref(element)
        )

    def _table(self, element: etree._Element, type_ref: str) -> m.Table:
        policy = element.get("hitPolicy", "UNIQUE")
        if policy not in _POLICIES:
            self.report(element, f"命中策略 {policy} 无法识别", f"可用的有 {'、'.join(sorted(_POLICIES))}")
        inputs = tuple(map(self._input, self.children(element, "input")))
        outputs = tuple(map(self._output, self.children(element, "output")))
        if not outputs:
            self.report(element, "决策表没有输出列", "请至少画一个输出列")
        notes = tuple(one.get("name", "") for one in self.children(element, "annotation"))
        written = self.children(element, "rule")
        described = not notes and any(self.text(one, "description") for one in written)
        rules = tuple(self._rule(one, len(inputs), len(outputs), described=described) for one in written)
        notes = (m.DESCRIPTION,) if described else notes
        aggregation = element.get("aggregation", "")
        return m.Table(
            inputs, outputs, rules, policy, aggregation, notes, type_ref, element.get("id", ""),  # type: ignore[arg-type]
            int(element.sourceline or 0),
        )  # fmt: skip

    def _input(self, element: etree._Element) -> m.TableInput:
        found = self.needed(element, "inputExpression", "输入表达式")
        expression = m.TextExpression(
            self.text(found), self._type_ref(found) if found is not None else "", int(element.sourceline or 0)
        )
        allowed = self.text(self.child(element, "inputValues"))
        return m.TableInput(element.get("label") or expression.text, expression, allowed, element.get("id", ""))

    def _output(self, element: etree._Element) -> m.TableOutput:
        default = self.child(element, "defaultOutputEntry")
        made = m.TextExpression(self.text(default), "", int(default.sourceline or 0)) if default is not None else None
        return m.TableOutput(
            element.get("name", ""), element.get("label", ""), self._type_ref(element),
            self.text(self.child(element, "outputValues")), made, element.get("id", ""),
        )  # fmt: skip

    def _rule(self, element: etree._Element, inputs: int, outputs: int, *, described: bool) -> m.Rule:
        tests = tuple(self.text(one) for one in self.children(element, "inputEntry"))
        values = tuple(self.text(one) for one in self.children(element, "outputEntry"))
        if (len(tests), len(values)) != (inputs, outputs):
            wrong = f"规则有 {len(tests)} 个条件、{len(values)} 个结果，表有 {inputs} 个输入、{outputs} 个输出"
            self.report(element, wrong, "请使每条规则与表头一致")
        notes = tuple(self.text(one) for one in self.children(element, "annotationEntry"))
        if described:
            notes = (self.text(element, "description"),)
        return m.Rule(tests, values, notes, element.get("id", ""), int(element.sourceline or 0))


def _reference(element: etree._Element) -> tuple[str, str]:
    namespace, _, key = element.get("href", "").rpartition("#")
    return namespace, key
