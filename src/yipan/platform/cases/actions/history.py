"""Take in cases that were handled before this platform (历史办件): by thousands, each marked for what it is.

A historic case has no process, no papers and no forms here; it can be found, read and counted, and an applicant's
history begins with it. It never enters the figures of what this platform did. One fault stops everything, or only its
own row when the caller says so; the statements grow with chunks, not with rows.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from yipan.kernel import identifiers
from yipan.kernel.clock import SHANGHAI
from yipan.platform import catalogue, people, records
from yipan.platform.ui import tables
from yipan.platform.ui.tables import RowFault, TableRefused

from ..domain.states import State
from ..models import Case, Channel

COLUMNS = (
    "办件编号", "业务办理项", "申请人", "证件号码", "渠道", "收件时间", "受理时间", "决定时间", "决定", "决定文号",
    "办结时间",
)  # fmt: skip
REQUIRED = ("办件编号", "业务办理项", "申请人", "证件号码", "收件时间", "决定", "办结时间")
DECISIONS = {"准予": 1, "不予": 2, "部分准予": 3}
CHANNELS = {label: value for value, label in Channel.choices}
TIMES = {"收件时间": "received", "受理时间": "accepted", "决定时间": "decided", "办结时间": "concluded"}
CHUNK = 2000
MOST_FAULTS = 500


@dataclass(frozen=True, slots=True)
class TakenIn:
    """``batch`` names what was taken in together; ``faults`` are those of the rows that were left out."""

    batch: str
    cases: int
    faults: tuple[RowFault, ...] = ()


@dataclass(slots=True)
class Row:
    """One historic case as the table tells it."""

    number: int
    case_no: str = ""
    item: Any = None
    name: str = ""
    code: str = ""
    firm: bool = False
    channel: int = Channel.COUNTER
    received: datetime | None = None
    accepted: datetime | None = None
    decided: datetime | None = None
    decision: int = 0
    decision_no: str = ""
    concluded: datetime | None = None
    faults: list[RowFault] = field(default_factory=list)

    def fault(self, column: str, message: str) -> None:
        self.faults.append(RowFault(self.number, column, message))


def csv_rows(stream: io.TextIOBase) -> Iterator[dict[str, str]]:
    """The rows of a CSV table with its head. Raises TableRefused for a head that is not the template's."""
    return tables.csv_rows(stream, required=REQUIRED, known=COLUMNS, hint="。请使用下载的模板")


def take_in(
    rows: Iterable[dict[str, str]], *, batch: str, actor: records.Actor, at: datetime, partial: bool = False
) -> TakenIn:
    """Import all rows or none; with ``partial`` those without fault. Raises TableRefused when nothing is taken in."""
    items, taken, faults = _Items(), 0, []
    seen: set[str] = set()
    with transaction.atomic():
        for chunk in _chunks(rows):
            read = [_read(number, cells, items, at) for number, cells in chunk]
            _refuse_repeated(read, seen)
            bad = [fault for row in read for fault in row.faults]
            faults += bad[: MOST_FAULTS - len(faults)]
            if faults and not partial:
                continue  # the rest is read for its faults only
            good = [row for row in read if not row.faults]
            _write(good, items, batch, actor, at)
            taken += len(good)
        if faults and (not partial or not taken):
            raise TableRefused(faults)
        if not taken:
            raise tables.refused("表格中没有办件")
    return TakenIn(batch, taken, tuple(faults))


def _chunks(rows: Iterable[dict[str, str]]) -> Iterator[list[tuple[int, dict[str, str]]]]:
    chunk: list[tuple[int, dict[str, str]]] = []
    for number, cells in enumerate(rows, start=2):
        if not any(str(cell or "").strip() for cell in cells.values()):
            continue
        chunk.append((number, cells))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _Items:
    """Items by code or title, each read once."""

    def __init__(self) -> None:
        views = catalogue.queries.in_force()
        self.by_name = {view.item.title: view for view in views} | {view.item.variant_code: view for view in views}
        self.units = {key: people.queries.unit_by_key(key) for key in {view.item.unit for view in views}}


