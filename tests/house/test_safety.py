"""Production refuses to start when it would be unsafe, one sentence a reason; every answer carries its headers."""

import contextlib
import importlib
import re

import pytest
from django.test import Client

from yipan.house import cli, safety
from yipan.house.secret import UnsafeSettings

SAFE = {
    "YIPAN_ENV": "production",
    "YIPAN_SECRET_KEY": "x3" * 32,
    "YIPAN_HOSTS": "zwfw.example.gov.cn,10.0.0.5",
    "YIPAN_PUBLIC_URL": "https://zwfw.example.gov.cn",
    "YIPAN_TRUSTED_ORIGINS": "https://zwfw.example.gov.cn",
    "DATABASE_URL": "postgresql://yipan_app:vTq8-zPw4@db.internal/yipan",
    "YIPAN_METRICS_TOKEN": "m" * 40,
    **{f"YIPAN_CONNECTOR_{name}": f"https://{name.lower()}.example.gov.cn" for name in safety.SYSTEMS},
}


def test_a_safe_set_up_is_accepted():
    assert safety.problems(SAFE) == []
    optional = {"YIPAN_TRUSTED_ORIGINS", "YIPAN_METRICS_TOKEN"}
    assert safety.problems({name: value for name, value in SAFE.items() if name not in optional}) == []
    assert safety.problems(SAFE | {"DATABASE_URL": "postgresql:///yipan?host=/run/postgresql&user=yipan_app"}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"YIPAN_SECRET_KEY": ""}, "YIPAN_SECRET_KEY is missing or shorter than 50 characters"),
        ({"YIPAN_SECRET_KEY": "k" * 49}, "YIPAN_SECRET_KEY is missing or shorter than 50 characters"),
        ({"YIPAN_DEBUG": "1"}, "YIPAN_DEBUG=1 shows internals"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://somewhere"}, "DATABASE_URL is no address of PostgreSQL"),
        ({"DATABASE_URL": "postgresql://yipan_app:password@db/yipan"}, "DATABASE_URL has a default password"),
        ({"DATABASE_URL": "postgresql://yipan_app:yipan_app@db/yipan"}, "DATABASE_URL has a default password"),
        ({"DATABASE_URL": "postgresql://yipan_owner:vTq8-zPw4@db/yipan"}, "DATABASE_URL is the address of an owner"),
        ({"DATABASE_URL": "postgresql://yipan_app:vTq8@db/yipan?sslmode=disable"}, "DATABASE_URL switches TLS"),
        ({"YIPAN_HOSTS": ""}, "YIPAN_HOSTS is missing or '*'"),
        ({"YIPAN_HOSTS": "zwfw.example.gov.cn,*"}, "YIPAN_HOSTS is missing or '*'"),
        ({"YIPAN_SECOND_FACTOR": "0"}, "YIPAN_SECOND_FACTOR=0"),
        ({"YIPAN_PUBLIC_URL": "http://zwfw.example.gov.cn"}, "YIPAN_PUBLIC_URL must be the https address"),
        ({"YIPAN_TRUSTED_ORIGINS": "http://zwfw.example.gov.cn"}, "YIPAN_TRUSTED_ORIGINS must be https"),
        *(({f"YIPAN_CONNECTOR_{name}": "http://10.0.0.9"}, f"YIPAN_CONNECTOR_{name} must be an https address")
          for name in safety.SYSTEMS),
        ({"YIPAN_CONNECTOR_SEAL": ""}, "YIPAN_CONNECTOR_SEAL must be an https address"),
        ({"YIPAN_GATEWAY_TOKEN": "sandbox-token-0001"}, "YIPAN_GATEWAY_TOKEN is the public value of the demo"),
        ({"YIPAN_IDENTITY_CLIENT_SECRET": "sandbox-client-secret"}, "YIPAN_IDENTITY_CLIENT_SECRET is the public"),
        ({"YIPAN_METRICS_TOKEN": "short"}, "YIPAN_METRICS_TOKEN is shorter than 20 characters"),
    ],
)  # fmt: skip
def test_each_unsafe_setting_is_refused_with_its_remedy(changed, said):
    """Issue 2 §1: production settings are refused with a clear message when unsafe."""
    (problem,) = safety.problems(SAFE | changed)
    assert problem.startswith(said)
    assert re.search(r"[:;] \w|run as|runs on|real system|accepted from|printed", problem), "and what to do"


