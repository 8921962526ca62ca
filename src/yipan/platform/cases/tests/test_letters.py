"""The written notices of sheet 22 c9: each is a numbered PDF that says what the table demands."""

import pytest
import telling
from telling import Story

from yipan.platform.cases.actions import decision
from yipan.platform.cases.domain.letters import LETTERS
from yipan.platform.cases.stories import moment
from yipan.platform.documents.models import Document
from yipan.platform.jobs.testing import run_jobs, run_sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
REMEDY = "自收到之日起六十日内向江门市蓬江区人民政府申请行政复议，或者自收到之日起六个月内依法向人民法院提起行政诉讼"
LAW = "《食品经营许可和备案管理办法》第十一条"


def says(story, kind, *words):
    paper = story.printed(kind)
    for one in words:
        assert one in paper, f"{kind}: {one} is not in {paper}"
    return story.letters(kind)[-1]


def accepted(key="noodle_second_shop", **more):
    return Story(key, **more).submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:20")


def test_acceptance_says_item_dates_and_contact():
    story = accepted()
    letter = says(
        story, "acceptance", "食品经营许可（新办）", "2021-11-01 10:20", "2021-11-11 24:00", "2021-11-29 24:00",
        "12345", story.case.short_no,
    )  # fmt: skip
    assert letter.number == "蓬市监受字〔2021〕第000001号"
    assert "听证申请" not in story.printed("acceptance")


def test_acceptance_says_the_right_to_be_heard_where_there_is_one(monkeypatch):
    """Sheet 22 c9, 受理: hearing right if any."""
    from yipan.platform.cases import items

    monkeypatch.setattr(items, "HEARING", 5)  # the food licence knows 检验 and 检测: take one for the hearing
    says(accepted(), "acceptance", "五日内提出听证申请", "二十日内组织听证")


def test_non_acceptance_says_reason_law_agency_and_remedy():
    """Sheet 22 c9 and pitfall f6: 60 days, 6 months."""
    story = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00")
    story.do(
        "precheck", "2021-11-02 10:00", outcome="refuse", opinion="申请事项依法不属于本机关职权范围",
        data={"law": "《中华人民共和国行政许可法》第三十二条第一款第二项", "right_agency": "江门市蓬江区卫生健康局"},
    )  # fmt: skip
    says(
        story, "non_acceptance", "申请事项依法不属于本机关职权范围", "第三十二条第一款第二项",
        "有权受理的机关：江门市蓬江区卫生健康局", REMEDY, "12345", "蓬市监不受字〔2021〕第000001号",
    )  # fmt: skip
    says(story, "approval_sheet", "不予受理", "申请事项依法不属于本机关职权范围")
    assert "申请事项依法不属于本机关职权范围" in story.told("case.not_accepted")[0].body


def test_a_special_procedure_is_told_with_kind_law_start_and_days():
    story = accepted()
    basis = "《中华人民共和国行政许可法》第四十五条"
    asked = {"kind": 5, "planned_days": 10, "basis": basis}
    story.happen("special.ask", "2021-11-04 10:00", by="market.examiner", data=asked)
    story.happen("special.approve", "2021-11-04 11:00", by="market.reviewer")
    says(story, "special", "检测", basis, "2021年11月4日", "10 个工作日", "2021-11-26 24:00", "超过预计时间的")


def test_the_grant_says_content_validity_and_issuer_and_the_licence_follows():
    story = accepted().until("deliver", "2021-11-08 16:00")
    letter = says(
        story, "grant", "决定准予行政许可", "《食品经营许可证》", "自发证之日起 5 年", "江门市蓬江区市场监督管理局",
        "第三十八条第一款", "同意，准予许可。",
    )  # fmt: skip
    assert letter.number == story.case.decision_no == "蓬市监许准字〔2021〕第000001号"
    licence = Document.objects.get(template__key="licence/food")
    assert licence.number.startswith("JY2440703")
    # 送达回证: way, time, receiver, what was served.
    says(
        story, "delivery", "窗口自取", "2021-11-08 16:00", "许慧琳", "食品经营许可证",
        "准予行政许可决定书（蓬市监许准字〔2021〕第000001号）",
    )  # fmt: skip


