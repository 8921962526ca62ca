"""The district of the demo, installed once per module; pytest rolls each test back to it."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """All packs with the demo's people. A test also needs the mark ``django_db``."""
    import telling  # its models need Django, which is not set up yet when this file is read

    with django_db_blocker.unblock(), telling.standing():
        yield