@pytest.mark.parametrize("command", ["serve", "worker", "check"])
def test_no_process_starts_and_all_reasons_are_told_at_once(command, monkeypatch, capsys):
    for name, value in (SAFE | {"YIPAN_DEBUG": "1", "YIPAN_HOSTS": "*"}).items():
        monkeypatch.setenv(name, value)

    def never(*_arguments, **_more):
        raise AssertionError("it went on")

    monkeypatch.setattr("os.execv", never)
    monkeypatch.setattr("yipan.house.session.installation", never)
    assert cli.main([command]) == 2
    told = capsys.readouterr().err
    assert "Production settings are not safe" in told
    assert "YIPAN_DEBUG=1" in told
    assert "YIPAN_HOSTS" in told


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["serve", "worker", "check"])
def test_a_database_of_another_kind_is_refused(command, monkeypatch, capsys, settings):
    """A demo or test database never serves as production."""
    from yipan.platform import records

    # As production a process remembers what its database is; the next test must not.
    monkeypatch.setattr("yipan.platform.records.founding._known", None)
    records.found("test")
    for name, value in SAFE.items():
        monkeypatch.setenv(name, value)
    settings.ENVIRONMENT = "production"

    def never(*_arguments, **_more):
        raise AssertionError("it went on")

    monkeypatch.setattr("os.execv", never)
    monkeypatch.setattr("yipan.platform.jobs.worker.run", never)
    monkeypatch.setattr("yipan.house.session.installation", lambda **_: contextlib.nullcontext())
    monkeypatch.setattr("django.core.management.call_command", lambda *_arguments, **_more: None)
    assert cli.main([command]) == 2
    assert "This database was founded as test and cannot serve as production" in capsys.readouterr().err


@pytest.mark.django_db
def test_accounts_with_passwords_of_the_demo_open_no_production(settings, monkeypatch):
    """Issue 2 §1: default password."""
    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts
    from yipan.platform.people.models import Person

    person = Person.objects.create(name="王小明", created_at=calendar.now())
    account = accounts.create_staff(
        login="wangxm", person=person, password="Right-Word-7", actor=records.SYSTEM, at=calendar.now(),
        demo_title="区市监局 审查岗",
    )  # fmt: skip
    production = records.Installation("production", None, None)
    monkeypatch.setattr(records, "installation", lambda: production)
    settings.ENVIRONMENT = "production"
    with pytest.raises(UnsafeSettings, match="wangxm"):
        safety.refuse_unsafe_database()
    account.is_active = False
    account.save()
    safety.refuse_unsafe_database()


# -- headers ---------------------------------------------------------------------------------------------------------
CSP = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'",
    "base-uri 'none'",
}  # fmt: skip
PUBLIC_PAGES = [
    ("/", 200), ("/login/", 200), ("/verify/", 200), ("/progress/", 200), ("/search/?q=x", 200),
    ("/nothing/here/", 404), ("/me/", 302), ("/items/%00/", 400), ("/verify/key.json", 200), ("/api/v1/items", 200),
    ("/api/v1/me", 401), ("/api/v1/nothing", 404), ("/api/v1/openapi.json", 200), ("/healthz", 200), ("/readyz", 503),
    ("/metrics", 200), ("/static/ui/yipan.css", 200),
]  # fmt: skip


