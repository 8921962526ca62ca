"""Reads for the administrators of units and people; every function takes what the asker may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from yipan.platform import calendar
from yipan.platform.records import rights
from yipan.platform.ui import listing

from .. import access, guard, second_factor, vault
from ..access import UnitScope
from ..models import (
    Absence,
    Account,
    Handover,
    HandoverSignature,
    Holding,
    Person,
    Post,
    Region,
    Role,
    RoleAssignment,
    Section,
    Unit,
    UnitName,
)
from . import SCOPE_WORDS, _valid

UNIT_KINDS = {"department": "部门", "town": "镇街", "centre": "中心", "group": "议事协调机构"}


def _in_scope(scope: UnitScope, field: str) -> Q:
    return Q() if scope.kind == "district" else Q(**{f"{field}__in": scope.unit_ids})


# -- units -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class UnitRow:
    """A line of the unit list; ``depth`` below the top, ``place`` in the order of the tree."""

    id: int
    name: str
    short_name: str
    code: str
    kind: str
    depth: int
    ended: date | None
    successor: str
    holders: int
    place: int = 0

    @property
    def shown_name(self) -> str:
        return f"{'　' * self.depth}└ {self.name}" if self.depth else self.name


def unit_rows(scope: UnitScope, text: str = "", *, with_ended: bool = False) -> list[UnitRow]:
    """The tree, parents before children (two statements)."""
    units = Unit.objects.filter(_in_scope(scope, "id")).select_related("successor").order_by("kind", "id")
    if not with_ended:
        units = units.filter(valid_to=None)
    if text:
        units = units.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(names__name__icontains=text))
    found = {unit.pk: unit for unit in units.distinct()}
    held: dict[int, set[int]] = {}
    for unit_id, person_id in Holding.objects.filter(_valid(calendar.today()), post__unit_id__in=found).values_list(
        "post__unit_id", "person_id"
    ):
        held.setdefault(unit_id, set()).add(person_id)
    children: dict[int | None, list[Unit]] = {}
    for unit in found.values():
        children.setdefault(unit.parent_id if unit.parent_id in found else None, []).append(unit)
    rows: list[UnitRow] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in children.get(parent, ()):
            rows.append(replace(_unit_row(unit, depth, len(held.get(unit.pk, ()))), place=len(rows)))
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return rows


def _unit_row(unit: Unit, depth: int, holders: int) -> UnitRow:
    successor = unit.successor.name if unit.successor else ""
    kind = UNIT_KINDS.get(unit.kind, unit.kind)
    return UnitRow(unit.pk, unit.name, unit.short_name, unit.code, kind, depth, unit.valid_to, successor, holders)


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with its roles (assignment id, title, scope) and today's holders (person id, name, kind)."""

    id: int
    title: str
    section: str
    roles: tuple[tuple[int, str, str], ...]
    holders: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything a unit's page shows."""

    row: UnitRow
    key: str
    region: str
    parent: str
    names: tuple[tuple[date | None, date | None, str], ...]
    sections: tuple[tuple[int, str], ...]
    posts: tuple[PostRow, ...]
    predecessors: tuple[tuple[int, str, date | None], ...]


def unit_page(unit_id: int, scope: UnitScope) -> UnitPage | None:
    unit = Unit.objects.filter(_in_scope(scope, "id"), pk=unit_id).select_related("successor", "parent").first()
    if unit is None:
        return None
    today = calendar.today()
    names = [(n.valid_from, n.valid_to, n.name) for n in UnitName.objects.filter(unit=unit).order_by("valid_to")]
    since = names[-1][1] if names else unit.valid_from
    names.append((since, unit.valid_to, unit.name))
    posts = tuple(_post_rows(Post.objects.filter(unit=unit), today))
    holders = len({person for post in posts for person, _, _ in post.holders})
    return UnitPage(
        _unit_row(unit, 0, holders),
        unit.key,
        unit.region_code,
        unit.parent.name if unit.parent else "",
        tuple(names),
        tuple(Section.objects.filter(unit=unit).order_by("id").values_list("id", "name")),
        posts,
        tuple(Unit.objects.filter(successor=unit).values_list("id", "name", "valid_to")),
    )


def _post_rows(posts: QuerySet[Post], today: date) -> list[PostRow]:
    rows = list(posts.select_related("section"))
    held: dict[int, list[tuple[int, str, str]]] = {}
    for holding in Holding.objects.filter(_valid(today), post__in=rows).select_related("person").order_by("id"):
        kind = Holding.Kind(holding.kind).label
        held.setdefault(holding.post_id, []).append((holding.person_id, holding.person.name, kind))
    given: dict[int, list[tuple[int, str, str]]] = {}
    for row in RoleAssignment.objects.filter(_valid(today), post__in=rows).select_related("role").order_by("id"):
        if row.post_id is not None:
            given.setdefault(row.post_id, []).append((row.pk, row.role.title, SCOPE_WORDS[row.scope]))
    return [
        PostRow(
            post.pk,
            post.title,
            post.section.name if post.section else "",
            tuple(given.get(post.pk, ())),
            tuple(held.get(post.pk, ())),
        )
        for post in rows
    ]


