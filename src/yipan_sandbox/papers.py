"""PDFs of the sandbox, typeset with typst: licences of its library, and the demo seal that is laid over documents."""

import io
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from pypdf import PdfReader, PdfWriter

FONTS = Path(__file__).resolve().parents[1] / "yipan" / "platform" / "documents" / "fonts"

LICENCE = """
#let d = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 24mm, background: rotate(-30deg, text(90pt, fill: rgb("#0000000c"))[演示]))
#set text(font: ("Yipan Serif", "Yipan Sans"), lang: "zh", size: 14pt)
#align(center)[#text(26pt)[#d.name] #v(2mm) #text(11pt)[演示证照 · 标识 #d.identifier]]
#v(10mm)
#table(columns: (46mm, 1fr), stroke: 0.6pt, inset: 8pt, ..d.rows.flatten())
#v(12mm)
#align(right)[#d.issuer #v(1mm) #d.issued]
"""
SEAL = """
#let d = json(bytes(sys.inputs.data))
#set page(width: 42mm, height: 42mm, margin: 0mm, fill: none)
#set text(font: ("Yipan Sans", "Yipan Serif"), lang: "zh", fill: rgb("#c8102e"))
#place(center + horizon, circle(radius: 20mm, stroke: 1.2mm + rgb("#c8102e")))
#place(center + horizon, dy: -9mm, box(width: 33mm, align(center, text(8.5pt, weight: "bold")[#d.name])))
#place(center + horizon, dy: 0mm, text(20pt)[★])
#place(center + horizon, dy: 9mm, text(11pt, weight: "bold")[演示专用章])
#place(center + horizon, dy: 14mm, text(5.5pt)[#d.number])
"""


@lru_cache(maxsize=1)
def _compiler_fonts() -> list[Any]:
    return [str(FONTS)]


def typeset(source: str, data: dict[str, Any]) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    made = typst.compile(
        source.encode(), format="pdf", sys_inputs=inputs, font_paths=_compiler_fonts(), ignore_system_fonts=True
    )
    assert isinstance(made, bytes)
    return made


def licence(data: dict[str, Any]) -> bytes:
    """The file of one licence of the library."""
    return typeset(LICENCE, data)


def stamp(pdf: bytes, *, name: str, number: str, facts: dict[str, str]) -> bytes:
    """Lay the seal over the last page, at the right foot where the issuing body signs; note the facts in the file."""
    seal = PdfReader(io.BytesIO(typeset(SEAL, {"name": name, "number": number}))).pages[0]
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    page = writer.pages[-1]
    width, size = float(page.mediabox.width), float(seal.mediabox.width)
    page.merge_translated_page(seal, width - size - 62, 96, over=True)
    writer.add_metadata({f"/YipanSeal{field}": value for field, value in facts.items()})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
