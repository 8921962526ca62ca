"""The page of a form in a real browser: conditional questions without a reload, focus and typed words kept, axe."""

from pathlib import Path

import pytest

from yipan.platform.forms.models import FormVersion
from yipan.platform.ui import access

from .test_forms import ACTOR, install
from .test_screens import PACKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).parents[5] / "tests/vendor/axe-core/axe.min.js"


@pytest.fixture
def page(monkeypatch):
    # Playwright's event loop makes Django think that its own thread is asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(access, "_authorizer", lambda http, _needed: setattr(http, "actor", ACTOR))
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = Path("/usr/bin/chromium")
        path = str(chromium) if chromium.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        browser.close()


def test_questions_appear_by_choice_and_the_page_is_accessible(live_server, page):
    path = PACKS / "market_entry/forms/food_licence.json"
    install(path.read_bytes(), path.stem)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{live_server.url}/admin/forms/{FormVersion.objects.get().pk}/")
    page.get_by_label("经营者名称").first.fill("好味餐饮")
    page.get_by_label("餐饮服务经营者").check()
    page.wait_for_selector("#f-kitchen_area")
    assert page.get_by_label("经营者名称").first.input_value() == "好味餐饮"
    page.get_by_label("热食类食品制售").check()
    page.wait_for_selector("#f-waste")
    assert page.evaluate("document.activeElement.value") == "hot"
    typed_while_the_answer_is_on_its_way(page)
    page.get_by_role("button", name="检查填写").click()
    page.wait_for_selector("[role=alert]")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run('main')")
    serious = [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == []
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def typed_while_the_answer_is_on_its_way(page):
    """A slow line must not eat what is typed, or chosen, before the questions are there."""
    page.route("**/admin/forms/**", lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.get_by_label("冷食类食品制售").check()
    page.wait_for_timeout(200)
    page.get_by_label("从业人员人数").first.press_sequentially("12")
    page.get_by_label("生食类食品制售").check()
    page.wait_for_timeout(200)
    page.wait_for_selector("[data-yp-form-body]:not([aria-busy])")
    assert page.get_by_label("从业人员人数").first.input_value() == "12"
    assert page.get_by_label("冷食类食品制售").is_checked()
    assert page.get_by_label("生食类食品制售").is_checked()
    page.unroute("**/admin/forms/**")
