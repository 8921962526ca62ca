"""Rights: role × scope × unit, deputies, merged units, one statement each."""

import datetime as dt

import pytest
from django.test import RequestFactory

from yipan.platform import calendar, people, records
from yipan.platform.people import access, queries
from yipan.platform.people.actions import absences, staff, units
from yipan.platform.people.models import Absence, Account, Holding, Person, Post, Role, RoleAssignment, Unit
from yipan.platform.records import rights
from yipan.platform.records.models import ActRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]


UNIT_KEYS = """market health hr housing urban_management transport culture agriculture_water civil_affairs
disabled_federation social_insurance medical_insurance data government_office justice finance development
natural_resources industry_commerce tax tangxia hetang duruan baisha huanshi chaolian"""
NOW = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)


def unit_id(key):
    return Unit.objects.get(key=key).pk


def test_rights_reach_one_s_own_unit_only():
    """Sheet 00 §4: data scope; a unit does not act in another unit's matters."""
    examiner = queries.actor_of("market.examiner")
    assert people.may(examiner, "case.examine", unit_id=unit_id("market"))
    assert not people.may(examiner, "case.examine", unit_id=unit_id("health"))
    assert not people.may(examiner, "case.approve_extension")
    with pytest.raises(rights.Refused, match="权限"):
        people.require(examiner, "case.approve_extension", unit_id=unit_id("market"))
    scope = people.scope_filter(examiner, "case.read")
    assert (scope.kind, scope.unit_keys) == ("unit", {"market"})
    assert people.scope_filter(queries.actor_of("hall.clerk1"), "case.read").kind == "district"
    assert people.scope_filter(examiner, "pack.manage").kind == "none"


def test_every_unit_key_of_the_items_exists():
    keys = set(UNIT_KEYS.split())
    assert keys <= set(Unit.objects.values_list("key", flat=True))


def test_holders_are_found_with_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queries.holders("prechecker", "market", NOW)
    assert {holder.unit_key for holder in found} == {"market"}
    assert len(found) == 2
    clerks = queries.holders("window_clerk", "market", NOW)
    assert {holder.unit_key for holder in clerks} == {"service_hall"}  # their role reaches the whole district


def test_deputies_are_found_with_one_statement(django_assert_num_queries):
    decider, deputy = queries.actor_of("market.decider"), queries.actor_of("market.deputy")
    with django_assert_num_queries(1):
        found = queries.deputies_of([decider.person_id, deputy.person_id], NOW)
    assert list(found) == [decider.person_id]
    assert found[decider.person_id][0].name == deputy.name
    with django_assert_num_queries(1):
        held = queries.deputy_for(deputy.person_id, NOW)
    assert [holder.post_name for holder in held] == ["决定岗(分管副局长)"]


def test_a_deputy_has_the_rights_while_he_stands_in():
    """Sheet 00 X6: AB岗 with dates."""
    deputy, market = queries.actor_of("market.deputy"), unit_id("market")
    assert people.may(deputy, "case.approve_extension", unit_id=market)
    absence = Absence.objects.get(deputy_id=deputy.person_id)
    absences.cancel(absence.pk, actor=queries.actor_of("market.decider"), at=calendar.now())
    assert not people.may(deputy, "case.approve_extension", unit_id=market)


def test_nobody_deputises_for_a_separated_administrator():
    auditor, admin = queries.actor_of("office.auditor"), queries.actor_of("data.admin")
    today = calendar.today()
    absences.enter(
        person_id=auditor.person_id,
        deputy_id=admin.person_id,
        begins=today,
        ends=today,
        reason="年休假",
        actor=auditor,
        at=calendar.now(),
    )
    assert not people.may(admin, "records.audit.read")


def test_an_absence_needs_a_present_deputy_and_the_right():
    me, away = queries.actor_of("market.examiner"), queries.actor_of("market.decider")
    today = calendar.today()
    facts = {"begins": today, "ends": today, "reason": "事假", "at": calendar.now()}
    with pytest.raises(absences.AbsenceProblem, match="代理人在这段时间也不在岗"):
        absences.enter(person_id=me.person_id, deputy_id=away.person_id, actor=me, **facts)
    with pytest.raises(absences.AbsenceProblem, match="不能由本人代理本人"):
        absences.enter(person_id=me.person_id, deputy_id=me.person_id, actor=me, **facts)
    health = queries.actor_of("health.examiner")
    with pytest.raises(rights.Refused):
        absences.enter(person_id=health.person_id, deputy_id=me.person_id, actor=me, **facts)
    absences.enter(person_id=me.person_id, deputy_id=health.person_id, actor=me, **facts)
    with pytest.raises(absences.AbsenceProblem, match="已经登记过请假"):
        absences.enter(person_id=me.person_id, deputy_id=health.person_id, actor=me, **facts)


