"""Take in a staff list from a spreadsheet: every fault of every row is told; one fault stops everything, or, when the
administrator says so, only its own row (and the further posts of the same person).

The number of statements does not grow with the rows. Imported accounts have no password yet: administrators hand out
first passwords person by person, so no list of passwords ever exists.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from yipan.platform import records
from yipan.platform.ui import tables
from yipan.platform.ui.tables import RowFault, TableRefused

from .. import vault
from ..access import require, scope_filter
from ..domain import sort_key, today_of
from ..models import Account, Holding, Person, Post, Unit
from .staff import MANAGE, register_faults

COLUMNS = ("姓名", "账号", "手机", "单位", "岗位", "任职方式", "用人单位", "任职日期")
REQUIRED = ("姓名", "账号", "单位", "岗位")
KIND_OF = {label: value for value, label in Holding.Kind.choices}
MAX_ROWS = 5000


@dataclass(slots=True)
class _Row:
    number: int
    name: str
    login: str
    phone: str
    unit: str
    post: str
    kind: str
    employer: str
    on: date
    post_row: Post | None = None
    faults: list[RowFault] = field(default_factory=list)

    def fault(self, column: str, message: str) -> None:
        self.faults.append(RowFault(self.number, column, message))


def read(content: bytes, today: date) -> list[_Row]:
    """Rows of the first sheet. Raises TableRefused when it is no spreadsheet or columns are missing."""
    (sheet,) = tables.sheets(content).values()
    head = [str(cell).strip() for cell in sheet[0]] if sheet else []
    tables.check_head(head, required=REQUIRED, known=COLUMNS, hint="。请使用下载的模板")
    if len(sheet) - 1 > MAX_ROWS:
        raise tables.refused(f"超过 {MAX_ROWS} 行，请分次导入")
    rows = []
    for number, cells in enumerate(sheet[1:], start=2):
        values = dict(zip(head, cells, strict=False))
        if any(_text(cell) for cell in cells):
            rows.append(_row(number, values, today))
    if not rows:
        raise tables.refused("表格中没有人员")
    return rows


def _row(number: int, values: dict[str, Any], today: date) -> _Row:
    text = {name: _text(values.get(name, "")) for name in COLUMNS}
    on, fault = _date(values.get("任职日期", ""), today)
    kind = KIND_OF.get(text["任职方式"] or "任职", text["任职方式"])
    row = _Row(number, text["姓名"], text["账号"], text["手机"], text["单位"], text["岗位"], kind, text["用人单位"], on)
    if fault:
        row.fault("任职日期", fault)
    named = {"name": "姓名", "login": "账号", "phone": "手机", "kind": "任职方式", "employer": "用人单位"}
    facts = {"name": row.name, "login": row.login, "phone": row.phone, "kind": row.kind, "employer": row.employer}
    for key, message in register_faults(**facts).items():
        row.fault(named[key], message)
    return row


def _text(value: Any) -> str:
    """Spreadsheets give numbers as floats: a phone typed without an apostrophe is still a phone."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\u3000", " ").strip()


