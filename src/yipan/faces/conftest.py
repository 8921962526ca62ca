"""Demo staff for the homes' tests."""

from yipan.platform.people.tests.conftest import as_staff, district

__all__ = ["as_staff", "district"]
