"""Tests of the JSON interface on the whole demo district."""

import pytest
from district import as_citizen, as_staff, district, whole_district

__all__ = ["as_citizen", "as_staff", "district", "whole_district"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/interface/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("district"))  # filled once, for all of them
