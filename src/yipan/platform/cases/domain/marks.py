"""Where a mark lies on a page: a box somebody drew, or the whole page or one of nine fields chosen without drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WHOLE = 1000  # lengths are thousandths of the page
LEAST = 8
SHORTEST, LONGEST = 4, 100
MOST = 40  # marks of one material
PAGE, DRAWN = "page", "drawn"
_ROWS, _COLUMNS = (
    (("top", "上部"), ("middle", "中部"), ("bottom", "下部")),
    (("left", "左侧"), ("", "中间"), ("right", "右侧")),
)
_THIRD = 333


class MarkRefused(Exception):
    """A mark that cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Box:
    left: int
    top: int
    width: int
    height: int


FIELDS = {PAGE: "整页"} | {
    f"{row}_{column}".rstrip("_"): f"{row_title}{column_title}"
    for row, row_title in _ROWS
    for column, column_title in _COLUMNS
}
_BOXES = {PAGE: Box(0, 0, WHOLE, WHOLE)} | {
    f"{row}_{column}".rstrip("_"): Box(across * _THIRD, down * _THIRD, _THIRD, _THIRD)
    for down, (row, _title) in enumerate(_ROWS)
    for across, (column, _word) in enumerate(_COLUMNS)
}


def box(told: Mapping[str, str]) -> Box:
    """The place a form sends: ``where`` names a field, or is ``drawn`` with left, top, width and height.

    What reaches over the edge is cut there. Raises MarkRefused.
    """
    where = told.get("where", PAGE)
    if where in _BOXES:
        return _BOXES[where]
    try:
        left, top, width, height = (round(float(told[name])) for name in ("left", "top", "width", "height"))
    except (KeyError, ValueError, OverflowError) as error:
        raise MarkRefused("请在图上拖出要标注的位置，或者选择一个区域") from error
    right, bottom = min(left + width, WHOLE), min(top + height, WHOLE)
    left, top = max(left, 0), max(top, 0)
    if right - left < LEAST or bottom - top < LEAST:
        raise MarkRefused("标注的框太小或者在页面以外，请重新拖出")
    return Box(left, top, right - left, bottom - top)


def check_remark(text: str) -> str:
    """The remark as it is kept. Raises MarkRefused."""
    text = text.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise MarkRefused(f"请写明这里有什么问题、怎样改，{SHORTEST} 到 {LONGEST} 个字")
    return text


def remedy(remarks: Sequence[tuple[int, str]], most: int) -> str:
    """Pages with remarks as the text of a defect, ready to be changed by the clerk."""
    return "；".join(f"第 {page} 页：{text}" for page, text in remarks)[:most]
