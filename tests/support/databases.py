"""Databases for test processes: cloned from templates that are made once a run, by whichever process needs one first.

``begin`` and ``end`` give a process its own database with every table. ``filled`` lends it another one in which
something was installed and committed, and returns to the first afterwards. Every name begins with the run's own
(``YIPAN_TEST_DATABASE``), so that runs do not meet; what a killed run left behind is dropped by the next.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

PREFIX = "test_yipan_"
MIGRATED = "migrated"
_kept: set[str] = set()


def run_name() -> str:
    return os.environ["YIPAN_TEST_DATABASE"]


def own_name() -> str:
    return f"{run_name()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def begin() -> None:
    """Work on a database of this process with every table and no row but those of the migrations."""
    template = _template(MIGRATED, "", lambda: call_command("migrate", verbosity=0, interactive=False, run_syncdb=True))
    _copy(own_name(), template)
    _point_to(own_name())


def end() -> None:
    """Drop what this process used."""
    _point_to("postgres")
    connection.close()
    _drop_all(own_name())


@contextlib.contextmanager
def filled(kind: str, install: Callable[[], object], *, commits: bool) -> Iterator[None]:
    """The default connection on a clone of a database in which ``install`` was committed once a run.

    Called outside transactions. Who ``commits`` gets a clone of his own; who rolls everything back leaves his to the
    next one of this process.
    """
    assert not connection.in_atomic_block, "another database can only be taken outside transactions"
    before, name = connection.settings_dict["NAME"], f"{own_name()}_{kind}" + ("_once" if commits else "")
    if name not in _kept:
        _copy(name, _template(kind, f"{run_name()}_{MIGRATED}", install))
    _point_to(name)
    try:
        yield
    finally:
        _point_to(before)
    if commits:
        _drop_all(name)
    else:
        _kept.add(name)


def drop_run(*, others: bool) -> None:
    """Drop the templates of this run (controlling process, at the end); ``others``: also what killed runs have left on
    a server that is ours alone."""
    _drop_all(run_name())
    if not others:
        return
    with _server() as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_yipan_[0-9]+'").fetchall()
    names = [row[0] for row in rows]
    for name in {name for name in names if not Path(f"/proc/{name.removeprefix(PREFIX).split('_')[0]}").exists()}:
        _drop_all(name)


# -- the inside --------------------------------------------------------------------------------------------------------
def _template(kind: str, base: str, fill: Callable[[], object]) -> str:
    """A finished template; the first process that asks makes it while the others wait."""
    name = f"{run_name()}_{kind}"
    with (Path(os.environ["YIPAN_HOME"]) / f"{name}.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not _exists(name):
            before, unfinished = connection.settings_dict["NAME"], f"{name}_unfinished"
            _copy(unfinished, base or "template0")
            _point_to(unfinished)
            try:
                fill()
            finally:
                _point_to(before)
            with _server() as server:
                server.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
                )
    return name


def _point_to(name: str) -> None:
    """The settings are shared by the connections of all threads, a live server's too."""
    connection.close()
    connection.settings_dict["NAME"] = name


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection]:
    address = make_conninfo(os.environ["DATABASE_URL"], dbname="postgres")
    with psycopg.connect(address, autocommit=True) as server:
        yield server


def _exists(name: str) -> bool:
    with _server() as server:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _copy(name: str, template: str) -> None:
    with _server() as server:
        _drop(server, name)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def _drop_all(beginning: str) -> None:
    """Drop the database of this name and those whose names go on from it."""
    with _server() as server:
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE datname = %s OR starts_with(datname, %s)",
            [beginning, beginning + "_"],
        ).fetchall()
        for (name,) in rows:
            _drop(server, name)


def _drop(server: psycopg.Connection, name: str) -> None:
    """Our sessions are ended here and autovacuum by the plain DROP, which WITH (FORCE) would refuse: its worker belongs
    to no role that an ordinary one may end."""
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user", [name]
    )
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
