"""References to stored files, as other rooms and screens see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ScanState = Literal["not_scanned", "pending", "clean", "infected", "failed"]
SCAN_WORDS: dict[str, str] = {
    "not_scanned": "未查毒",
    "pending": "等待查毒",
    "clean": "查毒通过",
    "infected": "发现病毒，已封存",
    "failed": "查毒未完成",
}
FLAG_WORDS: dict[str, str] = {
    "script": "含脚本",
    "launch": "含启动外部程序的动作",
    "embedded": "含内嵌文件",
    "encrypted": "已加密，无法检查内容",
    "external": "引用外部内容",
    "renamed": "扩展名与内容不符，已更正",
}


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file. `sha256` is that of the stored bytes, `original_sha256` that of what was uploaded (they differ
    when an image was re-encoded)."""

    id: int
    name: str
    mime: str
    kind: str
    size: int
    sha256: str
    original_sha256: str
    flags: tuple[str, ...]
    scan_state: str
    at: datetime
    actor_name: str
    erased: bool = False

    @property
    def scan_word(self) -> str:
        return SCAN_WORDS[self.scan_state]

    @property
    def flag_words(self) -> tuple[str, ...]:
        return tuple(FLAG_WORDS.get(flag, flag) for flag in self.flags)

    @property
    def size_shown(self) -> str:
        if self.size < 1024:
            return f"{self.size} 字节"
        return f"{self.size / 1024:.0f} KB" if self.size < 1024 * 1024 else f"{self.size / 1024 / 1024:.1f} MB"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner found: clean, infected (with the name of what was found) or failed (with the reason)."""

    state: ScanState
    detail: str = ""
