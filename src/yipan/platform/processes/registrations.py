"""What the room tells other rooms at start-up: rights, words, the sweep of timers, channel, menus, pack loader."""

from django.http import HttpRequest

from yipan.kernel.packs import register_loader
from yipan.platform import decisions, jobs, records
from yipan.platform.people import joining
from yipan.platform.ui import home, navigation

RIGHTS = {
    "task.view": "查看待办",
    "task.hand_over": "改派任务",
    "process.manage": "管理流程",
    "errand.post": "向统一待办推送",
}
VERBS = {
    "process.deploy": "发布流程版本", "process.upgrade": "迁移流程版本", "task.complete": "办理", "task.claim": "签收",
    "task.unclaim": "退签", "task.transfer": "转办", "task.delegate": "委托", "task.reassign": "改派",
    "task.return": "退回", "task.recall": "撤回", "task.add_before": "前加签", "task.add_after": "后加签",
    "task.copy": "抄送", "task.urge": "催办",
}  # fmt: skip


def register() -> None:
    from . import leaving, outside, queries, registry, sources, telling
    from .actions import join_person, migration, orphans, start, starts, timers
    from .loader import ProcessLoader

    records.rights.declare_all(RIGHTS)
    records.verbs.declare(VERBS, kinds={"process": "流程", "matter": "流程事项", "instance": "子流程"})
    records.register_channel(telling.TODO_CHANNEL, outside.send)
    leaving.register()
    joining.register("流程", join_person.move)
    jobs.sweep("processes.timers", every=2.0)(timers.sweep)
    jobs.sweep("processes.starts", every=5.0)(starts.sweep)
    jobs.task("processes.orphans")(orphans.tell_administrators)
    jobs.periodic("*/10 * * * *", "processes.orphans")
    jobs.task(migration.JOB)(migration.migrate_all)
    register_loader(ProcessLoader(), after=["people", "decisions"])
    registry.register_decisions(decisions.resolve)
    sources.register()
    registry.register_subject(start.MATTER, url=lambda _id: "", titles=queries.matter_titles)
    _menus()


def _menus() -> None:
    navigation.register(
        "workbench", "我的工作", "待办", "processes:todo", icon="inbox", right="task.view", badge=_badge, order=10
    )
    navigation.register(
        "workbench", "配置", "单位任务改派", "processes:unit", icon="transfer", right="task.hand_over", order=70,
        note="无人能办、人员离任的任务",
    )  # fmt: skip
    navigation.register(
        "administration", "事项与流程", "流程", "processes:definitions", icon="sitemap", right="process.manage",
        order=30, note="版本、流程图、运行中的数量",
    )  # fmt: skip
    home.panel(
        "workbench", "processes.todo", template="processes/_home.html", values=_home, right="task.view", order=10,
        wide=True,
    )  # fmt: skip


def _badge(request: HttpRequest) -> int | None:
    from . import queries

    actor = getattr(request, "actor", None)
    return queries.open_count(actor) or None if actor is not None else None


def _home(request: HttpRequest) -> dict | None:
    from . import views

    return views.home_values(request)
