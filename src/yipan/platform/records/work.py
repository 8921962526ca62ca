"""What the worker does for this room, registered at start-up."""

from yipan.platform import jobs

from . import events, outbox, partitions, rights, roots

AUDIT_READ = "records.audit.read"
DEADLETTER_RESEND = "records.deadletter.resend"
PAYLOAD_ERASE = "records.payload.erase"


def register() -> None:
    rights.declare(AUDIT_READ, "查看审计记录")
    rights.declare(DEADLETTER_RESEND, "重发未送达消息")
    rights.declare(PAYLOAD_ERASE, "清除行为记录的附属内容")
    jobs.sweep("records.deliver", every=1.0)(events.deliver)
    jobs.sweep("records.send", every=1.0)(outbox.send_due)
    jobs.task("records.root")(_root)
    jobs.task("records.partitions")(_partitions)
    jobs.periodic("10 1 * * *", "records.root")
    jobs.periodic("40 0 * * *", "records.partitions")


def _root() -> None:
    roots.make()


def _partitions() -> None:
    partitions.ensure_next()
