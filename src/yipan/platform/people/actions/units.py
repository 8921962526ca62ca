"""Units in time: set up, rename, merge, split. Old records keep the name of their day; matters find the successor."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from yipan.kernel import identifiers
from yipan.platform import records

from ..access import forget_grants, require
from ..domain import today_of
from ..models import Post, Role, Section, Unit, UnitName
from .conflicts import holders_of

MANAGE = "people.manage"
DAY = timedelta(days=1)


class UnitProblem(Exception):
    """Why a unit cannot be changed; ``errors`` by field, in Chinese."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("；".join(self.errors.values()))


@dataclass(frozen=True, slots=True)
class NewUnit:
    """Facts of a unit to be set up; ``code`` may be empty for groups that are no legal entity."""

    key: str
    name: str
    short_name: str = ""
    code: str = ""
    kind: str = "department"
    parent_id: int | None = None


def _faults(new: NewUnit) -> dict[str, str]:
    errors = {}
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,59}", new.key):
        errors["key"] = "单位键用小写字母、数字和下划线，以字母开头"
    elif Unit.objects.filter(key=new.key).exists():
        errors["key"] = f"单位键“{new.key}”已被使用"
    if len(new.name.strip()) < 4:
        errors["name"] = "请填写单位全称"
    elif Unit.objects.filter(name=new.name.strip(), valid_to=None).exists():
        errors["name"] = "已有同名的单位"
    if new.code:
        checked = identifiers.check_credit_code(new.code)
        if not checked.ok:
            errors["code"] = checked.message
        elif Unit.objects.filter(code=checked.normalised, valid_to=None).exists():
            errors["code"] = "该统一社会信用代码已属于另一单位"
    if new.kind not in ("department", "town", "group", "centre"):
        errors["kind"] = "请选择单位类别"
    return errors


def _day_fault(on: date | None, at: datetime, unit: Unit | None = None) -> dict[str, str]:
    if on is None:
        return {"on": "请填写生效日期"}
    if on > today_of(at):
        return {"on": "生效日期不能晚于今天：到期后再办理，之前的记录用现名"}
    if unit is not None:
        last = UnitName.objects.filter(unit=unit).order_by("-valid_to").first()
        if (last and last.valid_to and on <= last.valid_to) or (unit.valid_from and on <= unit.valid_from):
            return {"on": "生效日期须晚于该单位上一次变更的日期"}
    return {}


def create(new: NewUnit, *, on: date | None, actor: records.Actor, at: datetime) -> Unit:
    """Set up a unit. Raises UnitProblem."""
    require(actor, MANAGE, unit_id=new.parent_id or 0)
    errors = _faults(new) | _day_fault(on, at)
    if errors:
        raise UnitProblem(errors)
    with transaction.atomic():
        unit = _make(new, on)
        _record("unit.create", unit, actor, at, {"name": unit.name})
    return unit


def _make(new: NewUnit, on: date | None) -> Unit:
    return Unit.objects.create(
        key=new.key,
        name=new.name.strip(),
        short_name=new.short_name.strip(),
        code=identifiers.check_credit_code(new.code).normalised if new.code else "",
        kind=new.kind,
        parent_id=new.parent_id,
        valid_from=on,
    )


def rename(
    unit_id: int, *, name: str, short_name: str, on: date | None, actor: records.Actor, at: datetime, reason: str
) -> None:
    """Give a unit another name from a day on. Raises UnitProblem."""
    require(actor, MANAGE, unit_id=unit_id)
    with transaction.atomic():
        unit = _living(unit_id)
        errors = _day_fault(on, at, unit)
        if len(name.strip()) < 4:
            errors["name"] = "请填写新的全称"
        elif name.strip() == unit.name:
            errors["name"] = "新名称与现名相同"
        if not reason.strip():
            errors["reason"] = "请填写依据（文件名称和文号）"
        if errors:
            raise UnitProblem(errors)
        assert on is not None
        old = unit.name
        _keep_name(unit, on)
        unit.name, unit.short_name = name.strip(), short_name.strip()
        unit.save(update_fields=["name", "short_name"])
        _record("unit.rename", unit, actor, at, {"from": old, "to": unit.name, "on": on.isoformat()}, reason)


def _keep_name(unit: Unit, on: date) -> None:
    last = UnitName.objects.filter(unit=unit).order_by("-valid_to").first()
    since = last.valid_to + DAY if last and last.valid_to else unit.valid_from
    UnitName.objects.create(
        unit=unit, name=unit.name, short_name=unit.short_name, valid_from=since, valid_to=on - DAY, decided=True
    )


def merge(
    unit_ids: Sequence[int], *, into: int, on: date | None, actor: records.Actor, at: datetime, reason: str
) -> None:
    """Merge units into another: posts, sections and subordinate units move, matters go on there. Raises UnitProblem."""
    for unit_id in (*unit_ids, into):
        require(actor, MANAGE, unit_id=unit_id)
    with transaction.atomic():
        target = _living(into)
        errors = _day_fault(on, at)
        if not unit_ids or into in unit_ids:
            errors["units"] = "请选择要并入的单位，且不能是本单位"
        if not reason.strip():
            errors["reason"] = "请填写依据（文件名称和文号）"
        if errors:
            raise UnitProblem(errors)
        assert on is not None
        for unit_id in unit_ids:
            source = _living(unit_id)
            day_errors = _day_fault(on, at, source)
            if day_errors:
                raise UnitProblem({"on": f"{source.name}：{day_errors['on']}"})
            taken = set(Section.objects.filter(unit=target).values_list("key", flat=True))
            for section in Section.objects.filter(unit=source):
                section.key = section.key if section.key not in taken else f"{source.key}-{section.key}"[:60]
                section.unit = target
                section.save(update_fields=["key", "unit"])
            Post.objects.filter(unit=source).update(unit=target)
            Unit.objects.filter(parent=source).update(parent=target)
            _end(source, target, on)
            _check_single(target, at)
            facts = {"into": target.pk, "name": source.name, "on": on.isoformat()}
            _record("unit.merge", source, actor, at, facts, reason)
    forget_grants()


