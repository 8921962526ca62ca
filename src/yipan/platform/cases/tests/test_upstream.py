"""The down-flow of the provincial catalogue (sheet 22 g): judged row by row, taken over in the usual two steps."""

import pytest
import telling

from yipan.connectors import catalogue as province
from yipan.connectors.base import ConnectorError
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries
from yipan.platform.catalogue.actions import drafting, upstream
from yipan.platform.catalogue.actions.drafting import DraftProblem
from yipan.platform.catalogue.domain import upstream as rows
from yipan.platform.catalogue.models import BaseItem, ItemDraft, ItemVersion, UpstreamChange
from yipan.platform.records.rights import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
AT = "2021-11-08 09:00"
CODE, KEY = "000131024000", "food_licence_new"
LIMIT = {
    "row_guid": "A2", "cd_operation": "U", "catalog_code": CODE, "task_name": "食品经营许可", "anticipate_day": "10",
    "anticipate_explain": "总局令第78号第二十条", "plan_effective_date": "2021-12-01", "cd_batch": "2021-0002",
}  # fmt: skip


def row(**told):
    return LIMIT | told


@pytest.fixture
def came(monkeypatch):
    """``came(row, …)``: the province has these rows after the cursor; how many were new."""

    def fetch(*given):
        telling.at(AT)
        monkeypatch.setattr(province, "since", lambda _cursor: province.Batch(list(given), "9", False))
        return upstream.pull(moment(AT))

    return fetch


def change():
    return UpstreamChange.objects.get(source="province")


def taken(who="data.items"):
    return upstream.take(change().pk, actor=telling.staff(who), at=moment(AT))


def released(draft, who="data.items2"):
    drafting.review(draft.pk, approve=True, reason="", actor=telling.staff("market.reviewer"), at=moment(AT))
    return drafting.release(draft.pk, approve=True, reason="", actor=telling.staff(who), at=moment(AT))


def test_a_shorter_limit_of_law_comes_down_for_its_day_and_nothing_else_changes(came):
    before = queries.item_at(KEY, moment(AT)).item
    assert came(LIMIT) == 1
    (draft,) = taken()
    drafting.review(draft.pk, approve=True, reason="", actor=telling.staff("market.reviewer"), at=moment(AT))
    with pytest.raises(DraftProblem, match="自己编辑"):
        drafting.release(draft.pk, approve=True, reason="", actor=telling.staff("data.items"), at=moment(AT))
    made = drafting.release(draft.pk, approve=True, reason="", actor=telling.staff("data.items2"), at=moment(AT))
    after = queries.item_at(KEY, moment("2021-12-01 00:00")).item
    assert (after.legal.amount, after.legal_limit.basis) == (10, "总局令第78号第二十条")
    assert queries.item_at(KEY, moment("2021-11-30 23:59")).item.legal.amount == before.legal.amount
    assert {name for name in before.raw if before.raw[name] != made.data.get(name)} == {
        "legal_limit", "effective_from", "change_note",
    }  # fmt: skip
    assert change().state == "taken"


def test_fetching_again_changes_nothing_and_what_is_so_already_needs_nobody(came):
    assert came(LIMIT, row(row_guid="A1", anticipate_day="", anticipate_explain="")) == 2
    assert came(LIMIT, row(row_guid="A1")) == 0
    assert dict(UpstreamChange.objects.values_list("guid", "state")) == {"A2": "waiting", "A1": "same"}


@pytest.mark.parametrize(("told", "words"), [
    ({"catalog_code": "00013"}, "catalog_code 应为 12 位数字"),
    ({"cd_operation": "X"}, "cd_operation 应为"),
    ({"task_name": ""}, "task_name 没有填写"),
    ({"anticipate_day": "十"}, "anticipate_day 应为整数"),
    ({"cd_operation": "D"}, "plan_cancel_date 没有填写"),
    ({"plan_effective_date": "12月1日"}, "plan_effective_date 应为年-月-日"),
])  # fmt: skip
def test_a_row_that_cannot_be_read_says_which_column_and_is_not_taken(came, told, words):
    came(row(**told))
    assert words in change().note
    with pytest.raises(DraftProblem, match="数据有误"):
        taken()


