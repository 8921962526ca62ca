"""Reads of people and units."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from yipan.platform import calendar

from .models import Absence, Account, Holding, Unit, UnitName


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


def _view(found: Unit) -> UnitView:
    names = tuple((n.valid_from, n.valid_to, n.name) for n in found.names.all())
    return UnitView(found.pk, found.key, found.name, found.code, names)


def _valid(today: date, prefix: str = "") -> Q:
    ends = {f"{prefix}valid_to": None}
    return Q(**{f"{prefix}valid_from__lte": today}) & (Q(**ends) | Q(**{f"{prefix}valid_to__gte": today}))


def holders(role_key: str, unit_key: str | None, at: datetime) -> list[Holder]:
    """Staff who hold a role through a post (of the unit, when one is named) at a moment; one statement."""
    today = calendar_day(at)
    rows = Holding.objects.filter(
        _valid(today), _valid(today, "post__roles__"), post__roles__role__key=role_key
    ).select_related("post__unit", "person")
    if unit_key:
        rows = rows.filter(post__unit__key=unit_key)
    return _with_accounts(list(rows.distinct()))


def deputies_of(person_ids: Collection[int], at: datetime) -> dict[int, list[Holder]]:
    """Who stands in, on that day, for each of these people; people who are present are not in the result."""
    today = calendar_day(at)
    absences = list(
        Absence.objects.filter(
            person_id__in=person_ids, begins__lte=today, ends__gte=today, cancelled_at=None
        ).order_by("id")
    )
    if not absences:
        return {}
    posts = Holding.objects.filter(_valid(today), person_id__in=[a.deputy_id for a in absences]).select_related(
        "post__unit", "person"
    )
    by_person: dict[int, list[Holder]] = {}
    for holder in _with_accounts(list(posts)):
        by_person.setdefault(holder.person_id, []).append(holder)
    return {absence.person_id: by_person.get(absence.deputy_id, [])[:1] for absence in absences}


def absent_people_for(person_id: int, at: datetime) -> dict[int, str]:
    """Whom a person stands in for on a day: person id → name."""
    today = calendar_day(at)
    rows = Absence.objects.filter(
        deputy_id=person_id, begins__lte=today, ends__gte=today, cancelled_at=None
    ).select_related("person")
    return {row.person_id: row.person.name for row in rows}


def is_absent(person_id: int, at: datetime) -> bool:
    today = calendar_day(at)
    return Absence.objects.filter(
        person_id=person_id, begins__lte=today, ends__gte=today, cancelled_at=None
    ).exists()


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
    rows = Holding.objects.filter(_valid(calendar.today()), post__unit_id=unit_id).select_related("post__unit", "person")
    return [holder for holder in _with_accounts(list(rows)) if holder.account_id != without]


def demo_accounts() -> list[Account]:
    return list(Account.objects.exclude(demo_title="").order_by("id"))


def calendar_day(at: datetime) -> date:
    from yipan.kernel.clock import day_of

    return day_of(at)


def names_of(unit_id: int) -> list[UnitName]:
    return list(UnitName.objects.filter(unit_id=unit_id))
