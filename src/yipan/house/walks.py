"""Walks through the pages over HTTP as people take them: applicants, window clerks, officials.

Used by ``yipan demo --check``, by the resilience tests and by the check of a restored backup. Each person has a
browser session of his own; waits are bounded and end in a JourneyError that shows the page.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from .visitor import JourneyError, Page, Visitor

PASSWORD = "Yipan-2026"  # noqa: S105 - the demo's public password
FIRM_CODE = "91440703MA9Q100100"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
Step = Callable[[str], AbstractContextManager[Any]]


def no_report(_title: str) -> AbstractContextManager[Any]:
    return nullcontext()


def sign_in_staff(visitor: Visitor, login: str) -> None:
    """A member of staff signs in by password."""
    visitor.get("/login/")
    visitor.submit({"login": login, "password": PASSWORD}, having="password")


def sign_in_citizen(visitor: Visitor, who: str) -> None:
    """An applicant signs in at the identity service (``sub`` or ``sub:credit_code``)."""
    visitor.get("/login/citizen/")
    visitor.submit({"who": who}, button="登录")


def wait(what: str, found: Callable[[], Any], seconds: float) -> Any:
    """Poll until something is there; the worker needs a moment for papers and seals."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.3)
    raise JourneyError(f"{what}: not there after {seconds:.0f} s")


def answer_situation(visitor: Visitor, key: str, answers: dict[str, str]) -> Page:
    """From the guide through the questions to the own list of materials."""
    page = visitor.get(f"/items/{key}/situation/")
    for _ in range(12):
        asked = page.tree.xpath("//input[@name='asked']/@value") if page.tree is not None else []
        if not asked:
            return page
        page = visitor.submit({asked[0]: answers[asked[0]]}, button="下一题")
    raise JourneyError(f"{key}: the questions never end")


def upload_missing(visitor: Visitor, *, commit: bool = False) -> Page:
    """Hand in every required material that has no source yet, one form after the other as on the page."""
    for _ in range(20):
        page = visitor.page
        assert page is not None
        waiting = page.tree.xpath("//section[contains(@class,'yp-material')][.//*[normalize-space()='必要']]")
        if not waiting:
            return page
        part = waiting[0].get("id")
        if commit and waiting[0].xpath(".//button[@value='commit']"):
            visitor.submit(button="以告知承诺代替", inside=part)
        else:
            visitor.submit(button="上传", inside=part, files=_file(part))
    raise JourneyError("materials: the list never ends")


def _file(code: str) -> dict[str, tuple[str, bytes, str]]:
    return {"file": (f"{code}.pdf", PDF, "application/pdf")}


