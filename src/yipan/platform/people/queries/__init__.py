"""Reads of people and units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Q

from yipan.platform import calendar, records

from .. import access, agent_items, vault
from ..models import Absence, Account, Agency, Holding, LegalEntity, Role, RoleAssignment, Unit


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who can act from a post."""

    account_id: int
    person_id: int
    name: str
    post_id: int
    post_name: str
    unit_id: int
    unit_key: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit and its names in time."""

    id: int
    key: str
    name: str
    code: str
    names: tuple[tuple[date | None, date | None, str], ...]

    def name_at(self, day: date) -> str:
        """The name on a day: old records keep the old name."""
        for begins, ends, name in self.names:
            if (begins is None or begins <= day) and (ends is None or day <= ends):
                return name
        return self.name


class UnknownUnit(LookupError):
    """No unit with this key; the text names it."""


def unit_by_key(key: str) -> UnitView:
    unit = Unit.objects.filter(key=key).prefetch_related("names").first()
    if unit is None:
        raise UnknownUnit(f"没有键为“{key}”的单位，请安装机构内容包")
    return _view(unit)


def unit(unit_id: int) -> UnitView:
    return _view(Unit.objects.prefetch_related("names").get(pk=unit_id))


def unit_names() -> dict[str, str]:
    """Today's names of all units by their keys; one statement."""
    return dict(Unit.objects.values_list("key", "name"))


def short_names() -> dict[str, str]:
    """Key → short name of every unit, in the order of the register."""
    return {key: short or name for key, short, name in Unit.objects.order_by("kind", "id").values_list(
        "key", "short_name", "name"
    )}  # fmt: skip


def _view(found: Unit) -> UnitView:
    names = tuple((n.valid_from, n.valid_to, n.name) for n in found.names.all())
    return UnitView(found.pk, found.key, found.name, found.code, names)


def _valid(today: date, prefix: str = "") -> Q:
    ends = {f"{prefix}valid_to": None}
    return Q(**{f"{prefix}valid_from__lte": today}) & (Q(**ends) | Q(**{f"{prefix}valid_to__gte": today}))


def _params(**values: Any) -> dict[str, Any]:
    return values


_HOLDERS = """
WITH RECURSIVE asked(id, successor_id) AS (
    SELECT id, successor_id FROM people_unit WHERE key = %(unit)s
    UNION
    SELECT u.id, u.successor_id FROM people_unit u JOIN asked a ON u.id = a.successor_id
)
SELECT DISTINCT c.id, p.id, p.name, po.id, po.title, u.id, u.key, u.name
FROM people_roleassignment ra
JOIN people_role r ON r.id = ra.role_id AND r.key = %(role)s
JOIN people_holding h ON (h.post_id = ra.post_id OR h.person_id = ra.person_id)
    AND h.valid_from <= %(day)s AND (h.valid_to IS NULL OR h.valid_to >= %(day)s)
JOIN people_post po ON po.id = h.post_id AND (ra.unit_id IS NULL OR ra.unit_id = po.unit_id)
JOIN people_unit u ON u.id = po.unit_id
JOIN people_person p ON p.id = h.person_id
JOIN people_account c ON c.person_id = p.id AND c.kind = 'staff' AND c.is_active
WHERE ra.valid_from <= %(day)s AND (ra.valid_to IS NULL OR ra.valid_to >= %(day)s)
    AND (%(unit)s::text IS NULL OR ra.scope = 'district' OR u.id IN (SELECT id FROM asked))
ORDER BY po.id, c.id
"""


def holders(role_key: str, unit_key: str | None, at: datetime) -> list[Holder]:
    """Staff who hold a role, through a post or of their own, at a moment; one statement.

    With a unit: its own staff, those of the unit it was merged into, and those whose role reaches the whole district
    (clerks of the common window).
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, _params(role=role_key, unit=unit_key or None, day=calendar_day(at)))
        return [Holder(*row) for row in cursor.fetchall()]


_DEPUTIES = """
SELECT DISTINCT ON (ab.person_id) ab.person_id, c.id, p.id, p.name, po.id, po.title, u.id, u.key, u.name
FROM people_absence ab
JOIN people_person p ON p.id = ab.deputy_id
JOIN people_account c ON c.person_id = p.id AND c.kind = 'staff' AND c.is_active
JOIN people_holding h ON h.person_id = p.id AND h.valid_from <= %(day)s
    AND (h.valid_to IS NULL OR h.valid_to >= %(day)s)
