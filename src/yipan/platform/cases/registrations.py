"""What the room tells other rooms at start-up: rights, words, task acts, jobs, channels, menus, sources."""

from typing import Any

from django.db.models import CharField
from django.http import HttpRequest
from django.urls import reverse

from yipan.kernel.packs import register_loader
from yipan.platform import jobs, people, processes, records
from yipan.platform.records.events import DEAD, RESENT
from yipan.platform.ui import context, navigation

from . import process_acts
from .domain.model_check import check_acts
from .domain.states import ACTS

RIGHTS = {
    "case.read": "查看办件",
    "case.handle": "办理环节任务",
    "case.receive": "窗口收件",
    "case.precheck": "预审受理",
    "case.examine": "审查、申请特别程序和延期",
    "case.approve_special": "批准特别程序",
    "case.approve_extension": "批准延期",
    "case.approve_exception": "批准再次告知的例外",
    "case.terminate": "终止办理",
    "case.import": "导入历史办件",
    "case.rectify": "核实和整改差评",
    "case.check_genuine": "核实真实性预警",
    "data.correct": "核实数据异议、更正登记",
}
VERBS = {
    "case.begin": "开始申请",
    "case.save_form": "保存申请表",
    "case.propose_special_procedure": "申请特别程序",
    "case.reject_special_procedure": "不同意特别程序",
    "case.opinion": "提出意见",
    "case.request_correction_exception": "申请再次告知的例外",
    "case.approve_correction_exception": "批准再次告知的例外",
    "case.reject_correction_exception": "不同意再次告知",
    "case.recount": "重新计算期限",
    "case.import": "导入历史办件",
    "case.rate": "评价",
    "case.verify_rating": "核实差评",
    "case.answer_rating": "整改和答复差评",
    "case.revisit_rating": "回访评价人",
    "case.rate_again": "再次评价",
    "case.settle_alert": "核实真实性预警",
    "case.urge": "申请人催办",
    "case.sign": "申请人签名",
    "case.print": "打印小票",
    "case.open_dispute": "提出数据异议",
    "case.correct_data": "更正登记数据",
    "case.keep_data": "维持登记数据",
    "case.warn": "警告（虚假材料）",
    "case.prior_came": "前置结果已取得",
    "case.choose_delivery": "更改领取方式",
    "case.dispatch": "交寄、存柜",
    "case.dispatch_failed": "没有送到",
    "case.settle_dispatch": "处理没有送到的结果",
    "case.reissue": "补发证照",
    "case.announce": "公告送达",
    "case.read_paper": "申请人阅读文书",
    "case.refused_reading": "越权查看被拒绝",
    "client.register": "登记窗口来人",
}


JOINT_VERBS = {
    "joint.begin": "开始联办申请",
    "joint.share": "共用材料",
    "joint.submit": "提交联办申请",
    "joint.hold": "等待前置事项",
    "joint.withdraw": "撤回其余事项",
}


def register() -> None:
    from yipan.platform.notices import reminding

    from . import leaving, lookups, reminders
    from .actions import join_person
    from .bundles import BundleLoader
    from .queries import delivery as deliveries
    from .stories import StoryLoader

    CharField.register_lookup(lookups.Part)
    for name, title in RIGHTS.items():
        records.rights.declare(name, title)
    records.verbs.declare(VERBS | {f"case.{verb}": rule.title for verb, rule in ACTS.items()}, kinds={"case": "办件"})
    records.verbs.declare(JOINT_VERBS, kinds={"joint": "联办"})
    process_acts.register()
    processes.register_model_check(check_acts)
    processes.register_subject("case", url=_address, titles=_titles)
    register_loader(StoryLoader(), after=["people", "items", "forms", "processes"])
    register_loader(BundleLoader(), after=["items"])
    people.joining.register("办件", join_person.move)
    people.addresses.register_use(deliveries.sent_to)
    people.handover.register(leaving.REGISTER, leaving.count, leaving.transfer)
    _register_work()
    reminding.register("case", reminders.SOURCE)
    reminding.register("rating", reminders.RATINGS)
    reminding.register("dispute", reminders.DISPUTES)
    _register_outside()
    _register_menus()


def _address(subject_id: str) -> str:
    return reverse("cases:page", args=[subject_id])


def _titles(subject_ids: list[str]) -> dict[str, Any]:
    from . import queries

    return queries.titles(subject_ids)


