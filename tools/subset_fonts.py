"""Cut the fonts of official papers from the Noto CJK collections (SIL Open Font License 1.1).

    python tools/subset_fonts.py /usr/share/fonts/opentype/noto

Writes two files into the room ``documents``: a serif for all text, with every character a Chinese name or address may
need, and a bold sans for headings, with the characters in everyday use. Together they stay below 9 MB. Where a heading
has a rarer character, the typesetter falls back to the serif. A third one, the plain sans with the same everyday
characters, goes to ``tests/vendor``: with it the browser tests and the pictures of screens look alike on every machine.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/yipan/platform/documents/fonts"
FOR_SCREENS = ROOT / "tests/vendor/fonts"
LIMIT = 9 * 1024 * 1024
SIMPLIFIED = 2  # the SC face in every Noto CJK collection
# Characters of the table 通用规范汉字表 (2013) that stand in CJK extension A: neither GBK nor HKSCS has them all.
EXTENSION_A = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬"
    "䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)


def characters(encoding: str, first: range = range(0x81, 0xFF)) -> set[int]:
    """Every character of a double-byte encoding."""
    found: set[int] = set()
    for high in first:
        for low in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            try:
                found.update(map(ord, bytes([high, low]).decode(encoding)))
            except UnicodeDecodeError:
                continue
    return found


def punctuation(known: set[int]) -> set[int]:
    """Latin, general punctuation, arrows, enclosed numbers, CJK signs, full-width forms."""
    ranges = ((0x20, 0x7F), (0xA0, 0x100), (0x2000, 0x2700), (0x3000, 0x3100), (0xFF00, 0xFFF0))
    return {code for start, end in ranges for code in range(start, end) if code in known}


def cut(collection: Path, wanted: set[int], target: Path) -> int:
    """Write the subset; how many bytes it has."""
    font = TTCollection(str(collection), lazy=True).fonts[SIMPLIFIED]
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17])
    options.notdef_outline = True
    options.ignore_missing_unicodes = True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font.save(target)
    return target.stat().st_size


def main(folder: Path) -> int:
    serif, bold = folder / "NotoSerifCJK-Regular.ttc", folder / "NotoSansCJK-Bold.ttc"
    known = set(TTCollection(str(serif), lazy=True).fonts[SIMPLIFIED].getBestCmap())
    signs = punctuation(known)
    every = characters("gbk") | characters("big5hkscs") | {c for c in known if c > 0x20000} | set(map(ord, EXTENSION_A))
    everyday = characters("gb2312", range(0xB0, 0xD8))
    size = cut(serif, every | signs, TARGET / "YipanSerif.otf")
    size += cut(bold, everyday | signs, TARGET / "YipanSansBold.otf")
    FOR_SCREENS.mkdir(exist_ok=True)
    cut(folder / "NotoSansCJK-Regular.ttc", everyday | signs, FOR_SCREENS / "YipanSans.otf")
    print(f"{size / 1024 / 1024:.2f} MB")
    return 0 if size <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
