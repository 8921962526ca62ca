"""Fixtures: business time, a small office, acts of the tests, a quick start of an instance."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import yipan


@pytest.fixture(autouse=True)
def _memory() -> Iterator[None]:
    """Ids of definitions come again after a test: nothing compiled may be remembered."""
    from yipan.platform.processes import definitions

    definitions.forget()
    yield
    definitions.forget()


@pytest.fixture
def clock_2026(request):
    """Business time stands on a Monday of 2026, with the built-in calendars."""
    from yipan.kernel.packs import InstallContext, read_pack
    from yipan.platform import calendar, records
    from yipan.platform.calendar.loader import CalendarLoader

    from .office import NOW

    request.getfixturevalue("transactional_db" if _commits(request) else "db")
    loader = CalendarLoader()
    pack = read_pack(Path(yipan.__file__).parent / "packs" / "core")
    for file in pack.folder("calendars"):
        loader.install(file, InstallContext(pack.manifest, records.SYSTEM, NOW))
    calendar.set_clock(NOW, frozen=True)
    yield NOW
    calendar.clear_clock()


def _commits(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture
def office(clock_2026):
    from yipan.platform.people.models import Unit

    from .office import Office

    return Office(Unit.objects.create(key="market", name="市场监督管理局"))


@pytest.fixture
def acts(monkeypatch):
    """The registry with the test's own acts; ``calls`` collects what they got."""
    from yipan.platform.processes import registry

    calls = []

    def decide(call):
        calls.append(call)
        return {"decision": call.outcome}

    def note(call):
        calls.append(call)
        return {}

    monkeypatch.setattr(registry, "acts", {**registry.acts, "test_decide": decide, "test_note": note})
    monkeypatch.setattr(registry, "model_checks", [])
    return calls


@pytest.fixture
def begin(office):
    """Deploy a model and start it for a new subject: ``begin(xml, key) -> InstanceView``."""
    from yipan.platform import processes, records

    from .office import NOW

    number = iter(range(1, 100_000))

    def start(xml, key, actor=records.SYSTEM, **more):
        processes.deploy(xml, key=key, actor=records.SYSTEM, at=NOW)
        return processes.start(
            definition_key=key, subject=("thing", str(next(number))), item_key="item", business_key="bk",
            data={"unit": "market"} | more.pop("data", {}), actor=actor, now=NOW, **more,
        )  # fmt: skip

    return start
