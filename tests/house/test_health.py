"""/healthz, /readyz and /metrics: each component by name, 503 with the one that fails, figures of what waits."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from yipan.house import health, metrics
from yipan.house.commands import serve
from yipan.platform import calendar, records

pytestmark = pytest.mark.django_db


@pytest.fixture
def healthy(monkeypatch):
    """A worker has just reported, and migrations are looked at anew."""
    monkeypatch.setattr(health, "_migrations_agreed", -1e9)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def ready(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_ready_when_every_component_agrees(client, healthy):
    status, body = ready(client)
    assert status == 200
    assert body == {
        "ready": True, "failed": [],
        "checks": {"database": "ok", "migrations": "ok", "clock": "ok", "worker": "ok"},
    }  # fmt: skip


def test_a_database_that_is_away_is_named_and_its_address_is_not(client, healthy, monkeypatch):
    def away():
        raise ConnectionError("host db.internal user yipan_app")

    monkeypatch.setitem(health.CHECKS, "database", away)
    status, body = ready(client)
    assert (status, body["failed"]) == (503, ["database"])
    assert body["checks"]["database"] == "failed: ConnectionError"
    assert "internal" not in str(body)


def test_waiting_and_unknown_migrations_are_named(client, healthy, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'exchange'")
    status, body = ready(client)
    assert (status, body["failed"]) == (503, ["migrations"])
    assert re.fullmatch(r"\d+ migrations wait: run yipan migrate", body["checks"]["migrations"])


def test_a_database_of_a_newer_version_is_named(client, healthy):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('exchange', '9999_later', now())")
    assert ready(client)[1]["checks"]["migrations"] == "the database was written by a newer version"


@pytest.mark.parametrize(("silent", "said"), [(None, "no worker has reported yet"), (120, "silent for 12")])
def test_a_worker_that_is_silent_is_named(client, healthy, silent, said):
    with connection.cursor() as cursor:
        if silent is None:
            cursor.execute("DELETE FROM procrastinate_workers")
        else:
            cursor.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s)", [silent]
            )
    status, body = ready(client)
    assert (status, body["failed"]) == (503, ["worker"])
    assert body["checks"]["worker"].startswith(said)


def test_a_clock_that_is_apart_from_the_database_is_named(client, healthy, monkeypatch):
    monkeypatch.setattr(health, "CLOCKS_APART_SECONDS", 0.0)  # no two clocks agree to the microsecond
    status, body = ready(client)
    assert (status, body["failed"]) == (503, ["clock"])
    assert body["checks"]["clock"] == "0 s apart from the database"


def test_migrations_are_compared_once_in_a_while(client, healthy, django_assert_num_queries):
    ready(client)
    with django_assert_num_queries(3):  # database, clock, worker
        assert ready(client)[0] == 200


# -- /metrics --------------------------------------------------------------------------------------------------------
def figures(client):
    return client.get("/metrics").content.decode()


def figure(text, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)[1])


def test_durations_are_kept_by_route_and_never_by_address(client):
    client.get("/verify/?c=secret-number")
    client.get("/my/cases/440703199003070013/")
    client.get("/no/such/page/13812345678")
    text = figures(client)
    assert re.search(r'yipan_request_seconds_count\{method="GET",route="verify/",status="200"\} \d', text)
    assert 'route="my/cases/<int:case_id>/"' in text
    assert 'route="unknown",status="404"' in text
    for planted in ("secret-number", "440703199003070013", "13812345678"):
        assert planted not in text


def test_strange_methods_are_one_figure(client):
    for method in ("PURGE", "X-1", "X-2"):
        client.generic(method, "/healthz")
    text = figures(client)
    assert 'method="other",route="healthz"' in text
    assert "PURGE" not in text


def test_what_waits_is_told(client):
    before = figures(client)
    records.queue(channel="sms", key="m-1", payload={}, at=calendar.now())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '9 seconds')")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) "
            "VALUES ('default', 'x', now() - interval '40 seconds'), ('default', 'x', now() + interval '1 day')"
        )
    text = figures(client)
    assert figure(text, "yipan_database_up") == 1
    assert figure(text, 'yipan_outbox_messages{channel="sms",kind="outbox",state="queued"}') == 1
    assert figure(text, "yipan_tasks_open") == figure(before, "yipan_tasks_open") == 0
    assert figure(text, "yipan_tasks_overdue") == 0
    assert 40 <= figure(text, "yipan_job_lag_seconds") < 60
    assert figure(text, 'yipan_jobs{state="todo"}') == 2
    assert 9 <= figure(text, "yipan_worker_silent_seconds") < 30
    assert figure(text, "yipan_timer_lag_seconds") == 0


def test_a_job_without_a_time_waits_since_it_was_queued(client):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'x') RETURNING id")
        (job,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '70 seconds' WHERE job_id = %s", [job])
    assert 70 <= figure(figures(client), "yipan_job_lag_seconds") < 90


def test_refusals_by_limits_are_counted(client, settings):
    settings.YIPAN_LIMITS = {"lookup": 0}
    client.get("/progress/")
    assert figure(figures(client), 'yipan_refused_total{rule="lookup"}') >= 1


def test_a_scrape_tells_when_the_database_is_away(monkeypatch):
    def broken():
        raise ConnectionError

    monkeypatch.setattr(metrics, "_in_database", broken)
    text = metrics.metrics(RequestFactory().get("/metrics")).content.decode()
    assert figure(text, "yipan_database_up") == 0


@pytest.mark.parametrize(
    ("token", "request_headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "::1", 200),
        ("", {}, "10.1.2.3", 403),
        ("", {}, "", 403),
        ("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 403),
        ("", {"Forwarded": "for=127.0.0.1"}, "127.0.0.1", 403),
        ("right-token", {"Authorization": "Bearer right-token"}, "10.1.2.3", 200),
        ("right-token", {"Authorization": "Bearer wrong"}, "127.0.0.1", 403),
        ("right-token", {"Authorization": "Bearer 错"}, "127.0.0.1", 403),
        ("right-token", {}, "127.0.0.1", 403),
    ],
)
def test_figures_are_for_this_machine_or_for_the_token(monkeypatch, token, request_headers, address, status):
    monkeypatch.setenv("YIPAN_METRICS_TOKEN", token)
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=request_headers).status_code == status


def test_every_web_process_answers_for_all(tmp_path, monkeypatch):
    """Two processes measure, a third one tells the sum."""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "histogram_1.db").write_bytes(b"of an earlier start")
    variables = serve.metrics_folder(tmp_path)
    assert list((tmp_path / "metrics").iterdir()) == []
    program = (
        "import sys; from yipan.house import metrics\n"
        "for _ in range(int(sys.argv[1])): metrics.REQUESTS.labels('healthz', 'GET', 200).observe(0.1)\n"
        "print(metrics.generate_latest(metrics._registry()).decode())"
    )
    environment = os.environ | variables | {"PYTHONPATH": str(Path(health.__file__).parents[2])}

    def process(requests):
        command = [sys.executable, "-c", program, requests]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    process("3")
    process("4")
    told = process("0")
    assert figure(told, 'yipan_request_seconds_count{method="GET",route="healthz",status="200"}') == 7