def unit_choices(scope: UnitScope) -> list[tuple[int, str]]:
    units = Unit.objects.filter(_in_scope(scope, "id"), valid_to=None).order_by("kind", "id")
    return list(units.values_list("id", "name"))


def post_choices(scope: UnitScope) -> list[tuple[int, str]]:
    posts = Post.objects.filter(_in_scope(scope, "unit_id"), unit__valid_to=None).order_by("unit_id", "id")
    return [(pk, f"{unit} {title}") for pk, unit, title in posts.values_list("id", "unit__name", "title")]


# -- staff -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class StaffRow:
    """A line of the staff list."""

    id: int
    name: str
    pinyin: str
    login: str
    unit: str
    post: str
    kind: str
    employer: str
    is_active: bool
    last_login: datetime | None


def staff_query(scope: UnitScope) -> listing.TableQuery:
    """Staff accounts whose owner holds a post in the scope (people without post: only for the whole district)."""
    today = calendar.today()
    held = Holding.objects.filter(_valid(today), person_id=OuterRef("person_id")).order_by("id")
    accounts = Account.objects.filter(kind=Account.Kind.STAFF).annotate(
        unit_name=Subquery(held.values("post__unit__name")[:1]),
        post_name=Subquery(held.values("post__title")[:1]),
        held_as=Subquery(held.values("kind")[:1]),
    )
    if scope.kind != "district":
        accounts = accounts.filter(
            person_id__in=Holding.objects.filter(_valid(today), post__unit_id__in=scope.unit_ids).values("person_id")
        )
    fields = ("person_id", "person__name", "person__pinyin", "login", "unit_name", "post_name", "held_as")
    return listing.TableQuery(
        accounts,
        (*fields, "person__employer", "is_active", "last_login"),
        {"pinyin": "person__pinyin", "login": "login", "last_login": "last_login"},
        _narrow_staff,
        _staff_row,
    )


def _narrow_staff(accounts: QuerySet[Account], filters: Mapping[str, Any]) -> QuerySet[Account]:
    if text := filters.get("q"):
        accounts = accounts.filter(
            Q(person__name__icontains=text) | Q(person__pinyin__icontains=text.lower()) | Q(login__icontains=text)
        )
    if unit := filters.get("unit"):
        held = Holding.objects.filter(_valid(calendar.today()), post__unit_id=int(unit))
        accounts = accounts.filter(person_id__in=held.values("person_id"))
    if kind := filters.get("kind"):
        accounts = accounts.filter(held_as=kind)
    if "state" in filters:
        accounts = accounts.filter(is_active=filters["state"] == "active")
    return accounts


