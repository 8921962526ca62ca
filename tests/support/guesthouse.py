"""The firm that opens a guesthouse with a restaurant, and everybody it meets, each at a browser of his own."""

from datetime import datetime
from typing import Any

import demo_house
from persons import Looks, Person
from playwright.sync_api import Browser

from yipan.house.walks import HYGIENE_FORM, HYGIENE_MORE, PDF

FIRM = "江门市蓬江区悦来宾馆有限公司"
AGENT = ("李晓敏", f"代表 {FIRM} 登录（经办人）")
FOOD_ANSWERS = {"prepackaged_only": "no", "catering": "yes", "hot_food": "yes", "central_ac": "no"}
HYGIENE_ANSWERS = {"place_kind": "lodging", "area": "large", "central_ac": "no", "use_commitment": "yes"}


class Story:
    """The people of the journey, each at a browser of his own, and what they have got so far."""

    def __init__(self, house: demo_house.House, browser: Browser) -> None:
        self.house, self.browser, self.looks = house, browser, Looks()
        self.case = ""
        self.verify_address = ""
        self._people: dict[str, Person] = {}

    def person(self, name: str, **options: Any) -> Person:
        if name not in self._people:
            self._people[name] = Person(self.browser, self.house.address, self.looks, **options)
        return self._people[name]

    @property
    def agent(self) -> Person:
        return self.person("agent")

    def staff(self, login: str) -> Person:
        """A member of staff, signed in, with the case of the moment before him."""
        if login not in self._people:
            self.person(login).sign_in_as_staff(login)
        found = self._people[login]
        found.go(f"/cases/{self.case}/", look=False)
        return found

    def do(self, login: str, values: dict[str, Any], *, kind: str) -> Person:
        """One task of the case by one member of staff, filled in on its page."""
        person = self.staff(login)
        person.look(kind)
        person.fill(values, within=person.page.locator("#task"))
        person.press("提交", within=person.page.locator("#task"))
        return person

    def progress(self) -> Person:
        self.agent.go(f"/my/cases/{self.case}/", look=False)
        return self.agent

    def at(self, moment: str) -> None:
        """The business clock moves on."""
        self.house.set_clock(datetime.fromisoformat(moment + "+08:00"))

    def close(self) -> None:
        for person in self._people.values():
            person.close()


def paper(name: str) -> Any:
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF}


def answer_situation(person: Person, answers: dict[str, str]) -> None:
    for _ in answers:
        asked = person.page.locator("input[name=asked]").input_value()
        person.fill({asked: answers[asked]})
        person.press("下一题")


def upload_missing(person: Person, *, commit: bool = False) -> None:
    """Hand in every required material that has no source yet."""
    missing = person.page.locator(".yp-material", has_text="必要")
    for _ in range(missing.count()):
        part = missing.first
        if commit and part.get_by_role("button", name="以告知承诺代替").count():
            person.press("以告知承诺代替", within=part)
            continue
        part.locator("input[type=file]").set_input_files(paper("材料"))
        person.press("上传", within=part)
    assert missing.count() == 0


def apply_for_hygiene(story: Story, name: str, place: str) -> None:
    agent = story.agent
    agent.go("/items/public_place_hygiene_new/situation/")
    answer_situation(agent, HYGIENE_ANSWERS)
    agent.follow("开始申请")
    agent.fill(HYGIENE_FORM | {"place_name": name, "premises.detail": place} | HYGIENE_MORE)
    agent.press("下一步：准备材料")
    upload_missing(agent, commit=True)
    agent.follow("下一步：核对提交")
    agent.page.get_by_label("我已阅读并同意").check()
    agent.page.get_by_label("送达地址确认").check()
    agent.press("提交申请")
    story.case = agent.page.url.rstrip("/").rsplit("/", 1)[1]
