"""Jobs exist exactly when their transaction commits, come back from dead workers, and tell how far they are."""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

import yipan
from yipan.platform import jobs
from yipan.platform.jobs import registry, stalled, worker
from yipan.platform.jobs.models import Progress
from yipan.platform.jobs.testing import run_jobs, run_sweeps
from yipan.platform.jobs.tracking import Stopped

ran: list[dict[str, Any]] = []


def note(**arguments: Any) -> None:
    ran.append(arguments)


def defer_nothing() -> None:
    """Stands for the job of the same name in the worker's program."""


@pytest.fixture(autouse=True)
def _job():
    ran.clear()
    jobs.task("test.note")(note)


def count(status: str = "todo") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status::text = %s AND task_name LIKE 'test.%%'", [status]
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_job_is_queued_with_its_transaction():
    with transaction.atomic():
        jobs.defer("test.note", n=1)
        transaction.set_rollback(True)
    assert count() == 0
    jobs.defer("test.note", n=2, text="汉字")
    assert run_jobs() == 1
    assert ran == [{"n": 2, "text": "汉字"}]


@pytest.mark.django_db
def test_once_queues_one_and_leaves_the_transaction_usable():
    assert jobs.defer("test.note", once="note") is not None
    assert jobs.defer("test.note", once="note") is None
    assert count() == 1


def test_unknown_and_doubled_names_are_refused():
    with pytest.raises(registry.UnknownJob):
        jobs.defer("test.unknown")
    with pytest.raises(ValueError, match="already"):
        jobs.task("test.note")(lambda: None)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("10 9 * * *", "10 1 * * *"),
        ("10 1 * * *", "10 17 * * *"),
        ("0 7,12 * * *", "0 4,23 * * *"),
        ("*/5 * * * *", "*/5 * * * *"),
        ("0 9 1 * *", "0 1 1 * *"),
    ],
)
def test_schedules_are_in_local_time(local, utc):
    assert registry.in_utc(local) == utc


def test_a_schedule_that_would_move_to_another_day_is_refused():
    with pytest.raises(ValueError, match="08:00"):
        registry.in_utc("0 1 1 * *")


@pytest.mark.django_db
def test_jobs_of_a_dead_worker_come_back():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute'), (now()) "
            "RETURNING id"
        )
        silent, alive = (row[0] for row in cursor.fetchall())
        for worker_id in (silent, alive, None):
            job = jobs.defer("test.note")
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker_id, job]
            )
    assert stalled.give_back() == 2
    assert (count("todo"), count("doing")) == (2, 1)
    assert stalled.give_back() == 0


@pytest.mark.django_db
def test_progress_is_a_row():
    def work(progress_id: int, upto: int) -> None:
        with jobs.progress(progress_id) as p:
            p.total(upto)
            for _ in range(upto):
                p.step(note="行")
            p.result["rows"] = upto

    registry.functions.pop("test.work", None)
    registry._app().tasks.pop("test.work", None)
    jobs.task("test.work")(work)
    progress_id = jobs.start("test.work", title="导入人员名单", account_id=5, upto=30)
    assert Progress.objects.get().state == "queued"
    run_jobs()
    row = Progress.objects.get(pk=progress_id)
    assert (row.state, row.done, row.total, row.percent, row.result) == ("done", 30, 30, 100, {"rows": 30})
    assert row.title == "导入人员名单"


@pytest.mark.django_db
def test_failed_and_stopped_work_say_so():
    row = Progress.objects.create(name="x", title="x")
    with pytest.raises(ValueError, match="第 3 行"), jobs.progress(row.pk):
        raise ValueError("第 3 行: 日期不对")
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "第 3 行: 日期不对")
    Progress.objects.update(stop_asked=True)
    with jobs.progress(row.pk) as p:
        p.step()
        raise AssertionError("step must raise")
    row.refresh_from_db()
    assert row.state == "stopped"
    assert issubclass(Stopped, Exception)