def _date(value: Any, today: date) -> tuple[date, str]:
    if isinstance(value, datetime):
        return value.date(), ""
    if isinstance(value, date):
        return value, ""
    text = _text(value).replace("/", "-").replace(".", "-")
    if not text:
        return today, ""
    try:
        return date.fromisoformat("-".join(part.zfill(2) for part in text.split("-"))), ""
    except ValueError:
        return today, f"“{text}”不是日期，应如 2026-03-01"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many rows were taken in, and the faults of those that were left out."""

    rows: int
    faults: tuple[RowFault, ...] = ()


def take_in(content: bytes, *, actor: records.Actor, at: datetime, partial: bool = False) -> TakenIn:
    """Import all rows or none; with ``partial`` those without fault. Raises TableRefused when nothing was taken in,
    rights.Refused."""
    require(actor, MANAGE)
    rows = read(content, today_of(at))
    with transaction.atomic():
        accounts = _known_accounts(rows)
        _resolve(rows, actor)
        _check_logins(rows, accounts)
        faults = sorted((fault for row in rows for fault in row.faults), key=lambda fault: fault.row)
        good = _whole(rows) if partial else rows
        if faults and (not partial or not good):
            raise TableRefused(faults)
        _write(good, accounts, actor, at)
    return TakenIn(len(good), tuple(faults))


def _whole(rows: list[_Row]) -> list[_Row]:
    """Rows without fault of people whose every row is without fault: nobody is taken in by half."""
    broken = {row.login for row in rows if row.faults}
    return [row for row in rows if row.login not in broken]


def _known_accounts(rows: list[_Row]) -> dict[str, Account]:
    found = Account.objects.filter(login__in={row.login for row in rows}).select_related("person")
    return {account.login: account for account in found}


def _resolve(rows: list[_Row], actor: records.Actor) -> None:
    """Find units and posts by name (or key), inside what the actor may manage."""
    units: dict[str, Unit] = {}
    for unit in Unit.objects.filter(valid_to=None):
        for name in filter(None, (unit.key, unit.short_name, unit.name)):
            units[name] = unit
    posts = {(post.unit_id, post.title): post for post in Post.objects.prefetch_related("roles__role")}
    scope = scope_filter(actor, MANAGE) if actor is not records.SYSTEM else None
    for row in rows:
        unit = units.get(row.unit)
        if unit is None:
            row.fault("单位", f"没有单位“{row.unit}”" if row.unit else "请填写单位")
            continue
        if scope is not None and scope.kind != "district" and unit.pk not in scope.unit_ids:
            row.fault("单位", f"您不能管理“{unit.name}”的人员")
        row.post_row = posts.get((unit.pk, row.post))
        if row.post_row is None:
            row.fault("岗位", f"“{unit.name}”没有岗位“{row.post}”，请先设岗" if row.post else "请填写岗位")
        elif any(given.role.separation or given.role.single for given in row.post_row.roles.all()):
            row.fault("岗位", "三员和单位主要负责人须在人员页面逐一任命")
        elif row.kind == "outsourced":
            official = [given.role.title for given in row.post_row.roles.all() if given.role.official]
            if official:
                row.fault("任职方式", f"服务外包人员不能担任：{'、'.join(official)}")


def _check_logins(rows: list[_Row], accounts: dict[str, Account]) -> None:
    """A login is new once; the same login again is a further post of the same person and says so (兼任)."""
    first: dict[str, _Row] = {}
    persons = {account.person_id for account in accounts.values()}
    held = set(Holding.objects.filter(person_id__in=persons, valid_to=None).values_list("person_id", "post_id"))
    for row in rows:
        known = accounts.get(row.login)
        before = first.get(row.login)
        owner = known.person.name if known else before.name if before else None
        if owner is not None and row.kind != "concurrent":
            where = "系统中" if known else f"第 {before.number if before else 0} 行"
            row.fault("账号", f"账号“{row.login}”在{where}已有；同一人的另一岗位请写“兼任”")
        elif owner is not None and owner != row.name:
            row.fault("姓名", f"账号“{row.login}”属于“{owner}”")
        elif owner is None and row.kind == "concurrent":
            row.fault("任职方式", "兼任人员的本职行应在前面")
        elif known is not None and row.post_row is not None and (known.person_id, row.post_row.pk) in held:
            row.fault("岗位", f"“{row.name}”已在这个岗位上")
        first.setdefault(row.login, row)


def _write(rows: list[_Row], accounts: dict[str, Account], actor: records.Actor, at: datetime) -> None:
    new = {row.login: row for row in reversed(rows) if row.login not in accounts and row.kind != "concurrent"}
    persons = Person.objects.bulk_create(
        Person(name=row.name, pinyin=sort_key(row.name), employer=row.employer, created_at=at) for row in new.values()
    )
    owner = dict(zip(new, persons, strict=True)) | {login: account.person for login, account in accounts.items()}
    made = Account.objects.bulk_create(
        Account(
            login=login,
            kind=Account.Kind.STAFF,
            person=owner[login],
            password=make_password(None),
            password_set_at=timezone.now(),
            must_change=True,
        )
        for login in new
    )
    vault.put_new([(owner[login], vault.PHONE, row.phone) for login, row in new.items() if row.phone], at=at)
    Holding.objects.bulk_create(
        Holding(person=owner[row.login], post=row.post_row, kind=row.kind, valid_from=row.on) for row in rows
    )
    acts = [
        records.NewAct(("account", account.pk), "account.create", actor, at, ("account", account.pk))
        for account in made
    ]
    acts.append(
        records.NewAct(actor.chain, "person.import", actor, at, ("account", actor.account_id or 0), payload={
            "rows": len(rows), "new": len(new),
        })
    )  # fmt: skip
    records.act_many(acts)