def test_a_new_name_reaches_the_items_that_bear_it():
    data = queries.item_at(KEY, moment(AT)).item.raw
    made = rows.applied(data, row(task_name="食品经营许可和备案", anticipate_day=""), "食品经营许可")
    assert made["title"] == "食品经营许可和备案" + data["title"].removeprefix("食品经营许可")


def test_a_new_entry_is_listed_until_a_unit_implements_it(came):
    came(row(cd_operation="I", catalog_code="000131025000", task_name="仅销售预包装食品备案", task_type="10"))
    assert taken() == []
    base = BaseItem.objects.get(code="000131025000")
    assert (base.name, base.kind, "2021-0002" in base.source) == ("仅销售预包装食品备案", "10", True)


def test_a_withdrawn_entry_proposes_that_its_items_end_on_the_day(came):
    came(row(cd_operation="D", plan_cancel_date="2021-12-15", by_law="国务院决定（国发〔2021〕7号）"))
    drafts = taken()
    assert [draft.data["standing"]["state"] for draft in drafts] == ["3"]
    released(drafts[0])
    assert queries.item_at(KEY, moment("2021-12-14 23:59")).item.standing.open
    assert queries.item_at(KEY, moment("2021-12-15 00:00")).item.standing.cancelled


def test_declining_needs_a_reason_and_units_decide_nothing(came):
    came(LIMIT)
    with pytest.raises(Refused):
        taken("market.admin")
    with pytest.raises(DraftProblem, match="写明原因"):
        upstream.decline(change().pk, reason="", actor=telling.staff("data.items"), at=moment(AT))
    upstream.decline(change().pk, reason="本区仍执行原时限", actor=telling.staff("data.items"), at=moment(AT))
    with pytest.raises(DraftProblem, match="未采纳"):
        taken()


def test_a_change_that_is_open_in_the_unit_is_not_overwritten(came):
    drafting.begin(KEY, actor=telling.staff("market.admin"), at=moment(AT))
    came(LIMIT)
    with pytest.raises(DraftProblem, match="一项变更还没有办完"):
        taken()
    assert change().state == "waiting"


def test_a_province_that_does_not_answer_leaves_the_cursor_where_it_was(came, monkeypatch):
    came(LIMIT)

    def silent(_cursor):
        raise ConnectorError("没有应答")

    monkeypatch.setattr(province, "since", silent)
    with pytest.raises(ConnectorError):
        upstream.pull(moment(AT))
    assert UpstreamChange.objects.count() == 1


def test_a_pack_does_not_publish_over_what_a_unit_released():
    telling.at(AT)
    draft = drafting.begin(KEY, actor=telling.staff("market.admin"), at=moment(AT))
    drafting.save(
        draft.pk, {"promised_limit.amount": "6"}, note="压缩承诺时限", since="2021-11-10",
        actor=telling.staff("market.admin"), at=moment(AT),
    )  # fmt: skip
    drafting.submit(draft.pk, actor=telling.staff("market.admin"), at=moment(AT))
    mine = released(draft)
    assert drafting.changed_here(KEY)
    assert not drafting.changed_here("sole_trader_registration")
    upstream.hold_pack(dict(mine.data) | {"summary": "内容包的新说明"}, at=moment(AT))
    assert ItemVersion.objects.filter(key=KEY).order_by("-number").first() == mine
    held = UpstreamChange.objects.get(source="pack")
    (other,) = upstream.take(held.pk, actor=telling.staff("data.items"), at=moment(AT))
    assert (other.state, other.data["summary"]) == (ItemDraft.State.REVIEW, "内容包的新说明")


def test_the_desk_shows_what_would_change_in_plain_words(came):
    came(LIMIT)
    browser, where = telling.signed_in("data.items"), f"/admin/items/upstream/{change().pk}/"
    assert "食品经营许可" in browser.get("/admin/items/upstream/").content.decode()
    page = browser.get(where).content.decode()
    assert "法定办结时限" in page
    assert "10个工作日" in page
    assert telling.signed_in("market.admin").get(where).status_code == 403
    assert browser.post(where, {"do": "decline"}).status_code == 409
    assert browser.post(where, {"do": "take"}).status_code == 302
    assert ItemDraft.objects.filter(item_key=KEY, state="review").exists()
