"""The case page at work: tasks with their opinions, moves, numbers of persons, what is refused and what is kept."""

import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from yipan.platform import calendar, processes
from yipan.platform.cases.actions import opinions
from yipan.platform.cases.models import Case, Opinion, SpecialProposal
from yipan.platform.notices.models import Message
from yipan.platform.people import queries as people
from yipan.platform.people.models import Absence
from yipan.platform.records.models import Access, ActRow

FOOD, HYGIENE = "riverside_examining", "guesthouse_review"


def task_of(case_id, act):
    found = processes.queries.open_task(("case", case_id), act=act)
    assert found is not None, act
    return found


def complete(client, case_id, act, status=302, **values):
    task = task_of(case_id, act)
    answer = client.post(f"/cases/{case_id}/tasks/{task.pk}/complete/", {"key": f"t-{task.pk}"} | values)
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer


def move(client, case_id, task_id, status=302, **values):
    answer = client.post(f"/cases/{case_id}/tasks/{task_id}/move/", values)
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer.content.decode()


def handwriting():
    out = io.BytesIO()
    Image.new("RGB", (240, 90), "#123").save(out, "PNG")
    return SimpleUploadedFile("签批.png", out.getvalue(), "image/png")


# -- opinions --------------------------------------------------------------------------------------------------------
def test_an_opinion_that_belongs_to_another_outcome_is_refused_and_nothing_is_lost(district, as_staff):
    case_id = district[HYGIENE]
    client = as_staff("health.reviewer")
    answer = complete(client, case_id, "review", 409, outcome="return", opinion="同意审查意见。")
    text = answer.content.decode()
    assert "意见与所选的办理结果不一致" in text
    assert re.search(r'value="return" required checked', text), "the outcome stays chosen"
    assert ">同意审查意见。</textarea>" in text
    complete(client, case_id, "review", outcome="return", opinion="请补充消毒间的照片。")
    assert Case.objects.get(pk=case_id).state == 20


def test_an_opinion_is_asked_for_where_the_outcome_needs_one(district, as_staff):
    text = complete(
        as_staff("health.reviewer"), district[HYGIENE], "review", 409, outcome="pass", opinion=" "
    ).content.decode()  # fmt: skip
    assert "请填写审核意见" in text


def test_the_usual_opinion_of_an_outcome_comes_from_the_content(district, as_staff, page):
    text = page(as_staff("health.reviewer"), f"/cases/{district[HYGIENE]}/")
    assert ">同意审查意见。</textarea>" in text
    assert '"return": ""' in text.replace("&#34;", '"'), "another outcome has no usual opinion"


def test_a_handwritten_opinion_stands_on_the_page_in_the_chain_and_on_the_approval_sheet(district, as_staff, page):
    case_id = district[HYGIENE]
    client = as_staff("health.reviewer")
    complete(client, case_id, "review", outcome="pass", opinion="同意，请按程序决定。", image=handwriting())
    opinion = Opinion.objects.get(case_id=case_id, column="审核意见")
    assert opinion.signature.startswith("act:")
    address = f"/cases/{case_id}/opinions/{opinion.pk}/image/"
    text = page(client, f"/cases/{case_id}/")
    assert address in text
    assert opinion.proof in text
    picture = client.get(address)
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Content-Disposition"].startswith("inline")
    assert list(opinions.verify()) == []
    sheet = client.get(f"/cases/{case_id}/sheet/")
    pages = PdfReader(io.BytesIO(sheet.content)).pages
    printed = "".join(one.extract_text() for one in pages).replace("\n", "")
    assert "同意，请按程序决定。" in printed
    assert opinion.proof[4:20] in printed
    assert sum(len(one.images) for one in pages) >= 1
    assert as_staff("market.examiner").get(address).status_code == 404


def test_a_picture_of_handwriting_must_be_a_picture(district, as_staff):
    wrong = SimpleUploadedFile("签批.png", b"%PDF-1.7 no picture", "image/png")
    complete(
        as_staff("health.reviewer"), district[HYGIENE], "review", 409, outcome="pass", opinion="同意。", image=wrong
    )
    assert not Opinion.objects.filter(case_id=district[HYGIENE], column="审核意见").exists()


def test_a_changed_opinion_is_found_by_comparing_it_with_its_act(district):
    chosen = Opinion.objects.filter(case_id=district["noodle_granted"]).order_by("id")
    assert list(opinions.verify()) == []
    assert all(opinion.signature.startswith("act:") for opinion in chosen)
    Opinion.objects.filter(pk=chosen[0].pk).update(text="不同意。")
    Opinion.objects.filter(pk=chosen[1].pk).update(deputy_for="别人")
    first, second = opinions.verify()
    assert "text differ" in first
    assert "deputy_for differ" in second


