"""Reads of process definitions: their versions, and what runs on each."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from .models import Definition, Instance


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A version in the administrator's list."""

    key: str
    version: int
    name: str
    deployed_at: datetime
    deployed_by: str
    running: int
    newest: bool

    @property
    def id(self) -> str:
        return f"{self.key}-{self.version}"


def process_names() -> list[tuple[str, str]]:
    """Every process by key, with the name of its newest version."""
    newest = Definition.objects.order_by("key", "-version").distinct("key")
    return [(key, name or key) for key, name in newest.values_list("key", "name")]


def running_on(key: str, version: int) -> int:
    """How many instances run on a version."""
    return Instance.objects.filter(definition__key=key, definition__version=version, ended_at=None).count()


def other_versions(key: str, version: int) -> list[int]:
    """Numbers of the other versions of a process, newest first."""
    others = Definition.objects.filter(key=key).exclude(version=version).order_by("-version")
    return list(others.values_list("version", flat=True))


def definitions() -> list[DefinitionRow]:
    """Every version with the number of its running instances, newest first within a process (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT d.key, d.version, d.name, d.deployed_at, d.deployed_by_name,
                (SELECT count(*) FROM processes_instance i
                    WHERE i.definition_id = d.id AND i.status IN ('running', 'suspended')),
                d.version = max(d.version) OVER (PARTITION BY d.key)
            FROM processes_definition d ORDER BY d.key, d.version DESC
        """)
        return [DefinitionRow(*row) for row in cursor.fetchall()]
