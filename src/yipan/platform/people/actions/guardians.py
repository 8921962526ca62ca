"""Parents act for their minor children: the register of births vouches for it, and full age ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from yipan.kernel import identifiers
from yipan.platform import records

from .. import vault
from ..domain import majority, sort_key, today_of
from ..models import Guardianship, Person

RESOURCE = "birth_register"
RELATIONS = ("父亲", "母亲", "监护人")
# One answer for a wrong name, a child of others and nobody at all, so that the register cannot be felt out.
NOT_SHOWN = "出生登记中没有查到您与该未成年人的监护关系，请核对姓名和证件号码"


class GuardianProblem(Exception):
    """Why somebody is not taken in as guardian; ``errors`` by field, in Chinese."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("；".join(errors.values()))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register says of a child, and its receipt of the question."""

    facts: Mapping[str, str]
    receipt: str


def checked(name: str, number: str) -> str:
    """The child's number, normalised. Raises GuardianProblem for what need not be asked of any register."""
    found = identifiers.check_resident_id(number)
    errors = {} if name else {"name": "请填写被监护人的姓名"}
    if not found.ok:
        errors["number"] = found.message
    if errors:
        raise GuardianProblem(errors)
    return found.normalised


def claim(name: str, number: str, entry: Entry | None, *, actor: records.Actor, at: datetime) -> Guardianship:
    """Take in the person who acts as guardian of a child whose entry names him. Raises GuardianProblem."""
    assert actor.person_id is not None
    number = checked(name, number)
    relation = _relation(actor.person_id, name, entry)
    if entry is None or not relation:
        raise GuardianProblem({"number": NOT_SHOWN})
    last = majority(date.fromisoformat(entry.facts["出生日期"])) - timedelta(days=1)
    if last < today_of(at):
        raise GuardianProblem({"number": "对方已年满十八周岁，请由其本人办理"})
    with transaction.atomic():
        guardian = Person.objects.select_for_update().get(pk=actor.person_id)
        ward = _ward(name, number, at)
        if Guardianship.objects.filter(guardian=guardian, ward=ward, ended_at=None).exists():
            raise GuardianProblem({"number": "已经确认过与该未成年人的监护关系"})
        made = Guardianship.objects.create(
            guardian=guardian, ward=ward, relation=relation, receipt=entry.receipt, valid_from=today_of(at),
            valid_to=last,
        )  # fmt: skip
        _record("person.guard", made, actor, at, {"relation": relation, "receipt": entry.receipt, "until": last})
    return made


def _relation(guardian_id: int, name: str, entry: Entry | None) -> str:
    """As what the entry names the person; "" when it names others, or another child."""
    if entry is None or entry.facts.get("姓名") != name:
        return ""
    mine = {value for kind, value, _at in vault.read_all(guardian_id) if kind != vault.PHONE}
    return next((word for word in RELATIONS if entry.facts.get(f"{word}证件号码") in mine), "")


def _ward(name: str, number: str, at: datetime) -> Person:
    known = vault.find(vault.RESIDENT_ID, number)
    if known is not None:
        return Person.objects.get(pk=known)
    person = Person.objects.create(name=name, pinyin=sort_key(name), created_at=at)
    vault.put(person, vault.RESIDENT_ID, number, at=at)
    return person


def end(guardianship_id: int, reason: str, *, actor: records.Actor, at: datetime) -> None:
    """A guardian gives up acting for a ward; power ends at once, the cases stay the ward's. Raises GuardianProblem."""
    if not reason:
        raise GuardianProblem({"reason": "请填写终止的原因"})
    with transaction.atomic():
        held = Guardianship.objects.select_for_update().filter(
            pk=guardianship_id, guardian_id=actor.person_id, ended_at=None
        ).first()  # fmt: skip
        if held is None:
            raise GuardianProblem({"guardianship": "该监护关系已经终止"})
        held.ended_at, held.ended_reason = at, reason[:200]
        held.save(update_fields=["ended_at", "ended_reason"])
        _record("person.end_guardianship", held, actor, at, {"reason": held.ended_reason})


def _record(verb: str, held: Guardianship, actor: records.Actor, at: datetime, facts: dict[str, object]) -> None:
    subject = ("person", str(held.ward_id))
    records.act(
        chain=subject, verb=verb, actor=actor, at=at, subject=subject, payload={"guardian": held.guardian_id} | facts
    )
