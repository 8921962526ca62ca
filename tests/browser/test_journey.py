"""The main journey in a real browser: a firm opens a guesthouse with a restaurant.

A demo with fresh data runs beside: real web processes, worker, database, and the sandbox of the outside systems over
HTTP. The chapters tell one story and build on each other; every kind of page they open is measured at both widths.
"""

import re
from collections.abc import Iterator
from typing import Any

import demo_house
import pytest
from guesthouse import (
    AGENT,
    FIRM,
    FOOD_ANSWERS,
    HYGIENE_ANSWERS,
    Story,
    answer_situation,
    apply_for_hygiene,
    paper,
    upload_missing,
)  # fmt: skip
from keyboards import Keyboard
from screens import Browser

from yipan.house.walks import FIRM_CODE, FOOD_FORM, FOOD_MORE, HYGIENE_FORM, HYGIENE_MORE

# What the province is told of the food licence, in this order.
STAGES = ["receive", "process", "process", "accept", "special", "special", "process", "process", "process", "process",
          "result", "result"]  # fmt: skip


@pytest.fixture(scope="module")
def story(chromium: Browser) -> Iterator[Story]:
    with demo_house.running("journey") as house:
        told = Story(house, chromium)
        yield told
        told.close()


# -- 食品经营许可 ------------------------------------------------------------------------------------------------------
def test_from_the_search_to_the_receipt(story: Story) -> None:
    """Sheet 22 h4, sheet 23 h2: six materials, two of them fetched from government, an inspection; one case of it."""
    agent = story.agent
    agent.go("/")
    agent.page.get_by_role("link", name="法人登录").click()
    agent.look()
    agent.choose_identity(*AGENT)
    agent.page.wait_for_url(lambda address: "/sandbox/" not in address)
    assert FIRM in agent.page.locator(".yp-util").inner_text()

    agent.go("/")
    agent.page.get_by_role("searchbox").first.fill("开宾馆")
    agent.page.keyboard.press("Enter")
    agent.page.wait_for_url("**/search/**")
    agent.look()
    hits = agent.page.get_by_role("list", name="搜索结果").get_by_role("heading").all_inner_texts()
    assert set(hits) == {"开宾馆（带餐厅）", "食品经营许可（新办）", "公共场所卫生许可（新办）"}

    agent.follow("食品经营许可（新办）")
    agent.sees("8个工作日", "10个工作日", "不收费")
    assert agent.page.locator("#materials tbody tr").count() == 8
    agent.follow("在线办理")
    answer_situation(agent, FOOD_ANSWERS)
    agent.look()
    agent.sees("需要您准备的（3 份）", "在线填写就有的（1 份）", "不用您提交的（2 份）", "现场核查")
    agent.sees("您的情形不需要的材料（2 份）")

    agent.follow("开始申请")
    code = agent.page.get_by_label("统一社会信用代码").first
    assert code.input_value() == FIRM_CODE
    assert not code.is_editable()
    agent.sees("来源：省法人库")
    agent.fill(FOOD_FORM | FOOD_MORE)
    agent.press("下一步：准备材料")
    agent.look()
    licence = agent.page.locator(".yp-material", has_text="营业执照").first
    assert "电子证照" in licence.inner_text()
    upload_missing(agent)
    agent.follow("下一步：核对提交")
    submit_twice(story)


