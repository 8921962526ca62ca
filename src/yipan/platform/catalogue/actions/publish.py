"""Publish a version of an item: immutable, numbered, searchable from its day on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.kernel.clock import day_of
from yipan.platform import records

from ..domain import ItemVersionText, item_of
from ..models import BaseItem, CodeTable, ItemVersion
from . import turning


def publish_item(versions: Sequence[ItemVersionText], *, actor: records.Actor, at: datetime) -> list[ItemVersion]:
    """Publish what is new of an item's versions (oldest first); what is published already stays as it is."""
    made: list[ItemVersion] = []
    key = versions[-1].value["key"]
    with transaction.atomic():
        known = set(ItemVersion.objects.filter(key=key).values_list("sha256", flat=True))
        number = len(known)
        for version in versions:
            text = json.dumps(version.value, ensure_ascii=False, sort_keys=True)
            digest = hashlib.sha256(text.encode()).hexdigest()
            if digest in known:
                continue
            number += 1
            item = item_of(version.value)
            made.append(
                ItemVersion.objects.create(
                    key=key,
                    number=number,
                    title=item.title,
                    effective_from=version.effective_from,
                    change_note=version.change_note,
                    unit_key=item.unit,
                    sha256=digest,
                    data=version.value,
                    published_at=at,
                    published_by=actor.name,
                )
            )
            records.act(
                chain=("item", key),
                verb="item.publish",
                actor=actor,
                at=at,
                subject=("item", key),
                payload={"number": number, "sha256": digest, "effective_from": version.effective_from.isoformat()},
            )
        for version in made:
            if version.effective_from <= day_of(at):
                turning.come(version, at)
    return made


def replace_codes(key: str, title: str, source: str, codes: Sequence[Mapping[str, Any]]) -> None:
    CodeTable.objects.update_or_create(
        key=key, defaults={"title": title, "source": source, "codes": [dict(code) for code in codes]}
    )


def replace_base_items(source: str, items: Sequence[Mapping[str, Any]]) -> None:
    from ..domain.reading import plain

    for item in items:
        BaseItem.objects.update_or_create(
            code=item["code"],
            defaults={
                "name": item["name"],
                "kind": item["type"],
                "source": source,
                "bases": plain(item.get("bases") or []),
            },
        )
