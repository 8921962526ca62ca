"""Logs carry no personal data: what is planted in addresses, forms, exceptions, SQL and jobs never comes out."""

import io
import json
import logging
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

import yipan
from yipan.house.logs import JsonLines, without_free_text, without_personal_data

NUMBERS = [
    "440703199003070013", "44070319850615234X", "440703780512001", "13812345678", "H12345678", "M1234567801",
    "92440703MA4WTX6186",
]  # fmt: skip
NAMES = ["张小燕", "欧阳㛃", "陈大文"]
PLANTED = [*NUMBERS, *NAMES]


def planted_in(text: str) -> list[str]:
    """What came out, in any of the spellings a log could give it."""
    found = []
    for secret in PLANTED:
        spellings = {
            secret,
            json.dumps(secret)[1:-1],
            "".join(f"%{byte:02X}" for byte in secret.encode()),
            repr(secret.encode())[2:-1],
        }
        found += [spelling for spelling in spellings if spelling in text]
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_a_planted_number_is_masked(number):
    for text in (
        f"申请人{number}提交",
        f"id={number}&x=1",
        f'{{"id_no": "{number}"}}',
        f"/x/{number}/y",
        f"({number})",
    ):
        assert number not in without_personal_data(text)


def test_numbers_that_name_no_person_stay():
    text = "办件 11440703MB9P00026K4000131024000202111010001 统一代码 91440703MA9Q100100"
    assert without_personal_data(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("sweep cases.overrun failed", "sweep cases.overrun failed"),
        ("Internal Server Error: /cases/12/", "Internal Server Error: /cases/12/"),
        ("Not Found: /items/张小燕/", "Not Found: /items/…/"),
        ("GET http://x/licences?name=%E5%BC%A0&id=1 404", "GET http://x/licences?… 404"),
        ("GET http://x/people/%E5%BC%A0%E5%B0%8F/ 404", "GET http://x/people/…/ 404"),
        ("KeyError: 'Zhang San'", "KeyError: '…'"),
        ("KeyError: 'unit_key'", "KeyError: 'unit_key'"),
        ('File "/opt/yipan/src/x.py", line 3, in f', 'File "/opt/yipan/src/x.py", line 3, in f'),
        ('violates unique constraint "case_no_duplicate"\nDETAIL:  Key (name)=(Zhang San) exists.',
         'violates unique constraint "case_no_duplicate"\n…'),
        ("syntax error\nLINE 1: SELECT 'Li', x\n               ^\nnext", "syntax error\n…\nnext"),
        ("\\u5f20\\u5c0f \\xe5\\xbc", "… …"),
    ],
)  # fmt: skip
def test_only_what_the_program_says_stays(text, kept):
    assert without_free_text(text) == kept


def test_an_endless_message_is_cut():
    assert len(without_free_text("x" * 100_000)) <= 20_000


