"""The type of a file is found by its content (sheet 00 X3)."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from yipan.platform.files import images
from yipan.platform.files.domain import KINDS, Rejected, clean_name, sniff

from . import samples


def kind_of(content: bytes, name: str = "x") -> tuple[str, list[str]]:
    kind, flags = sniff(io.BytesIO(content), name)
    return kind.suffix, flags


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (samples.PDF, "pdf"),
        (b"\n\n" + samples.PDF, "pdf"),
        (samples.DOCX, "docx"),
        (samples.XLSX, "xlsx"),
        (samples.OFD, "ofd"),
        (samples.zip_of({"a.pdf": b"x"}), "zip"),
        (samples.OLE + "WordDocument".encode("utf-16-le"), "doc"),
        (samples.OLE + "Workbook".encode("utf-16-le"), "xls"),
        (samples.picture("JPEG"), "jpg"),
        (samples.picture("PNG"), "png"),
        (samples.picture("GIF"), "gif"),
        (samples.picture("BMP"), "bmp"),
        (samples.picture("TIFF"), "tiff"),
        (samples.picture("WEBP"), "webp"),
        ("营业执照㛃䶮".encode(), "txt"),
        ("食品经营许可".encode("gb18030"), "txt"),
        ("BM是一家公司".encode(), "txt"),
        ("\ufeff带标记的文字".encode(), "txt"),
        ("带标记的文字".encode("utf-16"), "txt"),
    ],
)
def test_kinds(content: bytes, expected: str):
    assert kind_of(content)[0] == expected
    assert KINDS[expected].suffix == expected


def test_csv_is_text_with_a_name():
    assert kind_of("姓名,年龄\n张三,3\n".encode(), "名单.CSV")[0] == "csv"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"MZ\x90\0" + b"\0" * 200, "可上传"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 100, "可上传"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "网页"),
        (b"\xef\xbb\xbf  <svg xmlns='x' onload='y'/>", "网页"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"#!/bin/sh\nrm -rf /\n", "脚本"),
        (b"PK\x03\x04 broken", "损坏"),
        (samples.DOCX[:-40], "损坏"),
        (samples.zip_of({"setup.exe": b"x"}), "setup.exe"),
        (samples.zip_of({"../../etc/passwd": b"x"}), "路径"),
        (samples.zip_of({"a.txt": b"\0" * 50_000_000}), "过大"),
        (samples.zip_of({"[Content_Types].xml": b"x", "word/document.xml": b"x", "word/vbaProject.bin": b"x"}), "宏"),
        (samples.zip_of({"[Content_Types].xml": b"x", "visio/document.xml": b"x"}), "Office"),
        (samples.OLE, "Office"),
        (samples.OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"), "宏"),
        (samples.OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (bytes(range(256)) * 4, "可上传"),
    ],
)
def test_what_is_refused_says_why(content: bytes, word: str):
    with pytest.raises(Rejected, match=word):
        kind_of(content)


@pytest.mark.parametrize(
    ("content", "flags"),
    [
        (samples.PDF, []),
        (samples.pdf_with(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), ["script"]),
        (samples.pdf_with(b"/OpenAction<</S/J#61vaScript/J#53(x)>>"), ["script"]),
        (samples.pdf_with(b"/AA<</O<</S/Launch/F(cmd.exe)>>>>"), ["launch"]),
        (samples.pdf_with_hidden(b"/S/JavaScript/JS(x)"), ["script"]),
        (samples.pdf_with_hidden(b"/S/Launch"), ["launch"]),
        (samples.pdf_with(b"/Names<</EmbeddedFile 3 0 R>>"), ["embedded"]),
        (samples.PDF.replace(b"/Root", b"/Encrypt 4 0 R/Root"), ["encrypted"]),
        (samples.pdf_with(b"/JSONish true /LaunchPad 1"), []),
    ],
)
def test_pdf_actions_are_flagged(content: bytes, flags: list[str]):
    assert kind_of(content) == ("pdf", flags)


def test_documents_that_fetch_from_outside_are_flagged():
    rels = b'<Relationship Type="x/attachedTemplate" Target="http://evil/t.dotm" TargetMode="External"/>'
    content = {"[Content_Types].xml": b"x", "word/document.xml": b"x", "word/_rels/settings.xml.rels": rels}
    assert kind_of(samples.zip_of(content)) == ("docx", ["external"])
    assert kind_of(samples.zip_of({**content, "word/embeddings/a.bin": b"x"}))[1] == ["embedded", "external"]


def test_encrypted_archives_are_flagged():
    content = bytearray(samples.zip_of({"a.txt": b"hello"}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        at = archive.start_dir
    content[at + 8] |= 1
    assert kind_of(bytes(content)) == ("zip", ["encrypted"])


@given(st.binary(max_size=3000))
def test_any_bytes_are_known_or_refused(content: bytes):
    for head in (b"", b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff\xe0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        try:
            suffix, _ = kind_of(head + content)
        except Rejected as error:
            suffix = ""
            assert str(error)  # noqa: PT017
        assert suffix in ("", *KINDS)


def test_names():
    assert clean_name("C:\\tmp\\..\\营业执照.PDF", "pdf") == ("营业执照.pdf", False)
    assert clean_name("照片.jpeg", "jpg") == ("照片.jpg", False)
    assert clean_name("工资.pdf", "xlsx") == ("工资.xlsx", True)
    assert clean_name("a\u202efdp.exe", "pdf")[0] == "afdp.pdf"
    assert clean_name("　\r\n.pdf", "pdf")[0] == "附件.pdf"
    assert clean_name("第1.2节说明", "txt") == ("第1.2节说明.txt", False)
    assert len(clean_name("长" * 500, "pdf")[0]) == 124


def test_pictures_lose_everything_but_the_picture():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    original = samples.picture("JPEG", (40, 20), exif=exif) + b"<script>payload</script>"
    clean, suffix = images.re_encode(io.BytesIO(original), "jpg")
    content = clean.getvalue()
    assert suffix == "jpg"
    assert b"SecretCamera" not in content
    assert b"payload" not in content
    with Image.open(clean) as picture:
        assert picture.size == (20, 40), "upright"


@pytest.mark.parametrize(
    ("kind", "suffix", "result"),
    [("GIF", "gif", "png"), ("BMP", "bmp", "png"), ("WEBP", "webp", "png"), ("PNG", "png", "png")],
)
def test_other_pictures(kind: str, suffix: str, result: str):
    clean, new = images.re_encode(io.BytesIO(samples.picture(kind)), suffix)
    assert new == result
    with Image.open(clean) as picture:
        assert picture.size == (40, 20)


def test_scans_of_many_pages_keep_their_pages():
    pages = [Image.new("1", (30, 30), n % 2) for n in range(3)]
    scan = io.BytesIO()
    pages[0].save(scan, "TIFF", save_all=True, append_images=pages[1:])
    clean, _ = images.re_encode(scan, "tiff")
    with Image.open(clean) as picture:
        assert getattr(picture, "n_frames", 1) == 3


def test_broken_and_huge_pictures_are_refused(monkeypatch):
    with pytest.raises(Rejected, match="损坏"):
        images.re_encode(io.BytesIO(samples.picture()[:200]), "jpg")
    monkeypatch.setattr(images, "MOST_PIXELS", 100)
    with pytest.raises(Rejected, match="过大"):
        images.re_encode(io.BytesIO(samples.picture()), "jpg")
