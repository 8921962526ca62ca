"""What may not come together in one person or one unit: separated administrators, official duties of outsourced staff,
a second holder of a role that a unit has once (总负责人)."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q

from ..domain import separation_fault
from ..models import Holding, Person, Role, RoleAssignment, Unit


class StaffProblem(Exception):
    """Why something cannot be done; ``errors`` by field, in Chinese."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("；".join(self.errors.values()))


def check(person: Person, roles: Iterable[Role], *, unit_id: int | None, on: date, outsourced: bool) -> None:
    """Whether a person may get roles in a unit from a day on. Raises StaffProblem.

    The person's row and, for roles of one holder, the unit's row stay locked until the transaction ends, so that two
    administrators at once cannot pass together."""
    Person.objects.select_for_update().get(pk=person.pk)
    roles = list(roles)
    official = [role.title for role in roles if role.official]
    if outsourced and official:
        raise StaffProblem({"kind": f"服务外包人员不能担任：{'、'.join(official)}"})
    fault = separation_fault({role.separation for role in roles} | _separations(person, on))
    if fault:
        raise StaffProblem({"role": fault})
    single = [role for role in roles if role.single]
    if single and unit_id is not None:
        _check_single(person, single, unit_id, on)


def _check_single(person: Person, roles: list[Role], unit_id: int, on: date) -> None:
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    for role in roles:
        others = {name for pk, name in holders_of(role, unit_id, on).items() if pk != person.pk}
        if others:
            fault = f"{unit.name}已有{role.title}：{'、'.join(sorted(others))}。每个单位只能有一名，请先办理其离任"
            raise StaffProblem({"role": fault})


def holders_of(role: Role, unit_id: int, on: date) -> dict[int, str]:
    """Who holds a role in a unit on a day or will hold it later: person id → name."""
    from_then = Q(valid_to=None) | Q(valid_to__gte=on)
    given = RoleAssignment.objects.filter(from_then, role=role)
    posts = given.filter(post__unit_id=unit_id).values("post_id")
    held = Holding.objects.filter(from_then, post_id__in=posts).values_list("person_id", "person__name")
    direct = given.filter(person__isnull=False, unit_id=unit_id).values_list("person_id", "person__name")
    return dict(held) | dict(direct)


def only_outsourced(person: Person, on: date) -> bool:
    kinds = set(Holding.objects.filter(valid_on(on), person=person).values_list("kind", flat=True))
    return kinds == {"outsourced"}


def _separations(person: Person, on: date) -> set[str]:
    """What a person holds on a day or will hold later."""
    from_then = Q(valid_to=None) | Q(valid_to__gte=on)
    held = Holding.objects.filter(from_then, person=person).values("post_id")
    rows = RoleAssignment.objects.filter(from_then).filter(Q(person=person) | Q(post_id__in=held))
    return set(rows.values_list("role__separation", flat=True)) - {""}


def valid_on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
