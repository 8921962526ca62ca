"""Older data are backed up and brought up to date by ``yipan demo``; newer data and another PostgreSQL are refused.

The house stands on the archive that the previous version left in ``tests/data/upgrade`` (decision 0008).
"""

import json
import tarfile
from urllib.parse import quote

from demo_house import House, empty_place

from yipan.house.visitor import Visitor
from yipan.house.walks import sign_in_staff

NEWER = "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0900_future', now())"


def test_older_data_were_backed_up_and_then_brought_up_to_date(upgraded):
    house = upgraded.house
    assert upgraded.waiting, "the data were not older"
    assert "older data: writing a backup first" in house.demo.output
    (backup,) = (house.data / "backups").glob("*.tar")
    with tarfile.open(backup) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
    applied = {f"{app}.{name}" for app, name in house.rows("SELECT app, name FROM django_migrations")}
    assert set(upgraded.waiting) <= applied
    assert not set(upgraded.waiting) & set(manifest["migrations"]), "the backup was written after the change"
    assert manifest["kind"] == "demo"
    assert any(name.startswith("files/") for name in manifest["digests"])


def test_the_records_of_the_older_data_are_whole(house):
    answer = house.yipan(["audit", "verify"], ["check", "--engine"])
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_what_the_previous_version_made_is_shown(house):
    """Pages of every wing on rows that the previous version wrote."""
    ((granted, compact),) = house.rows(
        "SELECT c.id, l.compact FROM cases_case c JOIN licences_licence l ON l.id = c.licence_id ORDER BY c.id LIMIT 1"
    )
    with Visitor(house.address) as anybody:
        for path in ("/", "/search/?q=开宾馆", "/items/food_licence_new/"):
            anybody.get(path)
        assert anybody.get(f"/verify/?c={quote(compact)}").has("有效")
    with Visitor(house.address) as clerk:
        sign_in_staff(clerk, "market.window1")
        for path in ("/todo/", "/cases/"):
            clerk.get(path)
        page = clerk.get(f"/cases/{granted}/")
        assert page.has("准予")
    with Visitor(house.address) as admin:
        sign_in_staff(admin, "data.admin")
        for path in ("/admin/packs/", "/admin/records/dead-letters/"):
            admin.get(path)


def test_newer_data_and_another_postgresql_are_refused_with_the_remedy(house, tmp_path):
    """Nothing is started and nothing is changed; the text names what to do."""
    with house.sql() as connection:
        connection.execute(NEWER)
    try:
        answer = house.yipan(["migrate"])
        assert answer.returncode == 2
        assert "written by a newer version of Yipan" in answer.stderr
        assert "yipan restore" in answer.stderr
    finally:
        with house.sql() as connection:
            connection.execute("DELETE FROM django_migrations WHERE name = '0900_future'")
    other = House(empty_place("other-major"))
    try:
        other.places.cluster.mkdir(parents=True)
        (other.places.cluster / "PG_VERSION").write_text("9\n")
        answer = other.yipan(["demo", "--port", str(other.port)])
        assert answer.returncode == 2
        assert "written by PostgreSQL 9" in answer.stderr
        assert "yipan backup" in answer.stderr
        assert "yipan restore" in answer.stderr
    finally:
        other.abandon()
