"""What is wrong with a decision model, placed at an element and a line."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``line`` counts from 1 (0: the file as a whole); message and remedy are Chinese."""

    element_id: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        who = f" {self.element_id}" if self.element_id else ""
        remedy = f"（{self.remedy}）" if self.remedy else ""
        return f"第 {self.line} 行{who}：{self.message}{remedy}"


class DmnError(Exception):
    """A model that cannot be evaluated; carries every finding."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))
