"""The embedded PostgreSQL: UTF-8 whatever the shell says, separate roles, recovery after a kill."""

import os
import signal

import psycopg
import pytest

from yipan.house.database import APP, OWNER, SUPERUSER, EmbeddedPostgres
from yipan.house.places import Places, default_home


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    home = tmp_path / "home" if os.geteuid() != 0 else default_home(purpose=f"launch-{os.getpid()}")
    embedded = EmbeddedPostgres(Places(home))
    embedded.start()
    yield embedded
    embedded.release()
    import shutil

    shutil.rmtree(home, ignore_errors=True)


def test_text_is_utf8_and_roles_are_separate(cluster):
    with psycopg.connect(cluster.dsn(OWNER)) as connection:
        assert connection.execute("SELECT upper('é') || '一盘棋'").fetchone() == ("É一盘棋",)
    with psycopg.connect(cluster.dsn(SUPERUSER)) as connection:
        rights = dict(connection.execute("SELECT rolname, rolbypassrls OR rolsuper FROM pg_roles").fetchall())
    assert rights[APP] is False
    assert rights[OWNER] is False


def test_recovers_after_sigkill_and_stops_without_a_trace(cluster):
    with psycopg.connect(cluster.dsn(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    os.kill(cluster.process_id(), signal.SIGKILL)
    second = EmbeddedPostgres(cluster.places, durable=False)
    second.start()
    with psycopg.connect(second.dsn(OWNER)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
    second.release()
    assert cluster.answers(), "the first user still holds the server"


def test_a_cluster_of_another_major_is_refused_with_the_remedy(cluster):
    from yipan.house.database import DatabaseProblem

    cluster.release()
    (cluster.places.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseProblem, match="yipan restore"):
        cluster.start()
