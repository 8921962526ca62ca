"""A storage, a seal service and units of its own for every test; kinds and templates of the packs."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import yipan
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import InstallContext, PackFile, PackManifest
from yipan.platform import calendar, licences, records
from yipan.platform.documents import seals
from yipan.platform.documents.loader import TemplateLoader
from yipan.platform.licences.loader import LicenceLoader
from yipan.platform.numbers.loader import NumbersLoader
from yipan.platform.ui import access

AT = datetime(2021, 11, 8, 16, 5, tzinfo=SHANGHAI)
PACKS = Path(yipan.__file__).parent / "packs"
OFFICER = records.Actor(account_id=1, person_id=1, name="何某", unit_id=3, unit_name="江门市蓬江区市场监督管理局")
FIRM = {
    "kind": "entity",
    "entity_id": 5,
    "person_id": None,
    "name": "江门市蓬江区测试餐饮有限公司",
    "code": "91440703MA9Q100100",
}
PERSON = {"kind": "person", "entity_id": None, "person_id": 9, "name": "欧阳小娜", "code": "440703198803150025"}
DATA = {
    "legal_representative": "陈小某", "domicile": "江门市蓬江区某某路 1 号",
    "premises": "江门市蓬江区某某路 1 号首层",
    "business_kind": "餐饮服务经营者", "business_items": "热食类食品制售、冷食类食品制售",
    "place_kind": "美容店、理发店", "item": "食品经营许可（新办）",
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    id: int
    key: str
    name: str
    code: str

    def name_at(self, day: date) -> str:
        return self.name


UNITS = {
    "market": Unit(3, "market", "江门市蓬江区市场监督管理局", "11440703MB9P00026K"),
    "health": Unit(4, "health", "江门市蓬江区卫生健康局", "11440703MB9P000429"),
}


class Seals:
    """A seal service that appends a comment; ``down`` makes it fail."""

    down: Exception | None = None

    def __call__(self, pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes:
        if self.down:
            raise self.down
        return pdf + f"\n% sealed {seal_key} {key}\n".encode()


@pytest.fixture(autouse=True)
def world(settings, tmp_path, monkeypatch):
    """Everything around the room; ``scope`` and ``rights`` say what staff may see and do."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    settings.YIPAN_PUBLIC_URL = "https://zwfw.example.gov.cn"
    made = SimpleNamespace(
        seals=Seals(),
        scope=SimpleNamespace(kind="unit", unit_ids=frozenset({3})),
        rights={"licence.read", "licence.revoke", "licence.suspend"},
        told=[],
        principal=SimpleNamespace(account_id=7, person_id=70, entity_id=5, entity_name=FIRM["name"], name="李某"),
    )
    people = SimpleNamespace(
        queries=SimpleNamespace(
            unit_by_key=lambda key: UNITS[key],
            agents_of=lambda entity: [SimpleNamespace(person_id=70), SimpleNamespace(person_id=71)],
        ),
        scope_filter=lambda actor, right: made.scope,
        actor=lambda request: records.Actor(account_id=7, person_id=70, name="李某"),
    )
    from yipan.platform.licences import messages, queries
    from yipan.platform.licences.actions import issue as issuing
    from yipan.platform.licences.views import mine

    for module in (issuing, queries, mine, messages):
        monkeypatch.setattr(module, "people", people)
    monkeypatch.setattr(messages.notices, "send", lambda **more: made.told.append(more))
    monkeypatch.setattr(seals, "_provider", made.seals)
    monkeypatch.setattr(
        records.rights, "_checker", lambda actor, right, unit: right in made.rights and unit in (3, None)
    )

    def authorize(request, requirement):
        request.actor, request.principal = OFFICER, made.principal

    monkeypatch.setattr(access, "_authorizer", authorize)
    return made


@pytest.fixture
def installed(world, db):
    """Kinds and templates of the packs, and the clock on the day of the decision."""
    calendar.set_clock(AT, frozen=True)
    loaders = (("templates", TemplateLoader()), ("licences", LicenceLoader()), ("numbers", NumbersLoader()))
    for folder, loader in loaders:
        for path in sorted(PACKS.glob(f"*/{folder}/*.*")):
            pack = path.parents[1].name
            file = PackFile(pack, f"{folder}/{path.name}", path.read_bytes())
            loader.install(file, InstallContext(PackManifest(pack, pack, "1"), records.SYSTEM, AT))
    return world


def issue(key="case-1", **more):
    given = {
        "template": "food_licence",
        "holder": FIRM,
        "data": DATA,
        "issuer_unit": "market",
        "subject": ("case", "1"),
    } | more
    return licences.issue(key=key, actor=records.SYSTEM, at=given.pop("at", AT), **given)
