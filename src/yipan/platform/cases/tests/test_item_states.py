"""暂停、恢复、取消事项 (sheet 22 c1): asked for, reviewed and released like any change.

From its day nothing new comes in, what runs goes on, and whoever has a draft is told.
"""

import json
from datetime import date

import pytest
import telling
from telling import Story

from yipan.platform import search
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries
from yipan.platform.catalogue.actions import drafting, exchange
from yipan.platform.catalogue.actions.drafting import DraftProblem
from yipan.platform.catalogue.actions.standing import propose
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
KEY = "food_licence_new"
AT = "2021-11-01 09:00"
REASON = "受理系统升级改造"


def asked(state="2", *, since="2021-11-03", at=AT, **told):
    telling.at(at)
    told = {"reason": REASON, "turn_to": "区市场监管局，0750-8220001"} | told
    return propose(
        KEY, state, since=date.fromisoformat(since), actor=telling.staff("market.admin"), at=moment(at), **told
    )


def released(draft, at=AT):
    drafting.review(draft.pk, approve=True, reason="", actor=telling.staff("market.reviewer"), at=moment(at))
    return drafting.release(draft.pk, approve=True, reason="", actor=telling.staff("data.items"), at=moment(at))


def day_comes(at):
    telling.at(at)
    run_sweeps("catalogue.turn", "records.deliver")


def test_a_suspended_item_takes_nothing_new_and_what_runs_goes_on():
    running = Story().submit("2021-11-01 10:00")
    draft = Story("noodle_second_shop", online=True).draft("2021-11-01 10:00")
    released(asked(until=date(2021, 11, 20)))
    assert queries.item_at(KEY, moment("2021-11-02 23:59")).item.standing.open
    day_comes("2021-11-03 09:00")
    with pytest.raises(CaseProblem, match=r"暂停办理：受理系统升级改造。预计2021年11月20日恢复。.*0750-8220001"):
        Story("noodle_second_shop", place="江华路2号").draft("2021-11-03 09:00")
    with pytest.raises(CaseProblem, match="暂停办理"):
        draft.finish("2021-11-03 09:00").submit("2021-11-03 09:10")
    assert running.do("precheck", "2021-11-03 09:30").case.accepted_at == moment("2021-11-03 09:30")
    told = Message.objects.filter(template_key="case.item_closed", subject_id=str(draft.case.pk))
    assert told
    assert all(REASON in message.body for message in told)
    assert len({message.name for message in told}) == len(told), "each of the firm's agents is told once"


def test_resumed_it_is_applied_for_again():
    released(asked())
    day_comes("2021-11-03 09:00")
    released(asked("1", since="2021-11-08", at="2021-11-05 09:00", reason=""), at="2021-11-05 09:00")
    day_comes("2021-11-08 09:00")
    assert Story("noodle_second_shop").submit("2021-11-08 09:00").case.state == 11
    assert queries.item_at(KEY, moment("2021-11-08 09:00")).change_note == "恢复办理本事项"


def test_a_cancelled_item_is_shown_by_its_address_only_and_never_comes_back():
    released(asked("3", basis="国务院关于取消一批行政许可事项的决定（国发〔2021〕7号）"))
    day_comes("2021-11-03 09:00")
    assert not [hit for hit in search.queries.find("食品经营许可 新办", kinds=["item"]).hits if hit.key == KEY]
    assert KEY not in {view.item.key for view in queries.by_unit("market")}
    page = telling.signed_in("hall.clerk1").get(f"/items/{KEY}/").content.decode()
    assert "本事项已经取消" in page
    assert f"/items/{KEY}/situation/" not in page.split("申请材料", 1)[0]
    (row,) = [one for one in exchange.tables(moment("2021-11-03 09:00"))["items"] if one["task_state"] == "3"]
    assert (row["plan_cancel_date"], row["cd_operation"]) == ("2021-11-03", "D")
    with pytest.raises(DraftProblem, match="已经取消，不能再变更"):
        asked("1", at="2021-11-04 09:00", since="2021-11-05")


@pytest.mark.parametrize(("told", "field"), [
    ({"state": "2", "reason": "维护"}, "reason"),
    ({"state": "3"}, "basis"),
    ({"state": "2", "until": date(2021, 11, 3)}, "until"),
])  # fmt: skip
def test_what_a_proposal_lacks_is_named(told, field):
    with pytest.raises(DraftProblem) as refused:
        asked(**told)
    assert set(refused.value.faults) == {field}


def test_what_is_so_already_and_a_change_that_is_open_are_told():
    with pytest.raises(DraftProblem, match="现在就是“在用”"):
        asked("1")
    drafting.begin(KEY, actor=telling.staff("market.admin"), at=moment(AT))
    with pytest.raises(DraftProblem, match="一项变更还没有办完"):
        asked()


def test_an_import_neither_suspends_nor_cancels():
    telling.at(AT)
    actor, table = telling.staff("data.items"), exchange.tables(moment(AT))
    for row in table["items"]:
        row["task_state"] = "2"
    content = json.dumps(table).encode()
    with pytest.raises(exchange.TableRefused) as refused:
        exchange.take_in(
            exchange.read(content, "a.json"), note="批量暂停事项", since="2021-11-03", actor=actor, at=moment(AT)
        )
    assert {fault.column for fault in refused.value.faults} == {"task_state"}


def test_it_is_asked_for_and_read_on_screen():
    telling.at(AT)
    browser = telling.signed_in("market.admin")
    where = f"/admin/items/{KEY}/standing/"
    faulty = browser.post(where, {"state": "2", "since": "2021-11-03", "reason": "短"})
    assert faulty.status_code == 422
    assert "请写明原因" in faulty.content.decode()
    answer = browser.post(where, {"state": "2", "since": "2021-11-03", "reason": REASON, "until": "2021-11-20"})
    page = browser.get(answer["Location"]).content.decode()
    assert "待单位审核" in page
    assert "状态说明" in page
    assert telling.signed_in("health.admin").get(where).status_code == 403
    draft = drafting.ItemDraft.objects.get(item_key=KEY, state="review")
    released(draft)
    day_comes("2021-11-03 09:00")
    assert "暂停办理" in browser.get(f"/items/{KEY}/").content.decode()
    assert not Case.objects.filter(item_key=KEY, created_at__gte=moment("2021-11-03 00:00")).exists()
