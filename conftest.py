"""One embedded PostgreSQL for a whole test run; every xdist worker gets a database of its own on it."""

import os

import pytest

os.environ.setdefault("YIPAN_ENV", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.house.settings")
os.environ["YIPAN_DB_ROLE"] = "owner"

_cluster = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the database in the controlling process only; workers inherit its address."""
    global _cluster
    if hasattr(config, "workerinput"):
        return
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
