"""Work that nobody can do is put before the unit's administrator, who gives it to somebody and never decides it.

A periodic job: one line in the to-do a unit, with the number; it goes when there is nothing left to reassign. Named
people count with their deputies, groups with everybody who holds the role and is not barred.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse

from yipan.platform import calendar, people
from yipan.platform.people.queries import at_work
from yipan.platform.records import SYSTEM

from .. import errands
from ..models import Errand
from .errands import close_errand, post_errand

SOURCE = "processes.orphans"
errands.register(SOURCE, "无人能办的任务")

_OPEN = (
    "FROM processes_task t JOIN processes_instance i ON i.id = t.instance_id "
    "WHERE t.ended_at IS NULL AND t.status IN ('open', 'claimed') AND NOT t.applicant_step AND i.status = 'running' "
)


def tell_administrators() -> int:
    """Post and close the lines of all units; how many units have work that nobody can do."""
    now = calendar.now()
    found = counts(now)
    told = {errand.key: errand.title for errand in Errand.objects.filter(source=SOURCE, closed_at=None)}
    for unit, number in found.items():
        title = f"{number} 项任务没有人能办，请改派"
        if told.get(unit) != title:
            post_errand(
                SOURCE, unit, title=title, subtitle="办理人已离任、请假无代理，或岗位没有人",
                url=reverse("processes:unit"), to=[errands.Role("unit_admin", unit)], unit=unit, actor=SYSTEM, at=now,
            )  # fmt: skip
    for unit in told.keys() - found.keys():
        close_errand(SOURCE, unit, actor=SYSTEM, at=now, outcome="已有人办理")
    return len(found)


def counts(now: datetime) -> dict[str, int]:
    """Unit → number of its open tasks that nobody can do. Statements grow with roles and people, not with tasks."""
    found: Counter[str] = Counter()
    for unit, roles, excluded in _rows(
        f"SELECT t.unit_key, t.roles, t.excluded {_OPEN} AND t.person_id IS NULL AND t.persons = '{{}}' "
        "GROUP BY t.unit_key, t.roles, t.excluded"
    ):
        holders = {h.person_id for role in roles for h in people.queries.holders(role, unit or None, now)}
        if not holders - set(excluded or ()):
            found[unit] += _count(
                "t.roles = %s::text[] AND t.excluded = %s::bigint[] AND t.person_id IS NULL", unit, roles, excluded
            )
    named = [person for (person,) in _rows(
        f"SELECT DISTINCT unnest(CASE WHEN t.person_id IS NULL THEN t.persons ELSE ARRAY[t.person_id] END) {_OPEN}"
    )]  # fmt: skip
    reachable = at_work.present(named, now) | people.queries.deputies_of(named, now).keys() if named else set()
    away = [person for person in named if person not in reachable]
    if away:
        for unit, number in _rows(
            f"SELECT t.unit_key, count(*) {_OPEN} AND (t.person_id = ANY(%s::bigint[]) "
            "OR (t.person_id IS NULL AND t.persons <> '{}' AND t.persons <@ %s::bigint[])) GROUP BY t.unit_key",
            away, away,
        ):  # fmt: skip
            found[unit] += number
    return dict(found)


def _count(where: str, unit: str, *values: Any) -> int:
    ((number,),) = _rows(
        f"SELECT count(*) {_OPEN} AND t.unit_key = %s AND t.persons = '{{}}' AND {where}", unit, *values
    )
    return number


def _rows(text: str, *values: Any) -> Iterable[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text, list(values))
        return cursor.fetchall()
