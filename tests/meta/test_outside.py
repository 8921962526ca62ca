"""Nothing is fetched from or told to the outside: no CDN, no fonts, no telemetry, in own and in vendored assets.

Templates are looked at by test_templates; the browser tests meet a Content-Security-Policy that allows this house only.
"""

import re
from pathlib import Path

import pytest
from walking import SOURCE, place

ASSETS = sorted(
    path
    for path in SOURCE.rglob("*")
    if path.suffix in (".js", ".css", ".svg", ".typ") and "tests" not in path.parts and "node_modules" not in path.parts
)
# What makes a browser, a stylesheet or the typesetter fetch an address; an address in a comment or a name does not.
FETCHES = re.compile(
    r"""(?: url\(\s*["']? | @import\s+["']? | \bimport\s*\(?\s*["'`] | \bfrom\s*["'`] | \bfetch\(\s*["'`]
          | sendBeacon\(\s*["'`] | \.open\(\s*["'`]\w+["'`]\s*,\s*["'`]
          | new\s+(?:WebSocket|EventSource|Worker)\(\s*["'`]
          | \.src\s*=\s*["'`] | (?:xlink:)?href\s*=\s*["'] | \bimage\(\s*["'] )(?:https?:|wss?:)?//[\w.]+""",
    re.X | re.I,
)
# Namespaces are names, not addresses; example domains belong to nobody; the loopback is this machine.
NAMES = re.compile(
    r"https?://(?:www\.w3\.org|www\.omg\.org|camunda\.org|flowable\.org|activiti\.org|127\.0\.0\.1|localhost"
    r"|[\w.-]*\.?example(?:\.(?:com|org|gov\.cn))?\b|\[|\{|…|”|$)"
)
# Links for people to follow, never fetched by the platform.
LINKS = ("https://www.gdzwfw.gov.cn",)


@pytest.mark.parametrize("path", ASSETS, ids=[place(path) for path in ASSETS])
def test_an_asset_fetches_nothing_from_outside(path):
    assert FETCHES.findall(path.read_text(encoding="utf-8")) == []


def test_the_rule_finds_what_it_forbids():
    for text in (
        '@import "https://fonts.example/css";',
        "src: url(//cdn.example/font.woff2)",
        'fetch("https://stats.example/hit")',
        "navigator.sendBeacon('https://stats.example')",
        'import x from "https://cdn.example/x.js"',
        'r.open("POST","https://stats.example")',
    ):
        assert FETCHES.search(text), text
    assert not FETCHES.search('xmlns="http://www.w3.org/2000/svg" fill="url(#a)"')


def test_the_program_knows_no_address_outside():
    """Only settings name other systems; outside production those are the reference counterparts on the loopback."""
    found = []
    for path in sorted(SOURCE.parent.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for address in re.findall(r"https?://[^\s\"'<>)]*", line):
                if not NAMES.match(address) and not address.startswith(LINKS):
                    found.append(f"{path}:{number} {address}")
    assert found == []


def test_the_lock_names_no_address():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in Path(lock).read_text(encoding="utf-8")
