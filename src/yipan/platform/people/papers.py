"""Documents that prove who a person is: their kinds, how numbers are checked, and the codes two lists give them.

The identity service states documents by the codes of the national platform (10, 14 …), police data by those of
GA/T 2000.156 (111, 516 …); both lead to one kind here. A number that proves itself (resident ID, residence permit)
decides its kind, whatever a service calls it.
"""

import re
from collections.abc import Callable

from yipan.kernel import identifiers
from yipan.kernel.identifiers import Check

from .vault import DOCUMENTS, RESIDENT_ID

OTHER = "other"
_CHECKS: dict[str, Callable[[str], Check]] = {
    RESIDENT_ID: identifiers.check_resident_id,
    "residence_permit": identifiers.check_residence_permit,
    "hk_macao_permit": identifiers.check_hk_macao_permit,
    "taiwan_permit": identifiers.check_taiwan_permit,
    "foreign_permanent_id": identifiers.check_foreigner_residence,
    "passport": identifiers.check_passport,
}
_KIND_OF_CODE = {
    "10": RESIDENT_ID, "14": "hk_macao_permit", "15": "taiwan_permit", "20": "passport",
    "111": RESIDENT_ID, "414": "passport", "511": "taiwan_permit", "516": "hk_macao_permit",
    "553": "foreign_permanent_id",
}  # fmt: skip


def kinds() -> list[tuple[str, str]]:
    """(kind, Chinese name) for a choice on screen."""
    return list(DOCUMENTS.items())


def check(kind: str, number: str) -> Check:
    """Whether a number can be one of a kind. An unknown kind only needs a number."""
    if kind in _CHECKS:
        return _CHECKS[kind](number)
    text = identifiers.normalise(number)
    sound = bool(re.fullmatch(r"[0-9A-Z()\-]{4,30}", text))
    return Check(sound, text, () if sound else ("请填写证件号码",))


def recognised(number: str, stated: str) -> tuple[str, str]:
    """Kind and normalised number of a document as a service states it."""
    kind = kind_of(number, stated)
    return kind, check(kind, number).normalised


def kind_of(number: str, stated: str) -> str:
    """The kind of a document by its number and what a service calls it (a code of either list, or our own name)."""
    if identifiers.check_residence_permit(number).ok:
        return "residence_permit"
    if identifiers.check_resident_id(number).ok:
        return RESIDENT_ID
    kind = _KIND_OF_CODE.get(stated, stated)
    return kind if kind in DOCUMENTS and _CHECKS[kind](number).ok else OTHER
