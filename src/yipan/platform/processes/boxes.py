"""The lists of a person: 待办, 待阅, 已办, 办结, 我发起, 我的关注, each page in one statement from the index.

Lines of processes and errands of other rooms stand in one order: an errand has instance 0, and its id as task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from yipan.platform.records import Actor
from yipan.platform.ui.errors import BadInput

from . import errands, reach
from .domain import holders

BOXES = {
    "todo": "待办", "to_read": "待阅", "done": "已办", "concluded": "办结", "started": "我发起", "followed": "我的关注"
}  # fmt: skip
PAGE = 20
MOST = 1000
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list. ``task_*`` are empty where the line is about the matter as a whole. ``at`` is when it came
    here, ``due_at`` of open work; ``by_name`` who copied it, or the deputy who did it. ``sort_at`` (text of a moment)
    and ``key`` (instance and task) are its place; ``for_other``: found only as deputy of somebody. Of an errand
    ``errand`` is its id, ``title``, ``subtitle`` and ``url`` what its room says."""

    id: int
    instance_id: int
    subject_kind: str
    subject_id: str
    item_key: str
    process: str
    status: str
    clock_stopped: bool
    task_id: int | None
    task_name: str
    task_status: str
    unit_key: str
    claimed_by: str
    opened_at: datetime | None
    due_at: datetime | None
    at: datetime
    by_name: str
    sort_at: str
    key: str
    errand: int | None
    title: str
    subtitle: str
    url: str
    for_other: bool


@dataclass(frozen=True, slots=True)
class Page:
    """``following`` is the position of the next page ("" when this is the last one)."""

    lines: tuple[Line, ...]
    following: str = ""


# A task stands in the list once for each key it can be found by: its place names the task, not the row, so that a twin
# does not come again on the next page.
_ERRAND = "'m' || lpad(y.errand_id::text, 18, '0')"
_LIST = """
WITH wanted AS (SELECT DISTINCT key FROM unnest(%(keys)s::text[]) AS x(key)),
found AS (
    SELECT DISTINCT ON (e.sort_at, e.instance_id, e.task_key) e.*
    FROM wanted w CROSS JOIN LATERAL (
        (SELECT x.id, x.holder, x.sort_at, x.instance_id, x.task_key, x.at, x.by_name, NULL::bigint AS errand_id
        FROM processes_entry x {joins}
        WHERE x.holder = w.key AND x.box = %(box)s {conditions} {place}
        ORDER BY x.sort_at {order}, x.instance_id {order}, x.task_key {order} LIMIT %(limit)s)
        UNION ALL
        (SELECT y.id, y.holder, y.sort_at, 0, {errand}, y.at, y.by_name, y.errand_id
        FROM processes_errandentry y {errand_joins}
        WHERE y.holder = w.key AND y.box = %(box)s {errand_conditions} {errand_place}
        ORDER BY y.sort_at {order}, y.errand_id {order} LIMIT %(limit)s)
    ) e
    ORDER BY e.sort_at {order}, e.instance_id {order}, e.task_key {order}, (e.holder = %(mine)s) DESC, e.id
), page AS (
    SELECT * FROM found ORDER BY sort_at {order}, instance_id {order}, task_key {order} LIMIT %(limit)s
)
SELECT p.id, p.instance_id, coalesce(i.subject_kind, r.subject_kind), coalesce(i.subject_id, r.subject_id),
    coalesce(i.item_key, ''), coalesce(d.name, nullif(r.kind, ''), r.source),
    coalesce(i.status, CASE WHEN r.closed_at IS NULL THEN 'running' ELSE 'completed' END),
    coalesce(i.clock_stopped, false), t.id, coalesce(t.name, nullif(r.kind, ''), r.source, ''), coalesce(t.status, ''),
    coalesce(t.unit_key, r.unit_key, ''), coalesce(t.person_name, ''), coalesce(t.opened_at, r.opened_at),
    coalesce(t.due_at, r.due_at), p.at, p.by_name, p.sort_at::text, p.instance_id || '~' || p.task_key, p.errand_id,
    coalesce(r.title, ''), coalesce(r.subtitle, ''), coalesce(r.url, ''), p.holder
FROM page p
LEFT JOIN processes_instance i ON i.id = p.instance_id AND p.errand_id IS NULL
LEFT JOIN processes_definition d ON d.id = i.definition_id
LEFT JOIN processes_task t ON t.instance_id = p.instance_id AND t.key = p.task_key AND p.task_key <> ''
LEFT JOIN processes_errand r ON r.id = p.errand_id
ORDER BY p.sort_at {order}, p.instance_id {order}, p.task_key {order}
"""
_COUNT = """
SELECT count(*) FROM (
    SELECT DISTINCT e.instance_id, e.task_key
    FROM (SELECT DISTINCT key FROM unnest(%(keys)s::text[]) AS x(key)) w CROSS JOIN LATERAL (
        (SELECT x.instance_id, x.task_key FROM processes_entry x {joins}
        WHERE x.holder = w.key AND x.box = %(box)s {conditions}
        ORDER BY x.sort_at LIMIT %(limit)s)
        UNION ALL
        (SELECT 0, {errand} FROM processes_errandentry y {errand_joins}
        WHERE y.holder = w.key AND y.box = %(box)s {errand_conditions}
        ORDER BY y.sort_at LIMIT %(limit)s)
    ) e LIMIT %(limit)s
) n
"""


