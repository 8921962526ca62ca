"""Tables that people hand in: read without harm, with what is wrong in which row and column.

What the cells mean is the rooms' own; ``ui.table_faults`` (macros.html) shows what they found.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

MAX_UNPACKED = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault: row number as the table shows it (the head is row 1, 0 is the file), column, what is wrong and what to
    do; ``table`` where a file has several."""

    row: int
    column: str
    message: str
    table: str = ""


class TableRefused(Exception):
    """Nothing was taken in; ``faults`` in the order of rows."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = list(faults)
        super().__init__("；".join(f"第 {one.row} 行 {one.column}：{one.message}" for one in self.faults[:5]))


def refused(message: str) -> TableRefused:
    """The file as a whole is not taken."""
    return TableRefused([RowFault(0, "文件", message)])


def check_head(
    head: Iterable[str], *, required: Collection[str], known: Collection[str], table: str = "", hint: str = ""
) -> None:
    """Raises TableRefused for a column that is missing or that nobody reads: a typing error would lose its content."""
    names = list(head)
    missing = [name for name in required if name not in names]
    unknown = [name for name in names if name and name not in known]
    told = f"缺少列：{'、'.join(missing)}" if missing else f"不认识的列：{'、'.join(unknown)}" if unknown else ""
    if told:
        raise TableRefused([RowFault(1, "表头", told + hint, table)])


def sheets(content: bytes, names: Collection[str] = ()) -> dict[str, list[list[Any]]]:
    """The cells of the named sheets of a workbook, those that are there; of the first sheet when none is named.

    Raises TableRefused when it is no workbook, or a ZIP whose parts unpack to gigabytes.
    """
    try:
        unpacked = sum(part.file_size for part in ZipFile(io.BytesIO(content)).infolist())
    except BadZipFile:
        unpacked = 0  # an older kind, or no workbook at all, as the next step says
    if unpacked > MAX_UNPACKED:
        raise refused("表格解压后过大，请删除图片等附加内容后另存再上传")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        there = [name for name in book.sheet_names if name in names] if names else book.sheet_names[:1]
        return {name: book.get_sheet_by_name(name).to_python() for name in there}
    except (CalamineError, OSError, ValueError) as error:
        raise refused("无法读取，请上传 XLSX 格式的表格") from error


def csv_rows(
    text: io.TextIOBase, *, required: Collection[str] = (), known: Collection[str] = (), hint: str = ""
) -> Iterator[dict[str, str]]:
    """The rows of a CSV table by the names of its head, which is checked where names are ``known``. Raises TableRefused
    while it is read."""
    reader = csv.DictReader(text)
    try:
        reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
        if known:
            check_head(reader.fieldnames, required=required, known=known, hint=hint)
        yield from reader
    except csv.Error as error:
        raise TableRefused([RowFault(reader.line_num + 1, "", "这一行无法读取，请检查引号是否成对")]) from error


def text_of(content: bytes) -> io.StringIO:
    """A text table as spreadsheet programs save it: UTF-8, with or without mark, or GB 18030. Raises TableRefused."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return io.StringIO(content.decode(encoding), newline="")
        except UnicodeDecodeError:
            continue
    raise refused("无法识别文字编码，请另存为 UTF-8 的 CSV 后再上传")
