"""Races on real connections: the packs are committed once for the file and removed afterwards."""

from collections.abc import Iterator

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/races/" in str(item.path):
            item.add_marker(pytest.mark.django_db)  # so that the test database is made


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """What tests do in the main thread is rolled back; what threads do on their own connections is committed."""
    import telling

    with django_db_blocker.unblock(), telling.standing(committed=True):
        yield
