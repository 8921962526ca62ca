"""Pages of a file as pictures: PDFs in a process of their own, pictures as they are, everything else in words."""

import io

import pytest
from PIL import Image

from yipan.platform.files import Rejected, pages


def made(kind, sides=1, size=(620, 877)):
    out = io.BytesIO()
    first, *others = [Image.new("RGB", size, shade) for shade in ("white", "red", "blue")[:sides]]
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(out, {"pdf": "PDF", "jpg": "JPEG", "png": "PNG", "tiff": "TIFF"}[kind], **more)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "sides"), [("pdf", 3), ("tiff", 3), ("jpg", 1), ("png", 1)])
def test_every_page_becomes_a_picture(kind, sides):
    content = made(kind, sides)
    assert pages.count(content, kind) == sides
    last = Image.open(io.BytesIO(pages.picture(content, kind, sides)))
    assert last.format == "JPEG"
    red, green, blue = last.convert("RGB").getpixel((10, 10))
    assert (blue > 200 and red < 60) if sides == 3 else (red > 200 and green > 200)
    for none in (0, sides + 1):
        with pytest.raises(Rejected, match="没有这一页"):
            pages.picture(content, kind, none)


def test_a_large_scan_is_made_as_wide_as_a_screen():
    assert Image.open(io.BytesIO(pages.picture(made("png", size=(3000, 1500)), "png", 1))).size == (pages.WIDTH, 620)


@pytest.mark.parametrize("kind", ["pdf", "jpg"])
def test_a_broken_file_is_said_to_be_broken(kind):
    with pytest.raises(Rejected, match="已损坏"):
        pages.picture(made(kind)[:120], kind, 1)


def test_a_process_that_cannot_draw_ends_alone(monkeypatch):
    """What the reader takes for a page and PDFium does not: the drawing process fails, this one answers in words."""
    monkeypatch.setattr(pages, "count", lambda content, kind: 5)
    with pytest.raises(Rejected, match="已损坏"):
        pages.picture(made("pdf"), "pdf", 5)


def test_other_kinds_are_opened_instead():
    with pytest.raises(Rejected, match="请打开原文件"):
        pages.count(b"PK", "ofd")
