"""One demo in processes of its own for all tests that shake it.

It stands on the demo data that the previous version left behind (``tests/data/upgrade``), loaded as that version wrote
them and brought up to date by ``yipan demo`` itself, so every test here also tests the upgrade.
"""

import json
import random
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import books
import demo_house
import pytest
from crowd import Crowd, Noted
from demo_house import House
from processes import belonging_to, wait_for
from upheaval import KILLS, LONG, SEED, Killer, Troublemaker, plan

PATIENCE = 400 if LONG else 300
KEPT = Path(__file__).parents[1] / "data" / "upgrade"
# Load an archive without bringing it up to date. While no migration is newer than the archive, one that can be taken
# back is taken back, so that there is something to bring up to date.
LOAD = """
import json, sys
from pathlib import Path
from yipan.house.session import installation
with installation(owner=True):
    from django.db import connection
    from django.core.management import call_command
    from yipan.house.restoring import restore_backup
    from yipan.house.schema import state
    restore_backup(Path(sys.argv[1]), keys=Path(sys.argv[2]))
    if not state().waiting:
        call_command("migrate", "licences", "0001", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM records_outbox WHERE state IN ('queued', 'sending')")
        unsent = [number for (number,) in cursor]
        cursor.execute("SELECT coalesce(max(id), 0) FROM records_outbox")
        (last,) = cursor.fetchone()
    print(json.dumps({"waiting": state().waiting, "unsent": unsent, "last_message": last}))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/resilience/" in str(item.path):
            item.add_marker("resilience")


@dataclass
class Upgraded:
    """A house that stands on older data: the migrations that its data lacked, the messages that still had to be sent,
    and the number of the last message it brought along."""

    house: House
    waiting: list[str]
    unsent: list[int]
    last_message: int


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """The demo, started on the data of the previous version."""
    (kept,) = KEPT.glob("*.tar.xz")
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(kept) as archive:
        archive.extractall(folder, filter="data")
    house = House(demo_house.empty_place("shaken"))
    try:
        loaded = subprocess.run(
            [sys.executable, "-c", LOAD, str(folder / "yipan.tar"), str(folder / "keys")], env=house.environment,
            cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert loaded.returncode == 0, loaded.stderr[-3000:]
        house.start()
        yield Upgraded(house, **json.loads(loaded.stdout.splitlines()[-1]))
        assert house.stop() == 0, (house.data / "start.log").read_text(errors="replace")[-3000:]
        assert belonging_to(house.data) == [], "processes were left behind"
    finally:
        house.abandon()


@pytest.fixture(scope="session")
def house(upgraded: Upgraded) -> House:
    return upgraded.house


@dataclass
class Storm:
    """What happened, in words, too; what people remember; a backup that was written while they walked, and the cases
    they had been told of before it began."""

    journeys: list[Noted]
    problems: list[str]
    told: str
    backup: Path
    told_before_backup: list[int]


@pytest.fixture(scope="session")
def storm(house: House) -> Storm:
    """Journeys, kills and faults as test_kills tells; runs once. Afterwards the house is calm and everybody is done."""
    chance = random.Random(SEED)
    order = plan(KILLS, chance)
    crowd = Crowd(house.address, SEED, patience=PATIENCE)
    killer = Killer(house, chance, between=(0.2, 3.0) if LONG else (0.1, 1.5))
    trouble = Troublemaker(house.sandbox(), random.Random(SEED + 1))
    trouble.inject("rating", "reject")
    started = time.monotonic()
    crowd.start()
    wait_for(crowd.first_round_is_over, "an undisturbed round", 600)
    with trouble:
        killer.run(order, trouble=lambda: bool(crowd.problems))
    if not LONG:
        books.pass_time(house)
    before = [noted.case for noted in crowd.journeys if noted.case]
    backup = house.data / "under-load.tar"
    answer = house.yipan(["backup", str(backup)])
    crowd.last_round(PATIENCE + 600)
    assert answer.returncode == 0, answer.stderr
    if not LONG:
        books.pass_time(house)
    told = (
        f"YIPAN_SEED={SEED}: {killer.text()}; {len(crowd.journeys)} journeys, "
        f"{sum(noted.finished for noted in crowd.journeys)} to their end, in {time.monotonic() - started:.0f} s; "
        f"{crowd.counts}; faults outside: {dict(trouble.injected)}"
    )
    print(told)
    if not crowd.problems:
        books.drain(house)
    return Storm(crowd.journeys, crowd.problems, told, backup, before)
