"""A small office for tests: one unit, people with roles, on real tables."""

import datetime as dt
from dataclasses import dataclass

from yipan.platform import records
from yipan.platform.people.models import Absence, Account, Holding, Person, Post, Role, RoleAssignment, Unit

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
ROLES = {
    "examiner": ["task.view"], "reviewer": ["task.view"], "decider": ["task.view"],
    "unit_admin": ["task.view", "task.hand_over", "people.manage"], "manager": ["task.view", "process.manage"],
}  # fmt: skip


@dataclass
class Office:
    """``add("王", "examiner")`` employs somebody and gives his actor."""

    unit: Unit

    def add(self, name: str, *roles: str, unit: Unit | None = None, scope: str = "unit") -> records.Actor:
        unit = unit or self.unit
        person = Person.objects.create(name=name, created_at=NOW)
        account = Account.objects.create(login=f"u{person.pk}", kind="staff", person=person)
        post = Post.objects.create(unit=unit, key=f"post{person.pk}", title="岗位")
        Holding.objects.create(person=person, post=post, valid_from=dt.date(2020, 1, 1))
        for key in roles:
            role, _ = Role.objects.get_or_create(key=key, defaults={"title": key, "rights": ROLES[key]})
            RoleAssignment.objects.create(role=role, post=post, scope=scope, valid_from=dt.date(2020, 1, 1))
        return records.Actor(account.pk, person.pk, name, unit.pk, unit.name, post.pk, post.title)

    def absent(self, who: records.Actor, deputy: records.Actor) -> None:
        today = NOW.date()
        Absence.objects.create(
            person_id=who.person_id, deputy_id=deputy.person_id, begins=today, ends=today, reason="假"
        )