def submit_twice(story: Story) -> None:
    """A double click, the same form sent again, and a second tab: one case."""
    agent = story.agent
    confirm = agent.page.url
    again = {name: agent.page.locator(f"main [name={name}]").first.input_value()
             for name in ("csrfmiddlewaretoken", "key")}  # fmt: skip
    second = agent.context.new_page()
    second.goto(confirm)
    second.get_by_label("我已阅读并同意").check()
    agent.page.get_by_label("我已阅读并同意").check()
    agent.page.get_by_label("送达地址确认").check()
    with agent.page.expect_navigation():
        agent.page.get_by_role("button", name="提交申请").dblclick(no_wait_after=True)
    agent.look()
    story.case = agent.page.url.rstrip("/").rsplit("/", 1)[1]
    answer = agent.context.request.post(confirm, form=again | {"agree": "1"}, headers={"Referer": confirm})
    assert answer.url == agent.page.url
    second.get_by_role("button", name="提交申请").click()
    second.wait_for_load_state()
    assert second.url.startswith(agent.page.url)
    second.close()
    agent.sees("申请已经提交", "已收到您的申请", "查询码")
    agent.wait_for("the receipt", lambda: agent.page.get_by_role("link", name="收件凭证").count())
    address = agent.page.get_by_role("link", name="收件凭证").get_attribute("href")
    assert address
    receipt = agent.context.request.get(address)
    assert receipt.body().startswith(b"%PDF")
    agent.go("/my/cases/")
    assert agent.page.locator("tbody tr", has_text="食品经营许可").count() == 1


def test_one_notice_tells_all_and_the_correction_is_taken(story: Story) -> None:
    """Sheet 22 c5: the clerk lists every defect once; the applicant reads in plain words what to do until when."""
    clerk = story.person("market.window1").sign_in_as_staff("market.window1")
    clerk.go("/todo/")
    row = clerk.page.locator("tr", has=clerk.page.locator(f"a[href='/cases/{story.case}/']")).first
    assert "剩余 1 个工作日" in row.locator(".yp-light").first.inner_text()
    story.do(
        "market.window1",
        {"outcome": "correct", "defect": "M4", "kind-M4": "unclear", "remedy-M4": "请重新上传清晰的布局图"},
        kind="precheck",
    )
    agent = story.progress()
    agent.sees("需要您补正材料", "请重新上传清晰的布局图", "请在 2026-03-23 24:00 前")
    agent.look("correction")
    agent.follow("去补正", "correction")
    part = agent.page.locator("#m-M4")
    part.locator("input[type=file]").set_input_files(paper("布局图"))
    agent.press("上传", within=part)
    agent.press("提交补正")
    agent.misses("需要您补正材料")


def test_acceptance_starts_the_clocks(story: Story) -> None:
    """Sheet 22 h4: accepted on Monday 2026-03-02, promised 8 and statutory 10 working days."""
    accepted = {"outcome": "accept", "opinion": "材料齐全，符合法定形式，同意受理。"}
    story.do("market.window1", accepted, kind="precheck")
    agent = story.progress()
    agent.sees("已受理", "2026-03-12 24:00", "2026-03-16 24:00")
    agent.look("accepted")


def test_two_units_examine_side_by_side(story: Story) -> None:
    """Sheet 22 c2, state 22: the second unit answers while the first examines and two officers look at the place."""
    examiner = story.staff("market.examiner")
    examiner.sees("征求意见", "材料审查")
    marked = examiner.page.locator(".yp-picture svg")
    assert marked.count() == 1
    shown = " ".join(examiner.page.locator(".yp-step-list > .yp-now").all_inner_texts())
    assert all(step in shown for step in ("材料审查", "现场核查", "征求意见答复"))
    other = story.do(
        "urban_management.opinion", {"outcome": "agree", "opinion": "油烟净化设施符合要求。"}, kind="consult"
    )
    assert "/todo/" in other.page.url
    alone = {"outcome": "qualified", "second_officer": "梁伟雄", "place": "建设路88号", "opinion": "与布局图一致。"}
    inspector = story.do("market.inspector1", alone, kind="inspect")
    inspector.sees("两名")
    inspector = story.do("market.inspector1", alone | {"second_officer": "林佩珊"}, kind="inspect")
    assert "/todo/" in inspector.page.url
    story.do("market.examiner", {"opinion": "材料符合要求，建议检测用水。"}, kind="examine")


