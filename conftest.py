"""One embedded PostgreSQL for a whole test run; every xdist worker gets a database of its own on it."""

import os
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

pytest_plugins = ["skipped"]

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


# Tests that share one installation run in one process, whichever file they are in; all others go file by file, so that
# what module fixtures install is installed once. In this order: whole houses, browsers and kills take longest, so they
# begin first and the other process fills in beside them.
SHARED = {
    "tests/resilience/": "resilience",
    "tests/browser/test_journey": "journey",
    "tests/browser/": "screens",
    "tests/house/test_demo_life": "demo_life",
    "tests/house/test_production": "demo_life",
    "tests/interface/": "district",
    "tests/staff/": "district",
    "tests/races/": "races",
}

ORDER = list(dict.fromkeys(SHARED.values()))


def _group(item: pytest.Item) -> str:
    return next((name for start, name in SHARED.items() if item.nodeid.startswith(start)), item.nodeid.split("::")[0])


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Groups are named before xdist reads them; the order is given after everybody else has sorted."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    yield
    items.sort(key=_turn)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by what they are for: those of an archive, and even their number, bear the time it was made, and
    both processes must see tests of the same names."""
    return argname if isinstance(val, bytes) else None


def _turn(item: pytest.Item) -> int:
    group = next(marker.args[0] for marker in item.iter_markers("xdist_group"))
    return ORDER.index(group) if group in ORDER else len(ORDER)


def pytest_sessionstart(session: pytest.Session) -> None:
    """With YIPAN_SCHEMA the rooms run in a schema of that name: no code may name one (a cell is one schema)."""
    schema = os.environ.get("YIPAN_SCHEMA")
    if not schema:
        return
    from django.db.backends.signals import connection_created

    def make_schema(connection, **_more) -> None:
        if not str(connection.settings_dict["NAME"]).startswith("test_"):
            return  # the maintenance database, from which test databases are made and dropped
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")

    connection_created.connect(make_schema, weak=False)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """A database of this process, cloned from one that is migrated once a run (instead of once a process)."""
    import databases

    with django_db_blocker.unblock():
        databases.begin()
    yield
    with django_db_blocker.unblock():
        databases.end()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and os.environ.get("DATABASE_URL"):
        import databases

        databases.drop_run(others=_cluster is not None)
    if _cluster is not None:
        _cluster.release()


@pytest.fixture
def signed_in(client: Any) -> Callable[[Any], Any]:
    """``signed_in(actor)`` gives the client of that person."""
    from yipan.platform.people.models import Account

    def sign_in(actor: Any) -> Any:
        account = Account.objects.get(pk=actor.account_id)
        client.force_login(account, backend="yipan.platform.people.backend.AccountBackend")
        return client

    return sign_in


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