def test_a_deputys_opinion_carries_both_names_on_screen_and_paper(district, as_staff, page):
    case_id = district[HYGIENE]
    complete(as_staff("health.reviewer"), case_id, "review", outcome="pass", opinion="同意审查意见。")
    absent, deputy = people.actor_of("health.decider"), people.actor_of("health.deputy")
    today = calendar.today()
    if not Absence.objects.filter(person_id=absent.person_id, begins__lte=today, ends__gte=today).exists():
        Absence.objects.create(
            person_id=absent.person_id, deputy_id=deputy.person_id, begins=today, ends=today, reason="休假"
        )
    client = as_staff("health.deputy")
    assert f"您正在代 {absent.name} 办理" in page(client, f"/cases/{case_id}/")
    complete(client, case_id, "decide", outcome="grant", opinion="同意，准予许可。")
    both = f"{deputy.name}（代{absent.name}）"
    assert both in page(client, f"/cases/{case_id}/")
    sheet = PdfReader(io.BytesIO(client.get(f"/cases/{case_id}/sheet/").content))
    printed = "".join(one.extract_text() for one in sheet.pages).replace("\n", "").replace(" ", "")
    assert f"{deputy.name}（代{absent.name}）" in printed
    assert list(opinions.verify()) == []


# -- working in a row ------------------------------------------------------------------------------------------------
def test_submitting_leads_to_the_next_task_or_says_that_all_is_done(district, as_staff):
    client = as_staff("market.inspector1")
    facts = {"outcome": "qualified", "opinion": "现场与布局图一致。", "second_officer": "林佩珊", "place": "江滨路8号"}
    answer = complete(client, district[FOOD], "inspect", after="next", **facts)
    first, second = "dessert_tolerated", "canteen_testing"  # the clock of the second stands still
    assert answer.headers["Location"] == f"/cases/{district[first]}/"
    answer = complete(client, district[first], "inspect", after="next", **facts)
    assert answer.headers["Location"] == f"/cases/{district[second]}/"
    answer = complete(client, district[second], "inspect", after="next", **facts)
    assert answer.headers["Location"] == "/todo/"
    assert "待办已全部办完" in client.get("/todo/").content.decode()


def test_a_second_click_is_no_fault_and_a_colleague_is_told_who_was_first(district, as_staff):
    case_id, act = district[HYGIENE], "review"
    task = task_of(case_id, act)
    values = {"key": f"t-{task.pk}", "outcome": "pass", "opinion": "同意审查意见。"}
    address = f"/cases/{case_id}/tasks/{task.pk}/complete/"
    client = as_staff("health.reviewer")
    assert client.post(address, values).status_code == 302
    assert client.post(address, values).status_code == 302
    assert Opinion.objects.filter(case_id=case_id, task_id=task.pk).count() == 1
    answer = as_staff("health.reviewer2").post(address, values | {"key": "another"})
    assert answer.status_code == 409
    assert people.actor_of("health.reviewer").name in answer.content.decode()


# -- phrases ---------------------------------------------------------------------------------------------------------
def test_phrases_are_kept_ordered_and_ones_own(district, as_staff, page):
    client = as_staff("health.reviewer")
    for text in ("同意。", "请补充材料。"):
        answer = client.post("/cases/phrases/", {"text": text}, headers={"X-Requested-With": "fetch"})
        assert answer.status_code == 204
    desk = page(client, f"/cases/{district[HYGIENE]}/")
    assert 'data-yp-key="Alt+1" title="Alt+1">同意。' in desk
    (last,) = re.findall(r'value="first:(\d+)"', page(client, "/cases/phrases/"))
    client.post("/cases/phrases/", {"do": f"first:{last}"})
    assert 'data-yp-key="Alt+1" title="Alt+1">请补充材料。' in page(client, f"/cases/{district[HYGIENE]}/")
    other = as_staff("health.reviewer2")
    other.post("/cases/phrases/", {"do": f"drop:{last}"})
    assert "还没有常用意见" in page(other, "/cases/phrases/")
    client = as_staff("health.reviewer")
    client.post("/cases/phrases/", {"do": f"drop:{last}"})
    assert "请补充材料。" not in page(client, "/cases/phrases/")


# -- numbers of persons ----------------------------------------------------------------------------------------------
def test_numbers_of_persons_are_covered_until_a_reason_is_given_and_logged(district, as_staff, page):
    """Sheet 22 f16: masked on screen, the full value by purpose, and the read is logged."""
    case_id, client = district["noodle_granted"], as_staff("market.examiner")
    number = "440703198204173014"
    address = f"/cases/{case_id}/"
    text = page(client, address)
    assert number not in text
    assert "440703********3014" in text
    assert "13800003001" not in text
    assert client.post(f"{address}full/", {"reason": "看"}).status_code == 409
    answer = client.post(f"{address}full/", {"reason": "核对申请人身份材料"})
    assert number in answer.content.decode()
    logged = Access.objects.filter(subject_kind="case", subject_id=str(case_id), purpose="核对申请人身份材料").get()
    assert "完整证件号码" in logged.fields
    assert number not in page(client, address), "the next look is covered again"
    assert as_staff("health.reviewer").post(f"{address}full/", {"reason": "核对申请人身份材料"}).status_code == 404


