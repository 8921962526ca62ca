"""联办: one application for several items, each its own case; together they are as slow as the slowest of them."""

import io
from datetime import timedelta

import any_item
import pytest
import telling
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from yipan.kernel.packs import read_yaml
from yipan.platform import catalogue, processes, records
from yipan.platform.cases import items, stories
from yipan.platform.cases.actions import bundles, decision, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.bundles import PartFacts, master_clock, read_bundle
from yipan.platform.cases.domain.states import ENDED, State
from yipan.platform.cases.models import BundleVersion, Case, CaseMaterial, Master, MasterPart
from yipan.platform.cases.queries import bundles as reads
from yipan.platform.cases.queries import reach
from yipan.platform.cases.stories import moment
from yipan.platform.files.models import StoredFile
from yipan.platform.jobs.testing import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
START = moment("2022-03-07 09:00")
GIVEN = {
    "restaurant": "yes", "advertising": "yes", "own_building": "no", "central_ac": "yes", "use_commitment": "no",
    "area": "large",
}  # fmt: skip
FOOD, HYGIENE, SIGN = "food_licence_new", "public_place_hygiene_new", "outdoor_advertising"


def begun(now=START, **answers):
    telling.at(f"{now:%Y-%m-%d %H:%M}")
    item = catalogue.queries.item_at(HYGIENE, now).item
    return bundles.begin(
        "open_guesthouse", given=GIVEN | answers, applicant=any_item.client(item, now),
        actor=telling.staff(any_item.CLERK), now=now, channel=2,
    )  # fmt: skip


def cases(master):
    return {part.item_key: part.case for part in MasterPart.objects.filter(master=master).select_related("case")}


def fill(master, now=START, *, but=()):
    for key, case in cases(master).items():
        if key in but:
            continue
        if key == FOOD:  # its form is too strict for answers made up field by field
            told = telling.Story().telling.told
            stories.fill_form(case, items.terms(case), told, telling.staff(any_item.CLERK), now)
            case.refresh_from_db()
        any_item.filled(case, now)


def submitted(now=START, *, after=None, **answers):
    master = begun(now, **answers)
    for key, priors in (after or {}).items():
        MasterPart.objects.filter(master=master, item_key=key).update(after=priors)
    fill(master, now)
    return bundles.submit(master.pk, actor=telling.staff(any_item.CLERK), now=now)


def handle(case, now, *, until):
    """The smooth way to a state."""
    for _ in range(20):
        case.refresh_from_db()
        if case.state == until:
            return
        any_item.step(case, processes.queries.open_tasks(("case", str(case.pk)))[0], now)
    raise AssertionError(f"{case} did not come to {until}")


def test_the_answers_choose_the_items_and_each_item_is_answered_from_them():
    assert set(cases(begun())) == {HYGIENE, FOOD, SIGN}
    one = cases(begun(restaurant="no", advertising="no"))
    assert set(one) == {HYGIENE}
    assert one[HYGIENE].answers == {
        "place_kind": "lodging", "area": "large", "central_ac": True, "use_commitment": False,
    }  # fmt: skip
    with pytest.raises(CaseProblem, match="使用面积"):
        begun(area="")


def test_a_fault_in_one_is_named_and_nothing_is_written():
    master = begun()
    fill(master, but=(FOOD,))
    with pytest.raises(CaseProblem, match=r"食品经营许可.*还缺少材料"):
        bundles.submit(master.pk, actor=telling.staff(any_item.CLERK), now=START)
    master.refresh_from_db()
    assert master.received_at is None
    assert {case.state for case in cases(master).values()} == {State.DRAFT}
    with pytest.raises(CaseProblem, match="联办的一部分"):
        submission.submit(cases(master)[HYGIENE].pk, key="k", actor=telling.staff(any_item.CLERK), now=START)


