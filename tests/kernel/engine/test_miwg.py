"""Reference models of the BPMN Model Interchange Working Group (found by YIPAN_CONFORMANCE)."""

import os
from pathlib import Path
from typing import Any

import pytest
from conformance_page import processes
from lxml import etree

from yipan.kernel import bpmn
from yipan.kernel.bpmn.loader import Loader
from yipan.kernel.bpmn.reading import parse

SUITE = Path(os.environ.get("YIPAN_CONFORMANCE", "/nowhere")) / "bpmn-miwg"
MODELS = sorted(SUITE.glob("*.bpmn"))

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not MODELS, reason="bpmn-miwg is not there: set YIPAN_CONFORMANCE"),
]
# Words of every reason these models are refused for; each was read against its model and found right.
RIGHT = (
    "没有条件，也不是默认流", "条件语言", "没有名称", "没有条件", "没有实例数或集合", "没有指明办理动作", "Java", "会改变行为",
    "不是正确的 FEEL", "无法读成 FEEL", "须有一个时间、时长、周期或期限", "没有消息", "没有指明决策表", "完成数量只能是 1",
    "起始数量只能是 1", "数据关联的赋值", "全局任务", "没有结果变量", "没有脚本", "脚本语言", "没有指明被调用的流程", "临时子流程",
    "事件网关", "并行多重", "没有补偿", "补偿", "一个事件只能有一个定义", "引用式事件定义", "循环没有条件", "不能是", "复杂网关",
    "子流程没有开始事件", "没有开始事件", "写同一个变量", "不存在", "不认识的元素", "不执行",
)  # fmt: skip


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_a_model_loads_or_is_refused_with_a_right_reason(path: Path):
    xml = path.read_bytes()
    for process in processes(xml):
        try:
            loaded = bpmn.load(xml, process)
        except bpmn.BpmnError as refused:
            errors = [finding for finding in refused.findings if finding.is_error]
            assert errors
            for finding in errors:
                assert finding.line > 0
                assert finding.remedy
                assert any(word in finding.message for word in RIGHT), finding
        else:
            assert loaded.id == process
            assert loaded.nodes


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_a_model_survives_a_round_trip(path: Path):
    """Written back it is the same XML tree; an edit changes one attribute, and neither diagram nor extension."""
    xml = path.read_bytes()
    process = Loader(parse(xml), xml, processes(xml)[0]).load()
    assert _tree(bpmn.write(process)) == _tree(xml)
    first = next(iter(process.nodes))
    edited = etree.fromstring(bpmn.write(process, {first: {"yipan:limit": "P3WD"}}))
    (changed,) = [e for e in edited.iter(etree.Element) if e.attrib.pop("{urn:yipan:bpmn:1}limit", None)]
    assert changed.get("id") == first
    assert _shape(edited) == _tree(xml)


def _tree(xml: bytes) -> Any:
    return _shape(etree.fromstring(xml))


def _shape(element: Any) -> Any:
    """Everything an element says: name, attributes, texts, comments, children in order."""
    return (
        str(element.tag),
        sorted(element.attrib.items()),
        element.text,
        element.tail,
        [_shape(one) for one in element],
    )