def test_a_holding_outside_its_dates_gives_nothing():
    me = queries.actor_of("market.examiner")
    Holding.objects.filter(person_id=me.person_id).update(valid_to=calendar.today() - dt.timedelta(days=1))
    assert not people.may(me, "case.examine")
    assert not [h for h in queries.holders("examiner", "market", calendar.now()) if h.person_id == me.person_id]
    Holding.objects.filter(person_id=me.person_id).update(
        valid_to=None, valid_from=calendar.today() + dt.timedelta(days=1)
    )
    assert not people.may(me, "case.examine")


def test_section_and_own_scope():
    me = queries.actor_of("market.examiner")
    given = RoleAssignment.objects.filter(post=Post.objects.get(key="market.examiner"))
    given.update(scope="section")
    scope = people.scope_filter(me, "case.read")
    assert scope.kind == "section"
    assert len(scope.section_ids) == 1
    given.update(scope="own")
    scope = people.scope_filter(me, "case.read")
    assert (scope.kind, scope.person_id) == ("own", me.person_id)


def test_grants_are_loaded_once_a_request(django_assert_num_queries):
    me, market = queries.actor_of("market.examiner"), unit_id("market")
    with access.remembered_grants():
        people.may(me, "case.read", unit_id=market)
        with django_assert_num_queries(0):
            assert people.may(me, "case.examine", unit_id=market)
    assert access._remembered.get() is None


def test_three_administrators_exclude_each_other():
    """Sheet 00 §4: 系统管理员, 安全管理员, 审计员 are different persons."""
    security, system = queries.actor_of("data.security"), queries.actor_of("data.admin")
    facts = {"unit_id": unit_id("data"), "scope": "district", "actor": security, "at": calendar.now()}
    with pytest.raises(staff.StaffProblem, match="三员分立"):
        staff.grant_to_person(system.person_id, role_key="auditor", **facts)
    with pytest.raises(staff.StaffProblem, match="不能给自己授予角色"):
        staff.grant_to_person(security.person_id, role_key="examiner", **facts)
    with pytest.raises(rights.Refused):
        staff.grant_to_person(system.person_id, **facts | {"role_key": "decider", "actor": system})
    staff.grant_to_person(system.person_id, role_key="prechecker", **facts)
    assert people.may(system, "case.precheck", unit_id=unit_id("health"))


def test_outsourced_staff_hold_no_official_post():
    admin = queries.actor_of("market.admin")
    outsourced = queries.actor_of("market.window2").person_id
    decider = Post.objects.get(key="market.decider")
    with pytest.raises(staff.StaffProblem, match="服务外包人员不能担任：决定岗"):
        staff.employ(outsourced, post_id=decider.pk, kind="outsourced", on=None, actor=admin, at=calendar.now())


def test_a_renamed_unit_keeps_its_old_name_on_old_days():
    """Sheet 00 §4: units change names; old records keep the name of their day."""
    admin, market = queries.actor_of("data.admin"), unit_id("market")
    old = queries.unit(market).name
    act = records.act(
        chain=("case", "1"), verb="case.accept", actor=queries.actor_of("market.examiner"), at=calendar.now(),
        subject=("case", "1"),
    )  # fmt: skip
    on = calendar.today() - dt.timedelta(days=10)
    facts = {"short_name": "区市监局", "actor": admin, "at": calendar.now(), "reason": "蓬机编〔2026〕3号"}
    units.rename(market, name="江门市蓬江区市场监督管理局（知识产权局）", on=on, **facts)
    found = queries.unit_by_key("market")
    assert found.name.endswith("（知识产权局）")
    assert found.name_at(on) == found.name
    assert found.name_at(on - dt.timedelta(days=1)) == old
    assert found.name_at(dt.date(2022, 1, 1)) == old
    assert ActRow.objects.get(pk=act.id).unit_name == old
    assert queries.actor_of("market.examiner").unit_name == found.name
    with pytest.raises(units.UnitProblem, match="须晚于该单位上一次变更"):
        units.rename(market, name="江门市蓬江区某某局", on=on - dt.timedelta(days=5), **facts)
    with pytest.raises(units.UnitProblem, match="不能晚于今天"):
        units.rename(market, name="江门市蓬江区某某局", on=calendar.today() + dt.timedelta(days=1), **facts)


