"""Every screen of the room: who may open it, and what the administrators do there."""

import pytest

from yipan.platform import calendar
from yipan.platform.people import handover, queries, sessions
from yipan.platform.people.access import UnitScope
from yipan.platform.people.models import Absence, Handover, Holding, Person, Post, RoleAssignment, Unit
from yipan.platform.people.queries.report import ReportQuery
from yipan.platform.records.models import ActRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]

ADMIN, SECURITY, AUDITOR, EXAMINER = "data.admin", "data.security", "office.auditor", "market.examiner"
# address -> logins that may open it; {unit} and {person} are the market bureau and its examiner.
SCREENS = {
    "/admin/people/units/": {ADMIN, SECURITY, AUDITOR, "market.admin"},
    "/admin/people/units/new/": {ADMIN, "market.admin"},
    "/admin/people/units/{unit}/": {ADMIN, SECURITY, AUDITOR, "market.admin"},
    "/admin/people/units/{unit}/rename/": {ADMIN, "market.admin"},
    "/admin/people/units/{unit}/merge/": {ADMIN, "market.admin"},
    "/admin/people/units/{unit}/split/": {ADMIN, "market.admin"},
    "/admin/people/units/{unit}/sections/": {ADMIN, "market.admin"},
    "/admin/people/units/{unit}/posts/": {ADMIN, "market.admin"},
    "/admin/people/units/{unit}/roles/": {SECURITY},
    "/admin/people/staff/": {ADMIN, "market.admin"},
    "/admin/people/staff/new/": {ADMIN, "market.admin"},
    "/admin/people/staff/import/": {ADMIN, "market.admin"},
    "/admin/people/staff/import/template/": {ADMIN, "market.admin"},
    "/admin/people/staff/{person}/": {ADMIN, SECURITY, AUDITOR, "market.admin"},
    "/admin/people/staff/{person}/employ/": {ADMIN, "market.admin"},
    "/admin/people/staff/{person}/close/": {ADMIN, "market.admin"},
    "/admin/people/staff/{person}/open/": {ADMIN, "market.admin"},
    "/admin/people/staff/{person}/roles/": {SECURITY},
    "/admin/people/handovers/": {ADMIN, "market.admin"},
    "/admin/people/report/": {ADMIN, SECURITY, AUDITOR, "market.admin"},
    "/admin/people/regions/": {ADMIN, SECURITY, AUDITOR, "market.admin"},
    "/admin/people/roles/": {ADMIN, SECURITY, AUDITOR, "market.admin"},
    "/me/": {ADMIN, SECURITY, AUDITOR, "market.admin", EXAMINER},
    "/me/confirm/": {ADMIN, SECURITY, AUDITOR, "market.admin", EXAMINER},
    "/me/password/": {ADMIN, SECURITY, AUDITOR, "market.admin", EXAMINER},
    "/me/second-factor/": {ADMIN, SECURITY, AUDITOR, "market.admin", EXAMINER},
    "/me/absences/": {ADMIN, SECURITY, AUDITOR, "market.admin", EXAMINER},
    "/me/principal/": set(),
    "/me/firm/agents/": set(),
    "/me/wards/": set(),
}
LOGINS = (ADMIN, SECURITY, AUDITOR, "market.admin", EXAMINER)


def filled(address):
    return address.format(unit=unit_id("market"), person=person_id(EXAMINER))


def unit_id(key):
    return Unit.objects.get(key=key).pk


def person_id(login):
    return queries.actor_of(login).person_id


@pytest.mark.parametrize("login", LOGINS)
def test_each_screen_opens_for_those_with_the_right_only(as_staff, login):
    client = as_staff(login)
    seen = {address: client.get(filled(address)).status_code for address in SCREENS}
    assert seen == {address: 200 if login in allowed else 403 for address, allowed in SCREENS.items()}


@pytest.mark.parametrize("address", SCREENS)
def test_a_visitor_is_sent_to_sign_in(client, address):
    answer = client.get(filled(address))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert client.post(filled(address)).status_code in (403, 405)


def test_another_unit_s_pages_are_not_found(as_staff):
    client = as_staff("market.admin")
    assert client.get(f"/admin/people/units/{unit_id('health')}/").status_code == 404
    assert client.get(f"/admin/people/staff/{person_id('health.examiner')}/").status_code == 404
    page = client.get("/admin/people/report/", {"unit": unit_id("health")}).content.decode()
    assert "请从列出的选项中选择" in page
    assert "区卫健局" not in page
    page = client.get("/admin/people/staff/").content.decode()
    assert "market.examiner" in page
    assert "health.examiner" not in page


