"""事项变更: written in the unit, reviewed there by another, released by the data bureau for a day; national tables.

Stands with the cases because it needs the whole district, and because running cases keep their version.
"""

import json

import pytest
import telling
from django.core.files.uploadedfile import SimpleUploadedFile
from telling import Story

from yipan.platform import processes
from yipan.platform.cases import items
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries
from yipan.platform.catalogue.actions import drafting, exchange
from yipan.platform.catalogue.actions.drafting import DraftProblem
from yipan.platform.catalogue.models import ItemDraft
from yipan.platform.records.rights import Refused
from yipan.platform.ui import tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
KEY = "food_licence_new"
AT = "2021-11-01 09:00"
WRITER, REVIEWER, BUREAU = "market.admin", "market.reviewer", "data.items"
NOTE = "压缩承诺时限"


def written(days="5", since="2021-11-10", at=AT, **typed):
    telling.at(at)
    draft = drafting.begin(KEY, actor=telling.staff(WRITER), at=moment(at))
    typed = {"promised_limit.amount": days} | typed
    return drafting.save(draft.pk, typed, note=NOTE, since=since, actor=telling.staff(WRITER), at=moment(at))


def submitted(**more):
    draft = written(**more)
    drafting.submit(draft.pk, actor=telling.staff(WRITER), at=moment(AT))
    return draft


def review(draft, who=REVIEWER, *, approve=True, reason=""):
    drafting.review(draft.pk, approve=approve, reason=reason, actor=telling.staff(who), at=moment(AT))


def release(draft, who=BUREAU, *, approve=True, reason="", at=AT):
    return drafting.release(draft.pk, approve=approve, reason=reason, actor=telling.staff(who), at=moment(at))


def waiting(login, words):
    return [line.title for line in processes.queries.todo(telling.staff(login)).lines if words in line.title]


def test_two_steps_lead_to_a_scheduled_version_and_running_cases_keep_theirs():
    """Sheet 22 c1 and h6: the promise changes 8→5 on 2021-11-10."""
    draft = submitted()
    assert waiting(REVIEWER, "审核事项变更")
    assert not waiting(WRITER, "审核事项变更")
    review(draft)
    assert waiting(BUREAU, "发布事项变更")
    made = release(draft)
    assert (made.effective_from.isoformat(), made.data["promised_limit"]["amount"]) == ("2021-11-10", 5)
    assert not waiting(BUREAU, "发布事项变更")
    before = Story("noodle_second_shop").submit("2021-11-09 09:00").do("precheck", "2021-11-09 10:00")
    after = Story("noodle_second_shop").submit("2021-11-10 09:00").do("precheck", "2021-11-10 10:00")
    assert [items.terms(one.case).promise.amount for one in (before, after)] == [8, 5]
    assert queries.item_at(KEY, moment("2021-11-09 23:59")).item.promised.amount == 8


def test_nobody_reviews_or_releases_what_he_wrote_and_no_step_is_left_out():
    draft = submitted()
    with pytest.raises(DraftProblem, match="待单位审核"):
        release(draft)
    with pytest.raises(Refused):
        review(draft, "health.reviewer")
    with pytest.raises(Refused):
        review(draft, "market.examiner")
    ItemDraft.objects.filter(pk=draft.pk).update(written_by_id=telling.staff(REVIEWER).person_id)
    with pytest.raises(DraftProblem, match="自己编辑"):
        review(draft)
    ItemDraft.objects.filter(pk=draft.pk).update(written_by_id=telling.staff(WRITER).person_id)
    with pytest.raises(DraftProblem, match="写明原因"):
        review(draft, approve=False)
    review(draft, approve=False, reason="请补充压缩时限的依据")
    draft.refresh_from_db()
    assert (draft.state, draft.returned) == ("writing", "请补充压缩时限的依据")


@pytest.mark.parametrize(("typed", "words"), [
    ({"promised_limit.amount": "30"}, "不能长于法定时限"),
    ({"materials.M5.by_law": ""}, "没有写明依据，不能要求申请人提供"),
    ({"promised_limit.amount": "8"}, "还没有修改任何要素"),
])  # fmt: skip
def test_what_is_wrong_is_told_before_it_is_handed_on(typed, words):
    draft = written(**typed)
    with pytest.raises(DraftProblem, match=words):
        drafting.submit(draft.pk, actor=telling.staff(WRITER), at=moment(AT))


def test_a_day_that_passed_and_a_version_published_meanwhile_stop_the_release():
    draft = submitted(since="2021-11-03")
    review(draft)
    with pytest.raises(DraftProblem, match="生效日不能早于今天"):
        release(draft, at="2021-11-04 09:00")
    telling.promise(7, "2021-11-02")
    with pytest.raises(DraftProblem, match="已经发布了第"):
        release(draft)


