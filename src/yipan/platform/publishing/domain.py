"""Comparing a pack on disk with what is installed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackDifference:
    """Paths that were added, removed or changed on the left side against the right side."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare(left: Mapping[str, str], right: Mapping[str, str]) -> PackDifference:
    """Compare two maps from path to digest."""
    return PackDifference(
        tuple(sorted(left.keys() - right.keys())),
        tuple(sorted(right.keys() - left.keys())),
        tuple(sorted(path for path in left.keys() & right.keys() if left[path] != right[path])),
    )
