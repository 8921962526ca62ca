"""One demo in processes of its own for all tests that shake it."""

from collections.abc import Iterator

import demo_house
import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/resilience/" in str(item.path):
            item.add_marker("resilience")
            item.add_marker(pytest.mark.xdist_group("resilience"))


@pytest.fixture(scope="session")
def house() -> Iterator[demo_house.House]:
    """A running demo with fresh data."""
    with demo_house.running("shaken") as made:
        yield made
