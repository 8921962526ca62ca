"""What the worker does for this room, and what the room declares at start-up."""

from django.db import connection, transaction

from yipan.platform import jobs
from yipan.platform.ui import navigation

from . import audit, events, exports, outbox, partitions, rights, roots, subscriptions, verbs

AUDIT_READ = "records.audit.read"
DEADLETTER_RESEND = "records.deadletter.resend"
PAYLOAD_ERASE = "records.payload.erase"
NOBODY = "没有处理该类消息的程序"


def register() -> None:
    rights.declare(AUDIT_READ, "查看审计记录")
    rights.declare(DEADLETTER_RESEND, "重发未送达消息")
    rights.declare(PAYLOAD_ERASE, "清除行为记录的附属内容")
    verbs.declare(
        {"records.found": "建立数据库", "records.resend": "重发未送达消息", "records.erase_payload": "清除附属内容"},
        kinds={
            "installation": "数据库", "account": "账号", "act": "行为记录", "outbox": "外发消息",
            "delivery": "事件投递", "message": "消息",
        },
    )  # fmt: skip
    exports.register()
    _register_jobs()
    _register_screens()


def _register_jobs() -> None:
    jobs.sweep("records.deliver", every=1.0)(events.deliver)
    jobs.sweep("records.send", every=1.0)(outbox.send_due)
    jobs.task("records.root")(_root)
    jobs.task("records.daily")(_daily)
    jobs.task("records.verify", attempts=1)(_verify)
    jobs.periodic("10 1 * * *", "records.root")
    jobs.periodic("40 0 * * *", "records.daily")


def _register_screens() -> None:
    def waiting(_request: object) -> int | None:
        from .queries import count_dead_letters

        return count_dead_letters() or None

    place = ("administration", "安全与审计")
    navigation.register(*place, "行为审计", "records:acts", icon="history", right=AUDIT_READ, order=10)
    navigation.register(*place, "个人信息查看记录", "records:accesses", icon="eye", right=AUDIT_READ, order=20)
    navigation.register(*place, "防篡改核验", "records:integrity", icon="shield-check", right=AUDIT_READ, order=30)
    navigation.register(
        "administration", "运行", "未送达消息", "records:dead_letters", icon="mail", right=DEADLETTER_RESEND,
        badge=waiting, order=20,
    )  # fmt: skip


def _root() -> None:
    roots.make()


def _daily() -> None:
    """Make the next partitions; what nobody in this program can deliver any more is shown to a person."""
    partitions.ensure_next()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, column, known in (
            ("records_delivery", "subscriber", subscriptions.known()),
            ("records_outbox", "channel", outbox.channels()),
        ):
            cursor.execute(
                f"UPDATE {table} SET state = 'dead', last_error = %s WHERE state = 'queued' "
                f"AND next_at < now() - interval '1 day' AND NOT {column} = ANY(%s) RETURNING id, {column}, now()",
                [NOBODY, known],
            )
            kind = table.removeprefix("records_")
            for row_id, what, at in cursor.fetchall():
                events.tell_dead(kind, row_id, what, NOBODY, ("", ""), at)


def _verify(progress_id: int) -> None:
    with jobs.progress(progress_id) as progress:
        report = audit.verify()
        progress.result.update(ok=report.ok, text=report.text(), findings=[f.text() for f in report.findings[:200]])