def test_all_are_handed_in_at_once_and_a_second_time_changes_nothing():
    master = submitted()
    assert master.number.startswith("蓬联办〔2022〕第")
    assert master.query_code
    found = cases(master).values()
    assert {case.state for case in found} == {State.RECEIVED}
    assert len({case.case_no for case in found}) == 3
    assert all(case.instance_id for case in found)
    again = bundles.submit(master.pk, actor=telling.staff(any_item.CLERK), now=START + timedelta(hours=1))
    assert (again.number, again.received_at) == (master.number, master.received_at)


def test_a_shared_paper_is_handed_in_once_and_lies_there_once():
    master = begun()
    number = bundles.attach(
        master.pk, "air_conditioning", file=io.BytesIO(telling.sample()), name="空调.pdf",
        actor=telling.staff(any_item.CLERK), now=START,
    )  # fmt: skip
    rows = CaseMaterial.objects.filter(case__joint__master=master, source="uploaded")
    assert number == len(rows) == 2
    assert len({row.sha256 for row in rows}) == 1
    stored = StoredFile.objects.filter(pk__in=[row.file_id for row in rows])
    assert len(set(stored.values_list("storage_name", flat=True))) == 1
    with pytest.raises(CaseProblem, match="没有这份共用材料"):
        bundles.attach(master.pk, "x", file=io.BytesIO(b""), name="x", actor=records.SYSTEM, now=START)


def test_the_slowest_sets_the_date_and_the_refused_one_kills_no_other():
    master = submitted()
    now = START + timedelta(hours=1)
    telling.at(f"{now:%Y-%m-%d %H:%M}")
    found = cases(master)
    for case in found.values():
        any_item.step(case, processes.queries.open_tasks(("case", str(case.pk)))[0], now)
    dues = [case.promised_due for case in cases(master).values()]
    view = reads.view_own(master, now)
    assert view.clock.promised == max(dues)
    assert view.clock.complete
    slowest = max(cases(master).values(), key=lambda case: case.promised_due)
    later = max(dues) + timedelta(days=14)
    Case.objects.filter(pk=slowest.pk).update(promised_due=later)
    assert reads.view_own(master, now).clock.promised == later

    decision.withdraw(found[SIGN].pk, reason="不设了", actor=telling.staff(any_item.CLERK), now=now)
    run_jobs()
    states = {key: case.state for key, case in cases(master).items()}
    assert states[SIGN] == State.WITHDRAWN
    assert not {states[FOOD], states[HYGIENE]} & set(ENDED)
    assert not reads.view_own(master, now).concluded

    told = bundles.withdraw_rest(master.pk, reason="不开了", actor=telling.staff(any_item.CLERK), now=now)
    assert sorted(told.values()) == ["已撤回", "已撤回", "此前已经申请人撤回"]
    assert reads.view_own(master, now).concluded


def test_what_waits_begins_when_its_prior_is_granted():
    master = submitted(after={SIGN: [HYGIENE]}, restaurant="no")
    found = cases(master)
    assert found[SIGN].state == State.DRAFT
    assert MasterPart.objects.get(case=found[SIGN]).held
    assert not reads.view_own(master, START).clock.complete
    now = START + timedelta(hours=2)
    telling.at(f"{now:%Y-%m-%d %H:%M}")
    handle(found[HYGIENE], now, until=State.GRANTED)
    bundles.prior_ended(found[HYGIENE].pk, now=now)
    sign = cases(master)[SIGN]
    assert (sign.state, sign.received_at) == (State.RECEIVED, now)
    assert MasterPart.objects.get(case=sign).held == ""


def test_what_waits_for_one_that_was_not_granted_is_held_with_the_reason():
    master = submitted(after={SIGN: [HYGIENE]}, restaurant="no")
    found = cases(master)
    decision.withdraw(found[HYGIENE].pk, reason="", actor=telling.staff(any_item.CLERK), now=START)
    bundles.prior_ended(found[HYGIENE].pk, now=START)
    bundles.prior_ended(found[HYGIENE].pk, now=START)
    part = MasterPart.objects.get(case=found[SIGN])
    assert "申请人撤回" in part.held
    assert cases(master)[SIGN].state == State.DRAFT
    told = bundles.withdraw_rest(master.pk, reason="", actor=telling.staff(any_item.CLERK), now=START)
    assert told[found[SIGN].pk] == "已撤回"
    assert reads.view_own(Master.objects.get(pk=master.pk), START).concluded


