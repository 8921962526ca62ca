"""Who has had a part in what was done: for rules that keep people out of a later step."""

from collections.abc import Collection

from .models import Task

Subject = tuple[str, str]


def persons_of(subject: Subject, acts: Collection[str]) -> frozenset[int]:
    """The persons who completed or hold a task with one of these acts, and those they did it for (one statement)."""
    found = Task.objects.filter(
        instance__subject_kind=subject[0],
        instance__subject_id=subject[1],
        act__in=list(acts),
    )
    rows = found.values_list("done_by", "on_behalf", "person_id")
    return frozenset(person for row in rows for person in row if person)
