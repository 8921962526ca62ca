"""The log of reads of personal data: append-only, covered by the nightly root."""

from collections.abc import Sequence

from django.db import connection

from .domain import Actor


def log_access(actor: Actor, subject: tuple[str, object], fields: Sequence[str], purpose: str = "") -> None:
    """Note that ``actor`` was shown ``fields`` of ``subject``. The time is the real clock of the database, never the
    business clock. ``purpose`` is what the reader gave as reason where the role needs one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_access (account_id, person_id, actor_name, unit_id, unit_name, ip, request_id, "
            "subject_kind, subject_id, fields, purpose) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                actor.account_id, actor.person_id, actor.name, actor.unit_id, actor.unit_name, actor.ip,
                actor.request_id, subject[0], str(subject[1]), "、".join(fields), purpose,
            ],
        )  # fmt: skip
