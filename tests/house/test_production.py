"""A production installation with real processes: migrated by the owner, run by the application's role, behind TLS."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from processes import Started, clean_environment, wait_for, yipan

from yipan.house import cli
from yipan.house.database import APP, DATABASE, OWNER, SUPERUSER, EmbeddedPostgres
from yipan.house.listening import free_port
from yipan.house.places import Places

HOST = "zwfw.example.gov.cn"
SYSTEMS = (
    "IDENTITY",
    "SEAL",
    "ELICENCE",
    "DATASHARE",
    "CATALOGUE",
    "ACCEPTANCE",
    "RATING",
    "SMS",
    "YUEZHENGYI",
    "EMS",
    "LOCKER",
)


@pytest.fixture(scope="module")
def settings_of(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of an installation on a database of its own, as deploy/environment.example has it."""
    cluster = EmbeddedPostgres(Places(Path(os.environ["YIPAN_HOME"])))
    name = f"production_{os.getpid()}"
    with psycopg.connect(cluster.dsn(SUPERUSER, DATABASE), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0")
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {APP}")
        home = tmp_path_factory.mktemp("production")
        yield clean_environment(
            YIPAN_ENV="production",
            YIPAN_SECRET_KEY="k" * 64,
            YIPAN_HOSTS=HOST,
            YIPAN_TRUSTED_ORIGINS=f"https://{HOST}",
            YIPAN_PUBLIC_URL=f"https://{HOST}",
            YIPAN_BEHIND_PROXY="1",
            YIPAN_HOME=str(home),
            YIPAN_METRICS_TOKEN="m" * 20,
            DATABASE_URL=cluster.dsn(APP, name),
            **{f"YIPAN_CONNECTOR_{system}": f"https://{system.lower()}.example.gov.cn" for system in SYSTEMS},
        ) | {"OWNER": cluster.dsn(OWNER, name)}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(environment: dict[str, str], *words: str, code: int = 0) -> str:
    answer = subprocess.run(yipan(*words), env=environment, capture_output=True, text=True, timeout=300)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stdout + answer.stderr


@pytest.fixture(scope="module")
def as_owner(settings_of) -> dict[str, str]:
    return settings_of | {"YIPAN_OWNER_DATABASE_URL": settings_of["OWNER"]}


@pytest.mark.parametrize("command", ["serve", "worker", "check"])
def test_what_is_unsafe_is_named_all_at_once_and_refused(settings_of, command, monkeypatch, capsys):
    unsafe = {"YIPAN_SECRET_KEY": "change-me", "YIPAN_DEBUG": "1", "YIPAN_HOSTS": "*", "YIPAN_SECOND_FACTOR": "0"}
    for name, value in (settings_of | unsafe).items():
        monkeypatch.setenv(name, value)
    assert cli.main([command]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in unsafe)


def test_without_keys_nothing_is_set_up(as_owner):
    said = run(as_owner, "migrate", code=2)
    assert "crypto-keys.json is missing" in said
    with psycopg.connect(as_owner["OWNER"]) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_the_owner_sets_it_up_without_demo_people(as_owner):
    keys = Path(as_owner["YIPAN_HOME"]) / "keys" / "crypto-keys.json"
    make = [sys.executable, "-m", "yipan.platform.records.crypto.software", str(keys)]
    subprocess.run(make, env=as_owner, check=True, timeout=60)
    assert keys.stat().st_mode & 0o777 == 0o600
    run(as_owner, "migrate")
    said = run(as_owner, "pack", "install", "--all")
    assert "installed core" in said
    assert "demo" not in said
    assert "ok" in run(as_owner, "check")
    assert run(as_owner, "user", "list").strip() == ""


def test_a_demo_refuses_a_production_database(as_owner):
    assert "founded as production" in run(as_owner | {"YIPAN_ENV": "demo"}, "migrate", code=2)


def test_web_and_worker_run_as_the_role_that_owns_nothing(settings_of, tmp_path):
    """The processes have no owner's address; they give assets, pages and readiness to a proxy that ends TLS."""
    assert "YIPAN_OWNER_DATABASE_URL" not in settings_of
    port = str(free_port())
    web = Started(yipan("serve", "--port", port, "--workers", "1"), settings_of, tmp_path / "web.log")
    worker = Started(yipan("worker"), settings_of, tmp_path / "worker.log")
    try:
        base = f"http://127.0.0.1:{port}"
        through = {"Host": HOST, "X-Forwarded-Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        wait_for(lambda: _status(f"{base}/readyz", through) == 200, "readiness")
        page = httpx.get(f"{base}/", headers=through)
        assert page.status_code == 200
        assert "演示" not in page.text
        assert page.headers["Strict-Transport-Security"]
        style = next(part for part in page.text.split('"') if part.startswith("/static/") and ".css" in part)
        asset = httpx.get(base + style, headers=through)
        assert asset.status_code == 200
        assert asset.headers["content-type"].startswith("text/css")
        plain = httpx.get(f"{base}/", headers={"Host": HOST})
        assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{HOST}/")
        assert httpx.get(f"{base}/", headers=through | {"X-Forwarded-Host": "evil.example"}).status_code == 400
        assert httpx.get(f"{base}/sandbox/identity/", headers=through).status_code == 404
        assert httpx.get(f"{base}/metrics", headers=through).status_code == 403
        token = {"Authorization": "Bearer " + "m" * 20}
        assert "yipan_request_seconds" in httpx.get(f"{base}/metrics", headers=through | token).text
        cookies = httpx.get(f"{base}/login/", headers=through).headers.get_list("set-cookie")
        assert cookies
        assert all("secure" in cookie.lower() for cookie in cookies)
        assert web.end() == 0
        assert worker.end() == 0
    finally:
        web.kill_all()
        worker.kill_all()
    for line in web.output.splitlines():
        assert json.loads(line)["level"] != "error"


def _status(address: str, headers: dict[str, str]) -> int:
    try:
        return httpx.get(address, headers=headers).status_code
    except httpx.HTTPError:
        return 0
