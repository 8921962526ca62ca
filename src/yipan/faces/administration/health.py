"""Is the installation well? A few figures that ask for a person when they are not right; each leads to its page."""

import datetime as dt
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.urls import NoReverseMatch, reverse

from yipan.platform import calendar
from yipan.platform.jobs import worker
from yipan.platform.records import queries as record_queries

SILENT = dt.timedelta(minutes=1)
# The holiday notice for the next year usually comes out in November.
ASK_FOR_NEXT_YEAR = 11


@dataclass(frozen=True)
class Check:
    """``tone`` green, orange or red; ``word`` says the same."""

    title: str
    tone: str
    word: str
    text: str
    url: str = ""


def checks(now: dt.datetime, today: dt.date) -> tuple[Check, ...]:
    """``now`` is the machine's time (heartbeats), ``today`` the business day (calendars)."""
    found = [_database(), _worker(now), _dead_letters(), _calendar(today), _integrity(now)]
    if apps.is_installed("yipan.platform.documents"):
        found.append(_seals())
    return tuple(found)


def _route(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), split_part(version(), ' ', 2)")
        size, version = cursor.fetchall()[0]
    return Check("数据库", "green", "正常", f"PostgreSQL {version}，占用 {size / 1024 / 1024:.0f} MB")


def _worker(now: dt.datetime) -> Check:
    seen = worker.last_heartbeat()
    if seen is None:
        return Check("后台作业", "red", "没有运行", "没有作业进程报告过，文书、通知和计时不会执行")
    if now - seen > SILENT:
        return Check("后台作业", "red", "中断", f"作业进程已 {int((now - seen).total_seconds())} 秒没有报告")
    return Check("后台作业", "green", "正常", "作业进程按时报告")


def _dead_letters() -> Check:
    waiting = record_queries.count_dead_letters()
    if waiting:
        url = _route("records:dead_letters")
        return Check("对外消息", "orange", "需要处理", f"{waiting} 条多次发送失败，等待人工处理", url)
    return Check("对外消息", "green", "正常", "没有发送失败的消息")


def _calendar(today: dt.date) -> Check:
    years = {one.year for one in calendar.current().years}
    url = _route("calendar:years")
    if today.year not in years:
        return Check("工作日历", "red", "缺少", f"没有 {today.year} 年的工作日历，期限无法计算", url)
    if today.month >= ASK_FOR_NEXT_YEAR and today.year + 1 not in years:
        return Check("工作日历", "orange", "待导入", f"请在国务院办公厅通知发布后导入 {today.year + 1} 年日历", url)
    return Check("工作日历", "green", "正常", f"已有 {min(years)} 至 {max(years)} 年")


def _integrity(now: dt.datetime) -> Check:
    url = _route("records:integrity")
    newest = next(iter(record_queries.roots(1)), None)
    if newest is None:
        return Check("防篡改签名", "orange", "尚未签名", "还没有签名的记录汇总，作业进程每天自动签名", url)
    age = (now - newest.at).days
    if age > 2:
        return Check("防篡改签名", "orange", "过期", f"最近一次签名是 {age} 天前", url)
    return Check("防篡改签名", "green", "正常", f"第 {newest.number} 次签名，覆盖 {newest.leaves} 条链", url)


def _seals() -> Check:
    from yipan.platform.documents.models import Document

    refused = Document.objects.filter(state="refused").count()
    url = _route("documents:queue")
    if refused:
        return Check("用印", "orange", "需要处理", f"{refused} 份文书盖章未成功", url)
    return Check("用印", "green", "正常", "没有盖章失败的文书", url)
