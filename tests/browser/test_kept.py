"""What was typed survives a line that is down (ui/js/kept.js): kept in the tab, saved when it can be, never silently
mixed with what somebody saved meanwhile, and wiped when the desk is handed over."""

import json
from pathlib import Path

import pytest
import screens

import yipan

pytestmark = pytest.mark.browser
SCRIPTS = Path(yipan.__file__).parent / "platform/ui/static/ui/js"
SITE = "http://127.0.0.1:9"
PAGE = """<!doctype html><html lang="zh-CN"><body>
<form method="post" action="/next/" data-yp-autosave="/form/" data-yp-saved="{saved}"><p data-yp-autosave-status></p>
<label for="a">名称</label><input id="a" name="a" value="{a}">
<fieldset><legend>种类</legend><label><input type="radio" name="kind" value="x"> 甲</label>
<label><input type="radio" name="kind" value="y"> 乙</label></fieldset><button>下一步</button></form>
<script src="/js/forms.js" type="module"></script></body></html>"""


class Server:
    """The other side, in the browser's routes: it can be down, and somebody else can save."""

    def __init__(self) -> None:
        self.down, self.a, self.saved, self.taken = False, "", "t0", []

    def answer(self, route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith("/js/"):
            route.fulfill(
                body=(SCRIPTS / path.removeprefix("/js/")).read_text(), content_type="text/javascript; charset=utf-8"
            )
        elif route.request.method == "POST" and self.down:
            route.abort()
        elif route.request.headers.get("x-autosave") == "1":
            self.taken.append(route.request.post_data or "")
            self.saved = f"t{len(self.taken)}"
            route.fulfill(body=json.dumps({"saved": "09:31", "at": self.saved}), content_type="application/json")
        else:
            route.fulfill(body=PAGE.format(saved=self.saved, a=self.a), content_type="text/html; charset=utf-8")


@pytest.fixture
def world():
    with screens.browser() as browser:
        context = browser.new_context(locale="zh-CN")
        server, page = Server(), context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.route(f"{SITE}/**", server.answer)
        page.goto(f"{SITE}/form/")
        yield server, page


def reload(page):
    page.reload()
    page.wait_for_selector("html[data-yp-kept=looked]")


def status(page):
    return page.inner_text("[data-yp-autosave-status]")


def type_while_down(server, page, text="好味餐饮"):
    server.down = True
    page.fill("#a", text)
    page.check("[value=y]")
    page.wait_for_function("document.querySelector('[data-yp-autosave-status]').textContent.includes('暂存在本机')")


def test_the_line_comes_back(world):
    """Saved when the line is back, restored after a reload, asked when both sides differ."""
    server, page = world
    type_while_down(server, page)
    server.down = False
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_function("document.querySelector('[data-yp-autosave-status]').textContent.includes('已自动保存')")
    assert 'name="a"' in server.taken[-1]
    assert page.evaluate("sessionStorage.length") == 0
    # A reload while the line is down: the server knows nothing of it, the tab does.
    type_while_down(server, page, "好味餐饮二店")
    reload(page)
    assert page.input_value("#a") == "好味餐饮二店"
    assert page.is_checked("[value=y]")
    assert "已恢复" in status(page)
    # Meanwhile somebody saved something else: nothing is mixed, both are there to choose from.
    page.wait_for_function("document.querySelector('[data-yp-autosave-status]').textContent.includes('暂存在本机')")
    server.saved, server.a = "elsewhere", "别处保存的"
    reload(page)
    assert page.input_value("#a") == "别处保存的"
    assert "名称" in page.inner_text("[role=alert]")
    page.click("text=恢复本机内容")
    assert page.input_value("#a") == "好味餐饮二店"
    reload(page)
    page.click("text=用已保存的内容")
    assert page.input_value("#a") == "别处保存的"
    assert page.evaluate("sessionStorage.length") == 0
    # The next client sees nothing of the one before.
    page.fill("#a", "前一位办事人")
    page.wait_for_function("sessionStorage.length > 0")
    page.evaluate("window.yipan.wipeDrafts()")
    assert page.evaluate("sessionStorage.length") == 0
    reload(page)
    assert page.input_value("#a") == "别处保存的"


def test_what_was_handed_in_is_not_offered_again(world):
    server, page = world
    page.fill("#a", "交出去了")
    page.click("button:has-text('下一步')")
    page.wait_for_load_state()
    server.a = "交出去了"
    page.goto(f"{SITE}/form/")
    assert page.evaluate("sessionStorage.length") == 0
    assert page.query_selector("[role=alert]") is None
