"""Send a result by mail, locker or announcement, and decide what follows when it does not arrive.

The task 送达 stays open meanwhile; only the carrier's event, or the end of the announcement, completes it.
"""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from yipan.kernel.clock import Limit, due
from yipan.platform import calendar, people, processes, records

from ..domain.delivery import LOCKER, MAIL, NOTICE, WAYS
from ..domain.states import State
from ..models import Case, Delivery, Dispatch
from . import delivery, messages, tracking
from .core import CaseProblem, Work, work_on

CHANNELS = {MAIL: "ems", LOCKER: "locker"}
FAILED = ("returned", "lost", "expired", "rejected")
SETTLEMENTS = {"resend": "重新寄送", "pickup": "改为窗口领取", "reissue": "补发证照"}


def dispatch(
    case_id: int, *, way: str, reason: str = "", key: str = "", actor: records.Actor, now: datetime
) -> Dispatch:
    """Begin a delivery that takes time; only whoever may do the case's task 送达. The same ``key`` again gets the same
    dispatch."""
    with work_on(case_id, actor, now) as work:
        known = Dispatch.objects.filter(case=work.case, key=key).first() if key else None
        if known is not None:
            return known
        _may(work)
        if way not in (MAIL, LOCKER, NOTICE):
            raise CaseProblem("请选择邮寄、自助柜或者公告送达。")
        if Dispatch.objects.filter(case=work.case, state__in=("ordered", "sent")).exists():
            raise CaseProblem("结果已经寄出、存入自助柜或者正在公告，不用重复办理。")
        if unsettled(work.case) is not None and way != NOTICE:
            raise CaseProblem("上一次没有送达，请先在“送达”中选择怎么处理。")
        return _announce(work, reason, key) if way == NOTICE else _order(work, way, key)


def _may(work: Work) -> None:
    """Raises CaseProblem for whoever may not do the task, in the words of its rules."""
    if work.case.state != State.DELIVERY:
        raise CaseProblem(f"办件现为“{State(work.case.state).title}”，只有待送达的办件可以办理送达。")
    subject = ("case", str(work.case.pk))
    tasks = processes.queries.my_tasks(subject, work.actor)
    mine = next((task for task in tasks if task.act == "deliver"), None)
    if mine is None:
        raise CaseProblem("送达由本单位出件岗办理，您不能办理；申请人本人不能办理自己的办件。")
    if not mine.may_be_done:
        raise CaseProblem(f"送达已由{mine.claimed_by_other or '他人'}签收办理。")


def _order(work: Work, way: str, key: str = "") -> Dispatch:
    chosen = Delivery.objects.filter(case=work.case).first()
    person, ref = (chosen.address_person_id, chosen.address_ref) if chosen else (None, "")
    if way == MAIL and not ref:
        raise CaseProblem("申请人没有填写收件地址，不能邮寄；可以请申请人在“我的办件”中填写，或者改用其他方式。")
    made = Dispatch.objects.create(
        case=work.case, way=way, address_person_id=person if way == MAIL else None,
        address_ref=ref if way == MAIL else "", key=key or None, ordered_by=work.actor.name, ordered_at=work.now,
    )  # fmt: skip
    delivery.record(work, "case.dispatch", way=WAYS[way], dispatch=made.pk)
    # Name, phone and address are read when the message is sent: they never lie in the outbox.
    records.queue(
        channel=CHANNELS[way],
        key=f"dispatch-{made.pk}",
        payload={"dispatch": made.pk},
        subject=("case", str(work.case.pk)),
        at=work.now,
    )
    return made


def _announce(work: Work, reason: str, key: str) -> Dispatch:
    """公告送达: the last resort, after another way has failed."""
    if not Dispatch.objects.filter(case=work.case, state__in=FAILED).exists():
        raise CaseProblem("其他方式没有送达的，才能公告送达；请先邮寄、存入自助柜或者通知申请人到窗口领取。")
    if len(reason.strip()) < 6:
        raise CaseProblem("请写明公告送达的原因和经过，至少 6 个字。")
    until = due(Limit(delivery.term("announcement_days"), "calendar_days"), work.now, calendar=calendar.current()).at
    made = Dispatch.objects.create(
        case=work.case, way=NOTICE, state="sent", reason=reason.strip(), key=key or None, ordered_by=work.actor.name,
        ordered_at=work.now, sent_at=work.now, until=until,
    )  # fmt: skip
    for failed in Dispatch.objects.filter(case=work.case, state__in=FAILED, settled_at=None):
        _settled(work, failed, "公告送达")
    delivery.record(work, "case.announce", reason=reason.strip(), dispatch=made.pk)
    messages.tell_applicant(work, "case.announced", due=until)
    return made


def unsettled(case: Case) -> Dispatch | None:
    """The attempt that failed and that nobody has decided on."""
    return Dispatch.objects.filter(case=case, state__in=FAILED, settled_at=None).order_by("-id").first()