def _register_work() -> None:
    from . import work
    from .actions import approvals, batching, disputes, rectifying, tracking
    from .views.batching import TASKS

    jobs.task(work.PRODUCE)(work.produce_document)
    jobs.task(work.ISSUE)(work.issue_licence)
    jobs.task(batching.JOB)(batching.run)
    processes.register_batch("todo", TASKS)
    for kind, title in approvals.KINDS.items():
        processes.errands.register(kind, title)
    processes.errands.register(work.REJECTED, "推送被退回")
    processes.errands.register(rectifying.ERRAND, "差评整改")
    processes.errands.register(disputes.ERRAND, "数据异议")
    processes.errands.register(tracking.ERRAND, "没有送到")
    records.subscribe(DEAD, work.refused_dispatch, name="cases.refused_dispatch")
    records.subscribe(DEAD, work.tell_unit_of_rejected_push, name="cases.rejected_push")
    records.subscribe(RESENT, work.push_was_resent, name="cases.resent_push")
    jobs.sweep("cases.overrun", every=5.0)(work.end_overrun_procedures)
    jobs.sweep("cases.hearings", every=5.0)(work.end_unasked_hearings)
    jobs.sweep("cases.disputes", every=5.0)(work.take_outside_answers)
    jobs.sweep("cases.tolerance", every=5.0)(work.end_broken_promises)
    jobs.sweep("cases.announcements", every=5.0)(work.end_announcements)
    jobs.sweep("cases.delivery", every=5.0)(work.fill_in_delivery)
    jobs.task("cases.ask_carriers")(work.ask_carriers)
    jobs.periodic("17 * * * *", "cases.ask_carriers")
    jobs.sweep("cases.lights", every=5.0)(work.keep_lights)
    records.subscribe("case.archive", work.check_genuine, name="cases.check_genuine")
    records.subscribe("licence.issued", work.prior_came, name="cases.prior_came")
    records.subscribe("licence.changed", work.licence_changed, name="cases.licence_changed")
    records.subscribe("item.in_force", work.tell_who_has_drafts, name="cases.item_in_force")
    for verb in work.PRIOR_ENDS:
        records.subscribe(f"case.{verb}", work.joint_prior_ended, name=f"cases.joint_{verb}")
    records.subscribe("calendar.corrected", work.recount_clocks, name="cases.recount_clocks")


def _register_outside() -> None:
    from . import carriers, outside, sources
    from .actions import disputes

    records.register_channel("acceptance", outside.report_case)
    records.register_channel("rating", outside.report_rating)
    records.register_channel("ems", carriers.order_mail)
    records.register_channel("locker", carriers.order_cell)
    sources.register_licence_source(outside.fetch_licence)
    sources.register_data_source(outside.verify_data)
    records.register_channel(disputes.CHANNEL, outside.send_dispute)
    sources.register_dispute_source(outside.dispute_answer)


def _register_menus() -> None:
    navigation.register("portal", "导航", "我的办件", "cases:mine", icon="files", order=40)
    navigation.register("portal", "导航", "一件事", "cases:joint_offered", icon="copy", order=35)
    navigation.register("portal", "我要查", "办件进度查询", "cases:ask", icon="search", note="凭短号和查询码，不用登录")
    navigation.register(
        "counter", "窗口业务", "收件登记", "cases:receive", icon="clipboard-check", right="case.receive"
    )
    navigation.register("counter", "窗口业务", "断网收件凭证", "cases:blanks", icon="receipt", right="case.receive")
    navigation.register("counter", "窗口业务", "设备和打印", "cases:devices", icon="tool", right="case.receive")
    navigation.register("workbench", "审批办理", "办件", "cases:list", icon="files", right="case.read", order=20)
    navigation.register(
        "workbench",
        "审批办理",
        "真实性预警",
        "cases:alerts",
        icon="alert-triangle",
        right="case.check_genuine",
        order=70,
    )
    navigation.register(
        "workbench", "审批办理", "数据异议", "cases:disputes", icon="message-report", right="data.correct", order=65
    )
    navigation.register(
        "portal", "我要查", "送达公告", "cases:announcements", icon="news", note="公告送达的办件，期满视为送达"
    )
    navigation.register("workbench", "审批办理", "待送达", "cases:delivery", icon="send", right="case.read", order=30)
    navigation.register(
        "workbench", "审批办理", "办件成效", "cases:figures", icon="chart-bar", right="case.read", order=60
    )
    navigation.register(
        "administration", "事项与流程", "导入历史办件", "cases:import", icon="upload", right="case.import", order=90
    )
    navigation.register("workbench", "配置", "常用意见", "cases:phrases", icon="message", right="case.handle", order=40)
    navigation.register("portal", "我要查", "听证公告", "cases:hearings", icon="users", note="公开举行的行政许可听证")
    context.provide("search_url", _search_url)


def _search_url(request: HttpRequest) -> str:
    """The search field of staff pages looks for cases."""
    return reverse("cases:list") if context.ask("may", request)("case.read") else ""
