"""Every screen without parameters at both widths, as the first of these people who may open it.

The list is the house's own list of addresses: a new page is looked at without a line here. Sheet 23 scenario 6: no
serious accessibility finding, contrast, no horizontal scroll.
"""

import pytest
import screens
from walking import Route, routes

from yipan.platform.ui import access

FOCUS = """(() => {
  const style = getComputedStyle(document.activeElement);
  return [style.outlineStyle, parseFloat(style.outlineWidth)];
})()"""
# Machine endpoints, and the doors to the identity service, which stands elsewhere.
NO_PAGES = ("login/citizen/", "healthz", "readyz", "metrics", "api/v1/", "sandbox/", "robots.txt")


def _pages() -> list[Route]:
    return [route for route in routes() if route.parameterless and not route.pattern.startswith(NO_PAGES)]


def _may_see(route: Route) -> tuple[str, ...]:
    declared = getattr(route.view, "declared_right", access.PUBLIC)
    if declared == access.PUBLIC:
        return ("",)
    return ("citizen",) if declared == access.CITIZEN else ("citizen", *screens.STAFF)


@pytest.mark.parametrize("route", _pages(), ids=lambda route: "/" + route.pattern)
def test_a_screen_can_be_read_and_used(house, chromium, cookies, route):
    seen = False
    for width in screens.WIDTHS:
        for login in _may_see(route):
            with screens.context(chromium, house, width, cookies[login]) as context:
                answer = context.request.get(f"/{route.pattern}", max_redirects=0)
                kind = answer.headers.get("content-type", "")
                if answer.status != 200 or "html" not in kind:
                    assert answer.status < 500, f"{login or 'visitor'}: {answer.status}"
                    continue
                seen = True
                page = context.new_page()
                heard = screens.Faults.listen(page)
                page.goto(f"/{route.pattern}", wait_until="load")
                found = screens.faults(page, heard)
                assert not found, f"{width}, {login or 'visitor'}:\n" + "\n".join(found)
                break
    if not seen:
        pytest.skip("answers only to a form, or leads on to another page")


@pytest.mark.parametrize("width", screens.WIDTHS)
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500])
def test_refusals_and_failures_can_be_read(house, chromium, width, status, settings, tmp_path):
    """The error pages are drawn without the house (they must work when it fails): shown from their own text."""
    from django.test import RequestFactory

    from yipan.platform.ui import errors

    text = errors.page(RequestFactory().get("/"), status).content.decode()
    with screens.context(chromium, house, width) as context:
        page = context.new_page()
        heard = screens.Faults.listen(page)
        context.route("**/shown-error/", lambda route: route.fulfill(body=text, content_type="text/html"))
        page.goto("/shown-error/", wait_until="load")
        assert not screens.faults(page, heard)
        assert page.get_by_role("link", name="返回首页").is_visible()


def test_large_type_enlarges_and_nothing_breaks(house, chromium):
    with screens.context(chromium, house, "phone") as context:
        page = context.new_page()
        page.goto("/")
        before = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        page.get_by_role("button", name="大字").click()
        page.wait_for_function("document.documentElement.dataset.size === 'large'")
        after = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert after > before * 1.2
        assert not screens.faults(page)
        page.reload()
        assert page.locator("html").get_attribute("data-size") == "large"


def test_the_home_page_works_by_keyboard_alone(house, chromium):
    """Sheet 23 c10: a visible focus, the skip link first, every control reachable."""
    with screens.context(chromium, house, "desktop") as context:
        page = context.new_page()
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "yp-skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        reached = 0
        for _ in range(12):
            page.keyboard.press("Tab")
            style = page.evaluate(FOCUS)
            assert style[0] == "solid"
            assert style[1] >= 2
            reached += 1
        assert reached == 12


@pytest.mark.parametrize("key", ["labour_dispatch", "public_place_hygiene_new", "entertainment_venue"])
def test_the_longest_guides_fit_on_one_sheet(house, chromium, key):
    """Sheet 23 c5: one-page print with QR."""
    import io

    from pypdf import PdfReader

    with screens.context(chromium, house, "desktop", []) as context:
        page = context.new_page()
        page.goto(f"/items/{key}/print/", wait_until="load")
        sheet = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(sheet.pages) == 1
        assert page.locator("figure svg").count() == 1


PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const how = {clipboardData: data, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
}"""


def test_a_decision_table_is_edited_like_a_spreadsheet(house, chromium, cookies):
    """Checked while one types, arrows, undo, a block from Excel that adds a row, Ctrl+S, trial, publication."""
    with screens.context(chromium, house, "desktop", cookies["data.items"]) as context:
        page = context.new_page()
        heard = screens.Faults.listen(page)
        page.goto("/decisions/food_inspection/edit/")
        cells = page.locator(".yp-dmn-edit input[name=cell]")
        area = cells.nth(3)
        area.fill("甲")
        said = page.locator("[data-said]")
        said.get_by_text("没有“甲”这项数据").wait_for()
        assert area.get_attribute("aria-invalid") == "true"
        area.press("Escape")
        page.locator(".yp-dmn-edit input[aria-invalid=true]").wait_for(state="detached")
        area.press("ArrowDown")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "规则 2，经营面积"
        page.keyboard.type("< 60")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+z")
        assert cells.nth(10).input_value() == "< 50"
        last = page.locator(".yp-dmn-edit tbody tr").last.locator("input[name=cell]").nth(2)
        last.focus()
        page.evaluate(PASTE, 'false\t< 500\t"现场核查"\t3\t小食堂\ntrue\t-\t"现场核查"\t4\t大食堂\n')
        rows = page.locator(".yp-dmn-edit tbody tr")
        assert (rows.count(), cells.last.input_value()) == (8, "大食堂")
        page.keyboard.press("Control+z")
        assert (rows.count(), cells.nth(44).input_value()) == (7, "-")
        page.keyboard.press("Control+y")
        assert (rows.count(), cells.last.input_value()) == (8, "大食堂")
        cells.first.press("Alt+ArrowDown")
        assert rows.nth(1).locator("input[name=cell]").nth(4).input_value() == '"备案"'
        assert rows.nth(1).locator("button").first.get_attribute("value") == "up:2"
        page.keyboard.press("Alt+Enter")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "规则 3，主体业态"
        page.keyboard.press("Alt+Delete")
        rows.nth(1).get_by_role("button", name="上移").click()
        assert (rows.count(), rows.first.locator("input[name=cell]").nth(4).input_value()) == (8, '"备案"')
        cells.nth(49).fill('"集中用餐单位食堂"')
        cells.nth(44).fill("-")
        cells.nth(45).fill("< 500")
        cells.nth(52).fill(">= 500")
        cells.nth(51).fill("-")
        with page.expect_navigation():
            page.keyboard.press("Control+s")
        page.get_by_text("草稿已保存").wait_for()
        page.locator("select[name='given-主体业态']").select_option("集中用餐单位食堂")
        page.locator("input[name='given-经营面积']").fill("800")
        page.get_by_role("button", name="试算").click()
        page.get_by_text("命中第 8 条规则").wait_for()
        page.get_by_role("button", name="发布").first.click()
        page.locator("dialog textarea").fill("大食堂派四人")
        page.locator("dialog").get_by_role("button", name="发布").click()
        page.get_by_text("规则 8").first.wait_for()  # a test of the pack stands in the way, and is told
        assert "应为" in page.locator(".yp-alert, .alert").first.inner_text()
        page.wait_for_load_state("networkidle")
        assert not screens.faults(page, heard)