def _read(number: int, cells: dict[str, str], items: _Items, at: datetime) -> Row:
    text = {name: str(cells.get(name) or "").strip() for name in COLUMNS}
    row = Row(number, case_no=text["办件编号"], name=text["申请人"], decision_no=text["决定文号"])
    if not 6 <= len(row.case_no) <= 43 or not row.case_no.isascii():
        row.fault("办件编号", "应为 6 至 43 位字母、数字")
    row.item = items.by_name.get(text["业务办理项"])
    if row.item is None:
        row.fault("业务办理项", f"没有“{text['业务办理项'][:40]}”这个业务办理项，请填写编码或者名称")
    if len(row.name) < 2:
        row.fault("申请人", "请填写申请人")
    _read_code(row, text["证件号码"])
    row.channel = CHANNELS.get(text["渠道"] or "窗口", 0)
    if not row.channel:
        row.fault("渠道", f"应为{'、'.join(CHANNELS)}之一")
    row.decision = DECISIONS.get(text["决定"], 0)
    if not row.decision:
        row.fault("决定", f"应为{'、'.join(DECISIONS)}之一")
    _read_times(row, text, at)
    return row


def _read_code(row: Row, text: str) -> None:
    firm = identifiers.check_credit_code(text)
    person = identifiers.check_resident_id(text)
    if not firm.ok and not person.ok:
        row.fault("证件号码", "不是有效的统一社会信用代码或者居民身份证号码")
    row.firm = firm.ok
    row.code = firm.normalised if firm.ok else person.normalised


def _read_times(row: Row, text: dict[str, str], at: datetime) -> None:
    for column, name in TIMES.items():
        try:
            setattr(row, name, _moment(text[column]))
        except ValueError:
            row.fault(column, f"“{text[column][:30]}”不是时间，应如 2020-03-01 或者 2020-03-01 09:30")
    told = [one for one in (row.received, row.accepted, row.decided, row.concluded) if one is not None]
    if row.received is None and not row.faults:
        row.fault("收件时间", "请填写收件时间")
    if row.concluded is None and not row.faults:
        row.fault("办结时间", "请填写办结时间；没有办结的办件请在本平台重新收件")
    if told != sorted(told):
        row.fault("办结时间", "收件、受理、决定、办结的先后不对")
    if told and max(told) > at:
        row.fault("办结时间", "不能晚于现在")


def _moment(text: str) -> datetime | None:
    """Local time as tables write it: a day, or a day with hours and minutes."""
    text = text.replace("/", "-").replace("T", " ")
    if not text:
        return None
    day, _, clock = text.partition(" ")
    found = date.fromisoformat("-".join(part.zfill(2) for part in day.split("-")))
    return datetime.combine(found, time.fromisoformat(clock) if clock else time(), SHANGHAI)


def _refuse_repeated(rows: Sequence[Row], seen: set[str]) -> None:
    numbers = [row.case_no for row in rows if row.case_no]
    known = set(Case.objects.filter(case_no__in=numbers).values_list("case_no", flat=True))
    for row in rows:
        if row.case_no in known:
            row.fault("办件编号", "平台中已有这个办件")
        elif row.case_no in seen:
            row.fault("办件编号", "表格中重复出现")
        seen.add(row.case_no)


def _write(rows: Sequence[Row], items: _Items, batch: str, actor: records.Actor, at: datetime) -> None:
    if not rows:
        return
    firms, persons = people.clients.known_many(
        {row.code: row.name for row in rows if row.firm}, {row.code: row.name for row in rows if not row.firm}, at=at
    )
    made = Case.objects.bulk_create(_case(row, batch, items.units, firms, persons, at) for row in rows)
    records.act_many(
        [
            records.NewAct(
                ("case", str(case.pk)), "case.import", actor, at, ("case", str(case.pk)), "", str(case.state), "",
                {"batch": batch, "row": row.number, "case_no": case.case_no},
            )
            for case, row in zip(made, rows, strict=True)
        ]
    )  # fmt: skip


def _case(
    row: Row, batch: str, units: dict[str, Any], firms: dict[str, int], persons: dict[str, int], at: datetime
) -> Case:
    item = row.item.item
    unit = units[item.unit]
    return Case(
        case_no=row.case_no,
        item_code=item.variant_code,
        item_key=item.key,
        item_title=item.title,
        item_version=row.item.number,
        unit_id=unit.id,
        unit_key=unit.key,
        unit_name=unit.name_at(row.received.date()) if row.received else unit.name,
        applicant_kind="entity" if row.firm else "person",
        applicant_entity_id=firms.get(row.code) if row.firm else None,
        applicant_person_id=None if row.firm else persons.get(row.code),
        applicant_name=row.name,
        applicant_code=row.code if row.firm else "",
        channel=row.channel,
        state=State.ARCHIVED,
        received_at=row.received,
        accepted_at=row.accepted,
        decided_at=row.decided or row.concluded,
        decision=row.decision,
        decision_no=row.decision_no,
        concluded_at=row.concluded,
        history_batch=batch,
        created_at=at,
    )
