"""A person known twice became one (people.joining): cases name the one who stays."""

from ..models import Case, Delivery, Dispatch


def move(keep: int, drop: int) -> int:
    """How many cases were moved. Addresses have moved with the vault, under the same names."""
    Delivery.objects.filter(address_person_id=drop).update(address_person_id=keep)
    Dispatch.objects.filter(address_person_id=drop).update(address_person_id=keep)
    applied = Case.objects.filter(applicant_person_id=drop).update(applicant_person_id=keep)
    return applied + Case.objects.filter(agent_person_id=drop).update(agent_person_id=keep)
