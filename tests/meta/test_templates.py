"""What holds for every template: the rooms' order, nothing inline, nothing from outside, Chinese through gettext."""

import re

import pytest
from django.conf import settings
from django.template import engines
from jinja2 import Environment, nodes
from walking import CHINESE, SOURCE, place, room_of, templates

TEMPLATES = templates()
IDS = [place(path) for path in TEMPLATES]
every_template = pytest.mark.parametrize("path", TEMPLATES, ids=IDS)

COMMENT = re.compile(r"\{#.*?#\}", re.S)
# Classes that only mark a place for scripts, tests or a later version, and attributes that are values of another one.
MARKS = {"yp-text", "yp-case", "yp-items", "yp-guide-head", "yp-thing-go", "yp-thing-head", "yp-upload", "yp-light"}
ATTRIBUTES = {"data-yp-once", "data-yp-refresh"}
HANDLER = re.compile(r"<[^>{]*\son[a-z]+\s*=", re.I)
STYLE_ATTRIBUTE = re.compile(r"<[^>]*\sstyle\s*=", re.I)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.I)
FETCHED = re.compile(
    r"""<(?:script|img|link|iframe|source|video|audio|object|embed)\b[^>]*(?:src|href|data)\s*=\s*["'](?:https?:)?//""",
    re.I,
)


def environment() -> Environment:
    return engines["jinja2"].env


def parsed(path):
    return environment().parse(path.read_text())


@every_template
def test_a_template_uses_only_templates_of_its_room_or_of_rooms_to_its_left(path):
    """The same order as between the rooms' Python modules."""
    order = list(settings.ROOMS)
    room = room_of(path)
    if room not in order:
        pytest.skip("a template of no room")
    for node in parsed(path).find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        if isinstance(node.template, nodes.Const):
            used = node.template.value
            owner = next((r for r in order if (SOURCE.joinpath(*r.split(".")[1:], "templates", used)).exists()), None)
            assert owner is not None, f"line {node.lineno}: no template {used}"
            assert order.index(owner) <= order.index(room), f"line {node.lineno}: {used} belongs to {owner}"


@every_template
def test_nothing_is_inline_and_nothing_comes_from_outside(path):
    """The Content-Security-Policy would refuse it in the browser; this says so earlier."""
    text = COMMENT.sub("", path.read_text())
    assert not INLINE_SCRIPT.findall(text)
    assert "<style" not in text.lower()
    assert not STYLE_ATTRIBUTE.findall(text)
    assert not HANDLER.findall(text)
    assert "javascript:" not in text.lower()
    assert not FETCHED.findall(text)


# Pages in the quiet shell that only staff read.
STAFF_SIGN_IN = ("people/login.html", "people/new_password.html", "people/second_factor.html")


def _is_public(path) -> bool:
    """Pages of citizens: what extends their shell, the shell itself, and the portal's parts."""
    text = path.read_text()
    name = str(path).split("/templates/", 1)[1]
    if name in STAFF_SIGN_IN:
        return False
    return (
        'extends "ui/base_public.html"' in text
        or ("{% extends base %}" in text and not name.startswith("ui/"))
        or name.startswith("portal/")
        or name == "ui/base_public.html"
    )


PUBLIC = [path for path in TEMPLATES if _is_public(path)]


@pytest.mark.parametrize("path", PUBLIC, ids=[place(path) for path in PUBLIC])
def test_words_on_citizens_pages_can_be_translated(path):
    """Chinese text stands inside ``_()`` and nowhere else."""
    tokens = [t for t in environment().lexer.tokeniter(path.read_text(), path.name) if t[1] != "whitespace"]
    loose = []
    for n, (line, kind, value) in enumerate(tokens):
        if kind == "data" and CHINESE.search(value):
            loose.append((line, value.strip()[:40]))
        elif kind == "string" and CHINESE.search(value):
            before = [text for _, _, text in tokens[max(n - 2, 0) : n]]
            a_group = any(text == "zone" for _, _, text in tokens[max(n - 4, 0) : n])  # a key, translated where shown
            compared = before[-1:] in (["=="], ["!="])
            if before not in (["_", "("], ["gettext", "("]) and not a_group and not compared:
                loose.append((line, value[:40]))
    assert not loose


@pytest.mark.parametrize("path", sorted((SOURCE / "platform/ui/static").rglob("*.*")), ids=lambda p: p.name)
def test_assets_fetch_nothing_from_outside(path):
    """No @import, url() or fetch of another host; an address in a licence or a namespace fetches nothing."""
    if path.suffix not in (".css", ".js", ".svg"):
        return
    text = path.read_text(errors="replace")
    if path.suffix == ".css":
        assert not re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//""", text)
    elif path.suffix == ".svg":
        assert not re.findall(r"""(?:href|src)\s*=\s*["'](?:https?:)?//""", text)
    elif "vendor" not in path.parts:
        assert not re.findall(r"""["'`](?:https?:|wss?:)?//[a-z]""", text)


def test_every_class_and_behaviour_of_our_own_exists():
    """A yp- class without a rule, or a data-yp- attribute that no script reads, is a page that looks or acts wrong."""
    sheets = "".join(path.read_text() for path in SOURCE.glob("*/*/static/**/*.css") if "vendor" not in path.parts)
    scripts = "".join(path.read_text() for path in SOURCE.glob("*/*/static/**/*.js") if "vendor" not in path.parts)
    known = set(re.findall(r"\.(yp-[a-z0-9-]+)", sheets)) | set(re.findall(r"\.(yp-[a-z0-9-]+)", scripts)) | MARKS
    read = {f"data-{name}" for name in re.findall(r"\bdata-(yp-[a-z-]+)", scripts)}
    read |= {
        "data-" + re.sub(r"[A-Z]", lambda m: "-" + m[0].lower(), name) for name in re.findall(r"\byp[A-Z]\w+", scripts)
    }
    missing: dict[str, str] = {}
    for path in TEMPLATES:
        text = COMMENT.sub("", path.read_text())
        for value in re.findall(r'class="([^"]*)"', text):
            plain = re.sub(r"\{[{%].*?[%}]\}", " ", value)
            missing |= {
                name: path.name
                for name in re.findall(r"(?<![\w-])yp-[a-z0-9-]*[a-z0-9](?![\w-])", plain)
                if name not in known
            }
        missing |= {name: path.name for name in re.findall(r"\bdata-yp-[a-z-]+", text) if name not in read | ATTRIBUTES}
    assert not missing