def test_a_merged_unit_s_matters_belong_to_its_successor():
    admin = queries.actor_of("data.admin")
    market, health = unit_id("market"), unit_id("health")
    examiner = queries.actor_of("health.examiner")
    assert not people.may(queries.actor_of("market.examiner"), "case.examine", unit_id=health)
    units.merge([health], into=market, on=calendar.today(), actor=admin, at=calendar.now(), reason="机构改革方案")
    assert people.may(queries.actor_of("market.examiner"), "case.examine", unit_id=health)
    assert people.may(examiner, "case.examine", unit_id=market)
    assert len(queries.holders("examiner", "health", calendar.now())) == 2
    assert people.scope_filter(examiner, "case.read").unit_keys == {"market", "health"}
    assert Unit.objects.get(pk=health).valid_to == calendar.today() - dt.timedelta(days=1)


def test_a_split_moves_the_chosen_posts():
    admin, market = queries.actor_of("data.admin"), unit_id("market")
    inspector = Post.objects.get(key="market.inspector")
    (made,) = units.split(
        market,
        [units.NewUnit("food_safety", "江门市蓬江区食品安全监察大队")],
        posts={inspector.pk: "food_safety"},
        ends=False,
        on=calendar.today(),
        actor=admin,
        at=calendar.now(),
        reason="蓬机编〔2026〕4号",
    )
    inspector.refresh_from_db()
    assert inspector.unit_id == made.pk
    assert inspector.section.unit_id == made.pk  # the whole section went along
    assert Post.objects.get(key="market.examiner").unit_id == market
    assert Unit.objects.get(pk=market).valid_to is None
    with pytest.raises(units.UnitProblem, match="已被使用"):
        units.split(
            market, [units.NewUnit("health", "江门市蓬江区某某大队")], posts={}, ends=True, on=calendar.today(),
            actor=admin, at=calendar.now(), reason="x",
        )  # fmt: skip


def test_a_unit_s_administrator_changes_only_his_unit():
    admin = queries.actor_of("market.admin")
    with pytest.raises(rights.Refused):
        units.rename(
            unit_id("health"), name="江门市蓬江区卫生局", short_name="", on=calendar.today(), actor=admin,
            at=calendar.now(), reason="x",
        )  # fmt: skip
    with pytest.raises(rights.Refused):
        staff.issue_password(queries.actor_of("health.examiner").person_id, actor=admin, at=calendar.now())
    assert staff.issue_password(queries.actor_of("market.examiner").person_id, actor=admin, at=calendar.now())


def test_the_packs_install_twice_without_change(district):
    counts = [model.objects.count() for model in (Unit, Post, Person, Account, RoleAssignment, Role, Absence)]
    from pathlib import Path

    import yipan
    from yipan.kernel.packs import InstallContext, read_pack
    from yipan.platform.people.loader import PeopleLoader

    for key in ("core", "demo_district"):
        pack = read_pack(Path(yipan.__file__).parent / "packs" / key)
        for file in pack.folder("people"):
            PeopleLoader().install(file, InstallContext(pack.manifest, records.SYSTEM, calendar.now()))
    assert counts == [model.objects.count() for model in (Unit, Post, Person, Account, RoleAssignment, Role, Absence)]


def test_a_signed_in_page_costs_few_statements(as_staff, django_assert_max_num_queries):
    client = as_staff("market.examiner")
    client.get("/me/")
    with django_assert_max_num_queries(22):
        assert client.get("/me/").status_code == 200


def test_actor_of_a_request_follows_the_chosen_post(as_staff):
    client = as_staff("market.producer")
    request = RequestFactory().get("/")
    other = Post.objects.get(key="market.deliverer")
    assert client.post("/me/post/", {"post": other.pk, "next": "/me/"})["Location"] == "/me/"
    request.session = client.session
    request.user = Account.objects.select_related("person").get(login="market.producer")
    assert access.actor(request).post_name == "出件岗"
    assert client.post("/me/post/", {"post": Post.objects.get(key="market.decider").pk}).status_code == 403