class Hotel:
    """A firm opens a guesthouse with a restaurant.

    ``agent`` is who applies for the firm; ``mark`` sets the premises of one walk apart from those of another, because
    a firm has one open application for one place; ``patience`` is how long papers and seals may take, in seconds.
    """

    def __init__(
        self, base: str, step: Step = no_report, *, agent: str = "gd-0002", mark: str = "", patience: float = 40
    ) -> None:
        self.base, self.step, self.mark, self.patience = base, step, mark, patience
        self.who = f"{agent}:{FIRM_CODE}"
        self.agent: Visitor | None = None
        self.case = ""
        self._desks: dict[str, Visitor] = {}

    def browser(self) -> Visitor:
        """A new browser for one of the people of this walk."""
        return Visitor(self.base)

    @contextmanager
    def desk(self, login: str) -> Iterator[Visitor]:
        """A member of staff at his desk; he signs in once and stays."""
        if login not in self._desks:
            visitor = self.browser()
            sign_in_staff(visitor, login)
            self._desks[login] = visitor
        yield self._desks[login]

    def close(self) -> None:
        for visitor in (*self._desks.values(), self.agent):
            if visitor is not None:
                visitor.client.close()

    # -- the applicant -------------------------------------------------------------------------------------------
    def sign_in(self) -> Visitor:
        with self.step("经办人经省统一身份认证登录"):
            visitor = self.browser()
            sign_in_citizen(visitor, self.who)
            self.agent = visitor
        return self.agent

    def food_licence(self) -> None:
        agent = self.agent or self.sign_in()
        with self.step("搜索“开宾馆”，两项许可都在"):
            page = agent.get("/search/?q=开宾馆")
            for words in ("食品经营许可", "公共场所卫生许可"):
                self.expect(page, words)
        with self.step("办事指南，回答情形问题，材料清单缩短"):
            agent.click("食品经营许可")
            answers = {"prepackaged_only": "no", "catering": "yes", "hot_food": "yes", "central_ac": "no"}
            page = answer_situation(agent, "food_licence_new", answers)
            self.expect(page, "不使用集中空调通风系统")
        with self.step("申请表：企业信息已带入并锁定"):
            page = agent.click("开始申请")
            self.expect(page, "来源：省法人库")
            form = FOOD_FORM | {"premises.detail": f"{FOOD_FORM['premises.detail']}{self.mark}"}
            agent.submit(form, button="按已填内容更新表格")
            page = agent.submit(FOOD_MORE, button="下一步")
        with self.step("营业执照从电子证照库取得，其余上传"):
            self.expect(page, "电子证照")
            page = upload_missing(agent)
            agent.click("下一步：核对提交")
        with self.step("提交；重复提交得到同一件"):
            page = agent.submit({"agree": "1", "e_service": "1"}, button="提交申请")
            self.case = page.address.rstrip("/").rsplit("/", 1)[1]
            self.expect(page, "查询码")
        self.food_correction()
        self.food_examination()
        self.food_result()

    def food_correction(self) -> None:
        with self.step("预审：一次性告知补正"), self.desk("market.window1") as clerk:
            clerk.get(f"/cases/{self.case}/")
            clerk.submit(
                {
                    "outcome": "correct", "defect": "M4", "kind-M4": "unclear", "remedy-M4": "请重新上传清晰的布局图",
                    "opinion": "布局图不清晰，请一次补正。",
                },
                button="提交", having="outcome",
            )  # fmt: skip
        agent = self.agent
        assert agent is not None
        with self.step("申请人补正"):
            page = agent.get(f"/my/cases/{self.case}/")
            self.expect(page, "需要您补正材料")
            agent.click("去补正")
            agent.submit(button="上传", inside="m-M4", files=_file("M4"))
            page = agent.submit(button="提交补正")
        with self.step("受理，时限开始"), self.desk("market.window1") as clerk:
            clerk.get(f"/cases/{self.case}/")
            clerk.submit(
                {"outcome": "accept", "opinion": "材料齐全，符合法定形式，同意受理。"}, button="提交", having="outcome"
            )

    def do(self, login: str, title: str, values: dict[str, Any], *, status: int = 200) -> None:
        """One task of the case, by one member of staff."""
        with self.step(title), self.desk(login) as clerk:
            clerk.get(f"/cases/{self.case}/")
            clerk.submit(values, button="提交", having="key", status=status)

    def food_examination(self) -> None:
        self.do(
            "urban_management.opinion", "第二单位答复意见", {"outcome": "agree", "opinion": "油烟净化设施符合要求。"}
        )
        self.do("market.examiner", "材料审查", {"opinion": "材料符合要求，建议检测用水。"})
        with self.step("申请特别程序（检测），他人批准，时限暂停"):
            with self.desk("market.examiner") as examiner:
                examiner.get(f"/cases/{self.case}/")
                examiner.submit({"kind": "5", "planned_days": "10"}, having="planned_days")
            with self.desk("market.reviewer") as head:
                head.get(f"/cases/{self.case}/")
                page = head.submit(button="批准并停止计时")
                self.expect(page, "特别程序进行中")
            self.expect(self.follow(), "正在进行特别程序")
        found = {"outcome": "qualified", "second_officer": "林佩珊", "place": "建设路88号", "opinion": "与布局图一致。"}
        self.do("market.inspector1", "现场核查（两人）", found)
        with self.step("特别程序结束，时限恢复"), self.desk("market.examiner") as examiner:
            examiner.get(f"/cases/{self.case}/")
            examiner.submit({"result": "水质检测合格"}, button="结束特别程序")
        self.do("market.examiner", "拟定审查意见", {"outcome": "qualified", "opinion": "符合条件，建议准予。"})
        self.do("market.reviewer", "审核退回一次", {"outcome": "return", "opinion": "请补充检测结论的说明。"})
        self.do("market.examiner", "再次拟定审查意见", {"outcome": "qualified", "opinion": "检测合格，建议准予许可。"})
        self.do("market.reviewer", "审核通过", {"outcome": "pass", "opinion": "同意审查意见。"})

    def food_result(self) -> None:
        with self.step("决定岗休假，副局长代为决定（代）"), self.desk("market.deputy") as deputy:
            page = deputy.get(f"/cases/{self.case}/")
            self.expect(page, "您正在代")
            deputy.submit({"outcome": "grant", "opinion": "同意，准予许可。"}, button="提交", having="key")
        self.finish("market.producer")
        agent = self.agent
        assert agent is not None
        with self.step("任何人扫码核验证照"):
            self.verify()
        with self.step("好差评"):
            agent.get(f"/my/cases/{self.case}/")
            page = agent.submit({"grade": "5"}, button="提交评价")
            self.expect(page, "您已评价")

    def finish(self, login: str) -> None:
        """Produce, wait for the sealed licence, deliver."""
        self.do(login, "制证", {})
        with self.step("用印、生成电子证照"):
            self.wait("the licence", lambda: "结果已出" in self.follow().text)
        self.do(login, "送达并办结", {"way": "electronic", "receiver": "李晓敏"})
        with self.step("申请人看到办结"):
            self.expect(self.follow(), "已办结")

    def wait(self, what: str, found: Callable[[], Any]) -> Any:
        return wait(what, found, self.patience)

    def follow(self) -> Page:
        assert self.agent is not None
        return self.agent.get(f"/my/cases/{self.case}/")

    def verify(self) -> None:
        """A stranger opens the address behind the licence's QR code."""
        assert self.agent is not None
        self.follow()
        page = self.wait("the sealed licence", self._licence_with_code)
        (address,) = set(re.findall(r"/verify/\?c=[A-Za-z0-9_.%~-]+", page.content.decode())) or {""}
        if not address:
            raise JourneyError(f"{page.address}: no QR address. {page.text[:400]}")
        with self.browser() as stranger:
            self.expect(stranger.get(address), "有效")
            self.expect(stranger.get(address[:-4] + "AAAA"), "不")

    def _licence_with_code(self) -> Page | None:
        assert self.agent is not None
        self.follow()
        page = self.agent.click("查看电子证照")
        return page if "/verify/?c=" in page.content.decode() else None

    # -- the second licence --------------------------------------------------------------------------------------
    def hygiene_licence(self) -> None:
        self._hygiene("悦来宾馆", f"建设路88号2至6层{self.mark}", "公共场所卫生许可：告知承诺申请")
        self.do("health.window1", "受理", {"outcome": "accept", "opinion": "同意受理。"})
        self.do("health.deputy", "当场决定（代）", {"outcome": "grant", "opinion": "已作承诺，准予许可。"})
        self.finish("health.producer")

    def hygiene_refused(self) -> None:
        self._hygiene("悦来宾馆二店", f"建设路102号2层{self.mark}", "公共场所卫生许可：第二处场所")
        self.do("health.window1", "受理", {"outcome": "accept", "opinion": "同意受理。"})
        refusal = {
            "outcome": "refuse",
            "opinion": "申请场所与生活垃圾转运站相邻，不符合选址要求。",
            "facts": "现场与申请图件不一致，场所东侧紧邻垃圾转运站。",
            "law": "《公共场所卫生管理条例实施细则》第二十二条",
        }
        self.do("health.deputy", "不予许可：事实、理由、依据、救济", refusal)
        with self.step("申请人收到不予许可决定书，含救济途径"):
            page = self.follow()
            self.expect(page, "不予")
            self.wait("the decision", lambda: "不予行政许可决定书" in self.follow().text)

    def _hygiene(self, name: str, place: str, title: str) -> None:
        agent = self.agent or self.sign_in()
        with self.step(title):
            answers = {"place_kind": "lodging", "area": "large", "central_ac": "no", "use_commitment": "yes"}
            answer_situation(agent, "public_place_hygiene_new", answers)
            agent.click("开始申请")
            agent.submit(HYGIENE_FORM | {"place_name": name, "premises.detail": place}, button="按已填内容更新表格")
            agent.submit(HYGIENE_MORE, button="下一步")
            upload_missing(agent, commit=True)
            agent.click("下一步：核对提交")
            page = agent.submit({"agree": "1", "e_service": "1"}, button="提交申请")
            self.case = page.address.rstrip("/").rsplit("/", 1)[1]

    @staticmethod
    def expect(page: Page, words: str) -> None:
        if not page.has(words):
            raise JourneyError(f"{page.address}: “{words}” is not on the page. It says: {page.text[:600]}")


