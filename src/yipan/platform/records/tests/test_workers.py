"""Two real worker processes on one database share the outbox, and nothing needs NOTIFY: polling delivers as well."""

import collections
import contextlib
import datetime as dt
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

import yipan
from yipan.platform import records
from yipan.platform.jobs import registry
from yipan.platform.records import roots
from yipan.platform.records.models import Delivery, OutboxRow

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
MESSAGES, EVENTS = 120, 60

# Its channel and its subscriber write down who was served by whom. Nothing is listened to.
PROGRAM = textwrap.dedent(
    """
    import os, sys, time
    import django
    django.setup()
    from procrastinate.contrib.django.procrastinate_app import app
    from yipan.platform import jobs, records
    from yipan.platform.jobs import worker
    from yipan.platform.records import outbox, subscriptions

    def note(what):
        with open(sys.argv[1], "a") as book:
            book.write(f"{what} {os.getpid()}\\n")

    def send(message):
        time.sleep(0.02)
        note(f"sent {message.key}")

    outbox._channels.clear()
    records.register_channel("test", send)
    records.subscribe("test.happened", lambda event: note(f"told {event.subject_id}"), name="test.workers")
    jobs.task("test.job")(lambda n: note(f"done {n}"))
    if "--deaf" in sys.argv:
        run = app.run_worker
        app.run_worker = lambda **options: run(**options, listen_notify=False)
    print("ready", flush=True)
    sys.exit(worker.run())
    """
)


def environment() -> dict[str, str]:
    s = connection.settings_dict
    dsn = make_conninfo(
        host=s["HOST"], user=s["USER"], password=s["PASSWORD"], dbname=s["NAME"], port=s["PORT"] or None
    )
    source = str(Path(yipan.__file__).parents[1])
    return dict(os.environ) | {"DATABASE_URL": dsn, "YIPAN_OWNER_DATABASE_URL": dsn, "PYTHONPATH": source}


@contextlib.contextmanager
def workers(number: int, book: Path, *arguments: str) -> Iterator[list[subprocess.Popen[str]]]:
    """So many worker processes, all ready before the first of them finds work."""
    line = [sys.executable, "-c", PROGRAM, str(book), *arguments]
    started = [subprocess.Popen(line, env=environment(), stdout=subprocess.PIPE, text=True) for _ in range(number)]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)
            assert process.stdout is not None
            process.stdout.close()


def wait_for(condition, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_outbox_and_the_events(tmp_path):
    """Every message is sent once and every event told once, by whichever worker; both have a part in it."""
    book = tmp_path / "book"
    name = records.subscribe("test.happened", lambda _event: None, name="test.workers")
    try:
        with workers(2, book) as running:
            with transaction.atomic():
                for n in range(MESSAGES):
                    records.queue(channel="test", key=f"k{n}", at=AT)
                records.publish([records.Event("test.happened", "thing", str(n), AT) for n in range(EVENTS)])
            wait_for(lambda: not OutboxRow.objects.exclude(state="sent").exists() and not Delivery.objects.exists())
            pids = {str(process.pid) for process in running}
    finally:
        records.subscriptions.unsubscribe(name)
    lines = [line.rsplit(" ", 1) for line in book.read_text().splitlines()]
    expected = [f"sent k{n}" for n in range(MESSAGES)] + [f"told {n}" for n in range(EVENTS)]
    assert collections.Counter(what for what, _ in lines) == collections.Counter(expected)
    assert {pid for _, pid in lines} == pids, "one of the workers did nothing"
    assert set(OutboxRow.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_hears_no_notification_works_all_the_same(tmp_path):
    """NOTIFY is only a hint: a worker that never listens finds jobs, messages and events by asking."""
    from yipan.platform import jobs

    jobs.task("test.job")(_nothing)
    book = tmp_path / "book"
    name = records.subscribe("test.happened", lambda _event: None, name="test.workers")
    try:
        with workers(1, book, "--deaf"):
            with connection.cursor() as cursor:
                wait_for(lambda: _registered(cursor))
            jobs.defer("test.job", n=7)
            records.queue(channel="test", key="k", at=AT)
            records.publish(records.Event("test.happened", "thing", "1", AT))
            wait_for(lambda: book.exists() and len(book.read_text().splitlines()) == 3)
    finally:
        records.subscriptions.unsubscribe(name)
    assert sorted(line.rsplit(" ", 1)[0] for line in book.read_text().splitlines()) == ["done 7", "sent k", "told 1"]


def _nothing(n: int) -> None:
    """Stands for the job of the same name in the worker's program."""


def _registered(cursor) -> bool:
    cursor.execute("SELECT count(*) FROM procrastinate_workers")
    return cursor.fetchone()[0] == 1


@pytest.mark.django_db
def test_the_night_signs_the_heads_and_makes_the_next_months(tmp_path, monkeypatch):
    """What the worker's clock starts: a signed root over every head that moved, and partitions three months ahead."""
    monkeypatch.setenv("YIPAN_WITNESS", str(tmp_path / "roots.jsonl"))
    assert registry.schedules["records.root"] == "10 1 * * *"
    assert registry.schedules["records.daily"] == "40 0 * * *"
    for key in ("1", "2"):
        records.act(chain=("case", key), verb="case.x", actor=records.SYSTEM, at=AT, subject=("case", key))
    registry.functions["records.root"]()
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, key, seq FROM records_root_leaf WHERE kind = 'case' ORDER BY key")
        assert cursor.fetchall() == [("case", "1", 1), ("case", "2", 1)]
        cursor.execute("SELECT count(*) FROM records_chain WHERE seq > rooted_seq")
        assert cursor.fetchone() == (0,)
        assert roots.make() is None, "nothing has moved since"
        cursor.execute("SELECT to_char(current_date + make_interval(months => 3), 'YYYYMM')")
        last = cursor.fetchone()[0]
        cursor.execute(f"DROP TABLE records_act_{last}, records_event_{last}")
        registry.functions["records.daily"]()
        cursor.execute("SELECT to_regclass(%s), to_regclass(%s)", [f"records_act_{last}", f"records_event_{last}"])
        assert None not in cursor.fetchone()
