"""A finding is one thing about a model that its author must or should change, placed at an element."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
WORDS = {"error": "错误", "warning": "警告", "note": "提示"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` counts from 1 in the XML text (0: the file as a whole); message and remedy are Chinese."""

    element_id: str
    element_name: str
    line: int
    severity: Severity
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        who = f" {self.element_id}" if self.element_id else ""
        name = f"“{self.element_name}”" if self.element_name else ""
        remedy = f"（{self.remedy}）" if self.remedy else ""
        return f"第 {self.line} 行{who}{name}：{WORDS[self.severity]}：{self.message}{remedy}"

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


class BpmnError(Exception):
    """A model that cannot run; carries every finding, not only the first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings if finding.is_error))
