"""Reads of licences. Row rights are applied here: holders see their own, staff those of their units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from yipan.kernel import clock, identifiers
from yipan.platform import documents, people, records
from yipan.platform.ui import listing

from .domain.states import CHANGES, EXPIRED, STATE_TONES, STATE_WORDS, VALID, Change, standing
from .models import Licence


class LicenceNotFound(Http404):
    """Not there, or not for this person: both look the same."""


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence in a list."""

    id: int
    title: str
    number: str
    holder: str
    issuer: str
    valid: str
    state: str
    state_word: str
    tone: str
    issued_at: datetime


def validity(start: date, end: date | None) -> str:
    return f"{clock.show_date(start)}至{clock.show_date(end)}" if end else f"{clock.show_date(start)}起长期有效"


def _row(licence: Licence, today: date) -> LicenceRow:
    state = standing(licence.state, licence.valid_to, today)
    return LicenceRow(
        licence.pk, licence.title, licence.number, licence.holder_name, licence.issuer_name,
        validity(licence.valid_from, licence.valid_to), state, STATE_WORDS[state], STATE_TONES[state],
        licence.issued_at,
    )  # fmt: skip


def _own(who: Any) -> Q:
    """For whom a citizen acts: the firm or the minor when he acts for one, else himself."""
    if who.entity_id is not None:
        return Q(holder_entity_id=who.entity_id)
    return Q(holder_person_id=who.subject_id)


def of_holder(who: Any, today: date) -> list[LicenceRow]:
    """All licences of a principal, newest first; one statement."""
    return [_row(licence, today) for licence in Licence.objects.filter(_own(who)).order_by("-id")]


def own(licence_id: int, who: Any) -> Licence:
    """Raises LicenceNotFound for anybody else's."""
    return _one(Licence.objects.filter(_own(who)), licence_id)


def _one(rows: QuerySet[Licence], licence_id: int) -> Licence:
    found = rows.select_related("kind").filter(pk=licence_id).first()
    if found is None:
        raise LicenceNotFound("证照不存在")
    return found


def _in_scope(actor: records.Actor) -> QuerySet[Licence]:
    scope = people.scope_filter(actor, "licence.read")
    if scope.kind == "district":
        return Licence.objects.all()
    if scope.kind in ("none", "own"):
        return Licence.objects.none()
    units = set(scope.unit_ids) or ({actor.unit_id} if actor.unit_id is not None else set())
    return Licence.objects.filter(issuer_unit_id__in=units)


def register_query(actor: records.Actor, today: date) -> listing.TableQuery:
    """The register as this member of staff may see it; expired is worked out from the date."""
    return listing.TableQuery(
        queryset=_in_scope(actor),
        fields=REGISTER_FIELDS,
        orders={"issued_at": "issued_at", "number": "number"},
        narrow=lambda rows, filters: _narrow(rows, filters, today),
        row=lambda values: _row(Licence(**values), today),
    )


REGISTER_FIELDS = (
    "id", "title", "number", "holder_name", "issuer_name", "valid_from", "valid_to", "state", "issued_at",
)  # fmt: skip


def _narrow(rows: QuerySet[Licence], filters: Mapping[str, Any], today: date) -> QuerySet[Licence]:
    if text := filters.get("q"):
        rows = rows.filter(Q(number__icontains=text) | Q(holder_name__icontains=text) | Q(holder_code=text.upper()))
    gone = Q(valid_to__lt=today, state__in=("valid", "suspended"))
    state = filters.get("state")
    if state == "expired":
        rows = rows.filter(gone)
    elif state:
        rows = rows.filter(state=state).exclude(gone)
    if between := filters.get("issued_at"):
        if between.low:
            rows = rows.filter(issued_at__gte=clock.midnight(between.low))
        if between.high:
            rows = rows.filter(issued_at__lt=clock.midnight(between.high + timedelta(days=1)))
    return rows


def one(licence_id: int, actor: records.Actor) -> Licence:
    """For staff within their scope. Raises LicenceNotFound."""
    return _one(_in_scope(actor), licence_id)


def decisions(licence: Licence) -> list[documents.DocumentRef]:
    """The written decisions on a licence, oldest first; the licence's own paper is not among them."""
    return [paper for paper in documents.queries.of(("licence", licence.pk)) if paper.id != licence.document_id]


