"""What a set of devices must do, and what goes wrong with devices. A driver is one class of this kind.

``state`` of a device: ready, missing (not there), trouble (``note`` says what). Pictures are PNG or JPEG bytes.
"""

from dataclasses import dataclass
from typing import Protocol

READY, MISSING, TROUBLE = "ready", "missing", "trouble"


class DeviceProblem(Exception):
    """A device that did not do what it was asked; the text is Chinese and says what to do, ``code`` is for programs."""

    def __init__(self, text: str, code: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class State:
    kind: str  # scanner, reader, pad, printer
    name: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One scanned side; ``code``: what a separator sheet or sticker on it says ("" for none)."""

    picture: bytes
    mime: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What an identity card says. ``kind`` as in the platform's table of documents."""

    name: str
    kind: str
    number: str


class Devices(Protocol):
    def states(self) -> list[State]: ...

    def scan(self) -> list[Page]:
        """Everything in the feeder. Raises DeviceProblem."""
        ...

    def read_card(self) -> Card:
        """The card that lies on the reader. Raises DeviceProblem."""
        ...

    def sign(self, about: str) -> bytes:
        """A signature on the pad, as PNG; ``about``: what is signed, shown on the pad. Raises DeviceProblem."""
        ...

    def print_slip(self, lines: list[str]) -> None:
        """Raises DeviceProblem."""
        ...

    def clear(self) -> None:
        """Forget everything of the client who stood here."""
        ...
