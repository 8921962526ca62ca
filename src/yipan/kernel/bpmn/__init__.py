"""BPMN 2.0 XML and the immutable graph the engine runs.

``load(xml)`` gives a ``Process`` or raises ``BpmnError`` with every finding; ``check(xml)`` only tells the findings;
``write`` puts edits back into the XML without touching anything else; ``picture`` draws the diagram as SVG;
``difference`` compares two versions element by element.
"""

from .difference import Change, ElementDifference, difference
from .findings import BpmnError, Finding
from .loader import check, load
from .model import Call, Event, Flow, Limit, Loop, Multi, Node, Process, SignOff, Text, Timer, Work
from .picture import Mark, picture
from .writing import write

__all__ = [
    "BpmnError", "Call", "Change", "ElementDifference", "Event", "Finding", "Flow", "Limit", "Loop", "Mark", "Multi",
    "Node", "Process", "SignOff", "Text", "Timer", "Work", "check", "difference", "load", "picture", "write",
]  # fmt: skip