@dataclass(slots=True)
class _Narrowed:
    """Fragments that narrow a box: joins and conditions on lines of processes (x) and on errands (y)."""

    params: dict[str, Any]
    joins: str = ""
    conditions: str = ""
    errand_joins: str = ""
    errand_conditions: str = ""

    def fill(self, template: str, **more: str) -> str:
        return template.format(
            joins=self.joins, conditions=self.conditions, errand_joins=self.errand_joins,
            errand_conditions=self.errand_conditions, errand=_ERRAND, **more,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One box of one person. ``filters``: ``item`` (key of the service item), ``process`` (key), ``task`` (name),
    ``unit`` (unit key of the task), ``due_before``, ``since`` and ``until`` (moments)."""

    actor: Actor
    name: str = "todo"

    def lines(
        self,
        filters: Mapping[str, Any] | None = None,
        *,
        after: Place | None = None,
        before: Place | None = None,
        limit: int = PAGE,
        descending: bool | None = None,
    ) -> list[Line]:
        """Lines directly after a place, or directly before it, or the first ones; open work by due time, other boxes
        newest first unless ``descending`` says otherwise."""
        if self.actor.person_id is None:
            return []
        down = self.name != "todo" if descending is None else descending
        backwards = before is not None
        down = down != backwards
        found = self._reach()
        narrowed = self._narrowed(found, filters or {})
        params, places = narrowed.params, {"place": "", "errand_place": ""}
        given = before if backwards else after
        if given is not None:
            params |= _place(given)
            sign = "<" if down else ">"
            spot = f"{sign} (%(p_at)s::timestamptz, %(p_instance)s, %(p_task)s)"
            places = {
                "place": f"AND (x.sort_at, x.instance_id, x.task_key) {spot}",
                "errand_place": f"AND y.sort_at {sign}= %(p_at)s::timestamptz AND (y.sort_at, 0, {_ERRAND}) {spot}",
            }
        text = narrowed.fill(_LIST, order="DESC" if down else "ASC", **places)
        with connection.cursor() as cursor:
            cursor.execute(text, params | {"limit": limit})
            rows = cursor.fetchall()
        own = found.own if found is not None else frozenset((params["mine"],))
        lines = [Line(*row[:-1], for_other=row[-1] not in own) for row in rows]
        return lines[::-1] if backwards else lines

    def count(self, filters: Mapping[str, Any] | None = None, most: int = MOST) -> int:
        """How many lines there are, counted up to ``most`` + 1."""
        if self.actor.person_id is None:
            return 0
        narrowed = self._narrowed(self._reach(), filters or {})
        with connection.cursor() as cursor:
            cursor.execute(narrowed.fill(_COUNT), narrowed.params | {"limit": most + 1})
            row = cursor.fetchone()
        return row[0] if row else 0

    def _reach(self) -> holders.Reach | None:
        return reach.reach_of(self.actor) if self.name == "todo" else None

    def _narrowed(self, found: holders.Reach | None, filters: Mapping[str, Any]) -> _Narrowed:
        assert self.actor.person_id is not None
        mine = holders.person_key(self.actor.person_id)
        narrowed = _Narrowed({
            "keys": found.all if found is not None else [mine], "box": self.name, "mine": mine,
            "me": [self.actor.person_id],
        })  # fmt: skip
        if self.name == "todo":
            narrowed.conditions += " AND NOT x.excluded && %(me)s::bigint[]"
            narrowed.errand_conditions += " AND NOT y.excluded && %(me)s::bigint[]"
        for name, (join, condition, errand) in _FILTERS.items():
            value = filters.get(name)
            if value in (None, ""):
                continue
            narrowed.joins += f" {join}" if join not in narrowed.joins else ""
            narrowed.conditions += f" AND {condition}"
            if "g." in errand and not narrowed.errand_joins:
                narrowed.errand_joins = _OF_ERRAND
            narrowed.errand_conditions += f" AND {errand}"
            narrowed.params[name] = value
            if name == "task":
                narrowed.params["sources"] = _sources_named(str(value))
        return narrowed


def _sources_named(words: str) -> list[str]:
    """Kinds of errands whose name has these words: the name stands where tasks have theirs."""
    return [source for source, title in errands.kinds().items() if words in title]


_TASK = "JOIN processes_task n ON n.instance_id = x.instance_id AND n.key = x.task_key"
_DEFINITION = "JOIN processes_instance m ON m.id = x.instance_id JOIN processes_definition v ON v.id = m.definition_id"
_OF_ERRAND = "JOIN processes_errand g ON g.id = y.errand_id"
# name → (join of process lines, their condition, the condition of errands)
_FILTERS = {
    "item": ("", "x.item_key = %(item)s", "false"),
    "due_before": ("", "x.sort_at <= %(due_before)s", "g.due_at <= %(due_before)s"),
    "since": ("", "x.at >= %(since)s", "y.at >= %(since)s"),
    "until": ("", "x.at < %(until)s", "y.at < %(until)s"),
    "unit": (_TASK, "n.unit_key = %(unit)s", "g.unit_key = %(unit)s"),
    "task": (_TASK, "strpos(n.name, %(task)s) > 0", "g.source = ANY(%(sources)s)"),
    "process": (_DEFINITION, "v.key = %(process)s", "g.source = %(process)s"),
}


def _place(place: Place) -> dict[str, Any]:
    at, key = place
    instance_id, _, task = str(key).partition("~")
    try:
        datetime.fromisoformat(str(at))
        return {"p_at": at, "p_instance": int(instance_id), "p_task": task}
    except ValueError:
        raise BadInput("翻页地址不正确，请从第一页重新开始。") from None


def todo(
    actor: Actor,
    box: str = "todo",
    filters: Mapping[str, Any] | None = None,
    page: str = "",
    *,
    limit: int = PAGE,
) -> Page:
    """One page of a box; ``page`` is ``Page.following`` of the page before. Filters as in ``Box``."""
    if box not in BOXES:
        raise ValueError(f"unknown box {box}")
    at, _, key = page.partition("~")
    lines = Box(actor, box).lines(filters, after=(at, key) if page else None, limit=limit + 1)
    following = f"{lines[limit - 1].sort_at}~{lines[limit - 1].key}" if len(lines) > limit else ""
    return Page(tuple(lines[:limit]), following)


# The order makes the planner walk the index, and not the table, for people with very many lines.
_COUNTS = """
SELECT x.box, least(count(*), %(most)s) FROM (
    SELECT DISTINCT 'todo' AS box, e.instance_id, e.task_key AS line
    FROM (SELECT DISTINCT key FROM unnest(%(keys)s::text[]) AS k(key)) AS w CROSS JOIN LATERAL (
        SELECT y.instance_id, y.task_key FROM processes_entry y
        WHERE y.holder = w.key AND y.box = 'todo' AND NOT y.excluded && %(me)s::bigint[]
        ORDER BY y.sort_at LIMIT %(most)s
    ) e
    UNION ALL
    SELECT DISTINCT 'todo', 0::bigint, e.errand_id::text
    FROM (SELECT DISTINCT key FROM unnest(%(keys)s::text[]) AS k(key)) AS w CROSS JOIN LATERAL (
        SELECT y.errand_id FROM processes_errandentry y
        WHERE y.holder = w.key AND y.box = 'todo' AND NOT y.excluded && %(me)s::bigint[]
        ORDER BY y.sort_at LIMIT %(most)s
    ) e
    UNION ALL
    SELECT c.box, e.instance_id, e.line
    FROM unnest('{to_read,done,concluded,started,followed}'::text[]) AS c(box) CROSS JOIN LATERAL (
        (SELECT y.instance_id, y.id::text AS line FROM processes_entry y WHERE y.holder = %(mine)s AND y.box = c.box
        ORDER BY y.sort_at LIMIT %(most)s)
        UNION ALL
        (SELECT 0, y.id::text FROM processes_errandentry y WHERE y.holder = %(mine)s AND y.box = c.box
        ORDER BY y.sort_at LIMIT %(most)s)
    ) e
) x GROUP BY x.box
"""


def counts(actor: Actor) -> dict[str, int]:
    """How many lines each box has, counted up to 1,000, in one statement."""
    found = dict.fromkeys(BOXES, 0)
    if actor.person_id is None:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS,
            {"keys": reach.reach_of(actor).all, "mine": holders.person_key(actor.person_id), "most": MOST,
             "me": [actor.person_id]},
        )  # fmt: skip
        found.update(cursor.fetchall())
    return found


def open_count(actor: Actor) -> int:
    """The number in the menu: open work and copies not yet read."""
    found = counts(actor)
    return found["todo"] + found["to_read"]
