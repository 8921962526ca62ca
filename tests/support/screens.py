"""Looking at screens in Chromium: how it is started, who signs in, and what every screen must keep.

Used by the browser tests and by ``tools/shots.py``.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)
WIDTHS = {"desktop": (1366, 900), "phone": (390, 844)}
VENDOR = Path(__file__).parents[1] / "vendor"
AXE = VENDOR / "axe-core" / "axe.min.js"
# Everyday characters in a sans serif; the papers' serif has the rare ones.
FONTS = (VENDOR / "fonts", Path(__file__).parents[2] / "src/yipan/platform/documents/fonts")
# Names under which distributions install it.
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Who looks at staff pages, from the least to the most, so that a page is seen as its everyday reader sees it.
STAFF = (
    "market.examiner",
    "hall.clerk1",
    "market.admin",
    "data.items",
    "data.admin",
    "data.security",
    "office.auditor",
)
WITHOUT = "no Chromium: set YIPAN_CHROMIUM, or install the package chromium"


def chromium() -> str | None:
    return os.environ.get("YIPAN_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _font_settings(folder: Path) -> Path:
    """A fontconfig file with the vendored Chinese fonts, so that no page shows boxes on a machine without any."""
    lines = "".join(f"<dir>{font}</dir>" for font in FONTS)
    target = folder / "fonts.conf"
    target.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"{lines}<cachedir>{folder}/cache</cachedir></fontconfig>"
    )
    return target


@contextmanager
def browser() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(prefix="yipan-fonts-") as folder, sync_playwright() as playwright:
        variables: dict[str, str | float | bool] = {"FONTCONFIG_FILE": str(_font_settings(Path(folder)))}
        started = playwright.chromium.launch(
            executable_path=chromium(), headless=True, args=list(FLAGS), env=dict(os.environ) | variables
        )
        try:
            yield started
        finally:
            started.close()


def context(
    started: Browser, base: str, width: str, cookies: list[dict[str, Any]] | None = None, **options: Any
) -> BrowserContext:
    """A fresh profile at one of the two widths; outside addresses are refused, as on an island."""
    wide, high = WIDTHS[width]
    made = started.new_context(
        base_url=base, viewport={"width": wide, "height": high}, locale="zh-CN", timezone_id="Asia/Shanghai",
        is_mobile=width == "phone", has_touch=width == "phone", reduced_motion="reduce", **options,
    )  # fmt: skip
    made.route(lambda address: not address.startswith((base, "data:", "blob:")), lambda route: route.abort())
    if cookies:
        made.add_cookies(cookies)  # type: ignore[arg-type]
    return made


MEASURE = (Path(__file__).parent / "measure.js").read_text()

AXE_RUN = """
async () => {
  const result = await axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    resultTypes: ["violations"],
  });
  return result.violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help} (${v.nodes.length}×, first ${v.nodes[0].html.slice(0, 160)})`);
}
"""


@dataclass
class Faults:
    """What was wrong on one screen, with what the browser's console said meanwhile."""

    console: list[str]

    @classmethod
    def listen(cls, page: Page) -> "Faults":
        heard = cls([])

        def said(message: Any) -> None:
            # The answer's own status (a 404 page was asked for on purpose) is no fault of the page.
            if message.type == "error" and "Failed to load resource" not in message.text:
                heard.console.append(message.text)

        def failed(request: Any) -> None:
            # A form that is kept while one writes is not waited for when its page is left: the page itself carries it.
            left = request.resource_type in ("fetch", "xhr") and request.failure == "net::ERR_ABORTED"
            if not left:
                heard.console.append(f"not loaded: {request.url}: {request.failure}")

        page.on("console", said)
        page.on("pageerror", lambda error: heard.console.append(str(error)))
        page.on("requestfailed", failed)
        return heard


def faults(page: Page, heard: Faults | None = None, *, axe: bool = True) -> list[str]:
    """Horizontal scroll, clipped text, small targets, missing pictures, serious axe findings, console errors."""
    found: list[str] = list(page.evaluate(MEASURE))
    if axe:
        page.evaluate(AXE.read_text())
        found += page.evaluate(AXE_RUN)
    return found + (heard.console if heard else [])
