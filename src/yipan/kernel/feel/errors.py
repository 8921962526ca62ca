"""The one error of the language that a caller sees: a text that cannot be read, or an evaluation that must stop.

Everything else follows the standard (DMN 1.3 §10.3.2.13): an operation on values it is not made for gives null.
"""


class FeelError(ValueError):
    """``message_zh`` says what is wrong, ``position`` is the offset (characters, from 0), ``hint`` how to mend it."""

    def __init__(self, message_zh: str, position: int = 0, hint: str = "") -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.position = position
        self.hint = hint

    def __str__(self) -> str:
        tail = f"；{self.hint}" if self.hint else ""
        return f"第 {self.position + 1} 个字符：{self.message_zh}{tail}"


class NotApplicable(Exception):
    """Inside the room only: the operation has no meaning for these values, so the result is null."""
