"""Staff: register, employ, end; give and take roles. The three administrators exclude each other (三员分立)."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from yipan.kernel import identifiers
from yipan.platform import records
from yipan.platform.records import rights
from yipan.platform.ui.errors import Conflict

from .. import handover, second_factor, vault
from ..access import forget_grants, may, require
from ..domain import sort_key, today_of
from ..models import Account, Holding, Person, Post, Role, RoleAssignment
from . import accounts, conflicts
from .conflicts import StaffProblem, valid_on

MANAGE, AUTHORISE = "people.manage", "people.authorise"


@dataclass(frozen=True, slots=True)
class Registered:
    """A new member of staff and his first password, shown once."""

    person: Person
    account: Account
    password: str


def first_password() -> str:
    """A random password that meets the rules and must be changed at the first sign-in."""
    groups = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    letters = [secrets.choice(group) for group in groups for _ in range(4)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters[:6]) + "-" + "".join(letters[6:])


def register(
    *,
    name: str,
    login: str,
    phone: str,
    post_id: int,
    kind: str,
    employer: str,
    actor: records.Actor,
    at: datetime,
    on: date | None = None,
    until: date | None = None,
    id_no: str = "",
) -> Registered:
    """A new member of staff with account and post, to ``until`` where that is agreed. Raises StaffProblem.

    With his resident ID he is the same person as the citizen who applies here, so that he cannot handle his own
    application."""
    post = Post.objects.filter(pk=post_id).select_related("unit").first()
    require(actor, MANAGE, unit_id=post.unit_id if post else 0)
    errors = register_faults(name=name, login=login, phone=phone, kind=kind, employer=employer)
    if post is None:
        errors["post"] = "请选择岗位"
    elif Account.objects.filter(login=login).exists():
        errors["login"] = f"账号“{login}”已被使用"
    checked = identifiers.check_resident_id(id_no)
    if id_no and not checked.ok:
        errors["id_no"] = checked.message
    if errors:
        raise StaffProblem(errors)
    assert post is not None
    with transaction.atomic():
        person = _person(name, employer, checked.normalised if id_no else "", at)
        if phone:
            vault.put(person, vault.PHONE, phone, at=at)
        password = first_password()
        account = accounts.create_staff(
            login=login, person=person, password=password, actor=actor, at=at, must_change=True
        )
        _hold(person, post, kind, on or today_of(at), until, actor, at)
    return Registered(person, account, password)


def _person(name: str, employer: str, id_no: str, at: datetime) -> Person:
    """The person who has this number, or a new one. Raises StaffProblem."""
    known = vault.find(vault.RESIDENT_ID, id_no) if id_no else None
    if known is None:
        person = Person.objects.create(name=name, pinyin=sort_key(name), employer=employer, created_at=at)
        if id_no:
            vault.put(person, vault.RESIDENT_ID, id_no, at=at)
        return person
    person = Person.objects.select_for_update().get(pk=known)
    if person.name != name:
        raise StaffProblem({"name": "姓名与该公民身份号码此前登记的不一致，请核对"})
    if Account.objects.filter(person=person, kind=Account.Kind.STAFF).exists():
        raise StaffProblem({"id_no": "此人已有工作人员账号，请在其人员页面办理任职"})
    if employer:
        person.employer = employer
        person.save(update_fields=["employer"])
    return person


def register_faults(*, name: str, login: str, phone: str, kind: str, employer: str) -> dict[str, str]:
    """What is wrong with the facts themselves (no database)."""
    errors: dict[str, str] = {}
    if not 2 <= len(name) <= 60:
        errors["name"] = "请填写姓名"
    if not 3 <= len(login) <= 60 or not all(c.isascii() and (c.isalnum() or c in "._-") for c in login):
        errors["login"] = "账号为 3 至 60 位英文字母、数字、点、下划线或连字符"
    elif login.startswith("c-"):
        errors["login"] = "账号不能以 c- 开头（留给申请人）"
    if phone and not identifiers.check_phone(phone).ok:
        errors["phone"] = "手机号码应为 11 位数字"
    if kind not in Holding.Kind.values:
        errors["kind"] = "任职方式应为：" + "、".join(Holding.Kind.labels)
    elif kind in ("seconded", "outsourced") and not employer:
        errors["employer"] = "借调和服务外包人员须填写原单位或用人单位"
    return errors


def employ(
    person_id: int,
    *,
    post_id: int,
    kind: str,
    on: date | None,
    actor: records.Actor,
    at: datetime,
    until: date | None = None,
) -> Holding:
    """Give a person a post from a day on; secondments and contracts end by themselves after ``until``. Raises
    StaffProblem."""
    post = Post.objects.filter(pk=post_id).select_related("unit").first()
    require(actor, MANAGE, unit_id=post.unit_id if post else 0)
    if post is None:
        raise StaffProblem({"post": "请选择岗位"})
    if kind not in Holding.Kind.values:
        raise StaffProblem({"kind": "请选择任职方式"})
    if actor.person_id == person_id:
        raise StaffProblem({"post": "不能给自己任职，请由另一名管理员办理"})
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        if Holding.objects.filter(valid_on(today_of(at)), person=person, post=post).exists():
            raise StaffProblem({"post": "此人已在这个岗位上"})
        holding = _hold(person, post, kind, on or today_of(at), until, actor, at)
    forget_grants()
    return holding


def _hold(
    person: Person, post: Post, kind: str, on: date, until: date | None, actor: records.Actor, at: datetime
) -> Holding:
    if until is not None and until < on:
        raise StaffProblem({"until": "截止日期不能早于任职日期"})
    roles = [given.role for given in RoleAssignment.objects.filter(valid_on(on), post=post).select_related("role")]
    conflicts.check(person, roles, unit_id=post.unit_id, on=on, outsourced=kind == "outsourced")
    holding = Holding.objects.create(person=person, post=post, kind=kind, valid_from=on, valid_to=until)
    facts = {"post": post.pk, "kind": kind, "on": on.isoformat()}
    _record("person.employ", person.pk, actor, at, facts | ({"until": until.isoformat()} if until else {}))
    return holding


def leave(holding_id: int, *, on: date | None, actor: records.Actor, at: datetime, reason: str) -> None:
    """The last day of a person in a post (default: yesterday, so that it ends now). Raises StaffProblem."""
    with transaction.atomic():
        holding = Holding.objects.select_for_update().select_related("post").get(pk=holding_id)
        require(actor, MANAGE, unit_id=holding.post.unit_id)
        last = on or today_of(at) - timedelta(days=1)
        if last < holding.valid_from - timedelta(days=1):
            raise StaffProblem({"on": "最后一天不能早于任职日期"})
        if not reason.strip():
            raise StaffProblem({"reason": "请填写原因"})
        if last < today_of(at):
            _check_handed_over(holding, last)
        holding.valid_to = last
        holding.save(update_fields=["valid_to"])
        facts = {"post": holding.post_id, "last_day": last.isoformat()}
        _record("person.leave_post", holding.person_id, actor, at, facts, reason)
    forget_grants()


def _check_handed_over(holding: Holding, last: date) -> None:
    """Work that waits for a person by name is handed over before he leaves his last post. Raises StaffProblem."""
    after = Q(valid_to=None) | Q(valid_to__gt=last)
    if Holding.objects.filter(after, person_id=holding.person_id).exclude(pk=holding.pk).exists():
        return
    left = [f"{name} {count} 件" for name, count in handover.open_work(holding.person_id)]
    if left:
        raise StaffProblem({"holding": f"还有未办结的工作没有移交：{'、'.join(left)}。请先在“工作移交”中移交"})


def grant_to_post(
    post_id: int, *, role_key: str, scope: str, actor: records.Actor, at: datetime, reason: str = ""
) -> RoleAssignment:
    """Give a role to everybody who holds a post. Raises StaffProblem."""
    return _grant(role_key, scope, actor, at, reason, post=Post.objects.filter(pk=post_id).first())


def grant_to_person(
    person_id: int, *, unit_id: int, role_key: str, scope: str, actor: records.Actor, at: datetime, reason: str = ""
) -> RoleAssignment:
    """Give a role to one person in a unit. Raises StaffProblem."""
    person = Person.objects.filter(pk=person_id).first()
    return _grant(role_key, scope, actor, at, reason, person=person, unit_id=unit_id)


def _grant(
    role_key: str,
    scope: str,
    actor: records.Actor,
    at: datetime,
    reason: str,
    *,
    post: Post | None = None,
    person: Person | None = None,
    unit_id: int | None = None,
) -> RoleAssignment:
    require(actor, AUTHORISE, unit_id=post.unit_id if post else unit_id)
    role = Role.objects.filter(key=role_key).first()
    today = today_of(at)
    errors = {}
    if role is None:
        errors["role"] = "请选择角色"
    if scope not in RoleAssignment.Scope.values:
        errors["scope"] = "请选择数据范围"
    if post is None and (person is None or unit_id is None):
        errors["person"] = "请选择人员和单位"
    if errors:
        raise StaffProblem(errors)
    assert role is not None
    with transaction.atomic():
        same = RoleAssignment.objects.filter(valid_on(today), role=role, post=post, person=person, unit_id=unit_id)
        if same.filter(scope=scope).exists():
            raise StaffProblem({"role": "已经有这个角色和数据范围"})
        if actor.person_id is not None and person is not None and person.pk == actor.person_id:
            raise StaffProblem({"role": "不能给自己授予角色，请由另一名安全管理员办理"})
        holders = [person] if person else [h.person for h in Holding.objects.filter(valid_on(today), post=post)]
        if role.single and len(holders) > 1:
            names = "、".join(holder.name for holder in holders)
            raise StaffProblem({"role": f"{role.title}每个单位只能有一名，而该岗位有多人：{names}"})
        for holder in holders:
            conflicts.check(
                holder,
                [role],
                unit_id=post.unit_id if post else unit_id,
                on=today,
                outsourced=conflicts.only_outsourced(holder, today),
            )
        made = RoleAssignment.objects.create(
            role=role, post=post, person=person, unit_id=unit_id, scope=scope, valid_from=today
        )
        facts = {"role": role.key, "scope": scope, "post": post.pk if post else None}
        _record_grant("person.grant_role", made, actor, at, facts, reason)
    forget_grants()
    return made


def revoke(assignment_id: int, *, actor: records.Actor, at: datetime, reason: str) -> None:
    """Take a role back, at once. Raises StaffProblem, Conflict when somebody else has done so already."""
    if not reason.strip():
        raise StaffProblem({"reason": "请填写原因"})
    with transaction.atomic():
        rows = RoleAssignment.objects.select_for_update(of=("self",)).select_related("role", "post")
        given = rows.filter(pk=assignment_id, valid_to=None).first()
        if given is None:
            raise Conflict("这个角色已经被收回。")
        require(actor, AUTHORISE, unit_id=given.post.unit_id if given.post else given.unit_id)
        given.valid_to = today_of(at) - timedelta(days=1)
        given.save(update_fields=["valid_to"])
        _record_grant("person.revoke_role", given, actor, at, {"role": given.role.key}, reason)
    forget_grants()


def _record_grant(
    verb: str, given: RoleAssignment, actor: records.Actor, at: datetime, facts: Mapping[str, object], reason: str
) -> None:
    if given.person_id is not None:
        _record(verb, given.person_id, actor, at, facts, reason)
        return
    assert given.post is not None
    subject = ("unit", str(given.post.unit_id))
    payload = dict(facts) | {"post": given.post_id}
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, reason=reason, payload=payload)


def _record(
    verb: str, person_id: int, actor: records.Actor, at: datetime, payload: Mapping[str, object], reason: str = ""
) -> None:
    subject = ("person", str(person_id))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, reason=reason, payload=dict(payload))


# -- accounts of others ----------------------------------------------------------------------------------------------
def managed_account(person_id: int, actor: records.Actor) -> Account:
    """The staff account of a person whom the actor may manage. Raises StaffProblem, rights.Refused."""
    account = Account.objects.filter(person_id=person_id, kind=Account.Kind.STAFF).select_related("person").first()
    if account is None:
        raise StaffProblem({"account": "此人没有工作人员账号"})
    units = set(Holding.objects.filter(person_id=person_id).values_list("post__unit_id", flat=True))
    if not any(may(actor, MANAGE, unit_id=unit) for unit in units or {0}):
        raise rights.Refused(MANAGE)
    return account


def issue_password(person_id: int, *, actor: records.Actor, at: datetime) -> str:
    """A new first password, shown once to the administrator and changed by the owner at the next sign-in."""
    account = managed_account(person_id, actor)
    password = first_password()
    accounts.set_password(account.pk, password, actor=actor, at=at, must_change=True)
    return password


def unlock(person_id: int, *, actor: records.Actor, at: datetime) -> None:
    accounts.unlock(managed_account(person_id, actor).pk, actor=actor, at=at)


def set_active(person_id: int, active: bool, *, actor: records.Actor, at: datetime, reason: str) -> None:
    """Close or reopen an account; a closed one loses its sessions at once. Raises StaffProblem."""
    if not reason.strip():
        raise StaffProblem({"reason": "请填写原因"})
    account = managed_account(person_id, actor)
    if account.pk == actor.account_id:
        raise StaffProblem({"account": "不能停用自己的账号"})
    (accounts.activate if active else accounts.deactivate)(account.pk, actor=actor, at=at, reason=reason)


def reset_second_factor(person_id: int, *, actor: records.Actor, at: datetime) -> None:
    second_factor.reset(managed_account(person_id, actor), actor=actor, at=at)
