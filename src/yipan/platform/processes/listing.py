"""The to-do as lists of the common component: one for each box."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from yipan.kernel.clock import day_of, end_of_day, midnight
from yipan.platform import calendar, people
from yipan.platform.ui import listing

from . import boxes, errands, queries, registry, rows
from .actions import lists
from .actions.errands import read_errand
from .actions.move import move
from .boxes import BOXES, Box
from .domain.values import ProcessProblem
from .rows import TodoRow

LATE, SOON = "late", "soon"
SOON_DAYS = 3
_EMPTY = {
    "todo": ("没有待办", "新的任务会出现在这里，并显示在菜单的数字里。"),
    "to_read": ("没有待阅", "别人抄送给您的事项会出现在这里。"),
    "done": ("没有已办", "您办理过、还没有办结的事项会出现在这里。"),
    "concluded": ("没有办结事项", "您办理过的事项办结后会出现在这里。"),
    "started": ("没有您发起的事项", "您收件或发起的事项会出现在这里。"),
    "followed": ("没有关注的事项", "在事项的流程页点“关注”，就能随时从这里找到它。"),
}  # fmt: skip
_WHEN = {
    "todo": "到期", "to_read": "抄送时间", "done": "办理时间", "concluded": "办结时间", "started": "发起时间",
    "followed": "关注时间",
}  # fmt: skip


@dataclass(frozen=True)
class BoxQuery:
    """What the component asks of a box."""

    box: Box

    def count_estimate(self, filters: Mapping[str, Any]) -> listing.Count:
        found = self.box.count(narrowed(filters))
        return listing.Count(min(found, boxes.MOST), exact=found <= boxes.MOST)

    def position(self, row: TodoRow, order: str) -> listing.Position:  # noqa: ARG002
        return row.sort_at, row.key

    def page(
        self,
        filters: Mapping[str, Any],
        *,
        after: listing.Position | None,
        before: listing.Position | None,
        limit: int,
        order: str,
    ) -> Sequence[TodoRow]:
        lines = self.box.lines(
            narrowed(filters), after=after, before=before, limit=limit, descending=order.startswith("-")
        )
        return rows.rows_of(lines, self.box.name)


def narrowed(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Filters of the screen as filters of a box."""
    found = {name: filters[name] for name in ("process", "task") if filters.get(name)}
    if filters.get("limit"):
        now = calendar.now()
        end = end_of_day(day_of(now) + dt.timedelta(days=SOON_DAYS))
        found["due_before"] = end if filters["limit"] == SOON else now
    if between := filters.get("at"):
        if between.low:
            found["since"] = midnight(between.low)
        if between.high:
            found["until"] = end_of_day(between.high)
    return found


def _processes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [*queries.process_names(), *errands.kinds().items()]


def _claim(request: HttpRequest, key: str, _reason: str) -> str:
    _, _, task = key.partition("~")
    if not task.isdigit():
        raise listing.Refusal("这一行不是待办任务")
    move(task_id=int(task), move="claim", actor=people.actor(request), now=calendar.now())
    return "已签收"


def _read(request: HttpRequest, key: str, _reason: str) -> str:
    instance, _, rest = key.partition("~")
    actor, now = people.actor(request), calendar.now()
    if rest.startswith("m") and rest[1:].isdigit():
        read = read_errand(int(rest[1:]), actor=actor, at=now)
    else:
        read = lists.mark_read(int(instance), actor=actor, now=now)
    return "已标为已阅" if read else "先前已阅"


def _unfollow(request: HttpRequest, key: str, _reason: str) -> str:
    lists.unfollow(int(key.partition("~")[0]), actor=people.actor(request))
    return "已取消关注"


_BATCH = {
    "todo": (listing.BatchAction("claim", "签收", _claim, refusals=(ProcessProblem,)),),
    "to_read": (listing.BatchAction("read", "标为已阅", _read),),
    "followed": (listing.BatchAction("unfollow", "取消关注", _unfollow),),
}
_COMMON_FILTERS = (
    listing.Choice("process", "流程或类别", _processes),
    listing.Text("task", "环节"),
    listing.DateRange("at", "到达日期"),
)


class BoxList(listing.ListPage):
    """One box of the person who is signed in."""

    face = "workbench"
    personal = True
    box = "todo"

    def __init__(self) -> None:
        self.key = f"processes.{self.box}"
        self.title = BOXES[self.box]
        self.empty_title, self.empty_hint = _EMPTY[self.box]
        self.columns = (
            listing.Column(
                "title", "事项", link=lambda row: row.href, sub=lambda row: row.subtitle, fixed=True, personal=True
            ),
            listing.Column("task", "环节", shown=self.box == "todo"),
            listing.Column("state", "状态", "status", sub=lambda row: row.note, tone=lambda row: row.tone),
            listing.Column("light", "时限", "light", shown=self.box == "todo"),
            listing.Column("when", _WHEN[self.box], sort=True, nowrap=True),
            listing.Column("process", "流程", shown=False),
            listing.Column(
                "open", "操作", "action", value=lambda _row: "办理" if self.box == "todo" else "查看",
                link=lambda row: row.href,
            ),
        )  # fmt: skip
        self.default_order = "when" if self.box == "todo" else "-when"
        limits = (listing.Choice("limit", "期限", ((LATE, "已超期"), (SOON, "三日内到期或已超期"))),)
        self.filters = (*(limits if self.box == "todo" else ()), *_COMMON_FILTERS)

    @property
    def batch(self) -> tuple[listing.BatchAction, ...]:  # type: ignore[override] - rooms above add theirs at start-up
        return (*_BATCH.get(self.box, ()), *registry.batch_actions(self.box))

    def query(self, request: HttpRequest) -> listing.Query:
        return BoxQuery(Box(people.actor(request), self.box))

    def row_key(self, row: TodoRow) -> str:
        return f"0~m{row.errand_id}" if row.errand_id is not None else f"{row.instance_id}~{row.task_id or ''}"

    def heading(self, request: HttpRequest) -> str:  # noqa: ARG002
        return self.title

    def tabs(self, request: HttpRequest) -> Sequence[tuple[Any, ...]]:
        counts = boxes.counts(people.actor(request))
        return [
            (title, address(name), name == self.box, rows.shown_count(counts[name])) for name, title in BOXES.items()
        ]


def address(box: str) -> str:
    return reverse("processes:todo") if box == "todo" else reverse("processes:box", args=[box])


VIEWS = {box: type(f"{box}_list", (BoxList,), {"box": box, "__doc__": title}).as_view() for box, title in BOXES.items()}
