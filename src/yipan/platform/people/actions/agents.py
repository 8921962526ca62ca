"""A firm manages its own agents: invite, limit in items and time, dismiss. Power begins when the invited person accepts
and ends at once when he is dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yipan.kernel import identifiers
from yipan.platform import records

from .. import agent_items, papers, vault
from ..access import in_force
from ..domain import sort_key, today_of
from ..models import Agency, LegalEntity, Person


class AgentProblem(Exception):
    """Why an agent cannot be appointed or dismissed; ``errors`` by field, in Chinese."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("；".join(errors.values()))


@dataclass(frozen=True, slots=True)
class Appointment:
    """Whom a firm invites, and what for: ``items`` are item keys (none: all), ``until`` the last day (None: open)."""

    name: str
    number: str
    kind: str = vault.RESIDENT_ID
    phone: str = ""
    manager: bool = False
    items: Sequence[str] = ()
    until: date | None = None


def appoint(entity_id: int, wanted: Appointment, *, actor: records.Actor, at: datetime) -> Agency:
    """Invite a person to act for a firm. He is joined by document number, so the invitation waits for him when he
    signs in through the identity service; name and number must belong together. Raises AgentProblem."""
    errors = _faults(wanted, at)
    if errors:
        raise AgentProblem(errors)
    number = papers.check(wanted.kind, wanted.number).normalised
    with transaction.atomic():
        LegalEntity.objects.select_for_update().get(pk=entity_id)
        person = _person(wanted, number, at)
        living = Agency.objects.filter(entity_id=entity_id, person=person, revoked_at=None).first()
        if living is not None and (living.valid_to is None or living.valid_to >= today_of(at)):
            waiting = "已经邀请过此人，等待其接受" if living.accepted_at is None else "此人已经是本企业的经办人"
            raise AgentProblem({"number": waiting})
        agency = Agency.objects.create(
            entity_id=entity_id,
            person=person,
            manager=wanted.manager,
            items=sorted(set(wanted.items)),
            valid_from=today_of(at),
            valid_to=wanted.until,
            granted_by=actor.name,
        )
        facts = {"items": agency.items, "until": wanted.until, "manager": wanted.manager}
        _record("entity.appoint_agent", agency, actor, at, facts)
        records.publish(
            records.Event(
                kind="entity.agent_invited", subject_kind="person", subject_id=str(person.pk), actor=actor, at=at,
                payload={"firm": agency.entity.name, "by": actor.name},
            )
        )  # fmt: skip
    return agency


def _faults(wanted: Appointment, at: datetime) -> dict[str, str]:
    errors = {} if wanted.name else {"name": "请填写姓名"}
    if wanted.kind not in dict(papers.kinds()):
        errors["kind"] = "请选择证件类型"
    else:
        checked = papers.check(wanted.kind, wanted.number)
        if not checked.ok:
            errors["number"] = checked.message
    if wanted.phone and not identifiers.check_phone(wanted.phone).ok:
        errors["phone"] = "手机号码应为 11 位数字"
    if wanted.until is not None and wanted.until < today_of(at):
        errors["until"] = "有效期止不能早于今天"
    if not set(wanted.items) <= {key for key, _ in agent_items.choices()}:
        errors["items"] = "所选事项已经停用，请重新选择"
    if wanted.items and wanted.manager:
        errors["items"] = "管理员可以办理全部事项，不能限定事项"
    return errors


def _person(wanted: Appointment, number: str, at: datetime) -> Person:
    known = vault.find(wanted.kind, number)
    if known is not None:
        person = Person.objects.get(pk=known)
        if person.name != wanted.name:
            raise AgentProblem({"name": "姓名与证件号码不一致，请核对"})
        return person
    person = Person.objects.create(name=wanted.name, pinyin=sort_key(wanted.name), created_at=at)
    vault.put(person, wanted.kind, number, at=at)
    if wanted.phone:
        vault.put(person, vault.PHONE, wanted.phone, at=at)
    return person


def answer(agency_id: int, *, accept: bool, actor: records.Actor, at: datetime) -> Agency:
    """The invited person accepts or declines. Raises AgentProblem when the invitation is gone."""
    with transaction.atomic():
        agency = (
            Agency.objects.select_for_update(of=("self",))
            .select_related("entity")
            .filter(pk=agency_id, person_id=actor.person_id, accepted_at=None, revoked_at=None)
            .first()
        )
        if agency is None or (agency.valid_to is not None and agency.valid_to < today_of(at)):
            raise AgentProblem({"agency": "该邀请已经撤回或到期"})
        if accept:
            agency.accepted_at = at
        else:
            agency.revoked_at = at
        agency.save(update_fields=["accepted_at", "revoked_at"])
        _record("entity.accept_agency" if accept else "entity.decline_agency", agency, actor, at, {})
    return agency


def dismiss(agency_id: int, *, entity_id: int, actor: records.Actor, at: datetime) -> None:
    """End an agent's power at once (or take an invitation back); open drafts stay with the firm. Raises AgentProblem
    for the last manager."""
    with transaction.atomic():
        LegalEntity.objects.select_for_update().get(pk=entity_id)
        agency = Agency.objects.filter(pk=agency_id, entity_id=entity_id, revoked_at=None).first()
        if agency is None:
            raise AgentProblem({"agency": "该经办人的授权已经不存在"})
        managers = Agency.objects.filter(in_force(today_of(at)), entity_id=entity_id, manager=True)
        if agency.manager and agency.accepted_at is not None and not managers.exclude(pk=agency.pk).exists():
            raise AgentProblem({"agency": "企业至少要有一名管理员，请先授权另一名管理员"})
        agency.revoked_at = at
        agency.save(update_fields=["revoked_at"])
        _record("entity.dismiss_agent", agency, actor, at, {})


def _record(verb: str, agency: Agency, actor: records.Actor, at: datetime, payload: dict[str, object]) -> None:
    subject = ("entity", str(agency.entity_id))
    facts = {"person": agency.person_id} | payload
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, payload=facts)
