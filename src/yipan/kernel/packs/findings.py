"""A finding is one fault of a pack file, placed so that its author can go straight to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
ERROR: Severity = "error"
WARNING: Severity = "warning"
NOTE: Severity = "note"
_WORDS = {"error": "错误", "warning": "警告", "note": "提示"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`file` is the path inside the pack, `line` counts from 1 (0: the file as a whole), `message` is Chinese."""

    file: str
    line: int
    message: str
    severity: Severity = ERROR

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {_WORDS[self.severity]}: {self.message}"

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


class PackError(Exception):
    """Content that cannot be used; carries every finding, not only the first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
