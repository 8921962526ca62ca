"""The district's units, regions and roles as sheet 00 lists them; what may not come together in one person or unit."""

import datetime as dt

import pytest

from yipan.platform import calendar, people
from yipan.platform.people import queries, vault
from yipan.platform.people.actions import conflicts, staff, units
from yipan.platform.people.models import Account, Holding, Person, Post, Role, RoleAssignment, Unit
from yipan.platform.people.queries import regions
from yipan.platform.records.models import ActRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]

CODES = {
    "government_office": "11440703MB9P010107", "data": "11440703MB9P00018Q", "finance": "11440703MB9P000691",
    "development": "11440703MB9P010294", "housing": "11440703MB9P00093H", "natural_resources": "11440703MB9P01037Y",
    "industry_commerce": "11440703MB9P001142", "tax": "11440703MB9P01045R", "market": "11440703MB9P00026K",
    "hr": "11440703MB9P00034E", "health": "11440703MB9P000429", "justice": "11440703MB9P00077U",
    "tangxia": "11440703MB9P01117J", "hetang": "11440703MB9P01125D", "duruan": "11440703MB9P011338",
    "baisha": "11440703MB9P01213U", "huanshi": "11440703MB9P01221N", "chaolian": "11440703MB9P0123XE",
}  # fmt: skip
ROLES = {
    "系统管理员", "安全管理员", "审计员", "区领导", "区府办督查员", "单位主要负责人(总负责人)", "分管领导",
    "单位管理员", "股室负责人", "经办人", "收发员", "财政国库审核岗", "数据管理员", "信用管理员", "评估员",
}  # fmt: skip


def test_the_eighteen_units_have_the_codes_of_the_register():
    """Sheet 00 §4: the table of units is the register of codes."""
    assert dict(Unit.objects.filter(key__in=CODES).values_list("key", "code")) == CODES
    groups = Unit.objects.filter(kind="group").values_list("code", flat=True)
    assert list(groups) == [""] * len(groups)  # cross-unit groups are no legal entities
    assert len(groups) >= 2


def test_every_role_of_the_district_is_there():
    """Sheet 00 §4: roles; visitors and applicants need none."""
    assert set(Role.objects.values_list("title", flat=True)) >= ROLES
    assert set(Role.objects.exclude(separation="").values_list("key", flat=True)) == {
        "system_admin", "security_admin", "auditor",
    }  # fmt: skip


def test_administrators_never_decide():
    """Architecture §5: administrators reassign, they never decide; the three share no administrator's right."""
    decisive = {"case.approve_special", "case.approve_extension", "case.examine", "case.precheck", "licence.revoke"}
    held = {role.key: set(role.rights) for role in Role.objects.all()}
    for key in ("system_admin", "security_admin", "auditor", "unit_admin"):
        assert not held[key] & decisive, key
    assert "people.authorise" not in held["system_admin"] | held["auditor"] | held["unit_admin"]
    assert "records.audit.read" not in held["system_admin"] | held["security_admin"]
    assert not {"people.manage", "people.authorise"} & held["auditor"]


@pytest.mark.parametrize("name", ["仓后街道", "堤东街道", "北街街道"])
def test_streets_that_are_gone_lead_to_who_answers_now(name):
    """Sheet 00 §5.1: code history with dates and mapping; old records may carry the streets of before."""
    from yipan.platform.people.models import Region

    old = Region.objects.get(name=name)
    assert regions.on_day(old.code, dt.date(2012, 6, 1)).name == name
    assert regions.on_day(old.code, dt.date(2021, 10, 28)) is None
    now = regions.today_of_code(old.code, dt.date(2021, 10, 28))
    assert (now.name, now.parent_code) == ("白沙街道", "440703")
    assert regions.today_of_code(old.code, dt.date(2012, 6, 1)).name == name


def test_codes_that_never_were_lead_nowhere():
    from yipan.platform.people.models import Region

    assert regions.today_of_code("999999", calendar.today()) is None
    Region.objects.create(code="111111", name="一", valid_to=dt.date(2000, 1, 1), mapped_to="222222")
    Region.objects.create(code="222222", name="二", valid_to=dt.date(2001, 1, 1), mapped_to="111111")
    assert regions.today_of_code("111111", calendar.today()) is None  # a circle of mistakes ends


def head_post(unit_key):
    post = Post.objects.create(
        unit=Unit.objects.get(key=unit_key), key=f"{unit_key}.head{Post.objects.count()}", title="局长"
    )
    role = Role.objects.get(key="unit_head")
    RoleAssignment.objects.create(role=role, post=post, scope="unit", valid_from=dt.date(2021, 1, 1))
    return post


def employ(login, post, **more):
    person = queries.actor_of(login).person_id
    facts = {"kind": "main", "on": None, "actor": queries.actor_of("data.admin"), "at": calendar.now()} | more
    return staff.employ(person, post_id=post.pk, **facts)