@pytest.mark.django_db
def test_sweeps_run_until_nothing_is_left():
    left = [3]

    def take() -> int:
        left[0] -= 1
        return 1 if left[0] >= 0 else 0

    jobs.sweep("test.sweep")(take)
    try:
        assert run_sweeps("test.sweep") == 3
    finally:
        registry.sweeps.pop("test.sweep")
    with pytest.raises(ValueError, match="5 seconds"):
        jobs.sweep("test.slow", every=60)


# -- a real worker process -------------------------------------------------------------------------------------------
PROGRAM = textwrap.dedent(
    """
    import sys, time
    import django
    django.setup()
    from django.db import connection, transaction
    from yipan.platform import jobs
    from yipan.platform.jobs import worker
    def mark(text, seconds=0):
        time.sleep(seconds)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO jobs_progress (name, title, state, total, done, note, result, error, "
                           "stop_asked, created_at, updated_at) "
                           "VALUES (%s, '', 'done', 0, 0, '', '{}', '', false, now(), now())",
                           [text])
    jobs.task("test.mark")(mark)
    def defer_two():
        with transaction.atomic():
            jobs.defer("test.mark", text="rolled back")
            transaction.set_rollback(True)
        jobs.defer("test.mark", text="deferred by a job")
    jobs.task("test.two")(defer_two)
    def broken():
        raise RuntimeError("a sweep that fails must not end the worker")
    jobs.sweep("test.broken", every=1.0)(broken)
    if "--lost-end" in sys.argv:
        # The database goes away at the moment at which the end of a job is written, and is there again.
        from procrastinate.manager import JobManager
        from yipan.platform.jobs import stalled
        stalled.SILENT_SECONDS = 2.0
        written, lost = JobManager.finish_job, []
        async def finish_job(self, *arguments, **more):
            if not lost:
                lost.append(1)
                raise ConnectionError("the database went away")
            return await written(self, *arguments, **more)
        JobManager.finish_job = finish_job
    sys.exit(worker.run())
    """
)


def environment() -> dict[str, str]:
    from psycopg.conninfo import make_conninfo

    s = connection.settings_dict
    dsn = make_conninfo(
        host=s["HOST"], user=s["USER"], password=s["PASSWORD"], dbname=s["NAME"], port=s["PORT"] or None
    )
    source = str(Path(yipan.__file__).parents[1])
    return dict(os.environ) | {"DATABASE_URL": dsn, "YIPAN_OWNER_DATABASE_URL": dsn, "PYTHONPATH": source}