JOIN people_post po ON po.id = h.post_id
JOIN people_unit u ON u.id = po.unit_id
WHERE ab.person_id = ANY(%(persons)s) AND ab.begins <= %(day)s AND ab.ends >= %(day)s AND ab.cancelled_at IS NULL
ORDER BY ab.person_id, ab.id, (h.kind = 'main') DESC, h.id
"""


def deputies_of(person_ids: Collection[int], at: datetime) -> dict[int, list[Holder]]:
    """Who stands in, on that day, for each of these people; people who are present are not in the result."""
    if not person_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_DEPUTIES, _params(persons=list(person_ids), day=calendar_day(at)))
        return {person: [Holder(*holder)] for person, *holder in cursor.fetchall()}


_DEPUTISED = """
SELECT DISTINCT c.id, p.id, p.name, po.id, po.title, u.id, u.key, u.name
FROM people_absence ab
JOIN people_person p ON p.id = ab.person_id
JOIN people_account c ON c.person_id = p.id AND c.kind = 'staff'
JOIN people_holding h ON h.person_id = p.id AND h.valid_from <= %(day)s
    AND (h.valid_to IS NULL OR h.valid_to >= %(day)s)
JOIN people_post po ON po.id = h.post_id
JOIN people_unit u ON u.id = po.unit_id
WHERE ab.deputy_id = %(person)s AND ab.begins <= %(day)s AND ab.ends >= %(day)s AND ab.cancelled_at IS NULL
ORDER BY c.id, po.id
"""


def deputy_for(person_id: int, at: datetime) -> list[Holder]:
    """The posts of everybody whom this person stands in for on that day; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPUTISED, _params(person=person_id, day=calendar_day(at)))
        return [Holder(*row) for row in cursor.fetchall()]


def absent_people_for(person_id: int, at: datetime) -> dict[int, str]:
    """Whom a person stands in for on a day: person id → name."""
    today = calendar_day(at)
    rows = Absence.objects.filter(
        deputy_id=person_id, begins__lte=today, ends__gte=today, cancelled_at=None
    ).select_related("person")
    return {row.person_id: row.person.name for row in rows}


def _with_accounts(rows: list[Holding]) -> list[Holder]:
    accounts = dict(
        Account.objects.filter(
            person_id__in={row.person_id for row in rows}, kind=Account.Kind.STAFF, is_active=True
        ).values_list("person_id", "id")
    )
    return [
        Holder(
            accounts[row.person_id], row.person_id, row.person.name, row.post_id, row.post.title,
            row.post.unit_id, row.post.unit.key, row.post.unit.name,
        )
        for row in rows
        if row.person_id in accounts
    ]  # fmt: skip


def colleagues(unit_id: int, *, without: int | None = None) -> list[Holder]:
    """Everybody who holds a post in a unit today, for choosing somebody."""
    rows = Holding.objects.filter(_valid(calendar.today()), post__unit_id=unit_id).select_related(
        "post__unit", "person"
    )
    return [holder for holder in _with_accounts(list(rows)) if holder.account_id != without]


class DemoAccount(NamedTuple):
    """An account of the demo, for the start page; ``title`` says what it is for ("区市监局 审查岗")."""

    login: str
    password: str
    title: str
    name: str


def demo_accounts() -> list[DemoAccount]:
    """Accounts of the demo; none in production, whatever the rows say."""
    if settings.ENVIRONMENT == "production":
        return []
    rows = Account.objects.exclude(demo_title="").filter(is_active=True).order_by("id")
    return [DemoAccount(*row) for row in rows.values_list("login", "demo_password", "demo_title", "person__name")]


def accounts_with_public_passwords() -> list[str]:
    """Logins that still open with the password shown on the demo's start page."""
    return list(Account.objects.filter(is_active=True).exclude(demo_password="").values_list("login", flat=True))


def calendar_day(at: datetime) -> date:
    from yipan.kernel.clock import day_of

    return day_of(at)


SCOPE_WORDS: dict[str, str] = dict(RoleAssignment.Scope.choices)


def roles_with(rights_: Collection[str]) -> dict[str, list[str]]:
    """Right → keys of the roles that give it; one statement."""
    found: dict[str, list[str]] = {name: [] for name in rights_}
    for key, held in Role.objects.order_by("id").values_list("key", "rights"):
        for name in found.keys() & set(held):
            found[name].append(key)
    return found


def role_titles() -> dict[str, str]:
    return dict(Role.objects.values_list("key", "title"))