@pytest.fixture
def edge(settings, db):
    """Production's settings for what comes through TLS."""
    from yipan.house import settings as house

    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.ALLOWED_HOSTS = ["zwfw.example.gov.cn", "127.0.0.1", "localhost"]
    assert house.SESSION_COOKIE_HTTPONLY
    return Client(raise_request_exception=False, HTTP_HOST="zwfw.example.gov.cn")


def checked(answer):
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "microphone=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    policy = headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} >= CSP
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["X-Request-ID"]
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


@pytest.mark.parametrize(("address", "status"), PUBLIC_PAGES, ids=[address for address, _ in PUBLIC_PAGES])
def test_every_kind_of_answer_has_every_header(edge, address, status):
    answer = edge.get(address, secure=True)
    assert answer.status_code == status
    checked(answer)
    for name, cookie in answer.cookies.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_a_failure_has_them_too(edge, monkeypatch):
    def broken(*_arguments):
        raise RuntimeError

    monkeypatch.setattr("yipan.platform.cases.queries.by_code", broken)
    answer = edge.post("/progress/", {"short_no": "1", "query_code": "ABCDEF"}, secure=True)
    assert answer.status_code == 500
    checked(answer)


def test_the_session_cookie_is_for_https_and_for_no_script(edge):
    answer = edge.post("/display/", {"size": "large", "next": "/"}, secure=True)
    cookie = answer.cookies["yp_display"]
    assert cookie["secure"]
    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts
    from yipan.platform.people.models import Person

    person = Person.objects.create(name="王小明", created_at=calendar.now())
    accounts.create_staff(
        login="wangxm", person=person, password="Right-Word-7", actor=records.SYSTEM, at=calendar.now()
    )
    opened = edge.post("/login/", {"login": "wangxm", "password": "Right-Word-7"}, secure=True)
    assert opened.status_code == 302
    cookie = opened.cookies["yipan_session"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert 0 < int(cookie["max-age"]) <= 8 * 3600
    page = edge.get("/me/", secure=True)
    assert "no-store" in page["Cache-Control"], "no cache keeps a page of one person"


def test_plain_http_is_sent_to_https_but_probes_of_the_machine_are_answered(edge):
    answer = edge.get("/search/?q=x")
    assert (answer.status_code, answer["Location"]) == (301, "https://zwfw.example.gov.cn/search/?q=x")
    for host in ("127.0.0.1:8700", "localhost"):
        assert edge.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "zwfw.example.gov.cn.evil.example", "a b", ""])
def test_other_names_are_refused_in_a_page_without_their_name(edge, host):
    answer = edge.get("/", secure=True, headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_production_settings_say_so():
    """The values of the settings module itself in a process of its own."""
    import json
    import os
    import subprocess
    import sys
    from pathlib import Path

    names = [
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "DEBUG",
        "SECURE_REDIRECT_EXEMPT", "ALLOWED_HOSTS", "YIPAN_SECOND_FACTOR", "CSRF_COOKIE_HTTPONLY", "CSRF_FAILURE_VIEW",
    ]  # fmt: skip
    source = Path(importlib.import_module("yipan").__file__).parents[1]
    known = {name: value for name, value in os.environ.items() if not name.startswith("YIPAN_")}
    known |= SAFE | {"PYTHONPATH": str(source), "YIPAN_HOME": os.environ["YIPAN_HOME"]}
    program = f"import json, yipan.house.settings as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    done = subprocess.run([sys.executable, "-c", program], env=known, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_SSL_REDIRECT": True, "DEBUG": False, "SECURE_REDIRECT_EXEMPT": [r"^(healthz|readyz|metrics)$"],
        "ALLOWED_HOSTS": ["zwfw.example.gov.cn", "10.0.0.5", "127.0.0.1", "localhost"], "YIPAN_SECOND_FACTOR": True,
        "CSRF_COOKIE_HTTPONLY": True, "CSRF_FAILURE_VIEW": "yipan.platform.ui.errors.csrf_failure",
    }  # fmt: skip
