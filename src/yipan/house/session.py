"""A command's connection to the installation: the database of ``DATABASE_URL``, or the embedded one held meanwhile."""

import contextlib
import os
from collections.abc import Iterator

from . import places
from .database import APP, OWNER, EmbeddedPostgres


def variables(database: EmbeddedPostgres) -> dict[str, str]:
    """What child processes need to find the embedded database and the installation's folders."""
    return {
        "YIPAN_HOME": str(database.places.home),
        "DATABASE_URL": database.dsn(APP),
        "YIPAN_OWNER_DATABASE_URL": database.dsn(OWNER),
    }


@contextlib.contextmanager
def without_database() -> Iterator[None]:
    """Django set up for what only reads files."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.house.settings")
    import django

    django.setup()
    yield


@contextlib.contextmanager
def installation(*, owner: bool = False) -> Iterator[None]:
    """Django set up on this installation's database; the embedded server runs as long as the block does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.house.settings")
    if owner:
        os.environ["YIPAN_DB_ROLE"] = "owner"
    with contextlib.ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            database = EmbeddedPostgres(places.current())
            stack.enter_context(database.hold())
            os.environ.update(variables(database))
        import django

        django.setup()
        yield
        from django.db import connections

        connections.close_all()
