"""Tests of the staff's screens on the whole demo district."""

import pytest
from district import as_citizen, as_staff, district, whole_district

__all__ = ["as_citizen", "as_staff", "district", "whole_district"]


@pytest.fixture
def page():
    """``page(client, address, **query)``: the text of a page that must answer 200."""

    def read(client, address, **query):
        answer = client.get(address, query)
        assert answer.status_code == 200, answer.content.decode()[:1500]
        return answer.content.decode()

    return read
