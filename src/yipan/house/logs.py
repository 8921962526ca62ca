"""Log lines as JSON with the request's id, and without personal data: numbers are masked, free text is left out.

A name cannot be told from any other word, so what people wrote never gets into a line: everything that is not ASCII,
quoted values, query strings, escapes and the details that PostgreSQL adds to an error are cut. What the program itself
says is English, and stays.
"""

import json
import logging
import re
from datetime import UTC, datetime

_ID = re.compile(r"(?<![0-9A-Za-z])(\d{6})\d{8}(\d{3}[0-9Xx])(?![0-9A-Za-z])")
_OLD_ID = re.compile(r"(?<!\d)(\d{6})\d{6}(\d{3})(?!\d)")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_PERMIT = re.compile(r"(?<![0-9A-Za-z])([HM])\d{8}(?:\d{2})?(?!\d)")
# A household business (个体工商户) is a natural person: its credit code begins with 92.
_HOUSEHOLD = re.compile(r"(?<![0-9A-Za-z])(92\d{4})\d{2}[0-9A-Z]{6}([0-9A-Z]{4})(?![0-9A-Za-z])")
_SECRET = re.compile(r"yk_[0-9a-f]{10}_[\w-]+")

_GONE = "…"
_DETAILS = re.compile(
    r"^[ \t]*(?:DETAIL|HINT|CONTEXT|QUERY|STATEMENT|WHERE|LINE \d+):.*(?:\n[ \t]*\^.*)?", re.MULTILINE
)
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2})+")
_QUERY_STRING = re.compile(r"\?[^\s'\"<>?]*=[^\s'\"<>]*")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
_A_NAME_OF_OURS = re.compile(r"[\w./:<>=()\[\]{},%*-]*", re.ASCII)
LONGEST = 20_000


def without_personal_data(text: str) -> str:
    """Mask resident ids (18 and 15 digits), phones, HK/Macao permits, codes of household businesses and application
    keys wherever they stand."""
    text = _ID.sub(r"\1********\2", text)
    text = _HOUSEHOLD.sub(r"\1********\2", text)
    text = _OLD_ID.sub(r"\1******\2", text)
    text = _PHONE.sub(r"\1****\2", text)
    text = _PERMIT.sub(r"\1********", text)
    return _SECRET.sub("yk_***", text)


def without_free_text(text: str) -> str:
    """Only what the program says, for lines that may quote what people wrote."""
    text = _DETAILS.sub(_GONE, without_personal_data(text))
    text = _QUERY_STRING.sub("?" + _GONE, text)
    text = _FOREIGN.sub(_GONE, _ESCAPES.sub(_GONE, text))
    return _QUOTED.sub(_kept_quote, text)[:LONGEST]


def _kept_quote(found: re.Match[str]) -> str:
    """Identifiers, paths and tables stay in their quotes; sentences and values do not."""
    inner = found[1] if found[1] is not None else found[2]
    return found[0] if _A_NAME_OF_OURS.fullmatch(inner) else f"{found[0][0]}{_GONE}{found[0][0]}"


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id; a traceback in ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_free_text(record.getMessage()),
            "request": _request_id(),
        }
        if record.exc_info:
            line["error"] = without_free_text(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _request_id() -> str:
    """The id the web's outermost middleware gave the request; empty outside requests."""
    from yipan.platform.ui.middleware import current_request_id

    return current_request_id()
