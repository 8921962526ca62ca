"""What may be done with files."""

from .erase import erase
from .scan import scan
from .store import store

__all__ = ["erase", "scan", "store"]