def test_a_statutory_test_pauses_the_clock(story: Story) -> None:
    """Sheet 22 h1: from 03-04 to 03-11 nothing is counted, so 8 working days from 03-02 end on 03-20, not on 03-12."""
    story.at("2026-03-04 10:00")
    examiner = story.staff("market.examiner")
    examiner.page.get_by_text("申请特别程序").click()
    asked = examiner.page.locator("form", has=examiner.page.locator("[name=planned_days]"))
    examiner.fill({"kind": "5", "planned_days": "10"}, within=asked)
    examiner.press("提交批准", within=asked)
    examiner.sees("等待他人批准")
    assert examiner.page.get_by_role("button", name="批准并停止计时").count() == 0
    head = story.staff("market.reviewer")
    head.press("批准并停止计时")
    head.sees("特别程序进行中")
    head.look("special")
    agent = story.progress()
    agent.sees("特别程序", "暂停")
    agent.look("special")
    agent.wait_for("the notice", lambda: agent.page.get_by_role("link", name="特别程序告知书").count())

    story.at("2026-03-11 10:00")
    examiner = story.staff("market.examiner")
    examiner.fill({"result": "水质检测合格"}, within=examiner.page.locator("form", has_text="结束特别程序"))
    examiner.press("结束特别程序")
    agent = story.progress()
    agent.sees("2026-03-20 24:00")
    agent.misses("2026-03-12 24:00")


def test_nobody_reviews_what_he_concluded(story: Story) -> None:
    """Sheet 22 (b): the examiner stands in for the reviewer on leave, yet may not review his own conclusion."""
    story.do("market.examiner", {"outcome": "qualified", "opinion": "符合条件，建议准予。"}, kind="conclude")
    head = story.staff("market.reviewer")
    task = re.search(r"/tasks/(\d+)/complete/", head.page.content())
    assert task
    head.go("/me/absences/")
    head.fill({"begins": "2026-03-11", "ends": "2026-03-12", "reason": "出差"})
    deputies = head.page.locator("select[name=deputy]")
    deputies.select_option(deputies.locator("option", has_text="李志强").first.get_attribute("value"))
    head.press("登记")
    head.look("entered")

    examiner = story.staff("market.examiner")
    assert examiner.page.locator("#task").count() == 0
    token = examiner.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    refused = examiner.context.request.post(
        f"/cases/{story.case}/tasks/{task.group(1)}/complete/",
        form={"csrfmiddlewaretoken": token, "outcome": "pass", "opinion": "同意", "key": "own"},
        headers={"Referer": examiner.page.url},
    )
    assert refused.status == 409
    assert "职责分离" in refused.text()

    head.go("/me/absences/", look=False)
    head.page.locator("tr", has_text="何建国").get_by_role("checkbox").check()
    head.press("销假")
    head.sees("销假后代理立即结束")
    head.press("销假", within=head.page.locator("main form"))
    head.sees("已销假")


def test_the_reviewer_returns_it_once_and_a_deputy_decides(story: Story) -> None:
    """Sheet 22 c2: 23 → 20 → 23 → 24; the decider is on leave and his deputy's opinion is marked 代."""
    story.do("market.reviewer", {"outcome": "return", "opinion": "请补充检测结论的说明。"}, kind="review")
    story.progress().sees("正在审查")
    examiner = story.do("market.examiner", {"outcome": "qualified", "opinion": "检测合格，建议准予。"}, kind="conclude")
    assert "/todo/" in examiner.page.url
    story.do("market.reviewer", {"outcome": "pass", "opinion": "同意审查意见。"}, kind="review")
    deputy = story.staff("market.deputy")
    deputy.sees("您正在代 区永康")
    story.do("market.deputy", {"outcome": "grant", "opinion": "同意，准予许可。"}, kind="decide")
    story.staff("market.producer").sees("冯国梁（代区永康）")