def decision(licence: Licence, document_id: int) -> int:
    """The id of a decision of this licence. Raises LicenceNotFound for any other paper."""
    if document_id not in {paper.id for paper in decisions(licence)}:
        raise LicenceNotFound("文书不存在")
    return document_id


def facts(licence: Licence) -> list[tuple[str, str]]:
    """Everything a licence says, for its holder and for staff."""
    definition = licence.kind.definition
    return [
        ("证照编号", licence.number),
        (definition["holder_label"], licence.holder_name),
        (definition["code_label"], licence.holder_code),
        *((row["label"], row["value"]) for row in licence.data),
        ("发证机关", licence.issuer_name),
        ("发证日期", clock.show_date(licence.issued_at)),
        ("有效期", validity(licence.valid_from, licence.valid_to)),
        ("电子证照标识", licence.identifier),
        ("版本", f"第 {licence.version} 版"),
    ]


def public_facts(licence: Licence) -> list[tuple[str, str]]:
    """What anybody may see: natural persons masked, lines marked as not public left out."""
    from .signing import holder_shown

    name, code = holder_shown(licence)
    definition = licence.kind.definition
    lines = [
        (row["label"], identifiers.mask_name(row["value"]) if row["masked"] else row["value"])
        for row in licence.data
        if row["public"]
    ]
    return [
        ("证照名称", licence.title),
        ("证照编号", licence.number),
        (definition["holder_label"], name),
        *([(definition["code_label"], code)] if code else []),
        *lines,
        ("发证机关", licence.issuer_name),
        ("发证日期", clock.show_date(licence.issued_at)),
        ("有效期", validity(licence.valid_from, licence.valid_to)),
    ]


def possible(licence: Licence, actor: records.Actor) -> list[Change]:
    """What this member of staff may do with a licence now."""
    return [
        change
        for change in CHANGES.values()
        if licence.state in change.before and records.rights.may(actor, change.right, licence.issuer_unit_id)
    ]


def story(licence_id: int) -> list[dict[str, Any]]:
    """The acts of a licence for a timeline, oldest first."""
    from yipan.platform.records import queries, verbs

    return [
        {
            "title": verbs.title(act.verb),
            "at": act.at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            "who": " ".join(filter(None, [act.unit, act.actor])),
            "note": "",
            "state": "done",
        }
        for act in queries.acts_of("licence", licence_id)
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """Which kind of licence somebody holds."""

    template: str
    person_id: int | None
    entity_id: int | None
    subject: tuple[str, str]


def holder_of(licence_id: int) -> Held | None:
    """Kind and holder of a licence."""
    columns = ("kind__key", "holder_person_id", "holder_entity_id", "subject_kind", "subject_id")
    row = Licence.objects.filter(pk=licence_id).values_list(*columns).first()
    if row is None:
        return None
    kind, person, entity, subject_kind, subject_id = row
    return Held(kind, person, entity, (subject_kind, subject_id))


def became(licence_id: int, today: date) -> str:
    """What became of a licence, in words with the day; "" while it is valid."""
    found = Licence.objects.filter(pk=licence_id).values_list("state", "valid_to", "state_at").first()
    if found is None:
        return ""
    state = standing(found[0], found[1], today)
    return (
        ""
        if state == VALID
        else f"{STATE_WORDS[state]}（{clock.show_date(found[1] if state == EXPIRED else found[2])}）"
    )


def valid_number(template: str, *, person_id: int | None, entity_id: int | None, today: date) -> str:
    """The number of a licence of a kind that its holder has and that is valid today; "" for none."""
    found = Licence.objects.filter(kind__key=template, state="valid", valid_from__lte=today)
    found = found.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    found = (
        found.filter(holder_entity_id=entity_id)
        if entity_id is not None
        else found.filter(holder_entity_id=None, holder_person_id=person_id)
    )
    return found.order_by("-id").values_list("number", flat=True).first() or ""


def key_ids() -> list[str]:
    """The keys that signed licences, for everybody who checks without this platform."""
    return list(Licence.objects.order_by("key_id").values_list("key_id", flat=True).distinct())


def not_valid() -> list[dict[str, str]]:
    """Every licence that is not valid any more, for offline checks: serial, state, since when."""
    rows = Licence.objects.exclude(state="valid").order_by("id").values_list("serial", "state", "state_at")
    return [{"s": serial, "state": state, "at": at.isoformat()} for serial, state, at in rows.iterator(chunk_size=2000)]