def test_one_change_at_a_time_and_other_units_see_none():
    draft = written()
    assert drafting.begin(KEY, actor=telling.staff(WRITER), at=moment(AT)).pk == draft.pk
    assert telling.signed_in("health.admin").get(f"/admin/items/changes/{draft.pk}/").status_code == 404
    drafting.drop(draft.pk, actor=telling.staff(WRITER), at=moment(AT))
    assert drafting.begin(KEY, actor=telling.staff(WRITER), at=moment(AT)).pk != draft.pk


def test_it_is_walked_on_screen():
    telling.at(AT)
    writer, reviewer, bureau = (telling.signed_in(login) for login in (WRITER, REVIEWER, BUREAU))
    assert "编辑新版本" in writer.get(f"/admin/items/{KEY}/").content.decode()
    address = writer.post(f"/admin/items/{KEY}/change/").headers["Location"]
    page = writer.get(address).content.decode()
    assert "由国家、省基本目录统一规定" in page
    assert 'name="title"' not in page  # the name is fixed above
    wrong = writer.post(address, {"do": "save", "promised_limit.amount": "五", "change_note": NOTE})
    assert wrong.status_code == 422
    assert "承诺时限应为整数" in wrong.content.decode()
    typed = {
        "do": "submit", "promised_limit.amount": "5", "change_note": NOTE, "effective_from": "2021-11-10",
        "materials.M5.tolerance.days": "3", "aliases": "餐饮证\n食品证",
    }  # fmt: skip
    assert writer.post(address, typed).status_code == 302
    page = reviewer.get(address).content.decode()
    for words in ("8个工作日", "5个工作日", "可以容缺，3个工作日内补齐"):
        assert words in page
    assert reviewer.post(address, {"do": "approve"}).status_code == 302
    assert bureau.post(address, {"do": "approve"}).status_code == 302
    assert "查看发布的第" in writer.get(address).content.decode()
    found = queries.item_at(KEY, moment("2021-11-10 09:00")).item
    assert (found.promised.amount, found.aliases) == (5, ("餐饮证", "食品证"))


# -- national tables ---------------------------------------------------------------------------------------------------
def take(found, at=AT, *, partial=False, who=BUREAU):
    telling.at(at)
    return exchange.take_in(
        found, note=NOTE, since="2021-11-10", actor=telling.staff(who), at=moment(at), partial=partial
    )


@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_what_goes_out_comes_back_without_a_change(kind):
    telling.at(AT)
    content = telling.signed_in(BUREAU).get(f"/admin/items/national/{kind}").content
    found = exchange.read(content, f"items.{kind}")
    assert found == exchange.tables(moment(AT))
    taken = take(found)
    assert (taken.changes, taken.faults) == ((), ())
    assert taken.same == len(found["items"]) > 15


def test_a_changed_row_becomes_a_change_and_goes_the_usual_way():
    found = exchange.tables(moment(AT))
    row = next(row for row in found["items"] if row["task_name"] == "食品经营许可（新办）")
    row["promise_day"] = "6"
    taken = take(found)
    bureau = telling.signed_in(BUREAU)
    assert "/admin/items/import/" in bureau.get("/admin/items/").content.decode()
    assert "食品经营许可（新办）" in bureau.get("/admin/items/changes/").content.decode()
    (draft,) = ItemDraft.objects.filter(pk__in=taken.changes)
    assert (draft.item_key, draft.state, draft.data["promised_limit"]["amount"]) == (KEY, "writing", 6)
    assert queries.item_at(KEY, moment("2021-11-20 09:00")).item.promised.amount == 8  # nothing is published yet


def test_every_wrong_row_is_told_and_the_others_may_be_taken():
    found = exchange.tables(moment(AT))
    items_, materials = found["items"], found["materials"]
    items_[0]["task_name"] = "改名"
    items_[1]["promise_day"] = "x"
    items_[2] |= {"task_handle_item": "1" * 33}
    row = next(row for row in items_ if row["task_name"] == "食品经营许可（新办）")
    row["promise_day"] = "6"
    materials[0] = materials[0] | {"material_name": "户口本复印件"}
    with pytest.raises(tables.TableRefused) as refused:
        take(found)
    assert not ItemDraft.objects.exists()
    places = {(one.table, one.row, one.column) for one in refused.value.faults}
    assert {("items", 2, "task_name"), ("items", 3, "promise_day"), ("items", 4, "task_handle_item")} <= places
    assert ("materials", 2, "material_name") in places
    assert len(take(found, partial=True).changes) == 1


def test_files_that_are_none_are_told():
    broken = {"a.txt": b"x", "a.json": b"{", "a.xlsx": b"PK", "a.csv": b"name\nx\n", "b.json": b"{}"}
    for name, content in broken.items():
        with pytest.raises(tables.TableRefused):
            exchange.read(content, name)
    telling.at(AT)
    sent = SimpleUploadedFile("a.json", json.dumps({"items": [{"task_handle_item": "1", "牛": "1"}]}).encode())
    answer = telling.signed_in(BUREAU).post("/admin/items/import/", {"file": sent, "change_note": NOTE})
    assert answer.status_code == 422
    assert "不认识的列：牛" in answer.content.decode()
