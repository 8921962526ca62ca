"""Who asks, and what he may: role × data scope × validity, loaded once a request."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest

from yipan.platform import calendar, records
from yipan.platform.records import rights

from .models import Account, Agency, Guardianship, Holding

POST_IN_SESSION, FIRM_IN_SESSION, WARD_IN_SESSION = "people.post", "people.firm", "people.ward"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role a person has at the moment, with where it reaches."""

    role_key: str
    rights: frozenset[str]
    scope: str
    unit_id: int | None
    unit_key: str
    section_id: int | None
    deputy_for: int | None = None


@dataclass(frozen=True, slots=True)
class UnitScope:
    """Which rows a right opens: ``kind`` is none, own, section, unit or district (the widest of all grants)."""

    kind: str
    unit_ids: frozenset[int] = frozenset()
    unit_keys: frozenset[str] = frozenset()
    section_ids: frozenset[int] = frozenset()
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class PostChoice:
    """A post one may act from."""

    post_id: int
    title: str
    unit_id: int
    unit_name: str


@dataclass(frozen=True, slots=True)
class Principal:
    """For whom a citizen acts: himself, a firm whose agent he is, or a minor whose guardian he is; ``items`` are the
    keys of the service items his power covers (none: all)."""

    account_id: int
    person_id: int
    name: str
    level: int
    entity_id: int | None = None
    entity_name: str = ""
    entity_code: str = ""
    manager: bool = False
    items: frozenset[str] = frozenset()
    ward_id: int | None = None
    ward_name: str = ""

    @property
    def subject_id(self) -> int:
        """Whose matters these are, when no firm's: the minor's, or those of the person who acts."""
        return self.person_id if self.ward_id is None else self.ward_id

    def covers(self, item_key: str) -> bool:
        return not self.items or item_key in self.items


@dataclass(slots=True)
class Identity:
    """Everything one request knows about who asks."""

    account: Account
    actor: records.Actor
    posts: tuple[PostChoice, ...] = ()
    principal: Principal | None = None
    firms: tuple[Principal, ...] = field(default_factory=tuple)
    wards: tuple[Principal, ...] = field(default_factory=tuple)


# -- loading ---------------------------------------------------------------------------------------------------------
# Grants and units by person, for the request that is being answered; None outside a request: nothing is remembered.
_remembered: ContextVar[dict[Any, Any] | None] = ContextVar("people_grants", default=None)


@contextlib.contextmanager
def remembered_grants() -> Iterator[None]:
    """Load the grants of a person once inside this block (one request)."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def forget_grants() -> None:
    """Roles or posts were changed: ask again."""
    memory = _remembered.get()
    if memory is not None:
        memory.clear()


def remember_grants(who: records.Actor, grants: tuple[Grant, ...]) -> None:
    """An application calls with a key: what the key grants, for this request only."""
    memory = _remembered.get()
    if memory is None or who.person_id is not None:
        raise RuntimeError("grants are remembered for applications, while a request is answered")
    memory["application", who.channel] = grants


def _once(key: Any, load: Callable[[], Any]) -> Any:
    memory = _remembered.get()
    if memory is None:
        return load()
    if key not in memory:
        memory[key] = load()
    return memory[key]


_GRANTS = """
WITH meant AS (
    SELECT %(person)s::bigint AS id, NULL::bigint AS deputised
    UNION
    SELECT person_id, person_id FROM people_absence
    WHERE deputy_id = %(person)s AND begins <= %(day)s AND ends >= %(day)s AND cancelled_at IS NULL
)
SELECT r.key, r.rights, a.scope, coalesce(p.unit_id, a.unit_id), coalesce(u.key, ''), p.section_id, m.deputised
FROM meant m
LEFT JOIN people_holding h ON h.person_id = m.id AND h.valid_from <= %(day)s
    AND (h.valid_to IS NULL OR h.valid_to >= %(day)s)
JOIN people_roleassignment a ON (a.post_id = h.post_id OR a.person_id = m.id) AND a.valid_from <= %(day)s
    AND (a.valid_to IS NULL OR a.valid_to >= %(day)s)