# -- the whole stack -------------------------------------------------------------------------------------------------
@pytest.fixture
def lines():
    """What the house's own handler writes, at the most talkative level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root, loggers = logging.getLogger(), ["django.request", "django.security", "yipan", "django.db.backends"]
    levels = {name: logging.getLogger(name).level for name in loggers}
    root.addHandler(handler)
    for name in loggers[:3]:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def _sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def raise_value():
    raise ValueError(f"{PLANTED} for 'Zhang'")


def raise_chain():
    try:
        raise KeyError(f"{NAMES[0]} {NUMBERS[0]}")
    except KeyError as first:
        raise RuntimeError(" ".join(PLANTED)) from first


def cast_in_sql():
    _sql("SELECT %s::int", " ".join(PLANTED))


def duplicate_in_sql():
    _sql("CREATE TEMPORARY TABLE planted (name text UNIQUE) ON COMMIT DROP")
    for _ in range(2):
        _sql("INSERT INTO planted VALUES (%s)", " ".join(PLANTED))


def literal_in_sql():
    _sql(f"SELECT nothing_of_this, '{' '.join(PLANTED)}'")


@pytest.mark.django_db
@pytest.mark.parametrize("failure", [raise_value, raise_chain, cast_in_sql, duplicate_in_sql, literal_in_sql])
@pytest.mark.parametrize("address", ["/progress/", "/api/v1/progress"])
def test_a_failing_request_tells_its_id_and_nothing_of_the_person(lines, monkeypatch, failure, address):
    from yipan.platform.cases import queries

    monkeypatch.setattr(queries, "by_code", lambda *_: failure())
    client = Client(raise_request_exception=False)
    body = {"short_no": NUMBERS[0], "query_code": "张小燕张小燕"}
    asked = {"data": json.dumps(body), "content_type": "application/json"} if "api" in address else {"data": body}
    answer = client.post(address, **asked)
    assert answer.status_code == 500
    assert planted_in(answer.content.decode()) == []
    told = lines.getvalue()
    assert planted_in(told) == []
    errors = [line for line in map(json.loads, told.splitlines()) if line["level"] == "error"]
    assert errors
    assert {line["request"] for line in errors} == {answer["X-Request-ID"]}
    assert failure.__name__ in errors[0]["error"], "where it happened is told"


@pytest.mark.django_db
def test_addresses_hosts_headers_and_forms_are_not_told(lines):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for secret in PLANTED:
        client.get(f"/items/{secret}/", {"q": secret})
        client.get(f"/my/cases/{secret}/")
        client.get("/search/", {"q": secret})
        client.post(f"/display/?x={secret}", {"next": secret})
        client.get(
            f"/api/v1/items/{secret}?q={secret}",
            headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")},
        )
        client.post("/api/v1/progress", json.dumps({"short_no": secret}), content_type="application/json")
        client.get("/", headers={"X-Request-ID": secret.encode().decode("latin-1")})
    bad_host = Client(raise_request_exception=False, HTTP_HOST=f"{NUMBERS[0]}.example\\{NUMBERS[3]}")
    bad_host.get("/")
    assert planted_in(lines.getvalue()) == []
    assert "CSRF" in lines.getvalue(), "the refusals themselves were logged"


@pytest.mark.django_db
def test_the_embedded_server_tells_neither_values_nor_statements():
    """PostgreSQL's own log: errors quote values and statements, so they stay out of it."""
    log = settings.PLACES.logs / "postgres.log"
    if not log.exists():
        pytest.skip("the tests run on a server of somebody else")
    from django.db import DatabaseError, transaction

    for failure in (cast_in_sql, duplicate_in_sql, literal_in_sql):
        with pytest.raises(DatabaseError), transaction.atomic():
            failure()
    told = log.read_text(errors="replace")[-200_000:]
    assert "database system is ready to accept connections" in log.read_text(errors="replace")
    assert planted_in(told) == []


WORKER = textwrap.dedent(
    """
    import sys
    import django
    django.setup()
    from django.db import connection
    from yipan.platform import jobs
    from yipan.platform.jobs import worker
    PLANTED = sys.argv[1]
    def fail(**_arguments):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [PLANTED])
    jobs.task("test.fail", attempts=1)(fail)
    def sweep():
        raise ValueError(PLANTED)
    jobs.sweep("test.fail", every=1.0)(sweep)
    sys.exit(worker.run())
    """
)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_tells_nothing_either(tmp_path):
    """A job that fails in SQL and a sweep that raises, in the worker's own process."""
    from psycopg.conninfo import make_conninfo

    from yipan.platform import jobs

    known = connection.settings_dict
    dsn = make_conninfo(
        host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"], port=known["PORT"]
    )
    environment = os.environ | {"DATABASE_URL": dsn, "YIPAN_OWNER_DATABASE_URL": dsn}
    environment["PYTHONPATH"] = str(Path(yipan.__file__).parents[1])
    jobs.task("test.fail", attempts=1)(_stand_in)
    jobs.defer("test.fail", case_id=7)
    log = tmp_path / "worker.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, " ".join(PLANTED)], env=environment, stdout=out, stderr=out
        )
        try:
            until = time.monotonic() + 60
            while not ("sweep test.fail failed" in log.read_text() and "DataError" in log.read_text()):
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
        finally:
            process.terminate()
            process.wait(20)
    told = log.read_text()
    assert planted_in(told) == []
    assert all(json.loads(line)["level"] for line in told.splitlines() if line.startswith("{"))
    assert '"error": "Traceback' in told


def _stand_in(**_arguments):
    """Stands for the job of the same name in the worker's program."""
