"""Lists for those who look after processes: work of a unit that nobody can do, and the deployed versions."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from yipan.platform import calendar, people
from yipan.platform.ui import listing

from . import queries, rows
from .actions.move import HAND_OVER, move
from .domain.values import ProcessProblem


def _scope(request: HttpRequest) -> "people.UnitScope":
    return people.scope_filter(people.actor(request), HAND_OVER)


def _colleagues(request: HttpRequest) -> list[tuple[Any, str]]:
    """Whom the administrator may give work to, by account."""
    scope, actor = _scope(request), people.actor(request)
    units = sorted(scope.unit_ids) or ([actor.unit_id] if actor.unit_id is not None else [])
    found = {h.account_id: f"{h.name}（{h.post_name}）" for unit in units for h in people.queries.colleagues(unit)}
    return list(found.items())


def _reassign(request: HttpRequest, key: str, reason: str) -> str:
    receiver = request.POST.get("picked", "")
    if not receiver.isdecimal():
        raise listing.Refusal("请选择接收人")
    move(
        task_id=int(key), move="reassign", actor=people.actor(request), now=calendar.now(),
        to_account_id=int(receiver), reason=reason,
    )  # fmt: skip
    return "已改派"


class UnitTaskList(listing.ListPage):
    """Tasks of the administrator's units that wait for people who have left, are away, or do not exist."""

    key, title, face = "processes.unit", "单位任务改派", "workbench"
    intro = "办理人离任、请假无人代理或岗位无人的任务。管理员只改派，不代为办理。"
    personal = True
    default_order = "due_at"
    columns = (
        listing.Column(
            "title", "事项", link=lambda row: row.href, sub=lambda row: row.subtitle, fixed=True, personal=True
        ),
        listing.Column("task", "环节"),
        listing.Column("holder", "办理人"),
        listing.Column("why", "原因"),
        listing.Column("due_at", "到期", value=lambda row: row.due, sort=True, nowrap=True),
    )
    filters = (listing.Flag("all", "包括有人可办的任务"), listing.Text("q", "环节、办理人或申请人"))
    batch = (
        listing.BatchAction(
            "reassign", "改派", _reassign, icon="transfer", reason="原因", pick_label="接收人", pick=_colleagues,
            refusals=(ProcessProblem,), kind="primary",
        ),
    )  # fmt: skip
    empty_title = "没有需要改派的任务"
    empty_hint = "办理人离任、请假无人代理或岗位无人时，任务会出现在这里。"

    def query(self, request: HttpRequest) -> listing.Query:
        scope = _scope(request)
        keys = None if scope.kind == "district" else sorted(scope.unit_keys)
        return listing.RowsQuery(
            lambda filters: rows.unit_rows(queries.unit_tasks(keys, only_orphaned=not filters.get("all"))),
            lambda row, filters: filters.get("q", "") in f"{row.title} {row.subtitle} {row.task} {row.holder}",
        )


class DefinitionList(listing.ListPage):
    """Every process with its versions and how many instances run on each."""

    key, title, face = "processes.definitions", "流程", "administration"
    intro = "流程随内容包发布；正在办理的件按开始时的版本办完。"
    default_order = "name"
    columns = (
        listing.Column(
            "name", "流程", fixed=True, sort=True, value=lambda row: row.name or row.key, sub=lambda row: row.key,
            link=lambda row: reverse("processes:definition", args=[row.key, row.version]),
        ),
        listing.Column("version", "版本", "number", sort=True),
        listing.Column(
            "state", "状态", "status", value=lambda row: "现行" if row.newest else "旧版",
            tone=lambda row: "green" if row.newest else "grey",
        ),
        listing.Column("running", "运行中", "number", sort=True),
        listing.Column("deployed_at", "发布时间", "moment", sort=True),
        listing.Column("deployed_by", "发布人"),
        listing.Column(
            "model", "操作", "action", value=lambda _row: "BPMN",
            link=lambda row: reverse("processes:model", args=[row.key, row.version]),
        ),
    )  # fmt: skip
    filters = (listing.Text("q", "名称或标识"), listing.Flag("newest", "只看现行版本"))
    empty_title = "还没有发布流程"
    empty_hint = "流程随内容包安装。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(
            lambda _filters: queries.definitions(),
            lambda row, filters: (
                filters.get("q", "") in f"{row.name} {row.key}" and (row.newest or not filters.get("newest"))
            ),
        )
