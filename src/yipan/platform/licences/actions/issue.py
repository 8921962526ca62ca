"""Issue a licence: number, face, signed summary, act; its PDF is ordered in the same transaction."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from yipan.kernel import clock, identifiers
from yipan.platform import documents, numbers, people, records

from .. import domain, queries, signing
from ..domain import LicenceProblem
from ..domain.states import REPLACED, VALID, standing
from ..loader import kind_of
from ..models import Licence, LicenceKind


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued licence: its id and its number."""

    id: int
    number: str


def issue(
    *,
    template: str,
    holder: Mapping[str, Any],
    data: Mapping[str, Any],
    issuer_unit: str,
    key: str,
    actor: records.Actor,
    at: datetime,
    subject: tuple[str, object] = ("", ""),
    valid_from: date | None = None,
    valid_to: date | None = None,
    replaces: int | None = None,
) -> Issued:
    """Issue one licence of kind ``template``; a repeated call with the same ``key`` returns the first.

    ``holder``: kind (entity | person), name, code, entity_id, person_id. ``data`` is the form's data; what its kind
    shows is frozen. Validity follows the kind unless given. With ``replaces`` the earlier licence keeps its number
    and becomes 已换发, this one is its next version. Raises LicenceProblem; then no number is used up.
    """
    earlier = _by_key(key)
    if earlier:
        return earlier
    try:
        with transaction.atomic():
            made = _issue(template, holder, data, issuer_unit, key, actor, at, subject, valid_from, valid_to, replaces)
    except IntegrityError:
        earlier = _by_key(key)  # the same call was running at the same time
        if earlier is None:
            raise
        return earlier
    return Issued(made.pk, made.number)


def _by_key(key: str) -> Issued | None:
    found = Licence.objects.filter(key=key).values_list("id", "number").first()
    return Issued(*found) if found else None


def _issue(
    template: str,
    holder: Mapping[str, Any],
    data: Mapping[str, Any],
    issuer_unit: str,
    key: str,
    actor: records.Actor,
    at: datetime,
    subject: tuple[str, object],
    valid_from: date | None,
    valid_to: date | None,
    replaces: int | None,
) -> Licence:
    row = _kind_row(template)
    kind = kind_of(row.definition)
    if not holder.get("name"):
        raise LicenceProblem("没有持证人名称，不能制作证照")
    unit = people.queries.unit_by_key(issuer_unit)
    today = clock.day_of(at)
    start = valid_from or today
    before = _replaced(replaces, template, at) if replaces else None
    person = holder.get("kind") == "person"
    licence = Licence(
        key=key,
        serial=secrets.token_urlsafe(9),
        template=template,
        kind=row,
        title=kind.title,
        number=before.number if before else _number(kind, data, at, key),
        version=before.version + 1 if before else 1,
        holder_kind="person" if person else "entity",
        holder_name=str(holder["name"]),
        holder_code=identifiers.mask_id(str(holder.get("code") or "")) if person else str(holder.get("code") or ""),
        holder_person_id=holder.get("person_id"),
        holder_entity_id=holder.get("entity_id"),
        data=domain.face(kind, data),
        issuer_unit=issuer_unit,
        issuer_unit_id=unit.id,
        issuer_name=unit.name_at(today),
        issuer_code=unit.code,
        issued_at=at,
        valid_from=start,
        valid_to=valid_to or domain.valid_until(start, kind.years),
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        replaces=before,
        state=VALID,
        state_at=at,
    )
    if kind.type_code:
        licence.identifier = _identifier(kind, unit.code, licence)
    licence.compact, licence.key_id = signing.sign(licence)
    licence.save()
    licence.document_id = documents.make(
        template=kind.document,
        data=paper(kind, licence),
        number=licence.number,
        title=kind.title,
        subject=("licence", licence.pk),
        sealed=True,
        unit_key=issuer_unit,
        key=f"licence-{licence.pk}",
        keep_broken=True,
        actor=actor,
        at=at,
    ).id
    licence.save(update_fields=["document_id"])
    _record(licence, actor, at, before)
    return licence


def _kind_row(template: str) -> LicenceKind:
    row = LicenceKind.objects.filter(key=template).order_by("-version").first()
    if row is None:
        raise LicenceProblem(f"没有证照类型“{template}”，请安装含有它的内容包（licences 文件夹）")
    return row


def _number(kind: domain.Kind, data: Mapping[str, Any], at: datetime, key: str) -> str:
    rule = kind.number
    if rule.style == "food":
        digit = domain.food_kind(rule, data)
        scope = {"type": kind.key, "kind": digit, "region": rule.region}
        value = numbers.take("licence", scope, at=at, owner=("licence", key))
        return identifiers.build_licence_number(digit, rule.region, value)
    scope = {"type": kind.key, "year": clock.day_of(at).year}
    return numbers.issue("licence", scope, rule.pattern, at=at, owner=("licence", key)).text


def _identifier(kind: domain.Kind, issuer_code: str, licence: Licence) -> str:
    try:
        return identifiers.licence_identifier(kind.type_code, issuer_code, licence.number, f"{licence.version:03d}")
    except ValueError as problem:
        raise LicenceProblem(f"不能编制{kind.title}的电子证照标识：{problem}") from problem


def _replaced(licence_id: int, template: str, at: datetime) -> Licence:
    before = Licence.objects.select_for_update().filter(pk=licence_id, template=template).first()
    if before is None or standing(before.state, None, clock.day_of(at)) != VALID:
        raise LicenceProblem("只有有效的同类证照可以换发")
    before.state, before.state_at, before.state_reason = REPLACED, at, "换发新证"
    before.save(update_fields=["state", "state_at", "state_reason"])
    return before


def paper(kind: domain.Kind, licence: Licence) -> dict[str, Any]:
    """What the licence's PDF says."""
    code = [{"label": kind.code_label, "value": licence.holder_code}] if licence.holder_code else []
    return {
        "unit": licence.issuer_name,
        "holder_label": kind.holder_label,
        "holder": licence.holder_name,
        "rows": code + [{"label": row["label"], "value": row["value"]} for row in licence.data],
        "number": licence.number,
        "identifier": licence.identifier,
        "valid": queries.validity(licence.valid_from, licence.valid_to),
        "date": clock.show_date(licence.issued_at),
        "note": kind.note,
        "compact": licence.compact,
    }


def _record(licence: Licence, actor: records.Actor, at: datetime, before: Licence | None) -> None:
    facts = {"number": licence.number, "version": licence.version, "identifier": licence.identifier}
    acts = [
        records.NewAct(
            chain=("licence", licence.pk),
            verb="licence.issue",
            actor=actor,
            at=at,
            subject=("licence", licence.pk),
            to_state=VALID,
            payload=facts | {"holder": licence.holder_name, "case": licence.subject_id, "compact": licence.compact},
        )
    ]
    if before is not None:
        acts.append(
            records.NewAct(
                chain=("licence", before.pk),
                verb="licence.replace",
                actor=actor,
                at=at,
                subject=("licence", before.pk),
                from_state=VALID,
                to_state=REPLACED,
                payload={"by": licence.pk},
            )
        )
    records.act_many(acts)
    records.publish(records.Event("licence.issued", "licence", str(licence.pk), at, actor=actor, payload=facts))
