"""A person known twice became one (people.joining): licences name the one who stays."""

from ..models import Licence


def move(keep: int, drop: int) -> int:
    """How many licences were moved."""
    return Licence.objects.filter(holder_person_id=drop).update(holder_person_id=keep)
