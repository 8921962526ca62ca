"""Numbers: document numbers without gaps, case numbers, reserved numbers of receipt books, short codes for people.

* ``take`` / ``issue`` give the next number of a series inside the caller's transaction: the counter's row stays
  locked until it commits, so a rolled back act leaves no gap and two acts never get the same number.
* ``document_number`` writes 蓬市监许准字〔2021〕第000123号 by the rule of the pack folder ``numbers``; ``case_numbers``
  gives the national 43 digits, a short number to say on the telephone and a query code that cannot be guessed.
* ``reserve`` / ``use_reserved`` serve receipt books for days without network; ``void`` keeps the number used up for
  ever, with its reason.
* ``queries.gaps`` proves that every number up to the last is issued, reserved or void.
"""

from .domain import BadPattern, format_number, normalise_short, show_short
from .series import (
    CaseNumbers,
    Issued,
    NumberProblem,
    case_numbers,
    document_number,
    issue,
    reserve,
    reserve_documents,
    short_codes,
    take,
    use_reserved,
    use_reserved_document,
    void,
)

format = format_number

__all__ = [
    "BadPattern",
    "CaseNumbers",
    "Issued",
    "NumberProblem",
    "case_numbers",
    "document_number",
    "format",
    "format_number",
    "issue",
    "normalise_short",
    "reserve",
    "reserve_documents",
    "short_codes",
    "show_short",
    "take",
    "use_reserved",
    "use_reserved_document",
    "void",
]
