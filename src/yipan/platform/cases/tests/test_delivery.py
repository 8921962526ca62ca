"""Delivery of results: mail, locker, window, 留置, 公告; events of carriers in any order; deadlines and rights."""

import datetime as dt

import pytest
import telling
from telling import Story

from yipan.platform import calendar, people
from yipan.platform.cases import figures
from yipan.platform.cases.actions import delivery, dispatching, join_person, tracking
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain import code128
from yipan.platform.cases.domain.delivery import Told, outcome
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case, Delivery, Dispatch, DispatchEvent
from yipan.platform.cases.stories import moment
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.people.addresses import Address
from yipan.platform.people.models import Person
from yipan.platform.processes.models import Errand
from yipan.platform.records.models import OutboxRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
DELIVERER, HOME = "market.deliverer", Address("郭耀辉", "13800003014", "广东省江门市蓬江区", "建设路21号首层")


def ready(**more) -> Story:
    """A case that waits for its delivery since 2021-11-03 (decided that day)."""
    story = Story("noodle_second_shop", **more).submit("2021-11-01 09:00").until("produce", "2021-11-03 10:00")
    story.make_licence("2021-11-03 10:01")
    assert State(story.case.state) is State.DELIVERY
    return story


def chosen(story: Story, address: Address = HOME, at: str = "2021-11-03 10:30") -> Story:
    delivery.choose(
        story.case.pk, delivery.Choice("mail", address=address), actor=telling.staff("hall.clerk1"), now=moment(at)
    )
    return story


def dispatch(story: Story, way: str, at: str, by: str = DELIVERER, reason: str = "") -> Dispatch:
    telling.at(at)
    return dispatching.dispatch(story.case.pk, way=way, reason=reason, actor=telling.staff(by), now=moment(at))


def sent(story: Story, number: str, way: str = "mail", at: str = "2021-11-03 11:00") -> Dispatch:
    """A dispatch its carrier has taken."""
    made = dispatch(story, way, at)
    dispatching.taken(made.pk, number=number, place="一楼 05 号柜", code="246810", until=moment(at), now=moment(at))
    return made


def told(number: int, state: str, at: str, **more: str) -> Told:
    return Told(number, state, moment(at), **more)


def take(number: str, event: Told, at: str, way: str = "mail") -> bool:
    telling.at(at)
    return tracking.take(way, number, event, now=moment(at))


def test_whoever_signed_has_it_whatever_order_the_events_come_in():
    at = dt.datetime(2021, 11, 5, tzinfo=dt.UTC)
    signed, back = Told(3, "signed", at), Told(2, "returned", at)
    assert outcome([back, Told(1, "accepted", at)]) is back
    assert outcome([back, signed]) is outcome([signed, back]) is signed
    assert outcome([Told(1, "transit", at)]) is None