def test_the_licence_is_made_delivered_and_verified_by_anybody(story: Story) -> None:
    """Sheet 22 d3: a stranger opens the address of the QR code on his phone; a changed code is not believed."""
    story.do("market.producer", {}, kind="produce")
    agent = story.progress()
    agent.wait_for("the licence", lambda: "结果已出" in agent.text)
    story.do("market.producer", {"way": "electronic", "receiver": "李晓敏"}, kind="deliver")
    agent = story.progress()
    agent.sees("已办结")
    agent.look("concluded")
    agent.wait_for("the sealed licence", lambda: agent.page.get_by_role("link", name="查看电子证照").count())
    agent.follow("查看电子证照")
    agent.wait_for("its PDF", lambda: agent.page.get_by_role("link", name="下载证照").count())
    address = agent.page.get_by_role("link", name="打开核验页面").get_attribute("href")
    assert address
    story.verify_address = address
    with_stranger = story.person("stranger")
    with_stranger.go(address, kind="valid")
    with_stranger.sees("有效", FIRM)
    with_stranger.go(address[:-4] + "AAAA", kind="tampered")
    with_stranger.misses(FIRM)


def test_the_rating_and_every_event_reach_the_province(story: Story) -> None:
    """Sheet 22 (g), sheet 23 c14: in the order of the acts, each once, and the rating with the case's number."""
    agent = story.progress()
    agent.fill({"grade": "5"}, within=agent.page.locator("#rate"))
    agent.press("提交评价")
    agent.sees("您已评价")
    number = re.search(r"\d{8}[0-9A-Z]{10}4[0-9]{24}", agent.text)
    assert number, agent.text
    found: dict[str, list[Any]] = {}

    def received() -> bool:
        case = story.house.outside.get("acceptance", "case", number.group(0)) or {"events": []}
        ratings = story.house.outside.all("rating", "evaluation").values()
        found["events"] = case["events"]
        found["grades"] = [one["grade"] for one in ratings if one["affairSerialNo"] == number.group(0)]
        return len(found["events"]) >= len(STAGES) and bool(found["grades"])

    agent.wait_for("the province's copy", received)
    assert [event["stage"] for event in found["events"]] == STAGES
    moments = [event["at"] for event in found["events"]]
    assert moments == sorted(moments)
    assert found["grades"] == [5]


# -- 公共场所卫生许可 --------------------------------------------------------------------------------------------------


def test_a_commitment_shortens_the_way(story: Story) -> None:
    """Sheet 22 d7: with a commitment nobody inspects before the decision; promised is one working day."""
    apply_for_hygiene(story, "悦来宾馆", "建设路88号2至6层")
    story.do("health.window1", {"outcome": "accept", "opinion": "同意受理。"}, kind="precheck")
    story.progress().sees("2026-03-12 24:00")
    deputy = story.staff("health.deputy")
    deputy.sees("告知承诺")
    story.do("health.deputy", {"outcome": "grant", "opinion": "已作承诺，准予许可。"}, kind="decide")
    story.do("health.producer", {}, kind="produce")
    agent = story.progress()
    agent.wait_for("the licence", lambda: "结果已出" in agent.text)
    story.do("health.producer", {"way": "electronic", "receiver": "李晓敏"}, kind="deliver")
    agent = story.progress()
    agent.sees("已办结")
    agent.wait_for("the licence", lambda: agent.page.get_by_role("link", name="查看电子证照").count())


def test_a_refusal_gives_facts_law_and_remedy(story: Story) -> None:
    """Sheet 22 c9, f6: refused with facts, reason and law; the applicant reads how to object."""
    apply_for_hygiene(story, "悦来宾馆二店", "建设路102号2层")
    story.do("health.window1", {"outcome": "accept", "opinion": "同意受理。"}, kind="precheck")
    story.do(
        "health.deputy",
        {
            "outcome": "refuse",
            "opinion": "申请场所与生活垃圾转运站相邻，不符合选址要求。",
            "facts": "现场与申请图件不一致，场所东侧紧邻垃圾转运站。",
            "law": "《公共场所卫生管理条例实施细则》第二十二条",
        },
        kind="decide",
    )
    agent = story.progress()
    agent.sees("不予决定")
    agent.wait_for("the decision", lambda: agent.page.get_by_role("link", name="不予行政许可决定书").count())
    agent.look("refused")


