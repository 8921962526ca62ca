"""Write a picture of every screen at 1366 and 390 px: ``make shots`` → ``var/shots``.

Starts a demo with fresh data on a free port, signs in as a visitor, a citizen and several members of staff, follows
the links they see, and takes one picture for each kind of page (route) and width. ``var/shots/index.html`` shows all.

    python tools/shots.py [--at http://127.0.0.1:8700] [--only /admin/]    a running demo; only addresses that begin so
"""

import argparse
import contextlib
import html
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "support")]
# Only the list of addresses is read here; no connection is made.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.house.settings")
os.environ.setdefault("YIPAN_ENV", "demo")
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

import demo_house  # noqa: E402
import screens  # noqa: E402

TARGET = ROOT / "var" / "shots"
PASSWORD = "Yipan-2026"  # noqa: S105 - of the demo's accounts, printed at every start
CITIZEN = "citizen"
# The demo's firm, for which one of the sandbox's persons signs in.
FIRM = "悦来宾馆"
ITEM = "food_licence_new"
# Their task forms differ; each opens the first case of his to-do.
AT_WORK = ("market.window1", "market.examiner", "market.inspector1", "market.reviewer", "market.deputy",
           "market.producer", "health.window1", "health.deputy")  # fmt: skip
MOST_OF_ONE_KIND = 1
TALLEST = 12_000
SKIPPED = re.compile(r"^/(static|healthz|readyz|metrics|api|sandbox|logout)(/|$)|\.(json|pdf|csv|xlsx|txt|bpmn|crl)$")