def test_no_list_of_staff_shows_a_full_number(district, as_staff, page):
    """Sheet 22 f16: list views are masked."""
    full = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)")
    for login, addresses in (
        ("market.examiner", ("/work/", "/todo/", "/todo/done/", "/cases/", "/licences/")),
        ("hall.clerk1", ("/counter/", "/counter/receive/", "/cases/")),
        ("data.admin", ("/admin/people/staff/", "/admin/people/report/")),
        ("office.auditor", ("/admin/records/", "/admin/records/accesses/")),
    ):
        client = as_staff(login)
        for address in addresses:
            assert not full.findall(page(client, address)), address


# -- moves -----------------------------------------------------------------------------------------------------------
def test_an_added_signer_gives_his_opinion_first_and_it_is_kept_like_every_other(district, as_staff, page):
    case_id = district[HYGIENE]
    client, chosen = as_staff("health.reviewer"), people.actor_of("health.inspector2")
    task = task_of(case_id, "review")
    assert f'name="person" value="{chosen.person_id}"' in page(client, f"/cases/{case_id}/")
    move(client, case_id, task.pk, move="add_before", person=[chosen.person_id])
    assert "等对方提出意见后再办理" in page(client, f"/cases/{case_id}/")
    other = as_staff("health.inspector2")
    assert "办理意见" in page(other, f"/cases/{case_id}/")
    (waiting,) = [t for t in processes.queries.my_tasks(("case", case_id), chosen) if not t.act]
    answer = other.post(
        f"/cases/{case_id}/tasks/{waiting.id}/complete/", {"key": waiting.key, "opinion": "消毒设施已核对。"}
    )
    assert answer.status_code == 302
    kept = Opinion.objects.get(case_id=case_id, text="消毒设施已核对。")
    assert kept.person_name == chosen.name
    assert ActRow.objects.filter(chain_kind="case", chain_key=str(case_id), verb="case.opinion").count() == 1
    assert list(opinions.verify()) == []
    complete(as_staff("health.reviewer"), case_id, "review", outcome="pass", opinion="同意审查意见。")


def test_copies_and_urging_reach_their_people(district, as_staff, page):
    case_id, client = district[HYGIENE], as_staff("health.examiner")
    task = task_of(case_id, "review")
    assert "催办" in page(client, f"/cases/{case_id}/")
    move(client, case_id, task.pk, move="urge")
    urged = people.actor_of("health.reviewer").account_id
    assert Message.objects.filter(account_id=urged, template_key="task.urged").exists()
    client = as_staff("health.reviewer")
    move(client, case_id, task.pk, move="copy", person=[people.actor_of("health.inspector1").person_id])
    assert "公共场所卫生许可" in page(as_staff("health.inspector1"), "/todo/to_read/")


def test_a_move_without_what_it_needs_is_refused_in_words(district, as_staff):
    case_id, client = district[HYGIENE], as_staff("health.reviewer")
    task = task_of(case_id, "review")
    person = people.actor_of("health.reviewer2").person_id
    assert "转办须写明原因" in move(client, case_id, task.pk, 409, move="transfer", person=[person])
    move(client, case_id, task.pk, 409, move="transfer", reason="休假")
    move(client, case_id, task.pk, 409, move="fly", person=[person], reason="休假")
    barred = people.actor_of("health.examiner")
    assert "不相容" in move(client, case_id, task.pk, 409, move="transfer", person=[barred.person_id], reason="休假")
    move(client, case_id, task.pk, move="transfer", person=[person], reason="本周休假")
    assert processes.queries.my_task(("case", case_id), people.actor_of("health.reviewer2")) is not None
    assert 'id="task"' not in client.get(f"/cases/{case_id}/").content.decode()


# -- procedures ------------------------------------------------------------------------------------------------------
def test_a_special_procedure_may_be_refused_with_a_reason_and_never_by_its_asker(district, as_staff, page):
    case_id = district[FOOD]
    client = as_staff("market.examiner")
    asked = {"kind": "5", "planned_days": "10", "basis": "《中华人民共和国行政许可法》第四十五条"}
    assert client.post(f"/cases/{case_id}/special/", asked | {"planned_days": "zehn"}).status_code == 409
    assert client.post(f"/cases/{case_id}/special/", asked).status_code == 302
    proposal = SpecialProposal.objects.get(case_id=case_id, decided_at=None)
    address = f"/cases/{case_id}/special/{proposal.pk}/approve/"
    assert "等待他人批准" in page(client, f"/cases/{case_id}/")
    head = as_staff("market.reviewer")
    assert head.post(address, {"approve": "0"}).status_code == 409
    elsewhere = f"/cases/{district['canteen_testing']}/special/{proposal.pk}/approve/"
    assert head.post(elsewhere, {"approve": "1"}).status_code == 404, "a proposal belongs to its case"
    assert head.post(address, {"approve": "0", "reason": "现有材料已能说明"}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.decided_at is not None
    assert Case.objects.get(pk=case_id).open_special == 0
    refused = ActRow.objects.get(chain_kind="case", chain_key=str(case_id), verb="case.reject_special_procedure")
    assert refused.actor_name == people.actor_of("market.reviewer").name
