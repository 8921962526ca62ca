"""Somebody who has no mouse: everything is reached with Tab, chosen with Space and arrows, pressed with Enter."""

from typing import Any

from playwright.sync_api import Page, TimeoutError

MOST_STEPS = 400
# Where the focus is, and whether it can be seen.
SEEN = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && at.checkVisibility();
}"""
CHOSEN = "() => document.activeElement.value"


class Keyboard:
    """Keys on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> None:
        """Tab until the focus is on the first element of a selector, and can be seen there."""
        wanted = self.page.locator(selector).first
        wanted.wait_for(state="attached")
        for _ in range(MOST_STEPS):
            if wanted.evaluate("element => element === document.activeElement"):
                assert self.page.evaluate(SEEN), f"{self.page.url}: the focus on {selector} cannot be seen"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: {selector} cannot be reached with Tab")

    def submit(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def press_on(self, selector: str) -> None:
        """Reach a link or button and press it."""
        self.to(selector)
        self.submit("Enter")

    def write(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def attach(self, selector: str, paper: Any) -> None:
        """Open the chooser of a file field; a key that came while the page was still at work is pressed again."""
        for last in (False, False, True):
            self.to(selector)
            try:
                with self.page.expect_file_chooser(timeout=10_000) as chosen:
                    self.page.keyboard.press("Enter")
            except TimeoutError:
                if last:
                    raise
            else:
                chosen.value.set_files(paper)
                return

    def choose(self, name: str, value: str) -> None:
        """One of a group of radio buttons."""
        group = self.page.locator(f"input[type=radio][name='{name}']")
        checked = group.and_(self.page.locator(":checked"))
        self._group(name, checked.count() > 0)
        if not checked.count():
            self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if self.page.evaluate(CHOSEN) == value:
                self.settle()
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: {name} cannot be set to {value}")

    def _group(self, name: str, chosen: bool) -> None:
        """Tab stops at the chosen button of a group, or at its first."""
        which = f"input[type=radio][name='{name}']"
        self.to(which + ":checked" if chosen else which)

    def fill(self, answers: dict[str, Any]) -> None:
        """The questions of a form, in the order in which they stand on the page."""
        for name, value in answers.items():
            field = self.page.locator(f"main [name='{name}']").first
            field.wait_for(state="attached")
            match field.evaluate("field => field.type"):
                case "radio":
                    self.choose(name, str(value))
                case "checkbox":
                    for one in value if isinstance(value, list) else [value]:
                        self.to(f"main [name='{name}'][value='{one}']")
                        self.page.keyboard.press("Space")
                        self.settle()
                case "select-one":
                    self.to(f"main [name='{name}']")
                    for _ in range(field.locator("option").count()):
                        if field.input_value() == str(value):
                            break
                        self.page.keyboard.press("ArrowDown")
                        self.settle()
                    assert field.input_value() == str(value), f"{self.page.url}: {name} cannot be set to {value}"
                case _ if field.is_editable():
                    self.write(f"main [name='{name}']", str(value))

    def settle(self) -> None:
        """Questions that depend on an answer come without taking the focus away."""
        body = "[data-yp-conditional]"
        if self.page.locator(body).count():
            self.page.wait_for_timeout(200)
            self.page.locator(f"{body}:not([aria-busy])").wait_for(state="attached")
            assert self.page.evaluate("() => document.activeElement !== document.body"), "the focus got lost"