def test_a_refusal_says_facts_reason_law_and_remedy():
    story = accepted("noodle_granted", online=True).until("review", "2021-11-05 10:00")
    facts, reason = "食品处理区与非食品处理区没有分隔", "经营场所布局不符合保证食品安全的要求"
    for missing in ({"facts": facts}, {"law": LAW}, {}):
        with pytest.raises(Exception, match="不予决定须写明"):
            story.do("decide", "2021-11-08 10:00", outcome="refuse", opinion=reason, data=missing)
    story.do("decide", "2021-11-08 10:00", outcome="refuse", opinion=reason, data={"facts": facts, "law": LAW})
    says(story, "refusal", facts, reason, LAW, REMEDY, "蓬市监许不字〔2021〕第000001号")
    assert reason in story.told("case.refused")[0].body
    story.do("deliver", "2021-11-09 10:00")
    says(story, "delivery", "不予行政许可决定书（蓬市监许不字〔2021〕第000001号）")
    says(story, "approval_sheet", "不予", reason)


def test_a_commitment_says_what_is_promised_when_it_is_checked_and_what_a_false_one_costs():
    """Sheet 22 c9, 告知承诺书; a paper of the applicant, no seal."""
    story = Story("salon_commitment").submit("2021-11-05 09:00")
    letter = says(
        story, "commitment", "取得营业执照", "公共场所卫生检测或者评价报告", "2个月内接受现场核查",
        "发证后2个月内现场核查", "撤销行政许可决定，记入信用记录", "许慧琳", "2021年11月5日",
        "蓬卫健诺字〔2021〕第000001号",
    )  # fmt: skip
    assert not Document.objects.get(pk=letter.document_id).to_be_sealed


def test_a_withdrawal_a_deemed_one_and_a_termination_are_told_in_writing():
    """Sheet 22 c9, last row: facts, law, remedy."""
    gone = accepted(online=True)
    agent = telling.citizen(telling.AGENT)
    telling.at("2021-11-03 10:00")
    decision.withdraw(gone.case.pk, reason="经营地址变更", actor=agent, now=moment("2021-11-03 10:00"))
    says(gone, "withdrawal", "在本机关作出决定前要求撤回", "经营地址变更", "2021年11月3日", REMEDY)
    late = Story("noodle_second_shop").submit("2021-11-01 09:00")
    defect = {"subject": "布局图", "kind": "missing", "remedy": "请补交布局图", "material_code": "M4"}
    late.do("precheck", "2021-11-01 10:00", outcome="correct", data={"defects": [defect]})
    telling.at("2021-11-23 00:00")
    assert run_sweeps("processes.timers") == 1
    says(late, "withdrawal", "逾期没有补正申请材料，视为撤回", "可以", REMEDY)
    ended = accepted(online=True)
    why = "申请人已经依法注销登记，申请的主体不再存在"
    decision.terminate(
        ended.case.pk, reason=why, law="《市场主体登记管理条例》第三十一条", actor=telling.staff("market.decider"),
        now=moment("2021-11-24 10:00"),
    )  # fmt: skip
    letter = says(ended, "termination", why, "《市场主体登记管理条例》第三十一条", REMEDY)
    assert letter.number == "蓬市监终字〔2021〕第000001号"
    for story in (gone, late, ended):
        says(story, "approval_sheet", story.case.short_no, story.case.applicant_name)


def test_every_case_prints_its_approval_sheet_while_it_runs():
    """Issue: every case prints its 审批表 - opinions by column, 代 where a deputy wrote, form and dates."""
    story = accepted("noodle_granted").until("review", "2021-11-05 10:00")
    answer = telling.signed_in("market.decider").get(f"/cases/{story.case.pk}/sheet/")
    assert answer["Content-Type"] == "application/pdf"
    text = telling.text_of(answer.content)
    for words in ("受理意见", "审核意见", "征求意见", "何建国", "建设路", "待决定", "餐饮服务经营者"):
        assert words in text, words
    assert telling.signed_in("health.examiner").get(f"/cases/{story.case.pk}/sheet/").status_code == 404


def test_letters_of_all_kinds_are_sealed_by_the_body_that_decides():
    """Sheet 22 pitfall f8: received at the hall by its clerk, stamped by the bureau."""
    story = accepted().until("deliver", "2021-11-08 16:00")
    run_jobs()
    made = Document.objects.filter(pk__in=[letter.document_id for letter in story.case.documents.all()])
    assert story.case.hall == "江门市蓬江区政务服务中心"
    assert {paper.unit_key for paper in made} == {"market"}
    sealed = {letter.kind for letter in LETTERS.values() if letter.sealed}
    assert {paper.template.key for paper in made if paper.to_be_sealed} <= {f"case/{kind}" for kind in sealed}
    assert "江门市蓬江区市场监督管理局" in story.printed("receipt")
