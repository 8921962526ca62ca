"""What a row was, in 64 characters: acts keep the fingerprints of their subject before and after (sheet 00 X1).

Whoever holds a copy of the row can prove which version of it an act was done on; the fingerprint alone tells nothing.
"""

import hashlib
from typing import Any

from django.db import models

from .domain.digests import canonical


def fingerprint(row: models.Model, *, without: tuple[str, ...] = ()) -> str:
    """SHA-256 over every column of a row, as the program holds it; two equal rows have equal fingerprints."""
    values: dict[str, Any] = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in without
    }
    return hashlib.sha256(canonical(values).encode()).hexdigest()
