"""Between rows and pure values: the form of a version, what a draft knows, digests of data."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from yipan.kernel.packs import PackFile

from .domain import parse
from .domain.schema import Form, Prefilled
from .models import Draft, FormVersion


def form_of(version: FormVersion) -> Form:
    """The parsed form. Versions never change, so each is parsed once per process and content."""
    return _parsed(version.sha256, version.key, version.schema)


@lru_cache(maxsize=256)
def _parsed(_sha256: str, key: str, schema: str) -> Form:
    return parse(PackFile("", f"forms/{key}.json", schema.encode()).document)[0]


def prefilled_of(draft: Draft) -> dict[str, Prefilled]:
    return {
        key: Prefilled(one["value"], one["source"], datetime.fromisoformat(one["taken_at"]), one["locked"])
        for key, one in draft.prefilled.items()
    }


def as_json(one: Prefilled) -> dict[str, Any]:
    return {"value": one.value, "source": one.source, "taken_at": one.taken_at.isoformat(), "locked": one.locked}


def locked_of(draft: Draft) -> dict[str, Any]:
    """Stored values that nobody may overwrite here."""
    return {key: one["value"] for key, one in draft.prefilled.items() if one["locked"]}


def remarks_of(draft: Draft) -> dict[str, str]:
    return {key: one["remark"] for key, one in draft.contested.items()}


def digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