def test_a_barcode_says_the_number_with_its_check():
    """The well-known example PJJ123C has check symbol 54 in set A, whose start is one less than that of set B."""
    assert code128.symbols("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]
    assert {sum(map(int, widths)) for widths in code128.WIDTHS[:-1]} == {11}
    assert len(set(code128.WIDTHS)) == 107
    bars, width = code128.bars("EA000000001CN")
    assert width == 11 * (13 + 2) + 13 + 2 * code128.QUIET
    assert bars[0] == (code128.QUIET, 2)
    with pytest.raises(ValueError, match="ASCII"):
        code128.symbols("邮")


def test_mail_waits_at_41_and_the_signature_delivers_by_itself():
    story = chosen(ready())
    made = sent(story, "EA1")
    assert State(story.case.state) is State.DELIVERY
    assert story.open("deliver"), "one task, still open"
    assert OutboxRow.objects.get(channel="ems").payload == {"dispatch": made.pk}
    assert story.told("case.mailed")
    with pytest.raises(CaseProblem, match="已经寄出"):
        story.do("deliver", "2021-11-04 09:00")
    assert take("EA1", told(1, "accepted", "2021-11-03 15:00", place="蓬江营业部"), "2021-11-03 15:01")
    assert take("EA1", told(3, "signed", "2021-11-05 09:30", receiver="郭耀辉"), "2021-11-05 09:31")
    assert not take("EA1", told(3, "signed", "2021-11-05 09:30"), "2021-11-05 09:32"), "a repeat"
    assert take("EA1", told(2, "transit", "2021-11-04 09:00"), "2021-11-05 10:00"), "late, and changes nothing"
    case = story.case
    assert State(case.state) is State.ARCHIVED
    assert (case.delivered_at, case.delivery_way) == (moment("2021-11-05 09:30"), "mail")
    assert story.verbs().count("deliver") == 1
    paper = story.printed("delivery")
    assert "邮寄" in paper
    assert "EA1" in paper
    assert "2021-11-05 09:30" in paper


def test_a_time_of_the_future_or_before_the_order_is_not_believed():
    story = chosen(ready())
    sent(story, "EA2")
    take("EA2", told(1, "accepted", "2020-01-01 00:00"), "2021-11-03 12:00")
    take("EA2", told(2, "signed", "2031-01-01 00:00"), "2021-11-04 12:00")
    assert story.case.delivered_at == moment("2021-11-04 12:00")
    assert DispatchEvent.objects.get(number=1).at == moment("2021-11-03 11:00")


def test_returned_mail_stands_on_the_desk_and_may_be_sent_again():
    story = chosen(ready())
    made = sent(story, "EA3")
    take("EA3", told(1, "returned", "2021-11-05 09:00"), "2021-11-05 09:01")
    errand = Errand.objects.get(source=tracking.ERRAND, key=str(made.pk))
    assert (errand.title, errand.closed_at) == ("邮寄退回：食品经营许可（新办）", None)
    assert story.told("case.mail_back")
    with pytest.raises(CaseProblem, match="先在“送达”中选择"):
        dispatch(story, "mail", "2021-11-05 10:00")
    at = moment("2021-11-05 10:00")
    settle = {"reason": "", "now": at}
    with pytest.raises(CaseProblem, match="由本单位出件岗办理"):
        dispatching.settle(made.pk, how="resend", actor=telling.staff("market.examiner"), **settle)
    with pytest.raises(CaseProblem, match="只有邮件丢失"):
        dispatching.settle(made.pk, how="reissue", actor=telling.staff(DELIVERER), **settle)
    dispatching.settle(made.pk, how="resend", actor=telling.staff(DELIVERER), **settle)
    assert Errand.objects.get(pk=errand.pk).outcome == "重新寄送"
    again = Dispatch.objects.get(case=story.case, state="ordered")
    dispatching.taken(again.pk, number="EA4", now=at)
    take("EA3", told(2, "signed", "2021-11-05 10:30"), "2021-11-05 11:00")
    assert State(story.case.state) is State.DELIVERY, "what is told of the old parcel delivers nothing"
    take("EA4", told(1, "signed", "2021-11-06 10:30"), "2021-11-06 11:00")
    assert story.case.delivered_at == moment("2021-11-06 10:30")
    dispatching.settle(made.pk, how="resend", actor=telling.staff(DELIVERER), **settle)  # the same decision again
    assert Dispatch.objects.filter(case=story.case).count() == 2
    with pytest.raises(CaseProblem, match="办结归档"):
        dispatching.settle(made.pk, how="pickup", actor=telling.staff(DELIVERER), **settle)


def test_lost_mail_needs_a_recorded_decision_on_a_duplicate():
    story = chosen(ready())
    made = sent(story, "EA5")
    take("EA5", told(1, "lost", "2021-11-09 09:00"), "2021-11-09 09:01")
    by = {"actor": telling.staff(DELIVERER), "now": moment("2021-11-09 10:00")}
    with pytest.raises(CaseProblem, match="须先决定补发"):
        dispatching.settle(made.pk, how="resend", reason="", **by)
    with pytest.raises(CaseProblem, match="写明决定补发的理由"):
        dispatching.settle(made.pk, how="reissue", reason="丢了", **by)
    dispatching.settle(made.pk, how="reissue", reason="EMS 查询确认途中丢失，原件作废补发", **by)
    assert Delivery.objects.get(case=story.case).copies == 1
    assert story.payload("reissue")["copy"] == 1
    story.do("deliver", "2021-11-10 09:00")
    assert State(story.case.state) is State.ARCHIVED


def test_a_locker_s_code_goes_to_the_applicant_and_is_kept_nowhere_else():
    story = ready()
    sent(story, "ZG1", way="locker")
    assert "246810" in story.told("case.in_locker")[0].body
    page = telling.signed_in(DELIVERER).get(f"/cases/{story.case.pk}/").content.decode()
    assert "ZG1" in page
    assert "246810" not in page
    kept = [str(row) for row in Dispatch.objects.values()] + [row.payload for row in OutboxRow.objects.all()]
    assert not any("246810" in str(text) for text in kept)
    take("ZG1", told(1, "expired", "2021-11-06 11:00"), "2021-11-06 11:00", way="locker")
    assert story.told("case.locker_back")
    with pytest.raises(ValueError, match="no event"):
        take("ZG1", told(2, "lost", "2021-11-06 11:00"), "2021-11-06 11:00", way="locker")
    with pytest.raises(tracking.UnknownDispatch):
        take("ZG9", told(1, "signed", "2021-11-06 11:00"), "2021-11-06 11:00", way="locker")


def test_the_window_checks_who_takes_it():
    story = ready()

    def hand(match: str, **data: str) -> None:
        with pytest.raises(CaseProblem, match=match):
            story.do("deliver", "2021-11-04 09:00", data={"way": "counter", **data})

    hand("核对领取人的证件", id_no="")
    hand("证件号码登记的是", receiver="张三")
    hand("号码不正确", receiver="张三", id_no="440703199003070014")
    hand("授权委托书", receiver="黄家俊", id_no="440703199003070013")
    other = {"receiver": "黄家俊", "id_no": "440703199003070013", "authority": "2021年11月3日授权委托书"}
    story.do("deliver", "2021-11-04 09:00", data={"way": "counter", **other})
    act = story.payload("deliver")
    assert (act["relation"], act["id_no"]) == ("受托人", "440703********0013")
    assert "440703199003070013" not in story.printed("delivery")


def test_left_with_two_witnesses_when_the_receiver_refuses_to_sign():
    story = ready()
    data = {"way": "left", "witness1": "甲某", "witness2": "甲某", "place": "建设路21号", "left_reason": "拒绝签收"}
    with pytest.raises(CaseProblem, match="两名不同的见证人"):
        story.do("deliver", "2021-11-04 09:00", data=data)
    story.do("deliver", "2021-11-04 09:00", data={**data, "witness2": "乙某"})
    paper = story.printed("delivery")
    assert "见证人：甲某、乙某" in paper
    assert "留置送达" in paper


def test_an_announcement_is_the_last_resort_and_delivers_when_its_days_are_over():
    story = chosen(ready())
    with pytest.raises(CaseProblem, match="其他方式没有送达的"):
        dispatch(story, "notice", "2021-11-04 09:00", reason="电话联系不上申请人")
    sent(story, "EA6")
    take("EA6", told(1, "returned", "2021-11-05 09:00"), "2021-11-05 09:01")
    made = dispatch(story, "notice", "2021-11-05 10:00", reason="邮件退回，电话联系不上")
    assert made.until == moment("2021-12-06 00:00"), "thirty days after the day of the announcement"
    assert Dispatch.objects.get(number="EA6").settlement == "公告送达"
    page = telling.Client().get("/progress/announcements/").content.decode()
    assert story.case.decision_no in page
    telling.at("2021-12-05 23:59")
    assert run_sweeps("cases.announcements") == 0
    telling.at("2021-12-06 00:00")
    assert run_sweeps("cases.announcements") == 1
    assert (story.case.delivery_way, State(story.case.state)) == ("notice", State.ARCHIVED)
    assert story.case.decision_no not in telling.Client().get("/progress/announcements/").content.decode()


def test_the_applicant_chooses_until_it_is_on_its_way():
    story = ready(online=True)
    citizen = telling.signed_in(telling.AGENT)
    address = {
        "delivery_way": "mail", "address_name": "李晓敏", "address_phone": "13800002002",
        "address_region": "广东省江门市蓬江区", "address_detail": "港口路55号",
    }  # fmt: skip
    wrong = citizen.post(f"{story.address}delivery/", {**address, "address_phone": "1"}, follow=True)
    assert "手机号码" in wrong.content.decode()
    page = citizen.post(f"{story.address}delivery/", address, follow=True).content.decode()
    assert "李*" in page
    assert "港口路55号" not in page, "masked, as lists of addresses are"
    assert "港口路55号" in story.printed("address")
    (kept,) = people.addresses.book(story.case.agent_person_id or 0)
    other = telling.signed_in(telling.CITIZEN | {"sub": "gd-0003", "name": "黄家俊", "id_no": "440703199003070013"})
    assert other.post(f"{story.address}delivery/", address).status_code == 404
    sent(story, "EA7")
    late = citizen.post(
        f"{story.address}delivery/", {"delivery_way": "mail", "address_ref": kept.ref}, follow=True
    ).content.decode()
    assert "不能再更改领取方式" in late
    slip = telling.signed_in(DELIVERER).get(f"/cases/{story.case.pk}/dispatches/{Dispatch.objects.get().pk}/slip/")
    assert "港口路55号" in slip.content.decode()
    assert "<rect" in slip.content.decode()


def test_an_address_is_deleted_when_nothing_is_sent_there_any_more():
    """The vault really forgets it (个人信息保护法 art. 47); nobody deletes somebody else's."""
    story = ready(online=True)
    citizen, own = telling.signed_in(telling.AGENT), "/me/addresses/"
    address = {
        "delivery_way": "mail", "address_name": "李晓敏", "address_phone": "13800002002",
        "address_region": "广东省江门市蓬江区", "address_detail": "港口路55号",
    }  # fmt: skip
    citizen.post(f"{story.address}delivery/", address)
    person = story.case.agent_person_id or 0
    (kept,) = people.addresses.book(person)
    needed = citizen.post(own, {"ref": kept.ref})
    assert needed.status_code == 409
    assert story.case.short_no in needed.content.decode()
    assert "还要寄到这个地址" in needed.content.decode()
    citizen.post(f"{story.address}delivery/", {"delivery_way": "counter"})
    other = telling.signed_in(telling.CITIZEN | {"sub": "gd-0003", "name": "黄家俊", "id_no": "440703199003070013"})
    assert other.post(own, {"ref": kept.ref}).status_code == 409
    assert "李*" in citizen.get(own).content.decode()
    assert "地址已删除" in citizen.post(own, {"ref": kept.ref}, follow=True).content.decode()
    assert people.addresses.book(person) == []
    assert citizen.post(own, {"ref": kept.ref}).status_code == 409


def test_the_address_is_confirmed_with_the_application_and_a_fault_loses_nothing():
    story = Story("noodle_second_shop", online=True).draft("2021-11-01 09:00").finish("2021-11-01 09:20")
    citizen = telling.signed_in(telling.AGENT)
    form = {
        "agree": "1", "key": "k", "delivery_way": "mail", "address_name": "李晓敏", "address_phone": "138",
        "address_region": "广东省江门市蓬江区", "address_detail": "港口路55号",
    }  # fmt: skip
    wrong = citizen.post(f"{story.address}confirm/", form)
    assert wrong.status_code == 422
    assert "手机号码" in wrong.content.decode()
    assert 'value="港口路55号"' in wrong.content.decode()
    assert State(story.case.state) is State.DRAFT
    assert people.addresses.book(story.case.agent_person_id or 0) == [], "nothing half-written"
    assert citizen.post(f"{story.address}confirm/", {**form, "address_phone": "13800002002"}).status_code == 302
    assert Delivery.objects.get(case=story.case).choice == "mail"
    paper = story.printed("address")
    assert "港口路55号" in paper
    assert "邮寄到我的地址" in paper
    assert "港口路55号" not in str(story.letters("address")[0].data), "the row of the paper has no address"


def test_only_the_desk_of_the_unit_dispatches_and_only_what_is_ready():
    story = ready()
    with pytest.raises(CaseProblem, match="没有填写收件地址"):
        dispatch(story, "mail", "2021-11-04 09:00")
    with pytest.raises(CaseProblem, match="由本单位出件岗办理"):
        dispatch(story, "locker", "2021-11-04 09:00", by="market.examiner")
    early = Story("noodle_second_shop").submit("2021-11-04 09:00")
    with pytest.raises(CaseProblem, match="只有待送达的办件"):
        dispatch(early, "locker", "2021-11-04 09:00")
    foreign = telling.signed_in("health.deliverer").post(f"/cases/{story.case.pk}/dispatch/", {"dispatch_way": "mail"})
    assert foreign.status_code == 404
    telling.at("2021-11-04 09:00")
    answer = telling.signed_in(DELIVERER).post(f"/cases/{story.case.pk}/dispatch/", {"dispatch_way": "locker"})
    assert answer.status_code == 302
    assert Dispatch.objects.get(case=story.case).state == "ordered"


def test_the_desk_shows_what_is_late_first_and_the_law_s_limit():
    """行政许可法第四十四条: ten working days after the decision, as the content says."""
    story = ready()
    assert Delivery.objects.get(case=story.case).due == moment("2021-11-18 00:00")
    Delivery.objects.all().delete()
    telling.at("2021-11-18 10:00")
    assert run_sweeps("cases.delivery") == 1, "cases from before the limits were kept"
    page = telling.signed_in(DELIVERER).get("/cases/delivery/?limit=late").content.decode()
    assert story.case.short_no in page
    assert "逾期" in page
    assert story.case.short_no not in telling.signed_in("health.deliverer").get("/cases/delivery/").content.decode()
    assert story.case.short_no not in telling.signed_in(DELIVERER).get("/cases/delivery/?way=mail").content.decode()


def test_the_first_reading_of_a_paper_is_its_receipt():
    story = ready(online=True)
    story.do("deliver", "2021-11-04 09:00", data={"way": "electronic"})
    paper = story.case.documents.filter(kind="receipt").get()  # type: ignore[attr-defined]
    unsealed = telling.signed_in(telling.AGENT).get(f"{story.address}documents/{paper.pk}/")
    assert (unsealed.status_code, story.verbs().count("read_paper")) == (409, 0), "what is not there yet is not read"
    telling.at("2021-11-04 10:00")
    delivery.note_read(paper, actor=telling.citizen(telling.AGENT), now=calendar.now())
    paper.refresh_from_db()
    delivery.note_read(paper, actor=telling.citizen(telling.AGENT), now=moment("2021-11-05 10:00"))
    assert paper.read_at == moment("2021-11-04 10:00")
    assert story.verbs().count("read_paper") == 1


def test_programs_dispatch_once_and_read_how_it_stands():
    story = ready()
    telling.at("2021-11-04 09:00")
    client = telling.signed_in(DELIVERER)
    address = f"/api/v1/cases/{story.case.pk}/dispatches"

    def post(key: str):
        headers = {"Idempotency-Key": key}
        return client.post(address, {"way": "locker"}, content_type="application/json", headers=headers)

    first, again, other = post("a-key-number-1"), post("a-key-number-1"), post("a-key-number-2")
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409), first.content
    assert first.json()["dispatches"] == again.json()["dispatches"]
    assert client.get(f"/api/v1/cases/{story.case.pk}/delivery").json()["due"] == "2021-11-17T16:00:00Z"
    assert telling.signed_in("health.deliverer").get(f"/api/v1/cases/{story.case.pk}/delivery").status_code == 404


def test_the_figures_count_what_was_delivered_in_time_and_how():
    story, late = ready(), ready()
    story.do("deliver", "2021-11-04 09:00")
    late.do("deliver", "2021-11-18 09:00")
    cases = Case.objects.filter(pk__in=[story.case.pk, late.case.pk])
    found = {one.key: one.share for one in figures.counted(cases)[1]}
    assert (found["delivered_on_time"].part, found["delivered_on_time"].whole) == (1, 2)
    assert (found["delivered_late"].part, found["by_counter"].part, found["by_mail"].part) == (1, 2, 0)


def test_the_address_goes_along_when_two_persons_become_one():
    story = chosen(ready())
    made = dispatch(story, "mail", "2021-11-03 11:00")
    drop, keep = story.case.agent_person_id, telling.staff(DELIVERER).person_id
    assert drop is not None
    assert keep is not None
    people.vault.move(drop, Person.objects.get(pk=keep))
    join_person.move(keep, drop)
    made.refresh_from_db()
    assert dispatching.slip(made, telling.staff(DELIVERER)) == HOME
    assert people.addresses.book(drop) == []
