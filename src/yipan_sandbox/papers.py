"""PDFs of the sandbox, typeset with typst: licences of its library, and the demo seal that is laid over documents."""

import hashlib
import io
import json
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

FONTS = Path(__file__).resolve().parents[1] / "yipan" / "platform" / "documents" / "fonts"

Sign = Callable[[bytes], bytes]
ROOM = 80  # bytes for a signature: DER of two 32-byte numbers takes at most 72
PLACE = 9_999_999_999  # replaced by places in the file, which are shorter

LICENCE = """
#let d = json(bytes(sys.inputs.data))
#set page(
  paper: "a4", margin: 24mm,
  background: rotate(-30deg, {
    text(90pt, fill: rgb("#0000000c"))[演示]
    if d.use != "" { linebreak(); text(20pt, fill: rgb("#0000002a"), d.use) }
  }),
)
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


def stamp(pdf: bytes, *, name: str, number: str, facts: dict[str, str], key_id: str, sign: Sign) -> bytes:
    """Lay the seal over the last page, at the right foot where the issuing body signs; note the facts in the file, and
    sign every byte of it."""
    seal = PdfReader(io.BytesIO(typeset(SEAL, {"name": name, "number": number}))).pages[0]
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    page = writer.pages[-1]
    width, size = float(page.mediabox.width), float(seal.mediabox.width)
    page.merge_translated_page(seal, width - size - 62, 96, over=True)
    writer.add_metadata({f"/YipanSeal{field}": value for field, value in facts.items()})
    _add_signature(writer, page, (width - size - 62, 96, width - 62, 96 + size), key_id, facts)
    written = io.BytesIO()
    writer.write(written)
    return _signed(written.getvalue(), sign)


def _add_signature(
    writer: PdfWriter, page: Any, box: tuple[float, float, float, float], key_id: str, facts: dict[str, str]
) -> None:
    """A signature field over the seal (ISO 32000-1, 12.8): readers show that the file is signed, and by whom."""
    signature = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Sig"),
            NameObject("/Filter"): NameObject("/Yipan.Seal"),
            NameObject("/SubFilter"): NameObject("/yipan.sm2.detached"),
            NameObject("/YipanKey"): NameObject(f"/{key_id}"),
            NameObject("/Name"): TextStringObject(facts["Name"]),
            NameObject("/Reason"): TextStringObject(facts["Reason"]),
            NameObject("/M"): TextStringObject(time.strftime("D:%Y%m%d%H%M%SZ", time.gmtime())),
            NameObject("/ByteRange"): ArrayObject([NumberObject(0), *[NumberObject(PLACE)] * 3]),
            NameObject("/Contents"): ByteStringObject(b"\0" * ROOM),
        }
    )
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): TextStringObject(f"Seal{facts['Number']}"),
            NameObject("/F"): NumberObject(132),  # printed, not to be changed
            NameObject("/Rect"): ArrayObject([NumberObject(round(corner)) for corner in box]),
            NameObject("/V"): writer._add_object(signature),
        }
    )
    reference = writer._add_object(field)
    page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", []), reference])
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([reference]), NameObject("/SigFlags"): NumberObject(3)})
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(form)


def _signed(pdf: bytes, sign: Sign) -> bytes:
    """Fill in what the signature covers, everything but itself, and the signature."""
    empty = b"<" + b"00" * ROOM + b">"
    start = pdf.index(empty)
    end = start + len(empty)
    written = f"[ 0 {PLACE} {PLACE} {PLACE} ]".encode()
    covered = f"[ 0 {start} {end} {len(pdf) - end} ]".encode().ljust(len(written))
    if pdf.count(written) != 1:
        raise ValueError("the place of the byte range was not found")
    pdf = pdf.replace(written, covered)
    value = sign(f"yipan-seal-1:{hashlib.sha256(pdf[:start] + pdf[end:]).hexdigest()}".encode())
    return pdf[:start] + b"<" + value.hex().encode().ljust(2 * ROOM, b"0") + b">" + pdf[end:]
