"""Typesetting: glyphs, equal bytes, templates of the core pack, faults with their lines."""

import io
from importlib import import_module

import pytest
from pypdf import PdfReader

from yipan.kernel.packs import PackFile, read_pack
from yipan.platform import documents
from yipan.platform.documents import domain, typesetting
from yipan.platform.documents.loader import TemplateLoader

from .conftest import AT, CORE

META = {"title": "通知", "number": "", "demo": False, "qr_svg": ""}
PLAIN = '#import "/official.typ": *\n#show: paper\n#head()\n#para(opt("text"))\n'
HEAD = "/* ---\nkey: a/b\ntitle: 通知\nfields: [text]\nsample: {text: 正文}\n--- */\n"


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_every_character_of_gbk_and_of_hong_kong_names_can_be_printed():
    glyphs = typesetting.glyphs()
    gbk = {bytes([high, low]).decode("gbk", "ignore") for high in range(0x81, 0xFF) for low in range(0x40, 0xFF)}
    missing = [c for c in gbk if len(c) == 1 and c.isprintable() and ord(c) not in glyphs]
    assert missing in ([], ["≒"])  # the one character of GBK that Noto CJK does not draw
    assert all(ord(c) in glyphs for c in "𬱖䶮㙦喆堃犇〔〕№“”…—×℃㎡①⑩𠮷")
    assert sum(path.stat().st_size for path in typesetting.FONTS.glob("*.otf")) <= 9 * 1024 * 1024


def test_characters_without_a_glyph_are_refused_by_name():
    with pytest.raises(documents.MissingGlyphs, match=r"U\+E000") as problem:
        typesetting.typeset(PLAIN, {"text": "张\ue000三", "list": [{"x": "😀"}]}, meta=META, at=AT)
    assert problem.value.characters == "\ue000😀"


def test_equal_input_gives_equal_bytes_and_another_text_other_bytes():
    one = typesetting.typeset(PLAIN, {"text": "甲"}, meta=META, at=AT)
    typesetting.typeset(PLAIN, {"text": "乙"}, meta=META, at=AT)
    assert typesetting.typeset(PLAIN, {"text": "甲"}, meta=META, at=AT) == one
    assert typesetting.typeset(PLAIN, {"text": "甲甲"}, meta=META, at=AT) != one
    assert b"pdfaid:part" in one  # PDF/A
    assert "演示" not in text_of(one)
    assert "演示环境生成" in text_of(typesetting.typeset(PLAIN, {"text": "甲"}, meta=META | {"demo": True}, at=AT))


def test_texts_are_never_read_as_markup():
    pdf = typesetting.typeset(PLAIN, {"text": '#read("/official.typ") *粗* $x$'}, meta=META, at=AT)
    assert '#read("/official.typ")*粗*$x$' in text_of(pdf).replace(" ", "")


@pytest.mark.parametrize("code", ['#read("/../models.py")', '#read("/etc/passwd")', '#import "@preview/x:0.1.0": y'])
def test_templates_reach_nothing_outside(code):
    with pytest.raises(documents.DocumentProblem):
        typesetting.typeset(code, {}, meta=META, at=AT)


def test_every_letter_of_the_core_pack_can_be_printed():
    """c9 of sheet 22: each paper has a template, and its sample passes the check."""
    pack = read_pack(CORE)
    loader = TemplateLoader()
    files = pack.folder("templates")
    assert [finding for file in files for finding in loader.check(file)] == []
    assert loader.check_all(files, pack) == []


def test_faults_of_a_template_name_their_line():
    def check(text: str) -> list[str]:
        return [str(finding) for finding in TemplateLoader().check(PackFile("p", "templates/a.typ", text.encode()))]

    assert check(HEAD + PLAIN) == []
    assert "p/templates/a.typ:1" in check(PLAIN)[0]
    assert "p/templates/a.typ:8" in check(HEAD + '#import "/official.typ": *\n#nothing(1)\n')[0]
    assert "p/templates/a.typ:5" in check((HEAD + PLAIN).replace("text: 正文", "tekst: 正文"))[0]
    assert "p/templates/a.typ:2" in check((HEAD + PLAIN).replace("key: a/b\n", "kee: a/b\n"))[0]
    assert "p/templates/a.typ:11" in check((HEAD + PLAIN) + "\ue000")[0]


def test_every_letter_of_cases_has_its_template():
    letters = import_module("yipan.platform.cases.domain.letters").LETTERS
    keys = {
        domain.split_head(file.text)[0].split("key: ")[1].split("\n")[0] for file in read_pack(CORE).folder("templates")
    }
    assert {letter.template for letter in letters.values()} <= keys