def test_demo_accounts_are_filled_in_with_one_click(client):
    page = client.get("/login/").content.decode()
    assert "?as=market.examiner" in page
    assert "Yipan-2026" not in page
    page = client.get("/login/", {"as": EXAMINER}).content.decode()
    assert 'value="market.examiner"' in page
    assert 'value="Yipan-2026"' in page
    assert client.post("/login/", {"login": EXAMINER, "password": "Yipan-2026"}).status_code == 302


def test_production_shows_no_demo_accounts(client, settings):
    settings.ENVIRONMENT = "production"
    assert queries.demo_accounts() == []
    assert "market.examiner" not in client.get("/login/").content.decode()


def test_sensitive_acts_ask_for_the_password_again(as_staff):
    """Security 12: re-authentication before sensitive acts."""
    client, person = as_staff(ADMIN), person_id(EXAMINER)
    session = client.session
    session[sessions.FRESH] -= sessions.FRESH_SECONDS + 1
    session.save()
    form, page = f"/admin/people/staff/{person}/close/", f"/admin/people/staff/{person}/"
    assert client.get(page).status_code == 200
    answer = client.get(form)
    assert answer["Location"].startswith("/me/confirm/")
    acted = client.post(page + "account/", {"act": "password", "back": page})
    assert acted["Location"] == f"/me/confirm/?next={page.replace('/', '%2F')}"
    assert client.post("/me/confirm/", {"password": "wrong", "next": form}).status_code == 422
    assert client.post("/me/confirm/", {"password": "Yipan-2026", "next": form})["Location"] == form
    assert client.get(form).status_code == 200


def test_renaming_on_screen(as_staff):
    client, market = as_staff(ADMIN), unit_id("market")
    address = f"/admin/people/units/{market}/rename/"
    wrong = client.post(address, {"name": "局", "on": "", "reason": ""})
    assert wrong.status_code == 422
    assert "请填写依据" in wrong.content.decode()
    today = calendar.today().isoformat()
    assert client.post(address, {"name": "江门市蓬江区新市场局", "on": today, "reason": "x"}).status_code == 302
    page = client.get(f"/admin/people/units/{market}/").content.decode()
    assert "江门市蓬江区市场监督管理局" in page
    assert "江门市蓬江区新市场局" in page


def test_merging_splitting_and_adding_on_screen(as_staff):
    client, market = as_staff(ADMIN), unit_id("market")
    base, today = f"/admin/people/units/{market}/", calendar.today().isoformat()
    post = Post.objects.get(key="market.inspector").pk
    split = {"name": "江门市蓬江区食药监察大队", "key": "food_team", "posts": [post], "on": today, "reason": "x"}
    assert client.post(base + "split/", split | {"key": "health"}).status_code == 422
    assert client.post(base + "split/", split).status_code == 302
    assert (
        client.post(base + "merge/", {"units": [unit_id("food_team")], "on": today, "reason": "x"}).status_code == 422
    )
    assert client.post(base + "merge/", {"units": [unit_id("tax")], "on": today, "reason": "x"}).status_code == 302
    assert client.get(f"/admin/people/units/{unit_id('tax')}/").status_code == 200
    assert client.post(base + "sections/", {"section": "信用监管股"}).status_code == 302
    assert client.post(base + "posts/", {"title": "信用管理岗"}).status_code == 302
    new = {"name": "江门市蓬江区数据局", "key": "data_bureau", "kind": "department", "on": today}
    assert client.post("/admin/people/units/new/", new | {"code": "1"}).status_code == 422
    assert client.post("/admin/people/units/new/", new).status_code == 302
    page = client.get("/admin/people/units/", {"ended": "1"}).content.decode()
    assert "并入 江门市蓬江区市场监督管理局" in page


def test_registering_somebody_shows_the_first_password_once(as_staff, client):
    as_staff(ADMIN)
    form = {"name": "王小明", "login": "wangxm", "phone": "", "kind": "main", "employer": ""}
    assert client.post("/admin/people/staff/new/", form).status_code == 422
    page = client.post("/admin/people/staff/new/", form | {"post": Post.objects.get(key="market.examiner").pk})
    assert page.status_code == 200
    password = page.content.decode().split("初始口令</dt><dd>")[1].split("<")[0]
    client.post("/logout/")
    answer = client.post("/login/", {"login": "wangxm", "password": password})
    assert answer["Location"] == "/login/password/"


