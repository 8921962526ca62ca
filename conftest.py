"""One embedded PostgreSQL for a whole test run; every xdist worker gets a database of its own on it."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("YIPAN_ENV", "test")
# Set here and not in pyproject.toml: from there pytest-django would read the settings before the server has an address.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.house.settings")
os.environ["YIPAN_DB_ROLE"] = "owner"

_cluster = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the database in the controlling process only; workers inherit its address."""
    if not hasattr(config, "workerinput"):
        _start_database()
    from django.conf import settings

    # Reading one setting configures Django; pytest-django's own hook, which runs after this one, then sets it up.
    assert settings.ENVIRONMENT == "test"


def _start_database() -> None:
    global _cluster
    from yipan.house.database import OWNER, EmbeddedPostgres
    from yipan.house.places import Places, default_home

    places = Places(default_home(purpose="test"))
    os.environ["YIPAN_HOME"] = str(places.home)
    os.environ["YIPAN_TEST_DATABASE"] = f"test_yipan_{os.getpid()}"
    if not os.environ.get("DATABASE_URL"):
        _cluster = EmbeddedPostgres(places, durable=False)
        _cluster.start()
        os.environ["DATABASE_URL"] = _cluster.dsn(OWNER)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _cluster is not None:
        _cluster.release()


@pytest.fixture(autouse=True)
def _records_are_emptied_after_commits(request: pytest.FixtureRequest, django_db_blocker: object) -> Iterator[None]:
    """Record tables refuse to forget, so the flush after a test that commits cannot empty them."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        from yipan.platform.records.testing import wipe

        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            wipe()
