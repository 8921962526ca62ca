"""A visitor over real HTTP: reads pages, fills their forms as a browser would, follows redirects, keeps cookies.

Used by ``yipan demo --check`` and the resilience tests. It knows pages only by what a person sees: links by their
text, forms by their fields and buttons; a changed address breaks nothing, a missing button does.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import html


class JourneyError(Exception):
    """A page was not what the journey needs; the text names the address, the status and what was missing."""


@dataclass(slots=True)
class Page:
    """One answered page."""

    address: str
    status: int
    tree: Any
    content: bytes

    @property
    def text(self) -> str:
        """What a person reads, with white space folded."""
        return " ".join(self.tree.text_content().split()) if self.tree is not None else ""

    def has(self, words: str) -> bool:
        return words in self.text


class Visitor:
    """One person's browser session. ``transport`` replaces the network below it (a browser that tries again)."""

    def __init__(self, base: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.client = httpx.Client(base_url=base, follow_redirects=True, timeout=30, transport=transport)
        self.page: Page | None = None

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    # -- moving ------------------------------------------------------------------------------------------------
    def get(self, path: str, *, status: int = 200) -> Page:
        return self._take(self.client.get(path, headers={"Accept": "text/html"}), status)

    def click(self, words: str) -> Page:
        """Follow the first link whose text contains the words."""
        page = self._here()
        for link in page.tree.iter("a"):
            if words in " ".join(link.text_content().split()) and link.get("href"):
                return self.get(urljoin(page.address, link.get("href")))
        raise JourneyError(f"{page.address}: no link “{words}”. The page says: {page.text[:400]}")

    def submit(
        self,
        values: dict[str, Any] | None = None,
        *,
        button: str = "",
        having: str = "",
        inside: str = "",
        files: dict[str, tuple[str, bytes, str]] | None = None,
        status: int = 200,
    ) -> Page:
        """Fill and send a form: the one that has a button with these words, or a field of this name; ``inside`` narrows
        it to the part of the page with this id.

        Fields keep what the page put into them; ``values`` overrides (None leaves a field out, a list sends several).
        """
        page = self._here()
        form, pressed = self._form(page, button, having, inside)
        data: list[tuple[str, str | int | float | bool | None]] = [
            (n, str(v)) for n, v in form.form_values() if not (values and n in values)
        ]
        for name, value in (values or {}).items():
            if value is None:
                continue
            data += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        if pressed is not None and pressed.get("name"):
            data.append((pressed.get("name"), pressed.get("value") or ""))
        action = (pressed.get("formaction") if pressed is not None else None) or form.get("action") or page.address
        target = urljoin(page.address, action)
        if (form.get("method") or "get").lower() == "get":
            return self._take(self.client.get(target, params=httpx.QueryParams(data)), status)
        fields: dict[str, Any] = {}
        for name, value in data:
            fields.setdefault(name, []).append(value)
        headers = {"Referer": page.address, "Accept": "text/html"}
        answer = self.client.post(target, data=fields, files=files or None, headers=headers)
        return self._take(answer, status)

    # -- inside ------------------------------------------------------------------------------------------------
    def _here(self) -> Page:
        if self.page is None:
            raise JourneyError("no page is open")
        return self.page

    @staticmethod
    def _form(page: Page, button: str, having: str, inside: str) -> tuple[Any, Any]:
        for form in page.tree.forms:
            if inside and not any(above.get("id") == inside for above in form.iterancestors()):
                continue
            buttons = [*form.iter("button"), *form.xpath(".//input[@type='submit']")]
            identity = form.get("id")
            if identity:
                buttons += page.tree.xpath(f"//button[@form='{identity}']")
            if having and having not in form.fields:
                continue
            if not button:
                return form, None
            for candidate in buttons:
                label = " ".join(candidate.text_content().split()) or candidate.get("value") or ""
                if button in label:
                    return form, candidate
        wanted = f"button “{button}”" if button else f"field “{having}”"
        wanted += f" in #{inside}" if inside else ""
        raise JourneyError(f"{page.address}: no form with {wanted}. The page says: {page.text[:400]}")

    def _take(self, answer: httpx.Response, status: int) -> Page:
        kind = answer.headers.get("content-type", "")
        tree = html.fromstring(answer.content) if "html" in kind and answer.content.strip() else None
        self.page = Page(str(answer.url), answer.status_code, tree, answer.content)
        if answer.status_code != status:
            raise JourneyError(f"{answer.url}: {answer.status_code} instead of {status}. {self.page.text[:600]}")
        return self.page
