"""The type of a file by its content.

puremagic knows the magic numbers; ZIP containers (docx, xlsx, pptx, ofd) and OLE containers (doc, xls, ppt, wps) share
theirs, so those are told apart by what is inside. Everything not on the list is refused by name.
"""

import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

from . import pdf, zips
from .rejected import Rejected

HEAD = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """`suffix` is also the key; `inline`: may be shown in the browser inside a sandbox."""

    suffix: str
    mime: str
    title: str
    inline: bool = False


_OOXML = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, Kind] = {
    kind.suffix: kind
    for kind in (
        Kind("pdf", "application/pdf", "PDF 文档", inline=True),
        Kind("ofd", "application/ofd", "OFD 版式文档"),
        Kind("jpg", "image/jpeg", "JPEG 图片", inline=True),
        Kind("png", "image/png", "PNG 图片", inline=True),
        Kind("gif", "image/gif", "GIF 图片", inline=True),
        Kind("bmp", "image/bmp", "BMP 图片"),
        Kind("tiff", "image/tiff", "TIFF 图片"),
        Kind("webp", "image/webp", "WebP 图片", inline=True),
        Kind("docx", f"{_OOXML}.wordprocessingml.document", "Word 文档"),
        Kind("xlsx", f"{_OOXML}.spreadsheetml.sheet", "Excel 表格"),
        Kind("pptx", f"{_OOXML}.presentationml.presentation", "PPT 演示文稿"),
        Kind("doc", "application/msword", "Word 97-2003 文档"),
        Kind("xls", "application/vnd.ms-excel", "Excel 97-2003 表格"),
        Kind("ppt", "application/vnd.ms-powerpoint", "PPT 97-2003 演示文稿"),
        Kind("zip", "application/zip", "ZIP 压缩包"),
        Kind("txt", "text/plain", "纯文本"),
        Kind("csv", "text/csv", "CSV 表格"),
    )
}
IMAGES = ("jpg", "png", "gif", "bmp", "tiff", "webp")
_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tif": "tiff", "dib": "bmp"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"))
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"#!")


def sniff(file: BinaryIO, name: str) -> tuple[Kind, list[str]]:
    """The kind and the flags of a seekable file; `name` only decides between plain text and CSV.

    Raises Rejected: empty, unknown or unwanted type, damaged or dangerous container."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise Rejected("文件是空的，请重新选择文件")
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        suffix, flags = zips.look_inside(file)
        return KINDS[suffix], flags
    if head.startswith(_OLE):
        return _ole(file)
    # A PDF may carry a few bytes before its header; readers accept that, so scanners must too.
    if b"%PDF-" in head[:1024]:
        return KINDS["pdf"], pdf.flags_of(file)
    found, what = _by_magic(head)
    if found:
        return KINDS[found], []
    if _is_text(file):
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
            raise Rejected(f"不接受网页、脚本或 XML 文件，请转成 PDF 后上传。{accepted()}")
        return KINDS["csv" if name.lower().endswith(".csv") else "txt"], []
    raise Rejected(f"文件内容是{f'“{what}”' if what else '无法识别的类型'}，不在可上传的类型之内。{accepted()}")


def accepted() -> str:
    return "可上传：PDF、OFD、Word、Excel、PPT、图片（jpg、png、gif、bmp、tiff、webp）、txt、csv、zip。"


def _by_magic(head: bytes) -> tuple[str, str]:
    """(suffix, description): the suffix of an image, or "" and what puremagic takes the content for."""
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return "", ""
    best = max((match.confidence for match in matches), default=0)
    for match in matches:
        suffix = match.extension.lstrip(".").lower()
        suffix = _SAME.get(suffix, suffix)
        if suffix in IMAGES and match.confidence >= min(best, 0.4) - 0.2 and _image_head(suffix, head):
            return suffix, ""
    return "", next((match.name or match.extension for match in matches if match.confidence == best), "")


def _image_head(suffix: str, head: bytes) -> bool:
    """A second look, because magic numbers of two bytes (BM) also begin texts."""
    starts: dict[str, tuple[bytes, ...]] = {
        "jpg": (b"\xff\xd8\xff",), "png": (b"\x89PNG\r\n\x1a\n",), "gif": (b"GIF87a", b"GIF89a"),
        "bmp": (b"BM",), "tiff": (b"II*\0", b"MM\0*"), "webp": (b"RIFF",),
    }  # fmt: skip
    if not head.startswith(starts[suffix]):
        return False
    if suffix == "bmp":
        return head[6:10] == b"\0\0\0\0"
    return suffix != "webp" or head[8:12] == b"WEBP"


def _ole(file: BinaryIO) -> tuple[Kind, list[str]]:
    """Old office containers; the names of their streams stand in the directory as UTF-16."""
    file.seek(0)
    content = file.read()
    for stream, suffix in _OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            if "_VBA_PROJECT".encode("utf-16-le") in content:
                raise Rejected("文件含有宏，不能上传。请另存为不含宏的文件或 PDF")
            return KINDS[suffix], ["encrypted"] if "EncryptedPackage".encode("utf-16-le") in content else []
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Rejected("文件设有打开密码，无法检查内容。请取消密码后上传")
    raise Rejected(f"无法识别的 Office 文件。{accepted()}")


def _is_text(file: BinaryIO) -> bool:
    """Whether the whole file is text in UTF-8, UTF-16 with mark, or GB 18030, without control characters."""
    file.seek(0)
    content = file.read()
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\r\n\f" for c in text[:200_000])
        # GB 18030 assigns almost every byte sequence: binary data shows itself by characters nobody writes.
        return odd == 0
    return False