def test_a_unit_has_one_head_at_a_time_with_history():
    """Sheet 00 S2 and R1: entering a second active 总负责人 is refused; who was head when stays known."""
    post = head_post("market")
    first = employ("market.deputy", post)
    with pytest.raises(staff.StaffProblem, match="已有单位主要负责人"):
        employ("market.decider", post)
    another = head_post("market")  # another post with the same role does not help
    with pytest.raises(staff.StaffProblem, match="每个单位只能有一名"):
        employ("market.decider", another)
    with pytest.raises(staff.StaffProblem, match="已有"):
        staff.grant_to_person(
            queries.actor_of("market.reviewer").person_id, unit_id=post.unit_id, role_key="unit_head", scope="unit",
            actor=queries.actor_of("data.security"), at=calendar.now(),
        )  # fmt: skip
    tomorrow = calendar.today() + dt.timedelta(days=1)
    staff.leave(first.pk, on=calendar.today(), actor=queries.actor_of("data.admin"), at=calendar.now(), reason="调任")
    employ("market.decider", post, on=tomorrow)
    with pytest.raises(staff.StaffProblem, match="已有"):
        employ("market.reviewer", post, on=tomorrow)  # he is not head yet, and will be
    history = Holding.objects.filter(post=post).order_by("valid_from").values_list("person__name", "valid_to")
    assert list(history) == [("冯国梁", calendar.today()), ("区永康", None)]


def test_merged_units_keep_one_head():
    employ("market.deputy", head_post("market"))
    employ("health.deputy", head_post("health"))
    ids = [Unit.objects.get(key=key).pk for key in ("health", "market")]
    facts = {"on": calendar.today(), "actor": queries.actor_of("data.admin"), "at": calendar.now(), "reason": "改革"}
    with pytest.raises(units.UnitProblem, match=r"单位主要负责人.*不止一名"):
        units.merge(ids[:1], into=ids[1], **facts)
    assert Unit.objects.get(pk=ids[0]).valid_to is None


def test_a_post_cannot_give_its_only_role_to_two():
    post = Post.objects.get(key="market.reviewer")  # two people hold it
    security = queries.actor_of("data.security")
    with pytest.raises(staff.StaffProblem, match="该岗位有多人：何建国、谭丽华"):
        staff.grant_to_post(post.pk, role_key="unit_head", scope="unit", actor=security, at=calendar.now())


def test_nobody_appoints_himself():
    with pytest.raises(staff.StaffProblem, match="不能给自己任职"):
        employ("data.admin", Post.objects.get(key="market.decider"))


def test_a_separated_duty_that_begins_later_counts_now():
    """Sheet 00 §4 三员分立: no way around it by a date in the future."""
    actor = queries.actor_of("data.admin")
    person = queries.actor_of("market.examiner").person_id
    later = calendar.today() + dt.timedelta(days=30)
    facts = {"kind": "concurrent", "actor": actor, "at": calendar.now()}
    staff.employ(person, post_id=Post.objects.get(key="office.auditor").pk, on=later, **facts)
    with pytest.raises(staff.StaffProblem, match="三员分立"):
        staff.employ(person, post_id=Post.objects.get(key="data.security").pk, on=None, **facts)


def test_a_secondment_ends_by_itself():
    """Issue 2 §3: secondment and outsourced window staff, from a day to a day."""
    post = Post.objects.get(key="hall.clerk")
    last = calendar.today() + dt.timedelta(days=10)
    with pytest.raises(staff.StaffProblem, match="截止日期"):
        employ("housing.opinion", post, kind="seconded", until=calendar.today() - dt.timedelta(days=1))
    employ("housing.opinion", post, kind="seconded", until=last)
    person = queries.actor_of("housing.opinion").person_id
    assert "case.receive" in {right for grant in people.access.grants_of(person, last) for right in grant.rights}
    after = people.access.grants_of(person, last + dt.timedelta(days=1))
    assert not any("case.receive" in grant.rights for grant in after)
    assert [post.title for post in people.access.posts_of(person, last)] == ["征求意见答复岗", "综窗人员"]


def test_a_member_of_staff_is_the_same_person_as_the_applicant():
    """Nobody handles his own application: staff and applicant are joined by the resident ID."""
    from yipan.platform.people.actions import citizens

    claims = {"sub": "u-7", "name": "黄家俊", "id_type": "10", "id_no": "440703199003070013", "level": "L3"}
    applicant, _ = citizens.sign_in(claims, now=calendar.now())
    facts = {
        "login": "huangjj", "phone": "", "post_id": Post.objects.get(key="market.examiner").pk, "kind": "main",
        "employer": "", "actor": queries.actor_of("market.admin"), "at": calendar.now(), "id_no": claims["id_no"],
    }  # fmt: skip
    with pytest.raises(staff.StaffProblem, match="不一致"):
        staff.register(name="黄加俊", **facts)
    made = staff.register(name="黄家俊", **facts)
    assert made.person.pk == applicant.person_id
    with pytest.raises(staff.StaffProblem, match="已有工作人员账号"):
        staff.register(name="黄家俊", **facts | {"login": "huangjj2"})
    assert not Account.objects.filter(login="huangjj2").exists()
    # What is told to the member of staff does not go to the citizen's inbox, and the other way round.
    for kind, account in (("staff", made.account.pk), ("citizen", applicant.pk)):
        assert [c.account_id for c in people.contacts.by_persons([made.person.pk], kind)] == [account]


def test_somebody_without_account_is_reached_by_phone():
    person = Person.objects.create(name="窗口来人", created_at=calendar.now())
    vault.put(person, vault.PHONE, "13800009999", at=calendar.now())
    (contact,) = people.contacts.by_persons([person.pk], "citizen")
    assert (contact.account_id, contact.phone) == (None, "13800009999")
    assert people.contacts.by_persons([person.pk], "staff") == []


def test_every_appointment_is_an_act():
    employ("housing.opinion", Post.objects.get(key="hall.clerk"), kind="seconded")
    assert ActRow.objects.order_by("id").last().verb == "person.employ"
    assert conflicts.only_outsourced(Person.objects.get(name="黄晓彤"), calendar.today())
