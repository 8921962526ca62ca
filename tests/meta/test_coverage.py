"""The coverage table names only tests that exist, and no row that works lacks one."""

import re

from walking import SOURCE

ROOT = SOURCE.parents[1]
NAMED = re.compile(r"(?:tests|[a-z]+(?:/[a-z]+)*/tests)/[\w/]+(?:\.py)?")


def rows():
    """(demand, tests named, state) of every table row that has a column of tests."""
    columns: list[str] = []
    for line in (ROOT / "docs" / "coverage.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or set(line) <= set("|-: "):
            continue
        if "state" in cells:
            columns = cells
        elif "test" in columns:
            row = dict(zip(columns, cells, strict=True))
            yield row["demand"], NAMED.findall(row["test"]), row["state"]


def there(name: str) -> bool:
    places = (ROOT, SOURCE / "platform", SOURCE)
    return any((place / name).exists() for place in places)


def test_every_named_test_exists():
    missing = {demand: [name for name in tests if not there(name)] for demand, tests, _state in rows()}
    assert not {demand: names for demand, names in missing.items() if names}


def test_what_works_is_proven_and_states_are_known():
    found = list(rows())
    assert len(found) > 30
    for demand, tests, state in found:
        assert state.startswith(("works", "partly", "not yet")), demand
        assert tests or not state.startswith("works"), demand