def wait_for(condition, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


@contextlib.contextmanager
def real_worker(tmp_path: Path, *arguments: str):
    log = (tmp_path / "worker.log").open("ab")
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], env=environment(), stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_works_ends_cleanly_and_is_replaced_after_a_kill(tmp_path):
    """Deferred work is done, SIGTERM lets the running job finish, and what a killed worker held runs again."""
    jobs.task("test.mark")(note)
    jobs.task("test.two")(defer_nothing)
    marks = lambda: list(Progress.objects.values_list("name", flat=True))  # noqa: E731
    jobs.defer("test.mark", text="first")
    with real_worker(tmp_path) as process:
        wait_for(lambda: "first" in marks())
        seen = worker.last_heartbeat()
        assert seen is not None
        assert abs((dt.datetime.now(dt.UTC) - seen).total_seconds()) < 15
        jobs.defer("test.two")
        wait_for(lambda: "deferred by a job" in marks())
        jobs.defer("test.mark", text="slow", seconds=1.5)
        wait_for(lambda: count("doing") == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, (tmp_path / "worker.log").read_text()
        assert "slow" in marks()
        assert "rolled back" not in marks()
        assert worker.last_heartbeat() is None
    with real_worker(tmp_path) as process:
        jobs.defer("test.mark", text="killed", seconds=30)
        wait_for(lambda: count("doing") == 1)
        process.kill()
        process.wait()
    with connection.cursor() as cursor:
        # The dead worker has been silent for a minute, and this time the job is quick.
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        cursor.execute("UPDATE procrastinate_jobs SET args = args || '{\"seconds\": 0}' WHERE status = 'doing'")
    with real_worker(tmp_path) as process:
        wait_for(lambda: "killed" in marks())
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0, (tmp_path / "worker.log").read_text()
    assert "a sweep that fails" in (tmp_path / "worker.log").read_text()


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_end_was_lost_is_not_left_behind_by_a_living_worker(tmp_path):
    """The worker lives and reports, but the end of its job never reached the database: the job runs again and ends."""
    jobs.task("test.mark")(note)
    jobs.defer("test.mark", text="done")
    with real_worker(tmp_path, "--lost-end"):
        wait_for(lambda: Progress.objects.filter(name="done").count() == 2)
        wait_for(lambda: count("doing") + count("todo") == 0)


SCHEMA = textwrap.dedent(
    """
    import datetime as dt
    import django
    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    for app in ("procrastinate", "jobs", "records"):
        call_command("migrate", app, verbosity=0)
    from yipan.platform import jobs, records
    from yipan.platform.jobs.testing import run_jobs
    from yipan.platform.records import audit, partitions, roots
    with transaction.atomic():
        records.found("test")
        at = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
        partitions.ensure(at.date(), at.date())
        records.act(chain=("case", 1), verb="v", actor=records.SYSTEM, at=at, subject=("case", 1))
        records.publish(records.Event("k", "case", "1", at))
        records.queue(channel="sms", key="1", at=at)
    done = []
    jobs.task("test.note")(lambda n: done.append(n))
    jobs.defer("test.note", n=1)
    app = jobs.registry._app()
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    roots.make()
    assert done == [1] and audit.verify().ok, (done, audit.verify().text())
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name ~ "
                       "'^(records|procrastinate)_' AND table_schema NOT IN ('public', 'cell_a')")
        assert cursor.fetchall() == [("cell_of_jobs",)]
        cursor.execute("SELECT count(*) FROM records_act_203001")
        assert cursor.fetchone() == (1,)
    print("fine")
    """
)


@pytest.mark.django_db(transaction=True)
def test_everything_works_in_a_schema_of_its_own(tmp_path):
    """Migrations, the library's functions, triggers and partitions under search_path = cell_of_jobs alone."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA cell_of_jobs")
    try:
        extra = {"YIPAN_SCHEMA": "cell_of_jobs", "YIPAN_WITNESS": str(tmp_path / "w")}
        answer = subprocess.run(
            [sys.executable, "-c", SCHEMA], env=environment() | extra, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert answer.stdout.strip() == "fine", answer.stderr[-3000:]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA cell_of_jobs CASCADE")


@pytest.mark.django_db
def test_the_progress_page_belongs_to_who_started_the_work(client, monkeypatch):
    from types import SimpleNamespace

    from yipan.platform.ui import access

    def authorize(request, _requirement):
        request.actor = SimpleNamespace(account_id=5, name="李梅", unit_name="政数局")

    monkeypatch.setattr(access, "_authorizer", authorize)
    mine = Progress.objects.create(name="x", title="导入名单", account_id=5, state="running", total=200, done=50)
    other = Progress.objects.create(name="x", title="别人的", account_id=6)
    page = client.get(f"/jobs/{mine.pk}/").content.decode()
    assert "50 / 200" in page
    assert 'hx-trigger="every 2s"' in page
    part = client.get(f"/jobs/{mine.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<div")
    assert client.get(f"/jobs/{other.pk}/").status_code == 404
    client.post(f"/jobs/{mine.pk}/")
    mine.refresh_from_db()
    assert mine.stop_asked
    Progress.objects.filter(pk=mine.pk).update(state="done", result={"导入": "200 行"})
    page = client.get(f"/jobs/{mine.pk}/").content.decode()
    assert "200 行" in page
    assert "hx-trigger" not in page
