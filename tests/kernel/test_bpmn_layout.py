"""Models without a diagram are laid out so that every element can be seen and nothing lies on anything else."""

import fragments
import pytest
from situations import SITUATIONS
from sketch import loaded

from yipan.kernel import bpmn
from yipan.kernel.bpmn.layout import layout

INSIDE = next(one for one in SITUATIONS if one.title == "in a sub-process")


@pytest.mark.parametrize("construct", fragments.ALL)
def test_every_element_has_a_place_of_its_own(construct: str):
    process = loaded(INSIDE.models(fragments.ALL[construct])["p"])
    boxes = layout(process)
    assert boxes.keys() == process.nodes.keys()
    for ids in process.children.values():
        places = [boxes[key] for key in ids if process.nodes[key].kind != "boundary"]
        for n, one in enumerate(places):
            for other in places[n + 1 :]:
                apart = one.x + one.width <= other.x or other.x + other.width <= one.x
                assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y, (one, other)
    for key, node in process.nodes.items():
        if node.scope:
            inner, outer = boxes[key], boxes[node.scope]
            assert outer.x <= inner.x
            assert inner.x + inner.width <= outer.x + outer.width
            assert outer.y <= inner.y
            assert inner.y + inner.height <= outer.y + outer.height or node.kind == "boundary"
    svg = bpmn.picture(process, dict.fromkeys(process.nodes, "waiting"))
    assert svg.count("（等待中）") == len(process.nodes)
