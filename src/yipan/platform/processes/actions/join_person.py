"""A person known twice became one (people.joining): matters, their lists and separation of duties name the one who
stays."""

from django.db import connection

from ..models import Instance

_ENTRIES = """
UPDATE processes_entry SET holder = CASE WHEN holder = %(old)s THEN %(new)s ELSE holder END,
    excluded = array_replace(excluded, %(drop)s, %(keep)s)
WHERE holder = %(old)s OR %(drop)s = ANY(excluded)
"""
_TASKS = (
    "UPDATE processes_task SET excluded = array_replace(excluded, %(drop)s, %(keep)s) WHERE %(drop)s = ANY(excluded)"
)


def move(keep: int, drop: int) -> int:
    """How many matters were moved."""
    with connection.cursor() as cursor:
        params = {"old": f"a:{drop}", "new": f"a:{keep}", "drop": drop, "keep": keep}
        cursor.execute(_ENTRIES, params)
        cursor.execute(_TASKS, {"drop": drop, "keep": keep})
    return Instance.objects.filter(applicant_person_id=drop).update(applicant_person_id=keep)
