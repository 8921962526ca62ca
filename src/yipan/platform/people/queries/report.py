"""Who may see and do what today: one row for each person, role and way by which the role came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from yipan.platform import calendar
from yipan.platform.records import rights
from yipan.platform.ui import listing

from ..access import UnitScope
from ..models import Absence, Holding, Role, RoleAssignment
from . import SCOPE_WORDS, _valid
from .administration import _in_scope


@dataclass(frozen=True, slots=True)
class ReportRow:
    """``pinyin`` orders by name; ``way`` is the post, or that the role was given to the person."""

    id: int
    person_id: int
    name: str
    pinyin: str
    unit_id: int
    unit: str
    way: str
    role_key: str
    role: str
    scope: str
    rights: tuple[str, ...]
    titles: str


class ReportQuery:
    """The query object of the list. All rows are read (three statements) and ordered here: a district has thousands,
    and they come from two tables."""

    def __init__(self, scope: UnitScope) -> None:
        self.scope = scope

    @cached_property
    def rows(self) -> list[ReportRow]:
        roles = {role.pk: role for role in Role.objects.all()}
        found = [*self._through_posts(roles), *self._direct(roles)]
        found += self._deputised(found, {role.key for role in roles.values() if role.separation})
        return [replace(row, id=number) for number, row in enumerate(found, start=1)]

    def _through_posts(self, roles: Mapping[int, Role]) -> list[ReportRow]:
        today = calendar.today()
        held = Holding.objects.filter(
            _valid(today), _valid(today, "post__roles__"), _in_scope(self.scope, "post__unit_id")
        )
        rows = held.order_by("post__unit_id", "id", "post__roles__id").values_list(
            "person_id", "person__name", "person__pinyin", "post__unit_id", "post__unit__short_name",
            "post__unit__name", "post__title", "post__roles__role_id", "post__roles__scope",
        )  # fmt: skip
        return [_row(roles[role], who, short or unit, way, level) for *who, short, unit, way, role, level in rows]

    def _direct(self, roles: Mapping[int, Role]) -> list[ReportRow]:
        today = calendar.today()
        given = RoleAssignment.objects.filter(_valid(today), _in_scope(self.scope, "unit_id"), person__isnull=False)
        rows = given.order_by("id").values_list(
            "person_id", "person__name", "person__pinyin", "unit_id", "unit__short_name", "unit__name", "role_id",
            "scope",
        )  # fmt: skip
        return [_row(roles[role], who, short or unit, "个人授予", level) for *who, short, unit, role, level in rows]

    @staticmethod
    def _deputised(rows: list[ReportRow], separated: set[str]) -> list[ReportRow]:
        """What deputies may do today for people on leave, as ``access.grants_of`` gives it to them."""
        today = calendar.today()
        away = Absence.objects.filter(
            person_id__in={row.person_id for row in rows}, begins__lte=today, ends__gte=today, cancelled_at=None
        ).select_related("deputy")
        of = {absence.person_id: absence.deputy for absence in away}
        return [
            replace(row, person_id=deputy.pk, name=deputy.name, pinyin=deputy.pinyin, way=f"代{row.name}（{row.way}）")
            for row in rows
            if (deputy := of.get(row.person_id)) is not None and row.role_key not in separated
        ]

    def _chosen(self, filters: Mapping[str, Any]) -> list[ReportRow]:
        rows = self.rows
        if text := filters.get("q"):
            rows = [row for row in rows if text in row.name or text.lower() in row.pinyin]
        if unit := filters.get("unit"):
            rows = [row for row in rows if row.unit_id == int(unit)]
        if right := filters.get("right"):
            rows = [row for row in rows if right in row.rights]
        if role := filters.get("role"):
            rows = [row for row in rows if row.role_key == role]
        return rows

    def count_estimate(self, filters: Mapping[str, Any]) -> listing.Count:
        return listing.Count(len(self._chosen(filters)))

    def position(self, row: ReportRow, order: str) -> listing.Position:
        return getattr(row, order.lstrip("-")), row.id

    def page(
        self,
        filters: Mapping[str, Any],
        *,
        after: listing.Position | None,
        before: listing.Position | None,
        limit: int,
        order: str,
    ) -> Sequence[ReportRow]:
        down = order.startswith("-")
        rows = sorted(self._chosen(filters), key=lambda row: self.position(row, order), reverse=down)
        places = [self.position(row, order) for row in rows]
        if after is not None:
            first = sum(place >= after if down else place <= after for place in places)
            return rows[first : first + limit]
        if before is not None:
            end = sum(place > before if down else place < before for place in places)
            return rows[max(0, end - limit) : end]
        return rows[:limit]


def _row(role: Role, who: Sequence[Any], unit: str, way: str, scope: str) -> ReportRow:
    """``who``: person id, name, pinyin, unit id."""
    titles = "、".join(sorted(rights.title(one) for one in role.rights))
    person_id, name, pinyin, unit_id = who
    return ReportRow(
        0, person_id, name, pinyin, unit_id, unit or "", way, role.key, role.title, SCOPE_WORDS[scope],
        tuple(role.rights), titles,
    )  # fmt: skip
