"""Log lines as JSON with the request's id; numbers of persons and phones are masked on the way out."""

import json
import logging
import re
from datetime import UTC, datetime

_ID = re.compile(r"(?<![0-9A-Za-z])(\d{6})\d{8}(\d{3}[0-9Xx])(?![0-9A-Za-z])")
_OLD_ID = re.compile(r"(?<!\d)(\d{6})\d{6}(\d{3})(?!\d)")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_PERMIT = re.compile(r"(?<![0-9A-Za-z])([HM])\d{8}(?:\d{2})?(?!\d)")
_SECRET = re.compile(r"yk_[0-9a-f]{10}_[\w-]+")


def without_personal_data(text: str) -> str:
    """Mask resident ids (18 and 15 digits), phones, HK/Macao permits and application keys wherever they stand."""
    text = _ID.sub(r"\1********\2", text)
    text = _OLD_ID.sub(r"\1******\2", text)
    text = _PHONE.sub(r"\1****\2", text)
    text = _PERMIT.sub(r"\1********", text)
    return _SECRET.sub("yk_***", text)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id; a traceback in ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_personal_data(record.getMessage()),
            "request": _request_id(),
        }
        if record.exc_info:
            line["error"] = without_personal_data(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _request_id() -> str:
    """The id the web's outermost middleware gave the request; empty outside requests."""
    try:
        from yipan.platform.ui.middleware import current_request_id
    except ImportError:
        return ""
    return current_request_id()