def test_posts_accounts_and_roles_of_a_person(as_staff, client):
    as_staff(ADMIN)
    person = person_id(EXAMINER)
    base = f"/admin/people/staff/{person}/"
    other = Post.objects.get(key="market.deliverer").pk
    assert client.post(base + "employ/", {"post": other, "kind": "concurrent"}).status_code == 302
    assert client.post(base + "employ/", {"post": other, "kind": "concurrent"}).status_code == 422
    held = Holding.objects.get(person_id=person, post_id=other)
    assert client.get(base + f"leave/?holding={held.pk}").status_code == 200
    assert client.post(base + "leave/", {"holding": held.pk, "reason": ""}).status_code == 422
    assert client.post(base + "leave/", {"holding": held.pk, "reason": "轮岗"}).status_code == 302
    assert client.post(base + "account/", {"act": "password"}).status_code == 200
    assert client.post(base + "account/", {"act": "unlock"}).status_code == 302
    assert client.post(base + "account/", {"act": "second_factor"}).status_code == 302
    assert client.post(base + "account/", {"act": "nothing"}).status_code == 404
    assert client.post(base + "close/", {"reason": ""}).status_code == 422
    assert client.post(base + "close/", {"reason": "离职"}).status_code == 302
    assert client.post(base + "open/", {"reason": "返岗"}).status_code == 302
    assert client.post(base + "roles/", {}).status_code == 403
    as_staff(SECURITY)
    form = {"unit": unit_id("market"), "role": "reviewer", "scope": "unit"}
    assert client.post(base + "roles/", form | {"role": "auditor", "scope": "x"}).status_code == 422
    assert client.post(base + "roles/", form).status_code == 302
    given = RoleAssignment.objects.get(person_id=person)
    assert "审核岗" in client.get(base).content.decode()
    assert client.post(base + "roles/revoke/", {"assignment": given.pk}).status_code == 302
    assert client.post(base + "roles/revoke/", {"assignment": given.pk}).status_code == 409


def test_roles_of_a_post_are_given_and_taken(as_staff):
    client, market = as_staff(SECURITY), unit_id("market")
    base = f"/admin/people/units/{market}/roles/"
    form = {"post": Post.objects.get(key="market.examiner").pk, "role": "prechecker", "scope": "unit"}
    assert client.post(base, form).status_code == 302
    assert client.post(base, form).status_code == 422
    given = RoleAssignment.objects.get(post_id=form["post"], role__key="prechecker")
    assert client.post(base + "revoke/", {"assignment": given.pk}).status_code == 302


def test_an_absence_is_entered_and_cancelled(as_staff):
    client = as_staff(EXAMINER)
    today = calendar.today().isoformat()
    form = {"deputy": person_id("market.reviewer"), "begins": today, "ends": today, "reason": "年休假"}
    assert client.post("/me/absences/", form | {"deputy": ""}).status_code == 422
    assert client.post("/me/absences/", form).status_code == 302
    made = Absence.objects.get(person_id=person_id(EXAMINER))
    assert "年休假" in client.get("/me/absences/").content.decode()
    cancel = {"do": "batch:cancel", "row": [made.pk, 0], "confirmed": "1"}
    text = client.post("/me/absences/", cancel).content.decode()
    assert "已销假" in text
    assert "没有这条请假记录" in text


@pytest.fixture
def folders():
    """A register of open work as another room would fill it."""
    owner = {"n-1": "market.examiner", "n-2": "market.examiner", "n-3": "market.reviewer"}
    of = {login: person_id(login) for login in set(owner.values())}
    held = {number: of[login] for number, login in owner.items()}

    def transfer(*, person_id, receiver, actor, at, reason):
        mine = [number for number, owner in held.items() if owner == person_id]
        held.update(dict.fromkeys(mine, receiver.person_id))
        return [handover.Line(number, f"卷宗 {number}", "在办") for number in mine]

    handover.register("卷宗", lambda person: sum(owner == person for owner in held.values()), transfer)
    yield held
    handover.unregister("卷宗")


def test_all_open_work_is_handed_over_with_a_list_to_sign(as_staff, folders):
    """Sheet 00 X6: to-dos of a leaver cannot be orphaned."""
    client = as_staff("market.admin")
    person, receiver = person_id(EXAMINER), person_id("market.reviewer2")
    assert "卷宗 2 件" in client.get("/admin/people/handovers/", {"person": person}).content.decode()
    form = {"person": person, "receiver": receiver, "reason": "调离"}
    assert client.post("/admin/people/handovers/", form | {"receiver": person}).status_code == 422
    answer = client.post("/admin/people/handovers/", form)
    page = client.get(answer["Location"]).content.decode()
    assert page.count("卷宗 n-") == 2
    assert page.count("＿＿月") == 3  # giver, receiver and supervisor have not signed yet
    assert list(folders.values()).count(receiver) == 2
    assert client.post("/admin/people/handovers/", form | {"person": person_id("health.examiner")}).status_code == 403
    other = as_staff("health.admin")
    assert other.get(answer["Location"]).status_code == 404
    assert Handover.objects.count() == 1


