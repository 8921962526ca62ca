"""Ways over the whole house that several tests of this folder share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

import yipan
from yipan.kernel.packs import PackFile
from yipan.platform.records import rights

SOURCE = Path(yipan.__file__).parent
CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Route:
    """One address of the house: its pattern ("admin/packs/<slug:key>/"), its name with namespaces, its view."""

    pattern: str
    name: str
    view: Any

    @property
    def parameterless(self) -> bool:
        return "<" not in self.pattern and "(" not in self.pattern


def routes() -> list[Route]:
    return list(_walk(get_resolver(settings.ROOT_URLCONF).url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str, space: str) -> Iterator[Route]:
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, text, inner)
        else:
            yield Route(text, f"{space}{pattern.name}" if pattern.name else "", pattern.callback)


def templates() -> list[Path]:
    """Every Jinja2 template of every room, open or not."""
    return sorted(SOURCE.glob("*/*/templates/**/*.html"))


def room_of(template: Path) -> str:
    """``yipan.platform.cases`` for a file in its templates."""
    wing, room = template.relative_to(SOURCE).parts[:2]
    return f"yipan.{wing}.{room}"


def rights_in_packs() -> set[str]:
    """Rights that the packs' roles know by title."""
    found: set[str] = set()
    for path in SOURCE.glob("packs/*/people/*.yaml"):
        fields = PackFile("x", f"people/{path.name}", path.read_bytes()).document.fields()
        found |= set(fields.raw("rights", {}))
        for role in fields.maps("roles"):
            found |= set(role.texts("rights"))
    return found - {""}


def known_rights() -> set[str]:
    """Rights that open rooms declare, and those that roles hold for rooms yet to open."""
    return {right.name for right in rights.all_rights()} | rights_in_packs()


def place(path: Path) -> str:
    return str(path.relative_to(SOURCE))
