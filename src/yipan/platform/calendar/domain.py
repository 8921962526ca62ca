"""Reading a year's calendar as people have it, and comparing two revisions; pure."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from yipan.kernel.clock import Calendar, CalendarYear, parse_year
from yipan.kernel.packs import Document, Finding, PackError, read_json, read_yaml

COLUMNS = ("日期", "类型", "节日")
OFF, WORK = ("休", "休息", "放假", "off"), ("班", "上班", "调休上班", "work")


@dataclass(frozen=True, slots=True)
class Difference:
    """Days whose meaning differs between two revisions of a year."""

    became_working: tuple[date, ...]
    became_off: tuple[date, ...]

    def __bool__(self) -> bool:
        return bool(self.became_working or self.became_off)

    def as_dict(self) -> dict[str, list[str]]:
        return {
            "became_working": [day.isoformat() for day in self.became_working],
            "became_off": [day.isoformat() for day in self.became_off],
        }


def compare(before: CalendarYear, after: CalendarYear) -> Difference:
    """Days that became working days or days off, over both revisions' year and the December before it."""
    first, last = date(after.year - 1, 12, 1), date(after.year, 12, 31)
    plain = CalendarYear(after.year - 1, ())
    old, new = Calendar((plain, before)), Calendar((plain, after))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Difference(
        tuple(d for d in days if new.is_working_day(d) and not old.is_working_day(d)),
        tuple(d for d in days if old.is_working_day(d) and not new.is_working_day(d)),
    )


def read_years(text: str, name: str, *, source: str = "") -> list[CalendarYear]:
    """Years of an uploaded file by its suffix: .json (one year or a list), .yaml, .csv.

    Raises PackError with line and reason of every fault."""
    if not text.strip():
        raise PackError([Finding(name, 0, "文件是空的")])
    suffix = name.rsplit(".", 1)[-1].lower()
    if suffix == "csv":
        return _read_csv(text, name, source)
    document = read_json(text, name) if suffix == "json" else read_yaml(text, name)
    if not isinstance(document.value, list):
        return [parse_year(_with_source(document, source))]
    years, findings = [], []
    for i, entry in enumerate(document.value):
        lines = {at[1:]: line for at, line in document.lines.items() if at[:1] == (i,)}
        try:
            years.append(parse_year(_with_source(Document(name, entry, lines), source)))
        except PackError as error:
            findings.extend(error.findings)
    if findings:
        raise PackError(findings)
    return years


def _with_source(document: Document, source: str) -> Document:
    if source and isinstance(document.value, dict) and not document.value.get("source"):
        return Document(document.path, {**document.value, "source": source}, document.lines)
    return document


def _read_csv(text: str, name: str, source: str) -> list[CalendarYear]:
    """Columns 日期, 类型 (休/班), 节日; one row per day. Every row's faults are reported."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    header = [cell.strip() for cell in next(reader, [])]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise PackError([Finding(name, 1, f"表头缺少列：{'、'.join(missing)}；应为 日期,类型,节日")])
    at = [header.index(column) for column in COLUMNS]
    findings: list[Finding] = []
    rows: list[tuple[int, date, bool, str]] = []
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        day_text, kind, holiday = (cells[i].strip() if i < len(cells) else "" for i in at)
        try:
            day = date.fromisoformat(day_text.replace("/", "-"))
        except ValueError:
            findings.append(Finding(name, line, f"日期：“{day_text}”不是日期，应写作 2027-01-01"))
            continue
        if kind not in OFF + WORK:
            findings.append(Finding(name, line, f"类型：“{kind}”应为“休”或“班”"))
            continue
        if not holiday:
            findings.append(Finding(name, line, "节日：不能为空"))
            continue
        rows.append((line, day, kind in OFF, holiday))
    if findings:
        raise PackError(findings)
    if not rows:
        raise PackError([Finding(name, 1, "没有数据行")])
    return [_from_rows(name, source, year, entries) for year, entries in _by_year(rows)]


def _by_year(rows: list[tuple[int, date, bool, str]]) -> Iterable[tuple[int, list[tuple[int, date, bool, str]]]]:
    """December days of a New Year holiday belong to the notice of the next year."""
    years: dict[int, list[tuple[int, date, bool, str]]] = {}
    for row in rows:
        day = row[1]
        year = day.year + 1 if day.month == 12 and "元旦" in row[3] else day.year
        years.setdefault(year, []).append(row)
    return sorted(years.items())


def _from_rows(name: str, source: str, year: int, rows: list[tuple[int, date, bool, str]]) -> CalendarYear:
    holidays: dict[str, dict[str, Any]] = {}
    lines: dict[tuple[str | int, ...], int] = {(): rows[0][0]}
    for line, day, off, title in rows:
        holiday = holidays.setdefault(title, {"name": title, "off": [], "work": []})
        index = list(holidays).index(title)
        lines[("holidays", index, "off" if off else "work")] = line
        holiday["off" if off else "work"].append(day.isoformat())
    data = {"year": year, "source": source, "holidays": list(holidays.values())}
    return parse_year(Document(name, data, lines))
