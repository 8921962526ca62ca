"""Devices that are not there: what lies on them is set on the bridge's own page, and so are their troubles."""

import io
import threading
import time
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from .devices import MISSING, READY, TROUBLE, Card, DeviceProblem, Page, State

NAMES = {
    "scanner": "高速扫描仪（模拟）",
    "reader": "身份证读卡器（模拟）",
    "pad": "签名板（模拟）",
    "printer": "小票打印机（模拟）",
}
TROUBLES = {
    "scanner": ("卡纸，请取出纸张后重试", "jam"),
    "reader": ("读卡失败，请重新放置证件", "unreadable"),
    "pad": ("申请人取消了签名", "cancelled"),
    "printer": ("小票纸用完了，请换纸", "no_paper"),
}
CARD = Card("黄家俊", "resident_id", "440703199003070013")
A5 = (420, 594)
MOST_SHEETS = 60


@dataclass
class Simulator:
    """``sheets``: code of the separator before each sheet in the feeder ("" for none)."""

    card: Card | None = CARD
    sheets: list[str] = field(default_factory=lambda: ["", ""])
    unplugged: set[str] = field(default_factory=set)
    troubled: set[str] = field(default_factory=set)
    slow: float = 0.0
    slips: list[list[str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def states(self) -> list[State]:
        return [State(kind, name, *self._state(kind)) for kind, name in NAMES.items()]

    def _state(self, kind: str) -> tuple[str, str]:
        if kind in self.unplugged:
            return MISSING, "没有连接"
        return (TROUBLE, TROUBLES[kind][0]) if kind in self.troubled else (READY, "")

    def _use(self, kind: str) -> None:
        if self.slow:
            time.sleep(self.slow)
        if kind in self.unplugged:
            raise DeviceProblem(f"{NAMES[kind]}没有连接，请检查电源和数据线", "missing")
        if kind in self.troubled:
            raise DeviceProblem(*TROUBLES[kind])

    def scan(self) -> list[Page]:
        self._use("scanner")
        with self.lock:
            sheets, self.sheets = self.sheets, []
        if not sheets:
            raise DeviceProblem("进纸器里没有纸，请放入材料", "empty")
        return [Page(sheet_picture(number, code), "image/png", code) for number, code in enumerate(sheets, 1)]

    def read_card(self) -> Card:
        self._use("reader")
        if self.card is None:
            raise DeviceProblem("没有读到证件，请把证件放在读卡区", "empty")
        return self.card

    def sign(self, about: str) -> bytes:
        self._use("pad")
        name = self.card.name if self.card is not None else "签名"
        return signature_picture(name + about[:0])

    def print_slip(self, lines: list[str]) -> None:
        self._use("printer")
        with self.lock:
            self.slips = [lines, *self.slips][:20]

    def clear(self) -> None:
        with self.lock:
            self.card, self.sheets, self.slips = None, [], []


def sheet_picture(number: int, code: str) -> bytes:
    """A sheet that can be told from the next one; what is on it is invented."""
    image = Image.new("RGB", A5, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, A5[0] - 20, A5[1] - 20), outline="black", width=2)
    draw.text((40, 40), f"SAMPLE SHEET {number}", fill="black")
    draw.text((40, 64), f"CODE {code or '-'}", fill="black")
    for line in range(12):
        draw.line((40, 120 + 32 * line, A5[0] - 40 - 9 * ((number * 7 + line * 5) % 11), 120 + 32 * line), fill="grey")
    return _png(image)


def signature_picture(name: str) -> bytes:
    """Strokes that differ by name, on a transparent ground."""
    image = Image.new("RGBA", (360, 120), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    x, y = 20, 60
    for step, character in enumerate(name * 4):
        to = (x + 22, 20 + (ord(character) * (step + 3)) % 80)
        draw.line((x, y, *to), fill=(20, 30, 120, 255), width=4)
        x, y = to[0] - 6, to[1]
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
