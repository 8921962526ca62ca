"""People at real browsers: they read pages, follow links by their words, fill forms; every new page is looked at twice.

A ``Person`` has a profile of his own in the one Chromium. ``Looks`` remembers which kinds of pages were looked at, so
that each is measured once at both widths.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import screens
from playwright.sync_api import Browser, Locator, Page

PASSWORD = "Yipan-2026"
PATIENCE_SECONDS = 40.0


@dataclass(slots=True)
class Looks:
    """The kinds of pages that were looked at at both widths."""

    kinds: set[str] = field(default_factory=set)

    def at(self, page: Page, heard: screens.Faults, kind: str = "", *, axe: bool = True) -> None:
        """Measure this page at both widths unless one of its kind was; ``kind`` tells apart states of one address.
        ``axe`` itself needs a browser with script."""
        name = _kind(page.url) + (f" {kind}" if kind else "")
        if name not in self.kinds:
            self.kinds.add(name)
            for width, (wide, high) in screens.WIDTHS.items():
                page.set_viewport_size({"width": wide, "height": high})
                found = screens.faults(page, axe=axe)
                assert not found, f"{name} at {width}:\n" + "\n".join(found)
            page.set_viewport_size(dict(zip(("width", "height"), screens.WIDTHS["desktop"], strict=True)))  # type: ignore[arg-type]
        assert not heard.console, f"{name}: the browser complains\n" + "\n".join(heard.console)


def _kind(address: str) -> str:
    """An address without what differs from case to case."""
    path = re.sub(r"^https?://[^/]+", "", address).partition("?")[0].partition("#")[0]
    path = re.sub(r"/answers/[^/]+/", "/answers/…/", path)
    return re.sub(r"/\d+(?=/|$)", "/N", path)


class Person:
    """Somebody at a browser of his own."""

    def __init__(self, browser: Browser, base: str, looks: Looks, **options: Any) -> None:
        self.base, self.looks = base, looks
        self.scripted = options.get("java_script_enabled", True)
        self.context = screens.context(browser, base, "desktop", **options)
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page = self.context.new_page()
        self.heard = screens.Faults.listen(self.page)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def close(self) -> None:
        self.context.close()

    # -- coming in -----------------------------------------------------------------------------------------------
    def sign_in_as_staff(self, login: str) -> "Person":
        self.go("/login/")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("口令").fill(PASSWORD)
        self.page.locator("form:has(input[name=password]) button[type=submit]").click()
        self.page.wait_for_url(lambda address: "/login/" not in address)
        return self

    def choose_identity(self, name: str, firm: str = "") -> None:
        """On the identity service's page: who one is, and for which firm."""
        section = self.page.locator("section", has=self.page.get_by_role("heading", name=re.compile(name)))
        section.get_by_label(firm or "个人登录").check()
        self.page.get_by_role("button", name="登录", exact=True).click()

    # -- reading -------------------------------------------------------------------------------------------------
    def go(self, path: str, look: bool = True, kind: str = "") -> None:
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None, f"{path}: no answer"
        assert answer.status == 200, f"{path}: {answer.status}"
        if look:
            self.look(kind)

    def look(self, kind: str = "") -> None:
        self.looks.at(self.page, self.heard, kind, axe=self.scripted)

    @property
    def text(self) -> str:
        """What the page says, with white space folded."""
        return " ".join(self.page.locator("main").inner_text().split())

    def sees(self, *words: str) -> None:
        said = self.text
        for each in words:
            assert each in said, f"{self.page.url}: “{each}” is not there. The page says: {said[:1500]}"

    def misses(self, *words: str) -> None:
        said = self.text
        for each in words:
            assert each not in said, f"{self.page.url}: “{each}” should not be there"

    def wait_for(self, what: str, found: Callable[[], Any]) -> Any:
        """Read the page again until something is there: worker and seal service need a moment."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            value = found()
            if value:
                return value
            assert time.monotonic() < deadline, f"{what}: not there. {self.page.url} says: {self.text[:1500]}"
            time.sleep(0.4)
            self.page.reload()

    # -- doing ---------------------------------------------------------------------------------------------------
    def follow(self, words: str, kind: str = "") -> None:
        """Follow the first link of the page's body with these words."""
        self.page.locator("main, .yp-action-bar").get_by_role("link", name=words).first.click()
        self.page.wait_for_load_state()
        self.look(kind)

    def press(self, words: str, within: Locator | None = None) -> None:
        """Press a button and wait for the page that answers."""
        with self.page.expect_navigation():
            (within or self.page).get_by_role("button", name=words).first.click()

    def fill(self, values: dict[str, Any], within: Locator | None = None) -> None:
        """Answer the questions of a form, each by its field's name; a question may appear by the answer before it, and
        what a register has filled in stays."""
        place = within or self.page.locator("main")
        for name, value in values.items():
            self._answer(place.locator(f"[name='{name}']"), value)

    def _answer(self, fields: Locator, value: Any) -> None:
        fields.first.wait_for(state="attached")
        match fields.first.evaluate("field => field.type"):
            case "radio" | "checkbox":
                for one in value if isinstance(value, list) else [value]:
                    box = fields.and_(self.page.locator(f"[value='{one}']"))
                    if not box.is_checked():
                        box.locator("xpath=ancestor::label[1]").click()
            case "select-one":
                fields.first.select_option(str(value))
            case _ if fields.first.is_editable():
                fields.first.fill(str(value))
