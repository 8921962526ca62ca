"""A backup written while people worked, loaded into an empty place: refusals first, then the same books and a journey.

Issue section 6. The archive comes from the house of test_kills, written while three people walked their journeys.
"""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import books
import pytest
from demo_house import House, empty_place

from yipan.house.walks import Hotel

# Every refusal in one process, then what the place looks like; each line is an archive and what else is given.
TRY = """
import json, sys
from yipan.house.cli import main
for line in json.loads(sys.argv[1]):
    print("code", main(["restore", *line]), flush=True)
"""


@pytest.fixture(scope="module")
def place() -> Iterator[House]:
    """An empty place whose database server runs meanwhile, so that several commands use one."""
    house = House(empty_place("restored"))
    try:
        with house.database.hold():
            yield house
    finally:
        house.abandon()


def changed(backup: Path, target: Path, change) -> Path:
    """The archive with parts changed: ``change(name, content)`` answers the new content; None leaves a part out."""
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return target


def manifest(**more):
    def change(name, content):
        return json.dumps(json.loads(content) | more).encode() if name == "manifest.json" else content

    return change


def without(part: str):
    return lambda name, content: None if name.startswith(part) else content


def damage(part: str):
    def change(name, content):
        return content[:-20] + bytes(20) if name.startswith(part) else content

    return change


def test_what_does_not_fit_is_refused_before_anything_is_written(storm, house, place, tmp_path):
    keys = ["--keys", str(house.places.keys)]
    foreign = tmp_path / "crypto-keys.json"
    foreign.write_text('{"active": {}, "keys": {}}')
    cut = tmp_path / "cut.tar"
    cut.write_bytes(storm.backup.read_bytes()[: storm.backup.stat().st_size // 2])
    (tmp_path / "text.tar").write_text("not an archive")
    no_archive = "damaged or was not written by `yipan backup`"
    refused = [
        (changed(storm.backup, tmp_path / "dump.tar", damage("database")), keys, "database.dump does not match"),
        (changed(storm.backup, tmp_path / "file.tar", damage("files/")), keys, "does not match its digest"),
        (changed(storm.backup, tmp_path / "lost.tar", without("files/")), keys, "does not match its digest"),
        (changed(storm.backup, tmp_path / "plain.tar", without("manifest")), keys, no_archive),
        (cut, keys, no_archive),
        (tmp_path / "text.tar", keys, no_archive),
        (tmp_path / "none.tar", keys, "There is no file"),
        (changed(storm.backup, tmp_path / "newer.tar", manifest(version="9.1", migrations=["cases.0900_future"])),
         keys, "newer version of Yipan (9.1; unknown migrations: cases.0900_future)"),
        (changed(storm.backup, tmp_path / "format.tar", manifest(format=2)), keys, "newer Yipan"),
        (changed(storm.backup, tmp_path / "kind.tar", manifest(kind="production")), keys, "Set YIPAN_ENV=production"),
        (storm.backup, [], "--keys /old/home/keys"),
        (storm.backup, ["--keys", str(foreign)], "does not hold the keys"),
        (storm.backup, ["--keys", str(tmp_path / "nowhere")], "is not a key file"),
    ]  # fmt: skip
    before = sorted(path for path in place.data.rglob("*") if "postgres" not in path.parts)
    lines = json.dumps([[str(archive), *more] for archive, more, _ in refused])
    answer = subprocess.run(
        [sys.executable, "-c", TRY, lines], env=place.environment, cwd="/", capture_output=True, text=True, check=False
    )
    assert answer.stdout.split() == ["code", "2"] * len(refused), answer.stdout + answer.stderr
    said = [line for line in answer.stderr.splitlines() if line.startswith("✗")]
    for (archive, _, words), text in zip(refused, said, strict=True):
        assert words in text, archive
        assert "Nothing was loaded." in text or "There is no file" in text
    assert place.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    left = sorted(path for path in place.data.rglob("*") if "postgres" not in path.parts)
    assert {path.name for path in set(left) - set(before)} <= {"secret-key"}


def test_the_restored_place_has_the_same_books_and_carries_on(storm, house, place):
    keys = str(house.places.keys)
    answer = place.yipan(["restore", str(storm.backup), "--keys", keys], ["audit", "verify"], ["check", "--engine"])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "✓ 核验通过" in answer.stdout
    again = place.yipan(["restore", str(storm.backup), "--keys", keys])
    assert (again.returncode, "already has data" in again.stderr) == (2, True)
    assert books.files_astray(place) == []
    known = {case for (case,) in place.rows("SELECT id FROM cases_case WHERE case_no IS NOT NULL")}
    assert set(storm.told_before_backup) <= known, "acknowledged before the backup, and not in it"
    files = place.rows("SELECT count(*) FROM files_storedfile")[0][0]
    assert files > 20

    place.start()
    hotel = Hotel(place.address, mark="（恢复后）", patience=300)
    hotel.hygiene_licence()
    hotel.close()
    assert books.never(place) == []
    assert place.stop() == 0


def test_what_was_changed_behind_the_program_is_named(place):
    """Sheet 00 X2: the owner of the database changes one act; the command names its chain and number."""
    tamper = (
        "UPDATE records_act SET verb = 'case.refuse' WHERE id = (SELECT max(id) FROM records_act "
        "WHERE chain_kind = 'case' AND seq > 1) RETURNING chain_key, seq"
    )
    with place.sql() as owner:
        owner.execute("ALTER TABLE records_act DISABLE TRIGGER USER")
        ((case, seq),) = owner.execute(tamper).fetchall()
        owner.execute("ALTER TABLE records_act ENABLE TRIGGER USER")
    answer = place.yipan(["audit", "verify"])
    assert answer.returncode == 1
    assert f"case {case} 第 {seq} 条" in answer.stdout.replace(":", " ").replace("/", " "), answer.stdout
