"""What somebody does to his own lists: read copies, follow a matter."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from yipan.platform.records import Actor

from ..domain import holders
from ..domain.values import ProcessProblem
from ..models import Entry, Instance


def mark_read(instance_id: int, *, actor: Actor, now: datetime) -> int:
    """Copies of this matter that waited to be read by the actor are read now; how many."""
    if actor.person_id is None:
        return 0
    mine = Entry.objects.filter(box="to_read", holder=holders.person_key(actor.person_id), instance_id=instance_id)
    return mine.update(box="read", sort_at=now)


def follow(instance_id: int, *, actor: Actor, now: datetime) -> None:
    """Put a matter under the actor's 我的关注; again changes nothing."""
    if actor.person_id is None:
        raise ProcessProblem("没有登录人员，不能关注。")
    item = Instance.objects.values_list("item_key", flat=True).get(pk=instance_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO processes_entry "
            "(box, holder, sort_at, instance_id, task_key, item_key, excluded, by_name, at) "
            "VALUES ('followed', %s, %s, %s, '', %s, '{}', '', %s) "
            "ON CONFLICT (holder, instance_id) WHERE box = 'followed' DO NOTHING",
            [holders.person_key(actor.person_id), now, instance_id, item, now],
        )


def unfollow(instance_id: int, *, actor: Actor) -> None:
    if actor.person_id is not None:
        Entry.objects.filter(
            box="followed", holder=holders.person_key(actor.person_id), instance_id=instance_id
        ).delete()


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A line that went to somebody else's list: what it is about."""

    subject: tuple[str, str]
    business_key: str
    process: str


_HAND_OVER = """
WITH mine AS (
    DELETE FROM processes_entry WHERE box = %(box)s AND holder = %(old)s
    RETURNING box, sort_at, instance_id, task_key, item_key, excluded, by_name, at
), there AS (
    SELECT instance_id, task_key FROM processes_entry WHERE box = %(box)s AND holder = %(new)s
), moved AS (
    INSERT INTO processes_entry (box, holder, sort_at, instance_id, task_key, item_key, excluded, by_name, at)
    SELECT m.box, %(new)s, m.sort_at, m.instance_id, m.task_key, m.item_key, m.excluded, m.by_name, m.at
    FROM mine m LEFT JOIN there t USING (instance_id, task_key) WHERE t.instance_id IS NULL
)
SELECT i.subject_kind, i.subject_id, i.business_key, d.name FROM mine m
JOIN processes_instance i ON i.id = m.instance_id JOIN processes_definition d ON d.id = i.definition_id
ORDER BY m.sort_at, m.instance_id
"""


def hand_over(box: str, *, from_person: int, to_person: int) -> list[MovedLine]:
    """Copies to read, or followed matters, of somebody who leaves go to his successor; what moved (one statement)."""
    params = {"box": box, "old": holders.person_key(from_person), "new": holders.person_key(to_person)}
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, params)
        return [MovedLine((kind, subject), key, process) for kind, subject, key, process in cursor.fetchall()]
