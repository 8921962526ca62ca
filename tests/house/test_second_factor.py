"""Production asks staff for a second factor, and nothing in its environment can switch that off."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
READ = (
    "import json, yipan.house.settings as s; "
    "print(json.dumps([s.ENVIRONMENT, s.YIPAN_SECOND_FACTOR, s.SESSION_COOKIE_SECURE]))"
)


def settings_of(environment: str, **more: str) -> list:
    """What the settings module says in a process of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("YIPAN_")}
    known |= {"PYTHONPATH": str(SOURCE), "YIPAN_ENV": environment, "YIPAN_HOME": os.environ["YIPAN_HOME"]}
    known |= {"YIPAN_SECRET_KEY": "k" * 60, "DATABASE_URL": "postgresql://db.example/yipan"} | more
    done = subprocess.run([sys.executable, "-c", READ], env=known, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("switch", [{}, {"YIPAN_SECOND_FACTOR": "0"}])
def test_production_always_asks_for_it(switch):
    """Issue 2 §3: second factor enforced in production settings."""
    assert settings_of("production", **switch) == ["production", True, True]


def test_a_demo_signs_in_by_password():
    assert settings_of("demo") == ["demo", False, False]


@pytest.mark.django_db
def test_without_the_factor_nobody_gets_in(client, settings):
    """The whole way with the production value: password, then the code; before it every page leads back."""
    from yipan.platform import calendar, records
    from yipan.platform.people.actions import accounts
    from yipan.platform.people.models import Person

    settings.YIPAN_SECOND_FACTOR = settings_of("production")[1]
    person = Person.objects.create(name="王小明", created_at=calendar.now())
    accounts.create_staff(
        login="wangxm", person=person, password="Right-Word-7", actor=records.SYSTEM, at=calendar.now()
    )
    answer = client.post("/login/", {"login": "wangxm", "password": "Right-Word-7"})
    assert answer["Location"] == "/login/second/"
    assert client.get("/me/").status_code == 302
    assert client.post("/login/second/", {"code": "000000"}).status_code == 422
    assert client.get("/me/").status_code == 302