def test_a_unit_sees_the_frame_and_opens_its_own_sub_case_only():
    master = submitted()
    market = telling.staff("market.examiner")
    view = reads.view_for_staff(reads.get_for_staff(master.pk, market), market, START)
    assert [part.case_id for part in view.parts if part.case_id] == [cases(master)[FOOD].pk]
    assert len(view.parts) == 3
    with pytest.raises(reach.CaseNotFound):
        reads.get_for_staff(master.pk, telling.staff("culture.examiner"))


def test_the_list_asks_as_often_for_one_master_as_for_many_sub_cases():
    few, many = begun(restaurant="no", advertising="no"), begun()
    asked = []
    for masters in ([few], [few, many]):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            reads.views(masters, START)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_the_applicant_begins_shares_submits_and_withdraws_on_his_pages(client):
    telling.at("2022-03-07 09:00")
    assert "我要开宾馆" in client.get("/joint/").content.decode()
    browser = telling.signed_in(telling.AGENT)
    wrong = browser.post("/joint/open_guesthouse/begin/", GIVEN | {"area": "x"})
    assert "请选择一项" in wrong.content.decode()
    mine = browser.post("/joint/open_guesthouse/begin/", GIVEN)["Location"]
    assert mine in browser.get("/joint/").content.decode()
    assert mine not in client.get("/joint/").content.decode()
    assert "共用材料" in browser.get(mine).content.decode()
    paper = io.BytesIO(telling.sample())
    paper.name = "空调.pdf"
    said = browser.post(f"{mine}act/", {"do": "attach", "key": "air_conditioning", "file": paper}, follow=True)
    assert "已用于 2 个事项" in said.content.decode()
    said = browser.post(f"{mine}act/", {"do": "submit"}, follow=True).content.decode()
    assert "还缺少材料" in said
    master = Master.objects.latest("pk")
    fill(master)
    said = browser.post(f"{mine}act/", {"do": "submit"}, follow=True).content.decode()
    assert "蓬联办〔2022〕第" in said
    other = telling.CITIZEN | {"sub": "gd-0009", "name": "梁永年", "id_no": "440703193903040023"}
    assert telling.signed_in(other).get(mine).status_code == 404
    frame = telling.signed_in("market.examiner").get(f"/cases/joint/{master.pk}/").content.decode()
    assert f"/cases/{cases(master)[FOOD].pk}/" in frame
    assert f"/cases/{cases(master)[SIGN].pk}/" not in frame
    said = browser.post(f"{mine}act/", {"do": "withdraw", "reason": "不开了"}, follow=True).content.decode()
    assert "已撤回；已撤回；已撤回" in said


FACTS = st.builds(
    PartFacts, st.sampled_from(State), st.none() | st.datetimes(), st.none() | st.datetimes(), st.booleans()
)


@given(st.lists(FACTS, max_size=6))
def test_the_masters_date_is_that_of_the_slowest_whatever_happened(parts):
    clock = master_clock(parts)
    counted = [part.promised_due for part in parts if part.decided or part.state not in ENDED]
    dated = [due for due in counted if due]
    assert clock.promised == (max(dated) if dated else None)
    assert clock.complete == (None not in counted)


def test_faults_of_a_bundle_are_told_with_their_lines():
    text = """key: x
title: 某事
summary: 某事
lead: health
promise: 某日
items:
  - item: b
    title: 乙
    after: [a]
  - item: a
    title: 甲
    when: 'x ='
shared:
  - key: s
    name: 材料
    codes: {a: M1, c: M2}
"""
    found, faults = read_bundle(read_yaml(text, "bundles/x.yaml"))
    assert found is None
    told = "\n".join(str(fault) for fault in faults)
    for words in ("应当写在它前面", "无法读成 FEEL", "“c”不在这件事里"):
        assert words in told
    assert "bundles/x.yaml:12" in told
    assert BundleVersion.objects.filter(key="open_guesthouse").count() == 1
