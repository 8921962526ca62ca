"""What is inside a ZIP: OFD, Office documents, or an archive of accepted files."""

import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from .rejected import Rejected

MOST_MEMBERS = 5000
MOST_BYTES = 2 * 1024**3
MOST_RATIO = 300  # office XML reaches about 100; a bomb 1000
_EXECUTABLE = {
    "exe", "dll", "com", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "scr", "msi", "jar", "lnk", "sh",
    "apk", "reg", "cpl", "pif", "html", "htm", "svg", "docm", "xlsm", "pptm", "php",
}  # fmt: skip
_MAIN_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"))


def look_inside(file: BinaryIO) -> tuple[str, list[str]]:
    """(suffix, flags). Raises Rejected for damaged archives, bombs, escaping paths, macros and programs."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_size(members)
            names = {member.filename for member in members}
            encrypted = any(member.flag_bits & 1 for member in members)
            suffix = _suffix(names)
            if suffix == "zip":
                _check_archive(members)
            elif any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Rejected("文件含有宏，不能上传。请另存为不含宏的文件或 PDF")
            flags = ["encrypted"] if encrypted else []
            if suffix in ("docx", "xlsx", "pptx") and not encrypted:
                flags += _office_flags(archive, names)
            return suffix, flags
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
        raise Rejected("文件已损坏，无法打开。请重新生成后上传") from error


def _suffix(names: set[str]) -> str:
    if any(name.upper() == "OFD.XML" for name in names):
        return "ofd"
    if "[Content_Types].xml" in names:
        for part, suffix in _MAIN_PARTS:
            if part in names:
                return suffix
        raise Rejected("无法识别的 Office 文件，请另存为 docx、xlsx、pptx 或 PDF 后上传")
    return "zip"


def _check_size(members: list[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS or total > MOST_BYTES or total > max(packed, 50_000) * MOST_RATIO:
        raise Rejected("压缩内容展开后过大，不能上传")
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename[:3]:
            raise Rejected("压缩包内的文件路径不安全，请重新压缩后上传")


def _check_archive(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        suffix = member.filename.rsplit(".", 1)[-1].lower()
        if "." in member.filename and suffix in _EXECUTABLE:
            raise Rejected(f"压缩包内含有程序或脚本“{member.filename}”，不能上传")


def _office_flags(archive: zipfile.ZipFile, names: set[str]) -> list[str]:
    """Objects inside and templates fetched from outside when the document is opened."""
    flags = []
    if any("/embeddings/" in name or "/activeX/" in name for name in names):
        flags.append("embedded")
    for name in sorted(names):
        if name.endswith(".rels") and archive.getinfo(name).file_size < 1_000_000:
            text = archive.read(name)
            if b'TargetMode="External"' in text and any(
                w in text for w in (b"attachedTemplate", b"oleObject", b"frame")
            ):
                flags.append("external")
                break
    return flags
