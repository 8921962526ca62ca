"""Decisions about licences without tables: states and verdicts, the signed summary, kinds and their faces."""

from .kinds import Field, Kind, LicenceProblem, NumberRule, face, food_kind, valid_until
from .seal import Malformed, compact, open_compact, signed_bytes
from .states import CHANGES, STATE_TONES, STATE_WORDS, Change, Verdict, verdict

__all__ = [
    "CHANGES",
    "STATE_TONES",
    "STATE_WORDS",
    "Change",
    "Field",
    "Kind",
    "LicenceProblem",
    "Malformed",
    "NumberRule",
    "Verdict",
    "compact",
    "face",
    "food_kind",
    "open_compact",
    "signed_bytes",
    "valid_until",
    "verdict",
]
