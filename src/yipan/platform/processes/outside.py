"""To-dos in 粤政易: one for each person who can take a task, opened, changed and closed as the task goes here.

The outbox carries only instance and task; who is asked is looked up when the message leaves, and a message about a
task that has moved on meanwhile does what is right by then.
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from yipan.platform import calendar, people
from yipan.platform.records import Outgoing, Rejected, Sent

from . import errands, queries, registry
from .domain import holders
from .domain.delta import OPEN
from .models import Errand, ErrandEntry, Task

MOST_PEOPLE = 50


def send(message: Outgoing) -> Sent:
    """Tell 粤政易 how a task stands."""
    from yipan.connectors import yuezhengyi

    asked = message.payload
    if "errand" in asked:
        return _errand(message)
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
    if not Task.objects.filter(pk=task.pk, status__in=OPEN).exists():  # done while the message was on its way
        _call(yuezhengyi.close_todo, todo, key=f"{message.key}-closed")
    return Sent(remote)


def _errand(message: Outgoing) -> Sent:
    """An errand of another room, as it stands by now."""
    from yipan.connectors import yuezhengyi

    errand = Errand.objects.filter(pk=message.payload["errand"]).first()
    if errand is None:
        raise Rejected("the errand does not exist")
    todo = f"errand-{errand.pk}-{errand.opened_at:%Y%m%d%H%M%S}"  # opened anew it is another to-do there
    if errand.closed_at is not None:
        return Sent(_call(yuezhengyi.close_todo, todo, key=message.key))
    users = _errand_users(errand)
    if not users:
        return Sent("")
    title = f"{errand.kind or errands.title_of(errand.source)}：{errand.title}"
    link = errand.url if errand.url.startswith("http") else f"{settings.YIPAN_PUBLIC_URL}{errand.url}"
    remote = _call(yuezhengyi.open_todo, todo, users=users, title=title, link=link, due=errand.due_at, key=message.key)
    if Errand.objects.filter(pk=errand.pk, closed_at__isnull=False).exists():  # done while the message was on its way
        _call(yuezhengyi.close_todo, todo, key=f"{message.key}-closed")
    return Sent(remote)


def _errand_users(errand: Errand) -> list[str]:
    now = calendar.now()
    named = queries.errand_contacts(errand.pk)
    if named is None:
        return []
    persons, roles = named
    for role, unit in roles:
        persons += [h.person_id for h in people.queries.holders(role, unit or None, now)]
    barred: set[int] = set(
        ErrandEntry.objects.filter(errand=errand, box="todo").values_list("excluded", flat=True).first() or ()
    )
    return _accounts([person for person in dict.fromkeys(persons) if person not in barred], barred, now)


def _accounts(persons: list[int], barred: set[int], now: datetime) -> list[str]:
    """粤政易 accounts of persons and of the deputies of those who are away."""
    persons = persons[:MOST_PEOPLE]
    deputies = people.queries.deputies_of(persons, now)
    persons += [h.person_id for found in deputies.values() for h in found if h.person_id not in barred]
    contacts = people.contacts.by_persons(list(dict.fromkeys(persons)), "staff") if persons else []
    return [contact.yuezhengyi for contact in contacts if contact.yuezhengyi]


def _users(task: Task) -> list[str]:
    """粤政易 accounts of those who may take the task, deputies of absent ones with them."""
    now = calendar.now()
    persons = [task.person_id] if task.person_id is not None else list(task.persons)
    for role in task.roles if not persons else ():
        if role != holders.APPLICANT:
            persons += [h.person_id for h in people.queries.holders(role, task.unit_key or None, now)]
    barred = set(task.excluded)
    return _accounts([person for person in dict.fromkeys(persons) if person not in barred], barred, now)


def _call(send_: Any, *arguments: Any, **named: Any) -> str:
    """A refusal for good goes to the dead letters at once; everything else is tried again."""
    try:
        return send_(*arguments, **named) or ""
    except Exception as problem:
        if getattr(problem, "permanent", False):
            raise Rejected(str(problem)) from problem
        raise
