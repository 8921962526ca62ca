"""Demo staff for the homes' tests."""

from yipan.platform.people.tests.conftest import _installed, as_staff, district

__all__ = ["_installed", "as_staff", "district"]