def _staff_row(values: dict[str, Any]) -> StaffRow:
    kind = values["held_as"]
    return StaffRow(
        values["id"],
        values["person__name"],
        values["person__pinyin"],
        values["login"],
        values["unit_name"] or "",
        values["post_name"] or "",
        Holding.Kind(kind).label if kind else "",
        values["person__employer"],
        values["is_active"],
        values["last_login"],
    )


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A member of staff as his administrator sees him."""

    id: int
    name: str
    login: str
    phone: str
    employer: str
    is_active: bool
    locked: bool
    second_factor: bool
    has_password: bool
    last_login: datetime | None
    holdings: tuple[Holding, ...]
    own_roles: tuple[RoleAssignment, ...]
    grants: tuple[tuple[str, str, str, bool], ...]
    absences: tuple[Absence, ...]


def person_page(person_id: int, scope: UnitScope) -> PersonPage | None:
    """None when there is no such member of staff, or none that the asker may see."""
    account = Account.objects.filter(person_id=person_id, kind=Account.Kind.STAFF).select_related("person").first()
    holdings = tuple(
        Holding.objects.filter(person_id=person_id).select_related("post__unit").order_by("-valid_to", "id")
    )
    if account is None or not (
        scope.kind == "district" or any(holding.post.unit_id in scope.unit_ids for holding in holdings)
    ):
        return None
    today = calendar.today()
    titles = dict(Role.objects.values_list("key", "title"))
    held = access.grants_of(person_id, today)
    units: dict[int | None, str] = dict(
        Unit.objects.filter(pk__in={g.unit_id for g in held if g.unit_id}).values_list("id", "name")
    )
    grants = tuple(
        (titles.get(g.role_key, g.role_key), SCOPE_WORDS[g.scope], units.get(g.unit_id, ""), g.deputy_for is not None)
        for g in held
    )
    own = RoleAssignment.objects.filter(_valid(today), person_id=person_id).select_related("role", "unit")
    away = Absence.objects.filter(person_id=person_id, cancelled_at=None, ends__gte=today).select_related("deputy")
    return PersonPage(
        person_id,
        account.person.name,
        account.login,
        vault.masked([person_id], vault.PHONE).get(person_id, ""),
        account.person.employer,
        account.is_active,
        account.login in guard.locked_logins([account.login]),
        second_factor.is_bound(account),
        account.has_usable_password(),
        account.last_login,
        holdings,
        tuple(own),
        grants,
        tuple(away),
    )


# -- absence and hand-over -------------------------------------------------------------------------------------------
def person_choices(scope: UnitScope, also: int | None = None) -> list[tuple[int, str]]:
    """Staff of the scope's units, and of the units of one person, for choosing somebody."""
    today = calendar.today()
    where = _in_scope(scope, "post__unit_id") if scope.kind in ("unit", "district") else Q(pk__in=[])
    if also is not None:
        own = Holding.objects.filter(_valid(today), person_id=also).values("post__unit_id")
        where |= Q(post__unit_id__in=own)
    rows = Holding.objects.filter(
        _valid(today), where, person__accounts__kind="staff", person__accounts__is_active=True
    )
    names: dict[int, str] = {}
    for person, name, unit, post in rows.order_by("person__pinyin", "id").values_list(
        "person_id", "person__name", "post__unit__short_name", "post__title"
    ):
        names.setdefault(person, f"{name}（{unit} {post}）")
    return list(names.items())


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """A place for a signature under a list: whose, as what, and when he signed (None: not yet). ``sound`` is False when
    the list is no longer the one he signed."""

    person_id: int
    name: str
    part: str
    at: datetime | None
    sound: bool


def handover(handover_id: int, scope: UnitScope, person_id: int | None) -> Handover | None:
    """A list for those who sign it, and for the administrators of whose work it is."""
    held = Holding.objects.filter(_in_scope(scope, "post__unit_id")).values("person_id")
    mine = Q(person_id=person_id) | Q(receiver_id=person_id) | Q(supervisor_id=person_id)
    managed = Q(person_id__in=held) if scope.kind != "none" else Q(pk__in=[])
    rows = Handover.objects.filter(managed | mine, pk=handover_id)
    return rows.select_related("person", "receiver", "supervisor").first()


def signatures(made: Handover) -> list[SignatureRow]:
    from ..actions.handovers import digest_of, signers

    done = {row.person_id: row for row in HandoverSignature.objects.filter(handover=made)}
    parts = {made.supervisor_id: "监交人", made.receiver_id: "接收人", made.person_id: "移交人"}
    names = {one.pk: one.name for one in (made.person, made.receiver, made.supervisor) if one is not None}
    digest = digest_of(made)
    return [
        SignatureRow(
            person, names[person], parts[person], done[person].at if person in done else None,
            person not in done or done[person].digest == digest,
        )
        for person in signers(made)
    ]  # fmt: skip


# -- roles -----------------------------------------------------------------------------------------------------------
def right_choices() -> list[tuple[str, str]]:
    """Every right that some role holds."""
    held = {name for names in Role.objects.values_list("rights", flat=True) for name in names}
    return sorted(((name, rights.title(name)) for name in held), key=lambda choice: choice[1])


def role_choices() -> list[tuple[str, str]]:
    return list(Role.objects.values_list("key", "title"))


def name_of(person_id: int) -> str:
    return Person.objects.filter(pk=person_id).values_list("name", flat=True).first() or ""


def person_of_account(account_id: int) -> int | None:
    return Account.objects.filter(pk=account_id, kind=Account.Kind.STAFF).values_list("person_id", flat=True).first()


# -- regions ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RegionRow:
    """A division by its code, with the days it was in force and the code it went into."""

    id: int
    code: str
    name: str
    parent_code: str
    valid_from: date | None
    valid_to: date | None
    mapped_to: str


def _narrow_regions(regions: QuerySet[Region], filters: Mapping[str, Any]) -> QuerySet[Region]:
    text = filters.get("q")
    return regions.filter(Q(code__startswith=text) | Q(name__contains=text)) if text else regions


def region_query() -> listing.TableQuery:
    fields = ("id", "code", "name", "parent_code", "valid_from", "valid_to", "mapped_to")
    return listing.TableQuery(
        Region.objects.all(), fields, {"code": "code"}, _narrow_regions, lambda values: RegionRow(**values)
    )
