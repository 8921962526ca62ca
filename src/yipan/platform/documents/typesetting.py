"""Typst, with fonts of our own and one compiler for the life of the process.

Only the fonts of this room (and of YIPAN_FONTS, for rare characters) are used, never those of the machine: the same
paper has the same bytes everywhere. Templates read no files and fetch no packages.
"""

import base64
import datetime as dt
import json
import os
import re
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .domain import DocumentProblem, MissingGlyphs, printed_without

HERE = Path(__file__).parent
FONTS, LAYOUT = HERE / "fonts", HERE / "layout"
STANDARD = "a-2b"
_IMPORT = re.compile(r'"@[\w-]+/')
_lock = threading.Lock()


def font_folders() -> list[Path]:
    extra = os.environ.get("YIPAN_FONTS", "")
    return [FONTS, *([Path(extra)] if extra and Path(extra).is_dir() else [])]


@cache
def glyphs() -> frozenset[int]:
    """Every character that can be printed."""
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for folder in font_folders():
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in (".otf", ".ttf"):
                found |= set(TTFont(path, lazy=True).getBestCmap() or ())
    return frozenset(found)


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(root=str(LAYOUT), ignore_system_fonts=True, font_paths=[str(p) for p in font_folders()])


@cache
def layouts() -> dict[str, bytes]:
    """The layouts templates import: ``#import "/official.typ": *``."""
    return {path.name: path.read_bytes() for path in sorted(LAYOUT.glob("*.typ"))}


def typeset(
    source: str,
    data: Mapping[str, Any],
    *,
    meta: Mapping[str, Any],
    at: dt.datetime,
    form: str = "pdf",
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """A paper as PDF/A-2b (or as PNG of its pages; the first page counts).

    ``data`` and ``meta`` are JSON values; ``at`` becomes the date of the PDF; ``pictures`` are PNG or JPEG files that
    the template shows (``image("/" + name + ".svg")``). Raises MissingGlyphs, and DocumentProblem with the line of the
    template that failed."""
    import typst

    missing = printed_without([data, meta], glyphs())
    if missing:
        raise MissingGlyphs(missing)
    if _IMPORT.search(source):
        raise DocumentProblem("模板不能引用外部软件包（@…/…）")
    inputs = {name: json.dumps(value, ensure_ascii=False, sort_keys=True) for name, value in
              (("data", data), ("meta", meta))}  # fmt: skip
    drawings = {f"{name}.svg": _as_svg(content) for name, content in (pictures or {}).items()}
    try:
        with _lock:  # the compiler serves one thread at a time
            made = _compiler().compile(
                input={**drawings, **layouts(), "main.typ": source.encode()},
                format=form,
                sys_inputs=inputs,
                timestamp=int(at.timestamp()),
                **({"pdf_standards": STANDARD} if form == "pdf" else {"ppi": 96}),
            )
    except typst.TypstError as problem:
        raise DocumentProblem(_explain(problem)) from problem
    return made[0] if isinstance(made, list) else made


def _as_svg(picture: bytes) -> bytes:
    """A picture as text, which is all the compiler takes beside its root: scaled into a box, never distorted."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    coded = base64.b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><image width="300" height="100" '
        f'preserveAspectRatio="xMinYMid meet" href="data:image/{kind};base64,{coded}"/></svg>'
    ).encode()


def _explain(problem: Any) -> str:
    place = re.search(r"(?:^|/)(\w+\.typ):(\d+):(\d+)", getattr(problem, "diagnostic", "") or "")
    where = f"（{place[1]} 第 {place[2]} 行第 {place[3]} 列）" if place else ""
    return f"模板排版失败{where}：{problem}"


def failing_line(text: str) -> int:
    """The line of the template in a message of ``_explain``; 0 when it is not in the template itself."""
    place = re.search(r"（main\.typ 第 (\d+) 行", text)
    return int(place[1]) if place else 0


def qr_svg(text: str, *, error: str = "m") -> str:
    """A QR code as an SVG drawing: black on white, with the quiet zone, scaling with its box."""
    import io

    import segno

    out = io.BytesIO()
    segno.make(text, error=error, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, light="#fff", nl=False
    )
    return out.getvalue().decode()