@dataclass
class Gallery:
    """Pictures taken so far: one for each kind of page and width."""

    base: str
    only: str
    kinds: list[tuple[str, re.Pattern[str]]]
    taken: dict[str, list[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def kind_of(self, path: str) -> str | None:
        return next((name for name, pattern in self.kinds if pattern.fullmatch(path.lstrip("/"))), None)

    def wanted(self, path: str) -> str | None:
        """The kind of page that ``path`` is, when a picture of it is still missing."""
        if SKIPPED.search(path) or not path.startswith(self.only):
            return None
        kind = self.kind_of(path)
        return kind if kind and len(self.taken.get(kind, [])) < MOST_OF_ONE_KIND else None


def kinds_of_pages() -> tuple[list[str], list[tuple[str, re.Pattern[str]]]]:
    """Addresses without parameters, and for every route its name and what its addresses look like."""
    import django

    django.setup()
    from walking import routes

    found = routes()
    kinds = []
    for route in found:
        text = re.sub(r"<int:\w+>", r"\\d+", re.escape(route.pattern).replace(r"\<", "<").replace(r"\>", ">"))
        text = re.sub(r"<path:\w+>", ".+", text)
        text = re.sub(r"<(?:\w+:)?\w+>", "[^/]+", text)
        kinds.append((re.sub(r"[^\w-]+", "_", route.name or route.pattern.strip("/")) or "home", re.compile(text)))
    return ["/" + route.pattern for route in found if route.parameterless], kinds


@contextlib.contextmanager
def own_demo() -> Iterator[str]:
    with demo_house.running("shots") as house:
        yield house.address


def sign_in(browser: screens.Browser, base: str, login: str) -> list[dict[str, object]] | None:
    """Cookies of one who went through the real door; None when the door is shut."""
    with screens.context(browser, base, "desktop") as context:
        page = context.new_page()
        try:
            if login == CITIZEN:
                page.goto("/login/citizen/", timeout=15_000)
                page.locator("label", has_text=FIRM).first.locator("input").check(timeout=5_000)
                page.get_by_role("button", name="登录", exact=True).click()
                page.wait_for_url(
                    lambda address: "/sandbox/" not in address and "/login/" not in address, timeout=15_000
                )
            else:
                page.goto("/login/", timeout=15_000)
                page.locator("input[name=login]").fill(login)
                page.locator("input[name=password]").fill(PASSWORD)
                page.locator("form:has(input[name=password]) button[type=submit]").click()
                page.wait_for_url(lambda address: "/login/" not in address, timeout=10_000)
        except Exception as problem:
            print(f"! {login} could not sign in: {str(problem).splitlines()[0]}", file=sys.stderr)
            return None
        return context.cookies()  # type: ignore[return-value]


def begin_application(browser: screens.Browser, base: str, cookies: list) -> None:
    """A draft of the citizen's, so that there are pages of filling in: an answer to every question."""
    with screens.context(browser, base, "desktop", cookies) as context:
        page = context.new_page()
        try:
            page.goto(f"/items/{ITEM}/situation/", timeout=15_000)
            for _ in range(12):
                begin = page.get_by_role("link", name="开始申请")
                if begin.count():
                    begin.first.click()
                    page.wait_for_url("**/my/cases/**", timeout=10_000)
                    return
                # "否" where it can be said: "only prepacked food?" would end the matter.
                options = page.locator("main label.yp-choice")
                refusal = options.filter(has_text=re.compile("^\\s*否"))
                (refusal if refusal.count() else options).first.locator("input").check()
                page.get_by_role("button", name="下一题").click()
                page.wait_for_load_state()
        except Exception as problem:
            print(f"! no application could be begun: {str(problem).splitlines()[0]}", file=sys.stderr)


def tasks(browser: screens.Browser, gallery: Gallery) -> None:
    """The case page as it looks to each of those who have something to do on it."""
    for login in AT_WORK:
        cookies = sign_in(browser, gallery.base, login)
        if cookies is None:
            continue
        with screens.context(browser, gallery.base, "desktop", cookies) as context:
            page = context.new_page()
            page.goto("/todo/")
            links = page.eval_on_selector_all("main a[href^='/cases/']", "all => all.map(a => a.getAttribute('href'))")
        if links:
            picture(browser, gallery, f"cases_page-{login}", login, cookies, links[0])


def picture(browser: screens.Browser, gallery: Gallery, kind: str, who: str, cookies: list, path: str) -> None:
    """One page at both widths."""
    gallery.taken.setdefault(kind, []).append(path)
    for width in screens.WIDTHS:
        with screens.context(browser, gallery.base, width, cookies) as context:
            page = context.new_page()
            page.goto(path, wait_until="load")
            take(page, TARGET / width / f"{kind}.png")
            gallery.faults += [f"{who} {path} {width}: {text}" for text in screens.faults(page, axe=False)]
    print(f"  {kind:<32} {who or 'visitor':<18} {path}", flush=True)


def take(page: screens.Page, path: Path) -> None:
    """The whole page as one screen: a bar that sticks to the foot of the window stands at its end."""
    size = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    if size and size["height"] < height < TALLEST:
        page.set_viewport_size({"width": size["width"], "height": height})
    page.screenshot(path=path, full_page=True)
    if size:
        page.set_viewport_size(size)


def walk(browser: screens.Browser, gallery: Gallery, who: str, cookies: list, start: list[str]) -> None:
    """Take what is missing of what this person sees: the addresses without parameters, then the links found there."""
    with screens.context(browser, gallery.base, "desktop", cookies) as desktop, screens.context(
        browser, gallery.base, "phone", cookies
    ) as phone:  # fmt: skip
        pages = {"desktop": desktop.new_page(), "phone": phone.new_page()}
        waiting, seen = list(start), set(start)
        while waiting:
            path = waiting.pop(0)
            kind = gallery.wanted(urlsplit(path).path)
            if kind is None:
                continue
            answer = desktop.request.get(path, max_redirects=0)
            if answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
                if answer.status >= 500:
                    gallery.faults.append(f"{who} {path}: {answer.status}")
                continue
            gallery.taken.setdefault(kind, []).append(path)
            for width, page in pages.items():
                page.context.clear_cookies(name="yp_display")  # the elderly version asked for large type
                page.goto(path, wait_until="load")
                take(page, TARGET / width / f"{kind}.png")
                gallery.faults += [f"{who} {path} {width}: {text}" for text in screens.faults(page, axe=False)]
            print(f"  {kind:<32} {who or 'visitor':<18} {path}", flush=True)
            for link in pages["desktop"].eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"):
                target = link.split("#")[0]
                if target.startswith("/") and not target.startswith("//") and target not in seen:
                    seen.add(target)
                    waiting.append(target)


def write_index(gallery: Gallery) -> None:
    """One page with all pictures side by side."""
    rows = [
        f"<section><h2>{html.escape(kind)}</h2><p>{html.escape(paths[0])}</p>"
        f'<a href="desktop/{kind}.png"><img src="desktop/{kind}.png" width="760" loading="lazy" alt=""></a> '
        f'<a href="phone/{kind}.png"><img src="phone/{kind}.png" width="220" loading="lazy" alt=""></a></section>'
        for kind, paths in sorted(gallery.taken.items())
    ]
    text = f'<!doctype html><meta charset="utf-8"><title>{len(rows)} screens</title>' + "\n".join(rows)
    (TARGET / "index.html").write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", default="", help="address of a running demo")
    parser.add_argument("--only", default="/", help="only addresses that begin so")
    arguments = parser.parse_args()
    if screens.chromium() is None:
        sys.exit(screens.WITHOUT)
    start, kinds = kinds_of_pages()
    for width in screens.WIDTHS:
        (TARGET / width).mkdir(parents=True, exist_ok=True)
    running = contextlib.nullcontext(arguments.at.rstrip("/")) if arguments.at else own_demo()
    with running as base, screens.browser() as browser:
        gallery = Gallery(base, arguments.only, kinds)
        for who in ("", CITIZEN, *screens.STAFF):
            cookies = sign_in(browser, base, who) if who else []
            if cookies is None:
                continue
            if who == CITIZEN and gallery.only == "/":
                begin_application(browser, base, cookies)
            walk(browser, gallery, who, cookies, start)
        if gallery.only == "/":
            tasks(browser, gallery)
    write_index(gallery)
    print(f"{len(gallery.taken)} kinds of pages at two widths in {TARGET}")
    for fault in gallery.faults:
        print(f"! {fault}")
    return 1 if gallery.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
