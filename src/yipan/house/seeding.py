"""Fill a new demo database once: the business clock, demo accounts, and cases told by the packs' stories."""

import json
import os
from datetime import datetime

from django.conf import settings
from django.db import transaction

from yipan.kernel.packs import read_yaml
from yipan.platform import calendar, jobs, records
from yipan.platform.publishing import queries as packs

PACK = "demo_district"
CHAIN = ("demo", "district")


def seed() -> int:
    """Seed once; later calls only bring the list of demo accounts up to date. Exit code of ``yipan pack seed``."""
    from yipan.platform.cases import stories

    if records.installation().kind != "demo":
        print("✗ Only a demo database is filled with demo data.")
        return 2
    files = packs.files_in_use(PACK)
    if _already_seeded():
        _write_accounts()
        return 0
    told = read_yaml(files["demo/cases.yaml"].decode(), "demo/cases.yaml").value
    # All or nothing: a seeding that was interrupted begins anew, and never leaves half a district.
    with transaction.atomic():
        played = stories.play(told["stories"], sample=files["demo/sample.pdf"])
        start = stories.moment(told["starts"])
        calendar.set_clock(start)
        _remember(start, len(played))
        jobs.defer("catalogue.pull", once="catalogue.pull")  # what the province has published waits on the desk
    _write_accounts()
    print(f"  {len(played)} demo cases, business clock {start:%Y-%m-%d %H:%M}", flush=True)
    return 0


def _already_seeded() -> bool:
    from yipan.platform.records import queries

    return bool(queries.acts_of(*CHAIN, limit=1))


def _remember(at: datetime, cases: int) -> None:
    records.act(chain=CHAIN, verb="demo.seed", actor=records.SYSTEM, at=at, subject=CHAIN, payload={"cases": cases})


def _write_accounts() -> None:
    """The start page of the command line reads them; the file is as private as the demo's data folder."""
    from yipan.platform import people

    target = settings.PLACES.home / "demo-accounts.json"
    found = [
        {"login": account.login, "password": account.password, "title": account.title}
        for account in people.queries.demo_accounts()
    ]
    temporary = target.with_suffix(".new")
    temporary.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, target)