JOIN people_role r ON r.id = a.role_id AND (m.deputised IS NULL OR r.separation = '')
LEFT JOIN people_post p ON p.id = a.post_id
LEFT JOIN people_unit u ON u.id = coalesce(p.unit_id, a.unit_id)
"""


def grants_of(person_id: int, today: date) -> list[Grant]:
    """The grants of a person on a day, in one statement: through posts, his own, and those of people he stands in for.

    A deputy (AB岗) never gets the three administrators' roles: they exclude each other even for a day.
    """
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"person": person_id, "day": today}
        cursor.execute(_GRANTS, params)
        rows = cursor.fetchall()
    return list(
        dict.fromkeys(
            Grant(key, frozenset(json.loads(names) if isinstance(names, str) else names), *rest)
            for key, names, *rest in rows
        )
    )


def posts_of(person_id: int, today: date) -> list[PostChoice]:
    """The posts a person holds on a day, main post first (one statement)."""
    valid = Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
    held = Holding.objects.filter(valid, person_id=person_id).select_related("post__unit").order_by("id")
    order = {"main": 0, "seconded": 1, "outsourced": 1, "concurrent": 2}
    return [
        PostChoice(row.post_id, row.post.title, row.post.unit_id, row.post.unit.name)
        for row in sorted(held, key=lambda row: order[row.kind])
    ]


def identify(request: HttpRequest) -> Identity | None:
    """The identity behind a request, loaded once and kept on it; None for a visitor."""
    known = getattr(request, "_identity", None)
    if known is not None:
        return known
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    identity = _load(request, user)
    request._identity = identity  # type: ignore[attr-defined]
    return identity


def _load(request: HttpRequest, account: Account) -> Identity:
    today = calendar.today()
    if account.kind == Account.Kind.CITIZEN:
        return _citizen(request, account, today)
    posts = posts_of(account.person_id, today)
    chosen = request.session.get(POST_IN_SESSION)
    post = next((p for p in posts if p.post_id == chosen), posts[0] if posts else None)
    actor = records.Actor(
        account_id=account.pk,
        person_id=account.person_id,
        name=account.person.name,
        unit_id=post.unit_id if post else None,
        unit_name=post.unit_name if post else "",
        post_id=post.post_id if post else None,
        post_name=post.title if post else "",
        **_place(request),
    )
    return Identity(account, actor, tuple(posts))


def _citizen(request: HttpRequest, account: Account, today: date) -> Identity:
    person = account.person
    own = Principal(account.pk, person.pk, person.name, account.level)
    firms = tuple(
        Principal(
            account.pk, person.pk, person.name, account.level,
            row.entity_id, row.entity.name, row.entity.code, row.manager, frozenset(row.items),
        )
        for row in Agency.objects.filter(in_force(today), person=person).select_related("entity")
    )  # fmt: skip
    guarded = Guardianship.objects.filter(guarding(today), guardian=person).select_related("ward").order_by("id")
    wards = tuple(
        Principal(account.pk, person.pk, person.name, account.level, ward_id=row.ward_id, ward_name=row.ward.name)
        for row in guarded
    )
    # What was chosen earlier is checked again on every request: a dismissed agent has lost it, and so has the guardian
    # of somebody who came of age.
    firm_id, ward_id = request.session.get(FIRM_IN_SESSION), request.session.get(WARD_IN_SESSION)
    chosen = [one for one in firms if one.entity_id == firm_id] + [one for one in wards if one.ward_id == ward_id]
    principal = chosen[0] if chosen else own
    actor = records.Actor(
        account_id=account.pk,
        person_id=person.pk,
        name=person.name,
        unit_name=principal.entity_name,
        **_place(request),
    )
    return Identity(account, actor, principal=principal, firms=firms, wards=wards)


def in_force(day: date) -> Q:
    """Agencies that give power on a day: accepted, within their dates, not revoked."""
    dates = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    return dates & Q(revoked_at=None, accepted_at__isnull=False)


def guarding(day: date) -> Q:
    """Guardianships that give power on a day: the ward is not of age yet, and nobody ended them."""
    return Q(valid_from__lte=day, valid_to__gte=day, ended_at=None)


def _place(request: HttpRequest) -> dict[str, Any]:
    from yipan.platform.ui.middleware import current_request_id

    return {"ip": request.META.get("REMOTE_ADDR") or "", "request_id": current_request_id()}


# -- the public face -------------------------------------------------------------------------------------------------
def actor(request: HttpRequest) -> records.Actor:
    """Who acts. Raises PermissionError for a visitor: views that need an actor are never public."""
    identity = identify(request)
    if identity is None:
        raise PermissionError("nobody is signed in")
    return identity.actor


def principal(request: HttpRequest) -> Principal:
    """For whom a citizen acts."""
    identity = identify(request)
    if identity is None or identity.principal is None:
        raise PermissionError("no citizen is signed in")
    return identity.principal


def grants_for(who: records.Actor) -> tuple[Grant, ...]:
    """The grants of an actor today (one statement, once a request)."""
    person_id = who.person_id
    if person_id is None:
        return (_remembered.get() or {}).get(("application", who.channel), ())
    return _once(("grants", person_id), lambda: tuple(grants_of(person_id, calendar.today())))


def holds(who: records.Actor, right: str) -> bool:
    """Whether any grant of the actor, in whatever unit, gives the right."""
    return any(right in grant.rights for grant in grants_for(who))


def reaches(grant: Grant, right: str, unit_id: int | None) -> bool:
    """Whether a grant gives a right in a unit (any unit when none is named)."""
    if right not in grant.rights:
        return False
    if unit_id is None or grant.scope == "district" or grant.unit_id == unit_id:
        return True
    return grant.unit_id is not None and unit_id in units_behind(grant.unit_id, grant.scope == "subordinate")


def may(who: records.Actor, right: str, *, unit_id: int | None = None) -> bool:
    """Whether the actor holds a right. The system itself may do what no person has to decide."""
    if who is records.SYSTEM or (who.account_id is None and who.channel == "system"):
        return True
    return any(reaches(grant, right, unit_id) for grant in grants_for(who))


def require(who: records.Actor, right: str, *, unit_id: int | None = None) -> None:
    """Raise rights.Refused (403, Chinese) when the actor does not hold the right."""
    if not may(who, right, unit_id=unit_id):
        raise rights.Refused(right)


def scope_filter(who: records.Actor, right: str) -> UnitScope:
    """The rows a right opens to the actor, for queries."""
    return scope_of(grants_for(who), right, who.person_id)


def scope_of(grants: Iterable[Grant], right: str, person_id: int | None) -> UnitScope:
    """The union of what all grants of a right open."""
    held = [grant for grant in grants if right in grant.rights]
    if not held:
        return UnitScope("none", person_id=person_id)
    if any(grant.scope == "district" for grant in held):
        return UnitScope("district", person_id=person_id)
    units: dict[int, str] = {}
    sections: set[int] = set()
    for grant in held:
        if grant.unit_id is None:
            continue
        if grant.scope in ("subordinate", "unit"):
            units |= units_behind(grant.unit_id, grant.scope == "subordinate")
        elif grant.scope == "section" and grant.section_id is not None:
            sections.add(grant.section_id)
    kind = "unit" if units else "section" if sections else "own"
    return UnitScope(kind, frozenset(units), frozenset(units.values()), frozenset(sections), person_id)


_BEHIND = """
WITH RECURSIVE reach(id, key) AS (
    SELECT id, key FROM people_unit WHERE id = %s
    UNION
    SELECT u.id, u.key FROM people_unit u
    JOIN reach r ON u.successor_id = r.id OR (%s AND u.parent_id = r.id)
)
SELECT id, key FROM reach
"""


def units_behind(unit_id: int, subordinates: bool) -> dict[int, str]:
    """A unit with those merged into it (it answers for their old matters), and those below it; id → key."""

    def load() -> dict[int, str]:
        with connection.cursor() as cursor:
            cursor.execute(_BEHIND, [unit_id, subordinates])
            return dict(cursor.fetchall())

    return _once(("units", unit_id, subordinates), load)