# -- without a mouse, without script, without login --------------------------------------------------------------------
def test_an_application_by_keyboard_alone(story: Story) -> None:
    """Sheet 23 h6 and c10: from the home page to the receipt with a visible focus at every step, no mouse, no trap."""
    person = story.person("keyboard")
    keys = Keyboard(person.page)
    person.go("/", look=False)
    keys.press_on("a:has-text('法人登录')")
    keys.choose("who", f"gd-0002:{FIRM_CODE}")
    keys.press_on("button:not(.plain)")
    person.page.wait_for_url(lambda address: "/sandbox/" not in address)
    person.go("/", look=False)
    keys.write("#q", "公共场所卫生许可")
    keys.submit("Enter")
    keys.press_on("main ol a[href$='/items/public_place_hygiene_new/']")
    keys.press_on("a[href$='/situation/']:has-text('在线办理')")
    for _ in HYGIENE_ANSWERS:
        asked = person.page.locator("input[name=asked]").input_value()
        keys.choose(asked, HYGIENE_ANSWERS[asked])
        keys.press_on("main button.btn-primary")
    keys.press_on(".yp-action-bar a.btn-primary")
    answers = HYGIENE_FORM | HYGIENE_MORE | {"place_name": "悦来宾馆三店", "premises.detail": "建设路106号"}
    keys.fill(answers)
    keys.press_on("button[value=next]")
    missing = person.page.locator(".yp-material", has_text="必要")
    for _ in range(missing.count()):
        part = "#" + str(missing.first.get_attribute("id"))
        if person.page.locator(f"{part} button[value=commit]").count():
            keys.press_on(f"{part} button[value=commit]")
            continue
        keys.attach(f"{part} input[type=file]", paper("材料"))
        keys.press_on(f"{part} button[value=upload]")
    assert missing.count() == 0
    keys.press_on(".yp-action-bar a.btn-primary")
    keys.to("[name=agree]")
    person.page.keyboard.press("Space")
    keys.press_on("button[form=submit-form]")
    person.sees("申请已经提交", "查询码")


def test_an_application_without_script(story: Story) -> None:
    """Issue: guide, application and submission work without JavaScript; the login comes when it is needed."""
    person = story.person("no script", java_script_enabled=False)
    person.go("/items/public_place_hygiene_new/", look=False)
    person.follow("在线办理")
    answer_situation(person, HYGIENE_ANSWERS)
    person.page.locator(".yp-action-bar").get_by_role("link", name="开始申请").click()
    person.page.get_by_role("link", name="法人登录").first.click()
    person.choose_identity(*AGENT)
    person.page.wait_for_url("**/my/cases/*/form/")
    person.look("no script")
    person.fill(HYGIENE_FORM | {"place_name": "悦来宾馆四店", "premises.detail": "建设路108号"})
    person.press("按已填内容更新表格")
    person.fill(HYGIENE_MORE)
    person.press("下一步：准备材料")
    upload_missing(person, commit=True)
    person.follow("下一步：核对提交")
    person.page.get_by_label("我已阅读并同意").check()
    person.press("提交申请")
    person.look("no script")
    person.sees("申请已经提交", "查询码")
    codes = person.page.locator(".yp-codes b").all_inner_texts()

    stranger = story.person("stranger")
    stranger.go("/progress/")
    stranger.fill({"short_no": codes[0], "query_code": "AAAAAAAA"})
    stranger.press("查询")
    stranger.misses("公共场所卫生许可")
    stranger.fill({"short_no": codes[0], "query_code": codes[1]})
    stranger.press("查询")
    stranger.look("asked")
    stranger.sees("公共场所卫生许可", "接下来")
    stranger.misses(FIRM)
