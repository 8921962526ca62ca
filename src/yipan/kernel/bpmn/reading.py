"""From bytes to an XML tree, without ever following anything the bytes point at."""

from lxml import etree

from .findings import BpmnError, Finding

MAX_BYTES = 4 * 1024 * 1024
MAX_ELEMENTS = 60_000

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
YIPAN = "urn:yipan:bpmn:1"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
FLOWABLE = "http://flowable.org/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
JUEL_FAMILY = (CAMUNDA, FLOWABLE, ACTIVITI)


def parse(xml: bytes) -> etree._Element:
    """The root of a BPMN document. Raises BpmnError: too large, not well formed, a DTD, not BPMN 2.0."""
    if len(xml) > MAX_BYTES:
        raise _refused(0, f"文件超过 {MAX_BYTES // 1024 // 1024} MB 上限", "请拆分模型或删去嵌入的图片")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False,
        remove_blank_text=False, attribute_defaults=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise _refused(error.lineno or 0, f"不是格式正确的 XML：{error.msg}", "请用建模工具重新导出") from error
    except ValueError as error:
        raise _refused(0, f"不能读取的 XML：{error}", "请另存为 UTF-8 后重试") from error
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise _refused(1, "文件含有 DOCTYPE 声明", "请删去 <!DOCTYPE …>，流程模型不需要它")
    count = sum(1 for _ in root.iter())
    if count > MAX_ELEMENTS:
        raise _refused(0, f"元素超过 {MAX_ELEMENTS} 个", "请把模型拆成若干被调用的流程")
    if root.tag != f"{{{BPMN}}}definitions":
        raise _refused(root.sourceline or 0, "不是 BPMN 2.0 文件（根元素应为 definitions）", "请导出为 BPMN 2.0 XML")
    return root


def _refused(line: int, message: str, remedy: str) -> BpmnError:
    return BpmnError([Finding("", "", line, "error", message, remedy)])


def split(tag: object) -> tuple[str, str]:
    """Namespace and local name of a tag or attribute name; comments give ("", "")."""
    if not isinstance(tag, str):
        return "", ""
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return namespace, name
    return "", tag


def text_of(element: etree._Element | None) -> str:
    return "" if element is None or element.text is None else element.text.strip()