def firms_of(person_id: int) -> bool:
    """Whether a person may act for any firm today."""
    return Agency.objects.filter(access.in_force(calendar.today()), person_id=person_id).exists()


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent of a firm as its manager sees him, or an invitation not yet accepted; the number is masked, ``items``
    are titles of the service items his power covers (none: all)."""

    id: int
    person_id: int
    name: str
    id_no: str
    manager: bool
    since: date
    until: date | None
    granted_by: str
    accepted: bool
    items: tuple[str, ...]


def agents_of(entity_id: int) -> list[AgentRow]:
    """Agents in force and invitations that wait for an answer."""
    today = calendar.today()
    living = Q(revoked_at=None) & (Q(valid_to=None) | Q(valid_to__gte=today))
    rows = list(Agency.objects.filter(living, entity_id=entity_id).select_related("person"))
    masked = vault.masked_ids([row.person_id for row in rows])
    titles = dict(agent_items.choices())
    return [
        AgentRow(
            row.pk, row.person_id, row.person.name, masked.get(row.person_id, ""), row.manager, row.valid_from,
            row.valid_to, row.granted_by, row.accepted_at is not None,
            _titled(row.items, titles),
        )
        for row in rows
    ]  # fmt: skip


def _titled(keys: Collection[str], titles: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(titles.get(key) or key for key in keys)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A firm that asks a person to act for it."""

    id: int
    firm: str
    code: str
    by: str
    manager: bool
    until: date | None
    items: tuple[str, ...]


def invitations(person_id: int) -> list[Invitation]:
    today = calendar.today()
    waiting = Q(revoked_at=None, accepted_at=None) & (Q(valid_to=None) | Q(valid_to__gte=today))
    rows = Agency.objects.filter(waiting, person_id=person_id).select_related("entity").order_by("id")
    titles = dict(agent_items.choices()) if rows else {}
    return [
        Invitation(
            row.pk, row.entity.name, row.entity.code, row.granted_by, row.manager, row.valid_to,
            _titled(row.items, titles),
        )
        for row in rows
    ]  # fmt: skip


def entity(entity_id: int) -> LegalEntity:
    return LegalEntity.objects.get(pk=entity_id)


def actor_of(login: str) -> records.Actor:
    """A member of staff as he acts from his main post today; for programs that act in his name (demo stories)."""
    account = Account.objects.select_related("person").get(login=login, kind=Account.Kind.STAFF)
    posts = access.posts_of(account.person_id, calendar.today())
    place = posts[0] if posts else None
    return records.Actor(
        account.pk,
        account.person_id,
        account.person.name,
        place.unit_id if place else None,
        place.unit_name if place else "",
        place.post_id if place else None,
        place.title if place else "",
    )


def actor_of_account(account_id: int) -> records.Actor:
    """A member of staff by account, as he acts from his main post; for long work that was begun in his name."""
    return actor_of(Account.objects.values_list("login", flat=True).get(pk=account_id, kind=Account.Kind.STAFF))


def staff_named(login: str) -> records.Actor | None:
    """A member of staff by login as he acts from his main post; None when there is none."""
    if not Account.objects.filter(login=login, kind=Account.Kind.STAFF, is_active=True).exists():
        return None
    return actor_of(login)


def persons_of_logins(logins: Collection[str], unit_id: int) -> dict[str, int]:
    """Login → person, of staff with an open account and a post in a unit today; one statement."""
    held = Holding.objects.filter(_valid(calendar.today()), post__unit_id=unit_id).values("person_id")
    rows = Account.objects.filter(login__in=list(logins), kind=Account.Kind.STAFF, is_active=True, person_id__in=held)
    return dict(rows.values_list("login", "person_id"))


def actor_of_subject(claims: Mapping[str, Any]) -> records.Actor:
    """The citizen behind identity claims (``sub``), acting for the firm the claims name, if any."""
    account = Account.objects.select_related("person").get(subject=claims["sub"])
    firm = (claims.get("entity") or {}).get("name", "") if claims.get("user_type") == "entity" else ""
    return records.Actor(account.pk, account.person_id, account.person.name, unit_name=firm)


def accounts_of(person_id: int) -> list[int]:
    """The staff accounts of a person."""
    return list(Account.objects.filter(person_id=person_id, kind=Account.Kind.STAFF).values_list("id", flat=True))


def holder_of(person_id: int) -> Holder | None:
    """A member of staff at his main post today; None without account or post."""
    account = Account.objects.filter(person_id=person_id, kind=Account.Kind.STAFF).select_related("person").first()
    rows = Holding.objects.filter(_valid(calendar.today()), person_id=person_id).select_related("post__unit")
    held = sorted(rows, key=lambda row: (row.kind != "main", row.pk))
    if account is None or not held:
        return None
    post = held[0].post
    return Holder(
        account.pk, person_id, account.person.name, post.pk, post.title, post.unit_id, post.unit.key, post.unit.name
    )