def settle(dispatch_id: int, *, how: str, reason: str, actor: records.Actor, now: datetime) -> None:
    """What follows a failed attempt: send again, hand out at the window, or decide on a duplicate (补证) when lost.

    The same decision of the same person once more changes nothing."""
    case_id = Dispatch.objects.values_list("case_id", flat=True).get(pk=dispatch_id)
    with work_on(case_id, actor, now) as work:
        failed = Dispatch.objects.select_for_update().get(pk=dispatch_id)
        if failed.settled_by == actor.name and failed.settlement == SETTLEMENTS.get(how):
            return
        _may(work)
        if failed.state not in FAILED:
            raise CaseProblem("这次送达没有失败，不用处理。")
        if failed.settled_at is not None:
            raise CaseProblem(f"{failed.settled_by}已经处理：{failed.settlement}。")
        if how not in SETTLEMENTS:
            raise CaseProblem("请选择重新寄送、改为窗口领取或者补发证照。")
        if (how == "reissue") != (failed.state == "lost"):
            lost = failed.state == "lost"
            raise CaseProblem("邮件丢失的，须先决定补发证照。" if lost else "只有邮件丢失的才需要补发证照。")
        if how == "reissue":
            _reissue(work, failed, reason)
        _settled(work, failed, SETTLEMENTS[how])
        delivery.record(work, "case.settle_dispatch", reason=reason.strip(), dispatch=failed.pk, how=SETTLEMENTS[how])
        if how == "resend":
            _order(work, failed.way)
        elif how == "pickup":
            messages.tell_applicant(work, "case.come_to_window")


def _reissue(work: Work, failed: Dispatch, reason: str) -> None:
    """补发: what was lost is void and made anew; the decision says why."""
    if len(reason.strip()) < 6:
        raise CaseProblem("请写明决定补发的理由和查询邮件的结果，至少 6 个字。")
    known, _made = Delivery.objects.get_or_create(case=work.case)
    known.copies += 1
    known.save(update_fields=["copies"])
    delivery.record(work, "case.reissue", reason=reason.strip(), dispatch=failed.pk, copy=known.copies)


def _settled(work: Work, failed: Dispatch, words: str) -> None:
    failed.settled_at, failed.settled_by, failed.settlement = work.now, work.actor.name, words
    failed.save(update_fields=["settled_at", "settled_by", "settlement"])
    processes.close_errand(tracking.ERRAND, failed.pk, actor=work.actor, at=work.now, outcome=words)


def taken(
    dispatch_id: int, *, number: str, place: str = "", code: str = "", until: datetime | None = None, now: datetime
) -> None:
    """The carrier has the order: the applicant is told its number, or the code of the cell. Again changes nothing; the
    code is kept nowhere but in the message to the applicant."""
    with transaction.atomic():
        case_id = Dispatch.objects.values_list("case_id", flat=True).get(pk=dispatch_id)
        with work_on(case_id, records.SYSTEM, now) as work:
            made = Dispatch.objects.select_for_update().get(pk=dispatch_id)
            if made.state != "ordered":
                return
            made.state, made.number, made.place, made.sent_at, made.until = "sent", number, place, now, until
            made.save(update_fields=["state", "number", "place", "sent_at", "until"])
            if made.way == LOCKER:
                messages.tell_applicant(work, "case.in_locker", place=place, code=code, due=until or now)
            else:
                messages.tell_applicant(work, "case.mailed", number=number)


def refused(event: records.Event) -> None:
    """An order that its carrier will never take: whoever delivers decides what follows."""
    about = event.payload
    if about.get("about_kind") != "case" or about.get("channel") not in CHANNELS.values():
        return
    with work_on(int(about["about_id"]), records.SYSTEM, event.at) as work:
        made = Dispatch.objects.select_for_update().filter(case=work.case, state="ordered").first()
        if made is not None:
            made.state, made.ended_at, made.reason = "rejected", event.at, str(about.get("error", ""))[:500]
            made.save(update_fields=["state", "ended_at", "reason"])
            tracking.ask_desk(work, made)


def end_announcements(now: datetime) -> int:
    """Announcements whose time is over: the result is deemed delivered; how many."""
    over = Dispatch.objects.filter(way=NOTICE, state="sent", until__lte=now).order_by("until")
    found = list(over.values_list("pk", flat=True)[:100])
    for pk in found:
        tracking.end_announcement(pk, now=now)
    return len(found)


def slip(made: Dispatch, actor: records.Actor) -> "people.addresses.Address | None":
    """The address for the slip of a parcel; the read is logged."""
    if made.address_person_id is None:
        return None
    records.log_access(actor, ("person", str(made.address_person_id)), ["收件地址", "电话"], "打印邮寄面单")
    return people.addresses.read(made.address_person_id, made.address_ref)


def address_of_errand(case: Case) -> str:
    return reverse("cases:page", args=[case.pk]) + "#delivery"