def test_three_sign_the_list_each_once(as_staff, folders):
    """Issue 2 §3: hand-over of all open work with a signed list; a list that is changed later shows it."""
    client = as_staff("market.admin")
    form = {"person": person_id(EXAMINER), "receiver": person_id("market.reviewer2"), "reason": "调离"}
    address = client.post("/admin/people/handovers/", form)["Location"]
    assert client.post(f"{address}sign/").status_code == 302
    assert client.post(f"{address}sign/").status_code == 409  # once
    assert as_staff("market.window1").get(address).status_code == 404
    assert client.post(f"{address}sign/").status_code == 409  # not his
    for login in (EXAMINER, "market.reviewer2"):
        client = as_staff(login)
        assert "核对无误，签收" in client.get(address).content.decode()
        assert client.post(f"{address}sign/").status_code == 302
    page = client.get(address).content.decode()
    assert page.count("在本平台签收") == 3
    assert "有变动" not in page
    made = Handover.objects.get()
    signed = list(ActRow.objects.filter(verb="person.sign_handover").order_by("id"))
    assert [act.person_id for act in signed] == [
        person_id("market.admin"), person_id(EXAMINER), person_id("market.reviewer2"),
    ]  # fmt: skip
    made.lines = made.lines[:1]
    made.save()
    assert client.get(address).content.decode().count("有变动") == 3


def test_nobody_leaves_his_last_post_with_open_work(as_staff, folders):
    """Sheet 00 X6: to-dos cannot be orphaned."""
    client, person = as_staff("market.admin"), person_id(EXAMINER)
    held = Holding.objects.get(person_id=person)
    leaving = {"holding": held.pk, "reason": "调离"}
    answer = client.post(f"/admin/people/staff/{person}/leave/", leaving)
    assert answer.status_code == 422
    assert "卷宗 2 件" in answer.content.decode()
    form = {"person": person, "receiver": person_id("market.reviewer2"), "reason": "调离"}
    client.post("/admin/people/handovers/", form)
    assert client.post(f"/admin/people/staff/{person}/leave/", leaving).status_code == 302


def test_who_stands_in_for_others_hands_that_over_too(as_staff):
    client = as_staff("market.admin")
    deputy = person_id("market.deputy")
    page = client.get("/admin/people/handovers/", {"person": deputy}).content.decode()
    assert "代理他人（AB岗） 1 件" in page
    form = {"person": deputy, "receiver": person_id("market.decider"), "reason": "调离"}
    refused = client.get(client.post("/admin/people/handovers/", form)["Location"]).content.decode()
    assert "接收人不能代理" in refused
    form["receiver"] = person_id("market.reviewer")
    client.post("/admin/people/handovers/", form)
    assert Absence.objects.get(person__name="区永康").deputy.name == "何建国"


def test_the_report_says_who_may_decide(as_staff):
    client = as_staff(AUDITOR)
    page = client.get("/admin/people/report/", {"right": "people.authorise"}).content.decode()
    assert "戴卓贤" in page
    assert "李志强" not in page


def test_the_report_names_deputies(as_staff):
    page = (
        as_staff(AUDITOR)
        .get("/admin/people/report/", {"right": "case.approve_extension", "size": "100"})
        .content.decode()
    )
    assert "代区永康（决定岗(分管副局长)）" in page


@pytest.mark.parametrize("order", ["unit_id", "-pinyin", "role"])
def test_the_report_is_complete_page_by_page_both_ways(order):
    query = ReportQuery(UnitScope("district"))
    everything = query.page({}, after=None, before=None, limit=1000, order=order)
    assert len(everything) == query.count_estimate({}).value > 40
    pages, after = [], None
    while part := query.page({}, after=after, before=None, limit=7, order=order):
        pages.append(part)
        after = query.position(part[-1], order)
    assert [row for part in pages for row in part] == everything
    before = query.position(pages[2][0], order)
    assert query.page({}, after=None, before=before, limit=7, order=order) == pages[1]


def test_programs_are_answered_in_json(client):
    answer = client.get("/me/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
    answer = client.get("/me/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/login/")


def test_pinyin_orders_and_finds_people(as_staff):
    client = as_staff(ADMIN)
    page = client.get("/admin/people/staff/?q=li+zhi").content.decode()
    assert "李志强" in page
    first = client.get("/admin/people/staff/").content.decode()
    names = [name for name in Person.objects.order_by("pinyin").values_list("name", flat=True) if name in first]
    assert names
