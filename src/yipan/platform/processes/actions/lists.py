"""What somebody does to his own lists: read copies, follow a matter."""

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