FOOD_FORM: dict[str, Any] = {
    "domicile": "江门市蓬江区白沙街道建设路88号",
    "premises.region": "440703002",
    "premises.detail": "建设路88号首层餐厅",
    "area": "180",
    "employees": "12",
    "outside_storage": "no",
    "business_kind": "catering",
    "business_items": ["hot", "drinks"],
    "online": "no",
    "managers.0.name": "李晓敏",
    "managers.0.id_number": "44070319850615234X",
    "managers.0.duty": "officer",
    "managers.0.employment": "full",
    "managers.0.phone": "13800002002",
    "facilities.0.name": "冷藏柜",
    "facilities.0.quantity": "2",
    "facilities.0.place": "粗加工间",
    "rules": ["staff", "manager", "self_check", "purchase", "emergency"],
    "promise_agree": "1",
}
# What is asked only after the answers above.
FOOD_MORE: dict[str, Any] = {"kitchen_area": "60", "brewing": "no", "waste": "licensed", "fume": "yes"}
HYGIENE_FORM: dict[str, Any] = {
    "domicile": "江门市蓬江区白沙街道建设路88号",
    "place_kind": "lodging",
    "premises.region": "440703002",
    "area": "1800",
    "water": "municipal",
    "central_ac": "no",
    "staff_total": "1",
    "hygiene_manager.name": "李晓敏",
    "hygiene_manager.phone": "13800002002",
    "staff.0.name": "李晓敏",
    "staff.0.id_number": "44070319850615234X",
    "staff.0.post": "客房服务",
    "rules": ["health", "clean", "disinfect", "self_check", "accident"],
    "method": "commitment",
    "correct_agree": "1",
}
HYGIENE_MORE: dict[str, Any] = {"rooms": "40", "beds": "60", "disinfection": "own", "commitment_agree": "1"}
