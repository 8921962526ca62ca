"""A list as a file: XLSX or CSV, through the same query as the screen, with its filter, time and person inside.

Before a file is made, the *gate* is asked: it records the export, or refuses it. Without a gate, lists of personal data
are not exported at all. They leave only as XLSX, after approval (``approval``), with the number of the approval and the
name of the one who takes it as a watermark on every printed page and in every row.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from ..formats import moment
from .columns import Column

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
KEPT_IN_MEMORY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Export:
    """What is about to leave: which list, how narrowed, which columns, for whom and why."""

    list_key: str
    title: str
    format: str
    filters: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    at: datetime
    person: str
    personal: bool = False
    reason: str = ""
    demo: bool = False
    request: int = 0
    approved_by: str = ""

    @property
    def watermark(self) -> str:
        """What leads from a copied sheet or row back to the one who took it; empty where nothing is personal."""
        return f"DC{self.request:06} {self.person} {moment(self.at)}" if self.personal else ""

    @property
    def personal_fields(self) -> list[str]:
        return [column.label for column in self.columns if column.personal]

    def heading(self) -> list[str]:
        """The lines above the table."""
        narrowed = "；".join(f"{label}：{words}" for label, words in self.filters) or "全部"
        lines = [self.title, f"筛选条件：{narrowed}", f"导出时间：{moment(self.at)}　导出人：{self.person}"]
        if self.reason:
            lines.append(f"用途：{self.reason}")
        if self.personal:
            lines.append(f"导出编号：DC{self.request:06}　批准人：{self.approved_by}")
            lines.append("含个人信息，仅限上述用途使用，不得转发")
        if self.demo:
            lines.append("演示数据，均为虚构")
        return lines


# (request, verb, export) -> None; records what happened (ask, approve, refuse, take, print) or raises PermissionDenied
# (Chinese) to refuse it.
Gate = Callable[[HttpRequest, str, Export], None]
ASK, APPROVE, REFUSE, TAKE, PRINT = "ask", "approve", "refuse", "take", "print"
_gate: Gate | None = None


def set_gate(gate: Gate | None) -> None:
    global _gate
    _gate = gate


def pass_gate(request: HttpRequest, export: Export, verb: str = TAKE) -> None:
    if _gate is not None:
        _gate(request, verb, export)
    elif export.personal:
        raise PermissionDenied("本系统还没有启用导出登记，含个人信息的列表暂不能导出。")


def write(export: Export, rows: Iterator[Any]) -> IO[bytes]:
    """The file, at its beginning. ``rows`` are read page by page while it is written."""
    target: IO[bytes] = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    {"xlsx": _write_xlsx, "csv": _write_csv}[export.format](export, rows, target)
    target.seek(0)
    return target


def _write_csv(export: Export, rows: Iterator[Any], target: IO[bytes]) -> None:
    """UTF-8 with a byte order mark, as spreadsheets of Chinese offices expect."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    table = csv.writer(text)
    for line in export.heading():
        table.writerow([_harmless(line)])
    table.writerow([])
    table.writerow([column.label for column in export.columns])
    for row in rows:
        table.writerow([_harmless(column.filed(row)) for column in export.columns])
    text.detach()


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is marked as text (CSV injection)."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _write_xlsx(export: Export, rows: Iterator[Any], target: IO[bytes]) -> None:
    from openpyxl import Workbook  # half a second to load: only who exports pays
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(export.title))
    heading = export.heading()
    first = len(heading) + 2
    sheet.freeze_panes = f"A{first + 1}"
    for number, column in enumerate(export.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{first}:{first}"
    sheet.oddHeader.center.text = "演示数据" if export.demo else export.title
    if export.watermark:
        # Spreadsheets have no watermark of their own: large grey words in the header of every page serve as one.
        sheet.oddHeader.left.text = export.watermark
        sheet.oddHeader.left.size = 28
        sheet.oddHeader.left.color = "D0D0D0"
    sheet.oddFooter.center.text = f"{export.person} {moment(export.at)}　第 &P 页 共 &N 页"

    def cell(value: Any, *, bold: bool = False, head: bool = False, big: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            made.data_type = "s"  # never a formula
        if bold or head or big:
            made.font = Font(bold=True, size=14 if big else 11)
        if head:
            made.fill = PatternFill("solid", fgColor="EAF2FD")
            made.alignment = Alignment(vertical="center", wrap_text=True)
        return made

    for number, line in enumerate(heading):
        sheet.append([cell(line, big=number == 0)])
    sheet.append([])
    trace = [export.watermark] if export.watermark else []
    heads = [column.label for column in export.columns] + (["水印"] if trace else [])
    sheet.append([cell(label, head=True) for label in heads])
    for row in rows:
        sheet.append(
            [cell(_no_control(value)) for value in [*(column.filed(row) for column in export.columns), *trace]]
        )
    book.save(target)


def _no_control(value: Any) -> Any:
    """Without the control characters that XML cannot carry."""
    return "".join(c for c in value if c >= " " or c in "\n\t") if isinstance(value, str) else value


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in r"[]:*?/\\'")[:31] or "列表"


def file_name(title: str, at: datetime, extension: str) -> str:
    clean = "".join(c for c in title if c not in '\\/:*?"<>|\r\n')
    return f"{clean}_{moment(at).translate(str.maketrans(' ', '_', '-:'))}.{extension}"


def read_all(page: Callable[[Any], Sequence[Any]], position: Callable[[Any], Any], most: int) -> Iterator[Any]:
    """All rows up to ``most``; ``page(after)`` gives the next ones."""
    after, seen = None, 0
    while seen < most:
        rows = page(after)
        if not rows:
            return
        yield from rows[: most - seen]
        seen += len(rows)
        after = position(rows[-1])
