"""One person with several documents (resident ID, home-return permit, residence permit …) is one person: documents are
added to whoever is known, and two rows that turn out to be the same person become one."""

from datetime import datetime

from django.db import transaction

from yipan.platform import records

from .. import joining, papers, vault
from ..models import Account, Agency, Guardianship, Holding, Person


class JoinProblem(Exception):
    """Why a document or a person cannot be joined; the text is Chinese."""


def add_document(person_id: int, *, kind: str, number: str, actor: records.Actor, at: datetime) -> int:
    """Note a further document of a person; when it is known as somebody else's of the same name, both are the same
    person. The person's id afterwards. Raises JoinProblem."""
    checked = papers.check(kind, number)
    if not checked.ok:
        raise JoinProblem("；".join(checked.errors))
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        owner = vault.find(kind, checked.normalised)
        if owner is None:
            vault.put(person, kind, checked.normalised, at=at)
            _record("person.add_document", person.pk, actor, at, {"kind": kind})
            return person.pk
        if owner == person.pk:
            return person.pk
        return join(person.pk, owner, actor=actor, at=at)


def join(one: int, other: int, *, actor: records.Actor, at: datetime) -> int:
    """Make two rows of the same person one; the older row stays, its id is the result. Raises JoinProblem when the
    names differ or both have worked here."""
    with transaction.atomic():
        keep, drop = Person.objects.select_for_update().filter(pk__in=sorted((one, other))).order_by("pk")
        if keep.name != drop.name:
            raise JoinProblem("该证件登记在另一姓名之下，请核对证件，不能合并。")
        if Holding.objects.filter(person=drop).exists():
            keep, drop = drop, keep
        if Holding.objects.filter(person=drop).exists():
            raise JoinProblem("两条记录都有任职，请联系系统管理员核实。")
        moved = joining.move_all(keep.pk, drop.pk)
        _move_own(keep, drop, at)
        facts = {"dropped": drop.pk, "moved": moved}
        _record("person.join", keep.pk, actor, at, facts)
        _record("person.joined_into", drop.pk, actor, at, {"kept": keep.pk})
    return keep.pk


def _move_own(keep: Person, drop: Person, at: datetime) -> None:
    Account.objects.filter(person=drop).update(person=keep)
    _move_guardianships(keep, drop, at)
    held = {row.entity_id: row for row in Agency.objects.filter(person=keep, revoked_at=None)}
    for row in Agency.objects.filter(person=drop):
        twin = held.get(row.entity_id) if row.revoked_at is None else None
        if twin is not None:
            twin.manager = twin.manager or row.manager
            twin.accepted_at = twin.accepted_at or row.accepted_at
            twin.save(update_fields=["manager", "accepted_at"])
            row.revoked_at = at
        row.person = keep
        row.save(update_fields=["person", "revoked_at"])
    vault.move(drop.pk, keep)
    drop.merged_into = keep
    drop.save(update_fields=["merged_into"])


def _move_guardianships(keep: Person, drop: Person, at: datetime) -> None:
    """One who was known twice guards a ward once, and is guarded once by each of his guardians."""
    for mine, other in (("guardian", "ward"), ("ward", "guardian")):
        held = Guardianship.objects.filter(ended_at=None, **{mine: keep}).values_list(f"{other}_id", flat=True)
        for row in Guardianship.objects.filter(**{f"{mine}_id": drop.pk}):
            if row.ended_at is None and getattr(row, f"{other}_id") in held:
                row.ended_at, row.ended_reason = at, "同一人的登记合并"
            setattr(row, mine, keep)
            row.save()


def _record(verb: str, person_id: int, actor: records.Actor, at: datetime, payload: dict[str, object]) -> None:
    subject = ("person", str(person_id))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, payload=payload)
