"""The embedded PostgreSQL: UTF-8 whatever the shell says, separate roles, recovery after a kill."""

import os
import signal

import psycopg
import pytest
from processes import wait_for

from yipan.house.commands.demo import Demo
from yipan.house.database import APP, OWNER, SUPERUSER, EmbeddedPostgres
from yipan.house.listening import free_port
from yipan.house.places import Places, default_home
from yipan.house.process_table import alive


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


def test_the_demo_outlives_a_database_that_cannot_start_at_once(cluster, capsys):
    """Its supervisor tries again, as with every other process, instead of ending with everything it keeps."""
    demo = Demo(cluster.places, "127.0.0.1", free_port())
    settings = cluster.places.cluster / "postgresql.conf"
    aside = settings.rename(settings.with_suffix(".aside"))
    killed = cluster.process_id()
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: not cluster.answers() and not alive(killed), "the server to be gone", 20)
    demo.supervisor.look_after()
    assert "it did not start" in capsys.readouterr().err
    aside.rename(settings)
    wait_for(lambda: demo.supervisor.look_after() or cluster.answers(), "the server to be back", 60)
    demo.database.release()


def test_a_cluster_of_another_major_is_refused_with_the_remedy(cluster):
    from yipan.house.database import DatabaseProblem

    cluster.release()
    (cluster.places.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseProblem, match="yipan restore"):
        cluster.start()
