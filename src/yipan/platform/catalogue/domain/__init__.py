"""Items as values: reading, versions, situations. No Django here."""

from .guide import Difference, Group, MaterialRow, Names, differences, elements, materials
from .item import (
    Basis,
    Handling,
    Item,
    LimitText,
    Material,
    Option,
    Path,
    Point,
    Question,
    Reuse,
    Source,
    Special,
    Step,
    Tolerance,
)
from .reading import ItemVersionText, item_of, read_item, versions_of
from .situations import (
    AnswerRefused,
    Checklist,
    Needed,
    check_answers,
    materials_for,
    open_questions,
    required_specials,
)
from .standing import Standing

__all__ = [
    "AnswerRefused", "Basis", "Checklist", "Difference", "Group", "Handling", "Item", "ItemVersionText", "LimitText",
    "Material", "MaterialRow", "Names", "Needed", "Option", "Path", "Point", "Question", "Reuse", "Source", "Special",
    "Standing", "Step", "Tolerance",
    "check_answers", "differences", "elements", "item_of", "materials", "materials_for", "open_questions", "read_item",
    "required_specials", "versions_of",
]  # fmt: skip
