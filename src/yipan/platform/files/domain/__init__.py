"""What a file is, by its content; pure."""

from .kinds import KINDS, Kind, sniff
from .names import clean_name
from .refs import FLAG_WORDS, SCAN_WORDS, FileRef, Verdict
from .rejected import Rejected

__all__ = ["FLAG_WORDS", "KINDS", "SCAN_WORDS", "FileRef", "Kind", "Rejected", "Verdict", "clean_name", "sniff"]
