"""To-dos in 粤政易: one for each person who can take a task, opened, changed and closed as the task goes here.

The outbox carries only instance and task; who is asked is looked up when the message leaves, and a message about a
task that has moved on meanwhile does what is right by then.
"""

from typing import Any

from django.conf import settings

from yipan.platform import calendar, people
from yipan.platform.records import Outgoing, Rejected, Sent

from . import queries, registry
from .domain import holders
from .domain.delta import OPEN
from .models import Task

MOST_PEOPLE = 50


def send(message: Outgoing) -> Sent:
    """Tell 粤政易 how a task stands."""
    from yipan.connectors import yuezhengyi

    asked = message.payload
    task = Task.objects.select_related("instance__definition").filter(
        instance_id=asked["instance"], key=asked["task"]
    ).first()  # fmt: skip
    if task is None:
        raise Rejected("the task does not exist")
    todo = f"{asked['instance']}-{asked['task']}"
    if task.status not in OPEN:
        return Sent(_call(yuezhengyi.close_todo, todo, key=message.key))
    users = _users(task)
    if not users:
        return Sent("")  # nobody who has a 粤政易 account; the administrator's list shows work that nobody can do
    subject = (task.instance.subject_kind, task.instance.subject_id)
    title = queries.titles([subject]).get(subject)
    text = f"{task.name}：{title.title}" if title is not None else f"{task.name}：{task.instance.definition.name}"
    path = registry.subjects[subject[0]].url(subject[1]) if subject[0] in registry.subjects else "/todo/"
    link = f"{settings.YIPAN_PUBLIC_URL}{path}"
    remote = _call(yuezhengyi.open_todo, todo, users=users, title=text, link=link, due=task.due_at, key=message.key)
    return Sent(remote)


def _users(task: Task) -> list[str]:
    """粤政易 accounts of those who may take the task, deputies of absent ones with them."""
    now = calendar.now()
    persons = [task.person_id] if task.person_id is not None else list(task.persons)
    for role in task.roles if not persons else ():
        if role != holders.APPLICANT:
            persons += [h.person_id for h in people.queries.holders(role, task.unit_key or None, now)]
    persons = [person for person in dict.fromkeys(persons) if person not in task.excluded][:MOST_PEOPLE]
    deputies = people.queries.deputies_of(persons, now)
    persons += [h.person_id for found in deputies.values() for h in found if h.person_id not in task.excluded]
    contacts = people.contacts.by_persons(list(dict.fromkeys(persons))) if persons else []
    return [contact.yuezhengyi for contact in contacts if contact.yuezhengyi]


def _call(send_: Any, *arguments: Any, **named: Any) -> str:
    """A refusal for good goes to the dead letters at once; everything else is tried again."""
    try:
        return send_(*arguments, **named) or ""
    except Exception as problem:
        if getattr(problem, "permanent", False):
            raise Rejected(str(problem)) from problem
        raise
