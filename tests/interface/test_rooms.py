"""What the interface answers: the same rows, acts and refusals as the screens, for staff, citizens and applications."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from yipan.platform import calendar
from yipan.platform.cases.models import Case, Submission
from yipan.platform.exchange import domain
from yipan.platform.exchange.actions.issue import issue
from yipan.platform.notices.models import Message
from yipan.platform.people import queries as people
from yipan.platform.people.models import Account, Unit
from yipan.platform.records.models import Access, ActRow

API = "/api/v1"
SALON = {
    "sub": "test-salon", "name": "黄丽芳", "id_type": "id_card", "id_no": "440703197811120032", "level": "4",
    "user_type": "entity",
}  # fmt: skip


def post(client, path, body, *, key="", **more):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(API + path, json.dumps(body), content_type="application/json", headers=headers | more)


def applicant(case_id):
    """Claims of the identity service for the firm of a case, through a new agent of it."""
    case = Case.objects.get(pk=case_id)
    firm = {"name": case.applicant_name, "credit_code": case.applicant_code, "legal_rep": "黄丽芳"}
    return SALON | {"entity": firm}


def application(*scopes, unit="market", reach="unit"):
    now = timezone.now()
    asked = domain.Asked("区共享平台", people.unit_by_key(unit).id, reach, scopes, 600, now + dt.timedelta(days=9))
    text = issue(asked, actor=people.actor_of("data.security"), at=now).text
    return {"Authorization": f"Bearer {text}"}


# -- cases for staff and applications --------------------------------------------------------------------------------
FOOD_CASES = (
    "noodle_granted", "riverside_examining", "bakery_correction", "canteen_testing", "noodle_second_shop",
    "dessert_tolerated",
)  # fmt: skip


def test_staff_see_the_cases_of_their_unit_as_on_screen(district, as_staff):
    client = as_staff("market.examiner")
    food = {district[name] for name in FOOD_CASES}
    listed = client.get(f"{API}/cases").json()
    assert {case["id"] for case in listed["cases"]} == food
    detail = client.get(f"{API}/cases/{district['canteen_testing']}").json()
    assert detail["state_title"] == "特别程序"
    assert detail["light"]["word"] == "计时暂停"
    assert [clock["name"] for clock in detail["clocks"]] == ["notice", "promised", "legal"]
    assert all(clock["lines"] for clock in detail["clocks"])
    story = client.get(f"{API}/cases/{district['canteen_testing']}/timeline").json()["lines"]
    assert "提交申请" in [line["title"] for line in story]
    assert any(line["who"] for line in story)


@pytest.mark.parametrize("path", ["", "/timeline"])
def test_a_case_of_another_unit_is_not_there_and_nothing_of_it_is_told(district, as_staff, path):
    """Sheet 00 S5: 404 without leaking the title."""
    case = Case.objects.get(pk=district["salon_commitment"])
    answer = as_staff("market.examiner").get(f"{API}/cases/{case.pk}{path}")
    never = as_staff("market.examiner").get(f"{API}/cases/{2**40}{path}")
    assert answer.status_code == never.status_code == 404
    assert answer.json() | {"request_id": ""} == never.json() | {"request_id": ""}
    for secret in (case.item_title, case.applicant_name, case.short_no):
        assert secret not in answer.content.decode()


def test_reading_a_case_is_noted(district, as_staff):
    case_id = district["riverside_examining"]
    before = Access.objects.filter(subject_kind="case", subject_id=str(case_id)).count()
    as_staff("market.examiner").get(f"{API}/cases/{case_id}")
    assert Access.objects.filter(subject_kind="case", subject_id=str(case_id)).count() == before + 1


def test_pages_of_the_list_are_complete_and_in_order(district, as_staff):
    client = as_staff("market.examiner")
    whole = [case["id"] for case in client.get(f"{API}/cases?order=due").json()["cases"]]
    found, place = [], ""
    for _ in range(len(whole) + 1):
        page = client.get(f"{API}/cases", {"order": "due", "size": 2, "page": place}).json()
        found += [case["id"] for case in page["cases"]]
        place = page["following"]
        if not place:
            break
    assert found == whole
    assert len(whole) == len(FOOD_CASES)
    forged = client.get(f"{API}/cases", {"page": "abc:def"})
    assert (forged.status_code, forged.json()["code"]) == (400, "bad_request")


def test_filters_narrow_the_list(district, as_staff):
    client = as_staff("market.examiner")
    ids = lambda query: {case["id"] for case in client.get(f"{API}/cases?{query}").json()["cases"]}  # noqa: E731
    assert ids("state=13&state=22") == {
        district[name] for name in ("bakery_correction", "riverside_examining", "dessert_tolerated")
    }
    assert ids("q=百味轩") == {district["canteen_testing"]}
    assert ids("received_from=2026-02-28&received_to=2026-02-28") == {district["noodle_second_shop"]}
    assert ids("light=black&light=red") == set()


def test_the_list_takes_the_same_few_statements_however_long(district, as_staff):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_staff("market.examiner")
    client.get(f"{API}/items")  # a process parses each published version once
    counts = {}
    for address in ("cases?size={}", "tasks?size={}", "tasks?box=done&size={}", "messages?size={}", "items?size={}"):
        for size in (1, 100):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(f"{API}/{address.format(size)}").status_code == 200
            counts.setdefault(address, []).append(len(asked))
    assert all(len(set(numbers)) == 1 for numbers in counts.values()), counts
    assert max(numbers[0] for numbers in counts.values()) <= 16, counts


def test_an_application_reads_the_cases_of_its_unit_with_persons_masked(district, client):
    headers = application("cases.read")
    Case.objects.filter(pk=district["bakery_correction"]).update(applicant_kind="person", applicant_name="梁少芬")
    listed = {case["id"]: case for case in client.get(f"{API}/cases", headers=headers).json()["cases"]}
    assert len(listed) == len(FOOD_CASES)
    assert listed[district["bakery_correction"]]["applicant_name"] == "梁*芬"
    assert listed[district["canteen_testing"]]["applicant_name"].endswith("公司")
    one = client.get(f"{API}/cases/{district['bakery_correction']}", headers=headers)
    assert "梁少芬" not in one.content.decode()
    assert client.get(f"{API}/cases/{district['salon_commitment']}", headers=headers).status_code == 404
    story = client.get(f"{API}/cases/{district['canteen_testing']}/timeline", headers=headers).json()["lines"]
    assert story
    units = set(Unit.objects.values_list("name", flat=True)) | {""}
    assert {line["who"] for line in story} <= units, "names of officials are for officials"
    everywhere = application("cases.read", reach="district")
    assert len(client.get(f"{API}/cases", headers=everywhere).json()["cases"]) == len(district)
    noted = Access.objects.filter(subject_kind="case", actor_name="区共享平台")
    assert noted.count() == 1


def test_an_application_never_completes_work(district, client):
    headers = application("cases.read", reach="district")
    answer = post(client, f"/cases/{district['canteen_testing']}/tasks/1/complete", {}, key="k" * 8, **headers)
    assert answer.status_code == 401


# -- tasks -----------------------------------------------------------------------------------------------------------
def task_of(case_id, act):
    from yipan.platform import processes

    return processes.queries.open_task(("case", str(case_id)), act=act)


def test_a_task_is_completed_once_and_the_second_is_told_who_did_it(district, as_staff):
    """Sheet 00 X2: first wins, the second is told who did it."""
    case_id = district["noodle_second_shop"]
    task = task_of(case_id, "precheck")
    client = as_staff("market.window1")
    mine = client.get(f"{API}/tasks/{task.pk}").json()
    assert mine["outcomes"] == ["accept", "tolerate", "correct", "refuse"]
    wrong = post(client, f"/cases/{case_id}/tasks/{task.pk}/complete", {"outcome": "nonsense"}, key="first-try-1")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "outcome")
    path, body = f"/cases/{case_id}/tasks/{task.pk}/complete", {"outcome": "accept", "opinion": "材料齐全"}
    done = post(client, path, body, key="accept-001")
    assert done.status_code == 200, done.content.decode()
    assert done.json()["state_title"] in ("已受理", "审查")
    acts = ActRow.objects.filter(subject_kind="case", subject_id=str(case_id)).count()
    again = post(client, path, body, key="accept-001")
    assert again.json() == done.json() | {"repeated": True, "opened": []}
    assert ActRow.objects.filter(subject_kind="case", subject_id=str(case_id)).count() == acts
    late = post(client, path, body, key="accept-002")
    assert (late.status_code, late.json()["code"]) == (409, "gone")
    assert people.actor_of("market.window1").name in late.json()["message"]


def test_a_correction_notice_names_the_materials_of_the_case(district, as_staff):
    case_id = district["noodle_second_shop"]
    task = task_of(case_id, "precheck")
    client, path = as_staff("market.window1"), f"/cases/{case_id}/tasks/{task.pk}/complete"
    empty = post(client, path, {"outcome": "correct"}, key="correct-01")
    assert empty.status_code == 409
    assert "请至少列出一项" in empty.json()["message"]
    foreign = {"material": "no-such", "kind": "unclear", "remedy": "请重新上传清晰的扫描件"}
    refused = post(client, path, {"outcome": "correct", "defects": [foreign]}, key="correct-02")
    assert refused.status_code == 422
    assert refused.json()["faults"] == [{"field": "defects.0.material", "message": "这个办件没有这项材料"}]
    material = client.get(f"{API}/cases/{case_id}").json()["materials"][0]["code"]
    told = post(client, path, {"outcome": "correct", "defects": [foreign | {"material": material}]}, key="correct-03")
    assert told.status_code == 200, told.content.decode()
    assert told.json()["state_title"] == "待补正"


def test_a_task_of_a_matter_one_has_nothing_to_do_with_is_not_there(district, as_staff):
    task = task_of(district["noodle_second_shop"], "precheck")
    client = as_staff("health.examiner")
    body = {"outcome": "accept"}
    for answer in (
        client.get(f"{API}/tasks/{task.pk}"),
        post(client, f"/tasks/{task.pk}/complete", body, key="stranger-1"),
        post(client, f"/tasks/{task.pk}/moves", {"move": "claim"}, key="stranger-2"),
        post(client, f"/cases/{district['noodle_second_shop']}/tasks/{task.pk}/complete", body, key="stranger-3"),
        post(client, f"/tasks/{2**50}/complete", body, key="stranger-4"),
    ):
        assert answer.status_code == 404
        assert "食品" not in answer.content.decode()


def test_a_task_of_another_case_cannot_be_completed_through_this_one(district, as_staff):
    task = task_of(district["noodle_second_shop"], "precheck")
    client = as_staff("market.window1")
    answer = post(client, f"/cases/{district['noodle_granted']}/tasks/{task.pk}/complete", {}, key="mixed-up-1")
    assert answer.status_code == 404


def test_moves_are_those_of_the_screens(district, as_staff):
    task = task_of(district["noodle_second_shop"], "precheck")
    client = as_staff("market.window1")
    path = f"/tasks/{task.pk}/moves"
    claimed = post(client, path, {"move": "claim"}, key="claim-0001")
    assert claimed.status_code == 200, claimed.content.decode()
    assert post(client, path, {"move": "claim"}, key="claim-0001").json()["repeated"]
    assert client.get(f"{API}/tasks/{task.pk}").json()["may_unclaim"]
    unreasoned = post(client, path, {"move": "transfer", "to": [_account("market.examiner")]}, key="transfer-1")
    assert (unreasoned.status_code, unreasoned.json()["code"]) == (409, "reason")
    nobody = post(client, path, {"move": "transfer", "to": [2**40], "reason": "出差"}, key="transfer-2")
    assert nobody.json()["faults"][0]["field"] == "to"
    unknown = post(client, path, {"move": "steal"}, key="steal-0001")
    assert unknown.status_code == 422
    assert post(client, path, {"move": "unclaim"}, key="unclaim-01").status_code == 200


def _account(login):
    return Account.objects.get(login=login).pk


def test_the_boxes_of_the_to_do(district, as_staff):
    client = as_staff("market.examiner")
    page = client.get(f"{API}/tasks").json()
    assert page["counts"]["todo"] == len(page["lines"]) >= 1
    assert {line["subject_kind"] for line in page["lines"]} == {"case"}
    done = client.get(f"{API}/tasks?box=done").json()
    assert len(done["lines"]) == done["counts"]["done"] >= 1
    wrong = client.get(f"{API}/tasks?box=attic")
    assert wrong.json()["faults"][0]["field"] == "box"
    assert "todo" in wrong.json()["faults"][0]["message"]
    assert client.get(f"{API}/tasks?page=garbage").status_code == 400


# -- citizens --------------------------------------------------------------------------------------------------------
def test_an_applicant_sees_his_own_cases_and_no_others(district, as_citizen):
    mine, other = district["salon_commitment"], district["noodle_granted"]
    client = as_citizen(applicant(mine))
    assert mine in {case["id"] for case in client.get(f"{API}/my/cases").json()["cases"]}
    detail = client.get(f"{API}/my/cases/{mine}").json()
    assert detail["query_code"]
    assert "您提交了申请，已收件" in [line["title"] for line in detail["story"]]
    assert {line["who"] for line in detail["story"]} <= {"", *Unit.objects.values_list("name", flat=True)}
    assert client.get(f"{API}/my/cases/{other}").status_code == 404
    assert client.get(f"{API}/cases/{mine}").status_code == 403, "the staff's door is not the applicant's"


def test_a_draft_is_submitted_once_with_everything_missing_named(district, as_citizen):
    from yipan.platform.cases.actions import drafts
    from yipan.platform.cases.domain.applicants import Applicant

    client = as_citizen(SALON | {"user_type": "person"})
    account = Account.objects.get(subject="test-salon")
    who = Applicant("person", "黄丽芳", "", account.person_id, None, None, "", account.pk)
    actor = people.actor_of_subject(SALON | {"user_type": "person"})
    answers = Case.objects.get(pk=district["noodle_second_shop"]).answers
    draft = drafts.begin(
        item_key="food_licence_new", answers=answers, applicant=who, actor=actor, now=calendar.now(), channel=1
    )
    path = f"/my/cases/{draft.pk}/submit"
    disagreed = post(client, path, {"agree": False}, key="submit-001")
    assert disagreed.json()["faults"][0]["field"] == "agree"
    no_key = post(client, path, {"agree": True})
    assert [fault["field"] for fault in no_key.json()["faults"]] == ["Idempotency-Key"]
    missing = post(client, path, {"agree": True}, key="submit-001")
    assert missing.status_code == 409
    assert "还缺少材料" in missing.json()["message"]
    assert Case.objects.get(pk=draft.pk).case_no is None
    # Somebody else's key, used again on one's own draft, opens nothing of the other's.
    Submission.objects.create(key="submit-777", case_id=district["noodle_granted"], at=calendar.now())
    stolen = post(client, path, {"agree": True}, key="submit-777")
    assert stolen.status_code == 409
    assert (
        post(client, f"/my/cases/{district['noodle_granted']}/submit", {"agree": True}, key="x" * 8).status_code == 404
    )


def test_an_applicant_hands_in_his_correction(district, as_citizen):
    client = as_citizen(applicant(district["bakery_correction"]))
    path = f"/my/cases/{district['bakery_correction']}/correct"
    first = post(client, path, {}, key="correct-it-1")
    assert first.status_code in (200, 409), first.content.decode()
    nothing = post(as_citizen(applicant(district["noodle_granted"])), f"/my/cases/{district['noodle_granted']}/correct",
                   {}, key="correct-it-2")  # fmt: skip
    assert nothing.status_code == 409
    assert "没有等待补正" in nothing.json()["message"]


def test_progress_needs_number_and_code_and_masks_names(district, client):
    case = Case.objects.get(pk=district["canteen_testing"])
    Case.objects.filter(pk=case.pk).update(applicant_name="梁少芬")
    found = post(client, "/progress", {"short_no": case.short_no, "query_code": case.query_code}).json()
    assert found["applicant_name"] == "梁*芬"
    assert found["story"]
    wrong = post(client, "/progress", {"short_no": case.short_no, "query_code": "ZZZZZZ"})
    assert wrong.status_code == 404
    assert case.item_title not in wrong.content.decode()
    assert post(client, "/progress", {"short_no": case.short_no, "query_code": ""}).status_code == 422


# -- public ----------------------------------------------------------------------------------------------------------
def test_items_and_guides(district, client):
    listed = client.get(f"{API}/items?size=100").json()
    assert listed["total"] == len(listed["items"]) >= 24
    first = client.get(f"{API}/items?size=5").json()
    second = client.get(f"{API}/items?size=5&after={first['more']}").json()
    assert [item["key"] for item in first["items"] + second["items"]] == [item["key"] for item in listed["items"][:10]]
    found = client.get(f"{API}/items?q=开宾馆").json()["items"]
    assert "public_place_hygiene_new" in {item["key"] for item in found}
    guide = client.get(f"{API}/items/food_licence_new").json()
    assert guide["version"] >= 1
    assert guide["bases"]
    assert guide["questions"]
    assert client.get(f"{API}/items/food_licence_new?version=1").json()["title"] == guide["title"]
    for missing in ("food_licence_new?version=77", "no_such_item"):
        assert client.get(f"{API}/items/{missing}").status_code == 404


def test_a_situation_leads_to_its_materials(district, client):
    path = "/items/food_licence_new/materials"
    small = post(client, path, {"answers": {"prepackaged_only": True}}).json()
    assert not small["handled"], "only prepackaged food: nothing to apply for, a notice is enough"
    big = post(client, path, {"answers": {"prepackaged_only": False, "catering": True, "hot_food": True}}).json()
    assert big["materials"]
    assert [question["key"] for question in big["open"]] or big["path"]
    wrong = post(client, path, {"answers": {"catering": "maybe", "colour": "red"}})
    assert wrong.status_code == 422
    assert {fault["field"] for fault in wrong.json()["faults"]} == {"answers.colour", "answers.catering"} or {
        fault["field"] for fault in wrong.json()["faults"]
    } == {"answers.colour"}


def test_limits_end_as_the_sheets_say(district, client):
    """Sheet 00 S3: the due date is the same everywhere, in the interface too."""
    due = client.get(f"{API}/calendar/due", {"start": "2021-09-24T10:00:00+08:00", "amount": 7}).json()
    assert (due["last_day"], due["shown"]) == ("2021-10-09", "2021-10-09 24:00")
    assert due["at"] in ("2021-10-09T16:00:00Z", "2021-10-10T00:00:00+08:00")
    assert any("调休" in line["text"] or "上班" in line["text"] for line in due["lines"])
    days = client.get(f"{API}/calendar/working-days?first=2021-09-24&last=2021-10-09").json()
    assert days["working_days"] == 7
    unknown = client.get(f"{API}/calendar/due", {"start": "2039-01-01T00:00:00Z", "amount": 3})
    assert unknown.status_code == 422
    assert "2039" in unknown.json()["message"]
    naive = client.get(f"{API}/calendar/due", {"start": "2021-09-24T10:00:00", "amount": 3})
    assert "时区" in naive.json()["faults"][0]["message"]
    assert client.get(f"{API}/calendar/due", {"start": "9999-12-31T00:00:00Z", "amount": 3}).status_code == 422


def test_licences_are_verified_as_on_the_page(district, client):
    from yipan.platform.licences.models import Licence

    unknown = post(client, "/licences/verify", {"number": "JY24407030000000", "holder": "某店"}).json()
    assert (unknown["code"], unknown["good"], unknown["facts"]) == ("unknown", False, [])
    tampered = post(client, "/licences/verify", {"code": "abc.def"}).json()
    assert tampered["code"] == "tampered"
    alone = post(client, "/licences/verify", {"number": "JY24407030000000"})
    assert alone.json()["faults"][0]["field"] == "holder"
    licence = Licence.objects.filter(holder_kind="entity").first()
    if licence is not None:
        good = post(client, "/licences/verify", {"number": licence.number, "holder": licence.holder_name}).json()
        assert good["facts"]


# -- oneself ---------------------------------------------------------------------------------------------------------
def test_who_i_am_and_from_which_post(district, as_staff, as_citizen):
    client = as_staff("market.examiner")
    me = client.get(f"{API}/me").json()
    assert me["kind"] == "staff"
    assert [post["current"] for post in me["posts"]].count(True) == 1
    assert any("办理环节任务" in grant["rights"] for grant in me["grants"])
    assert post(client, "/me/post", {"post_id": me["posts"][0]["id"]}).json()["post"] == me["posts"][0]["title"]
    assert post(client, "/me/post", {"post_id": 2**40}).status_code == 404
    assert post(client, "/me/firm", {"entity_id": None}).status_code == 403
    citizen = as_citizen(applicant(district["salon_commitment"]), Client())
    (firm,) = current_firms(citizen.get(f"{API}/me").json())
    assert not current_firms(post(citizen, "/me/firm", {"entity_id": None}).json())
    assert current_firms(post(citizen, "/me/firm", {"entity_id": firm["id"]}).json()) == [firm]
    assert post(citizen, "/me/firm", {"entity_id": 2**40}).status_code == 404


def current_firms(me):
    return [firm for firm in me["firms"] if firm["current"]]


def test_messages_are_ones_own(district, as_staff):
    mine, other = _account("market.examiner"), _account("market.reviewer")
    rows = [
        Message.objects.create(account_id=account, template_key="t", title=title, body="正文", at=calendar.now())
        for account, title in ((mine, "给我"), (other, "给别人"))
    ]
    client = as_staff("market.examiner")
    before = client.get(f"{API}/messages").json()
    assert "给我" in [message["title"] for message in before["messages"]]
    assert "给别人" not in [message["title"] for message in before["messages"]]
    read = post(client, "/messages/read", {"message_id": rows[0].pk}).json()
    assert (read["marked"], read["unread"]) == (1, before["unread"] - 1)
    assert post(client, "/messages/read", {"message_id": rows[1].pk}).status_code == 404
    assert post(client, "/messages/read", {}).json()["unread"] == 0


def test_the_outbox_is_for_those_who_run_the_house(district, as_staff, client):
    from yipan.platform import records

    records.queue(channel="sms", key="k-1", payload={"text": "秘密"}, at=calendar.now())
    answer = as_staff("data.admin").get(f"{API}/outbox")
    assert "秘密" not in answer.content.decode()
    assert {"kind": "outbox", "channel": "sms", "state": "queued"}.items() <= next(
        queue for queue in answer.json()["queues"] if queue["channel"] == "sms" and queue["kind"] == "outbox"
    ).items()
    assert answer.json()["waiting"] >= 1
    assert as_staff("market.examiner").get(f"{API}/outbox").status_code == 403
