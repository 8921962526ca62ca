"""Actions in PDF files that run something when the file is opened.

A scan of names, not a parser: names may be written with escapes (/J#61vaScript) and may hide in compressed streams, so
escapes are resolved and deflate streams are unpacked within limits. What cannot be looked into is flagged.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

MOST_UNPACKED = 64 * 1024 * 1024
_WORDS = {
    "script": (b"/JavaScript", b"/JS"),
    "launch": (b"/Launch", b"/ImportData", b"/SubmitForm", b"/GoToR", b"/GoToE"),
    "embedded": (b"/EmbeddedFile", b"/RichMedia"),
    "encrypted": (b"/Encrypt",),
}
_PATTERNS = {
    flag: re.compile(b"(?:" + b"|".join(re.escape(w) for w in words) + b")(?![A-Za-z0-9])")
    for flag, words in _WORDS.items()
}
_STREAM = re.compile(rb"stream\r?\n")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/[A-Za-z0-9#]{2,40}")


def flags_of(file: BinaryIO) -> list[str]:
    """Flags of a PDF: script, launch, embedded, encrypted."""
    file.seek(0)
    content = file.read()
    found = {flag for part in (content, *_unpacked(content)) for flag in _find(part)}
    return [flag for flag in _WORDS if flag in found]


def _find(part: bytes) -> set[str]:
    if b"#" in part:
        part = _NAME.sub(lambda name: _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), name[0]), part)
    return {flag for flag, pattern in _PATTERNS.items() if pattern.search(part)}


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Deflate streams that hold objects (object streams); images and page content cannot hold actions."""
    left = MOST_UNPACKED
    for match in _STREAM.finditer(content):
        dictionary = content[max(0, match.start() - 400) : match.start()].rpartition(b"obj")[2]
        if b"ObjStm" not in dictionary or left <= 0:
            continue
        try:
            part = zlib.decompressobj().decompress(content[match.end() :], left)
        except zlib.error:
            continue
        left -= len(part)
        yield part
