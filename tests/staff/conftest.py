"""Tests of the staff's screens on the whole demo district."""

import pytest
from district import as_citizen, as_staff, district, whole_district

__all__ = ["as_citizen", "as_staff", "district", "whole_district"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/staff/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("district"))  # filled once, for all of them


@pytest.fixture
def page():
    """``page(client, address, **query)``: the text of a page that must answer 200."""

    def read(client, address, **query):
        answer = client.get(address, query)
        assert answer.status_code == 200, answer.content.decode()[:1500]
        return answer.content.decode()

    return read