def _check_single(target: Unit, at: datetime) -> None:
    """A merged unit keeps one head: the others leave their post before. Raises UnitProblem."""
    for role in Role.objects.filter(single=True):
        holders = holders_of(role, target.pk, today_of(at))
        if len(holders) > 1:
            names = "、".join(sorted(holders.values()))
            raise UnitProblem({"units": f"合并后{role.title}不止一名（{names}），请先办理离任"})


def split(
    unit_id: int,
    new: Sequence[NewUnit],
    *,
    posts: Mapping[int, str],
    ends: bool,
    on: date | None,
    actor: records.Actor,
    at: datetime,
    reason: str,
) -> list[Unit]:
    """Split new units off a unit. ``posts``: post id → key of the new unit; the others stay, or, when the old unit
    ``ends``, go with its open matters to the first new one. Raises UnitProblem."""
    require(actor, MANAGE, unit_id=unit_id)
    with transaction.atomic():
        source = _living(unit_id)
        errors = _day_fault(on, at, source)
        if not new:
            errors["name"] = "请填写新单位"
        for one in new:
            errors |= _faults(one)
        if len({one.key for one in new}) < len(new):
            errors["key"] = "新单位的键不能相同"
        if not reason.strip():
            errors["reason"] = "请填写依据（文件名称和文号）"
        own = set(Post.objects.filter(unit=source).values_list("id", flat=True))
        if not set(posts) <= own or not set(posts.values()) <= {one.key for one in new}:
            errors["posts"] = "岗位分配有误，请刷新页面重新选择"
        if errors:
            raise UnitProblem(errors)
        assert on is not None
        made = {one.key: _make(one, on) for one in new}
        first = next(iter(made.values()))
        given = {post: made[posts[post]] if post in posts else first for post in own if post in posts or ends}
        _move(source, given)
        if ends:
            Unit.objects.filter(parent=source).update(parent=first)
            _end(source, first, on)
        facts = {"into": [unit.pk for unit in made.values()], "ends": ends, "on": on.isoformat()}
        _record("unit.split", source, actor, at, facts, reason)
    forget_grants()
    return list(made.values())


def _move(source: Unit, given: Mapping[int, Unit]) -> None:
    """Posts go to their new units; a section goes along when all its posts go to the same one."""
    for section in Section.objects.filter(unit=source):
        members = list(Post.objects.filter(section=section).values_list("id", flat=True))
        homes = {given[post].pk if post in given else source.pk for post in members}
        if len(homes) == 1 and homes != {source.pk}:
            Section.objects.filter(pk=section.pk).update(unit_id=homes.pop())
        elif len(homes) > 1:
            Post.objects.filter(pk__in=[p for p in members if p in given]).update(section=None)
    for post, unit in given.items():
        Post.objects.filter(pk=post).update(unit=unit)


def _end(source: Unit, successor: Unit, on: date) -> None:
    source.valid_to, source.successor = on - DAY, successor
    source.save(update_fields=["valid_to", "successor"])


def _living(unit_id: int) -> Unit:
    unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None or unit.valid_to is not None:
        raise UnitProblem({"unit": "该单位不存在或已经撤销"})
    return unit


def _record(
    verb: str, unit: Unit, actor: records.Actor, at: datetime, payload: Mapping[str, object], reason: str = ""
) -> None:
    subject = ("unit", str(unit.pk))
    records.act(chain=subject, verb=verb, actor=actor, at=at, subject=subject, reason=reason, payload=dict(payload))


def add_section(unit_id: int, *, name: str, actor: records.Actor, at: datetime) -> Section:
    """A new section of a unit. Raises UnitProblem."""
    require(actor, MANAGE, unit_id=unit_id)
    if len(name.strip()) < 2 or Section.objects.filter(unit_id=unit_id, name=name.strip()).exists():
        raise UnitProblem({"section": "请填写股室名称，且不能与现有股室同名"})
    with transaction.atomic():
        unit = _living(unit_id)
        key = f"s{Section.objects.filter(unit=unit).count() + 1}"
        while Section.objects.filter(unit=unit, key=key).exists():
            key += "x"
        section = Section.objects.create(unit=unit, key=key, name=name.strip())
        _record("unit.add_section", unit, actor, at, {"section": section.pk, "name": section.name})
    return section


def add_post(unit_id: int, *, title: str, section_id: int | None, actor: records.Actor, at: datetime) -> Post:
    """A new post of a unit; its roles are given by the security administrator. Raises UnitProblem."""
    require(actor, MANAGE, unit_id=unit_id)
    errors = {} if len(title.strip()) >= 2 else {"title": "请填写岗位名称"}
    if section_id is not None and not Section.objects.filter(pk=section_id, unit_id=unit_id).exists():
        errors["section"] = "股室不属于本单位"
    if errors:
        raise UnitProblem(errors)
    with transaction.atomic():
        unit = _living(unit_id)
        post = Post.objects.create(unit=unit, section_id=section_id, title=title.strip(), key=f"{unit.key}.new")
        post.key = f"{unit.key}.p{post.pk}"[:80]
        post.save(update_fields=["key"])
        _record("post.create", unit, actor, at, {"post": post.pk, "title": post.title})
    return post
