"""The catalogue in national column names: out as XLSX, CSV or JSON, and back in as changes that go the usual way.

An import never publishes: each item that differs becomes a change (``drafting``) with what the table says; every row
that cannot be taken is told by number and column, and the others are taken all the same when the caller says so.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.kernel.clock import SHANGHAI
from yipan.platform import records
from yipan.platform.ui import tables as handed_in
from yipan.platform.ui.tables import RowFault, TableRefused

from .. import queries
from ..domain import national
from . import drafting

SHEETS = {"items": national.ITEM_COLUMNS, "materials": national.MATERIAL_COLUMNS}
HINT = "。请使用本平台导出的格式"
Tables = dict[str, list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Taken:
    """``changes``: ids of the changes that were opened; ``same``: how many items say what is published already."""

    changes: tuple[int, ...]
    same: int
    faults: tuple[RowFault, ...]


def tables(at: datetime) -> Tables:
    """Every item in force with its materials."""
    views = queries.in_force(at)
    exported = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "items": [
            national.item_row(view.item, number=view.number, since=view.effective_from.isoformat(), exported=exported)
            for view in views
        ],
        "materials": [row for view in views for row in national.material_rows(view.item)],
    }


def as_json(at: datetime) -> bytes:
    return json.dumps(tables(at), ensure_ascii=False, indent=1).encode()


def as_csv(at: datetime, table: str) -> bytes:
    """One table as CSV that spreadsheet programs open."""
    out = io.StringIO()
    writer = csv.DictWriter(out, SHEETS[table], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(tables(at)[table])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(at: datetime) -> bytes:
    """Both tables as sheets of one book; every cell is text, so that codes keep their zeros."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in tables(at).items():
        sheet = book.create_sheet(name)
        sheet.append(list(SHEETS[name]))
        for row in rows:
            sheet.append([row[column] for column in SHEETS[name]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, name: str) -> Tables:
    """The tables of a file by its kind. Raises TableRefused with what is wrong with the file or its head."""
    kind = name.lower().rpartition(".")[2]
    if kind == "json":
        found = _from_json(content)
    elif kind == "xlsx":
        found = {key: _rows(cells) for key, cells in handed_in.sheets(content, SHEETS).items()}
    elif kind == "csv":
        rows = list(handed_in.csv_rows(handed_in.text_of(content)))
        found = {"materials" if rows and "material_name" in rows[0] else "items": rows}
    else:
        raise handed_in.refused("请上传 XLSX、CSV 或者 JSON 文件")
    whole = {key: found.get(key, []) for key in SHEETS}
    _check_heads(whole)
    return whole


def _from_json(content: bytes) -> Tables:
    try:
        found = json.loads(content.decode("utf-8-sig"))
        return {key: [{k: str(v or "") for k, v in row.items()} for row in found.get(key) or []] for key in SHEETS}
    except (ValueError, AttributeError, TypeError, RecursionError) as wrong:
        raise handed_in.refused(f"文件无法读取{HINT}") from wrong


def _rows(sheet: list[list[Any]]) -> list[dict[str, str]]:
    head = [str(cell).strip() for cell in sheet[0]] if sheet else []
    return [dict(zip(head, (str(cell) for cell in cells), strict=False)) for cells in sheet[1:]]


def _check_heads(found: Tables) -> None:
    if not any(found.values()):
        raise handed_in.refused("文件中没有事项")
    for table, rows in found.items():
        if not rows:
            continue
        handed_in.check_head(rows[0], required=["task_handle_item"], known=SHEETS[table], table=table, hint=HINT)


def take_in(
    found: Tables, *, note: str, since: str, actor: records.Actor, at: datetime, partial: bool = False
) -> Taken:
    """Open a change for every item whose row differs. All or none, unless ``partial``."""
    views = {view.item.variant_code: view for view in queries.in_force(at)}
    materials: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for number, row in enumerate(found["materials"], start=2):
        materials.setdefault(_code(row), []).append((number, row))
    items = {_code(row): (number, row) for number, row in enumerate(found["items"], start=2)}
    faults, changes, same = _unknown(views, items, materials), [], 0
    with transaction.atomic():
        for code in dict.fromkeys([*items, *materials]):
            if code not in views:
                continue
            number, row = items.get(code, (0, {}))
            view, mine = views[code], materials.get(code, [])
            made, wrong = national.merged(view.item.raw, view.item, row, [one for _, one in mine])
            if wrong:
                faults += [_placed(column, text, number, mine) for column, text in wrong]
            elif made == dict(view.item.raw):
                same += 1
            else:
                faults += _change(view.item.key, made, number, note, since, actor, at, changes)
        if faults and (not partial or not changes):
            raise TableRefused(faults)
    return Taken(tuple(changes), same, tuple(faults))


def _unknown(
    views: Mapping[str, Any], items: Mapping[str, tuple[int, Any]], materials: Mapping[str, list[tuple[int, Any]]]
) -> list[RowFault]:
    lost = [
        RowFault(number, "task_handle_item", _no(code), "items")
        for code, (number, _) in items.items()
        if code not in views
    ]
    lost += [
        RowFault(number, "task_handle_item", _no(code), "materials")
        for code, rows in materials.items()
        if code not in views
        for number, _ in rows
    ]
    return lost


def _code(row: Mapping[str, str]) -> str:
    return row.get("task_handle_item", "").strip()


def _no(code: str) -> str:
    return f"本平台没有业务办理项“{code[:40]}”"


def _placed(column: str, text: str, number: int, mine: Iterable[tuple[int, Mapping[str, str]]]) -> RowFault:
    if column == "material_name":
        place = next((n for n, row in mine if row.get("material_name", "")[:40] in text), 0)
        return RowFault(place, column, text, "materials")
    return RowFault(number, column, text, "items")


def _change(
    key: str, made: Mapping[str, Any], number: int, note: str, since: str, actor: records.Actor, at: datetime,
    changes: list[int],
) -> list[RowFault]:  # fmt: skip
    """Open or fill the change of one item; what is wrong with it as faults of its row."""
    try:
        with transaction.atomic():
            draft = drafting.begin(key, actor=actor, at=at)
            drafting.replace(draft.pk, made, actor=actor, at=at)
            drafting.save(draft.pk, {}, note=note, since=since, actor=actor, at=at)
    except drafting.DraftProblem as problem:
        return [RowFault(number, "", str(problem), "items")]
    changes.append(draft.pk)
    return []
