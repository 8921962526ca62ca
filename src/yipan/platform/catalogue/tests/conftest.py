"""The items that come with the product, published once per test."""

from pathlib import Path

import pytest

import yipan
from yipan.kernel.packs import InstallContext, read_pack
from yipan.platform import calendar, records

PACKS = Path(yipan.__file__).parent / "packs"


@pytest.fixture
def published(db: None) -> None:
    from yipan.platform.catalogue.loader import BaseItemLoader, CodesLoader, ItemLoader

    loaders = (CodesLoader(), BaseItemLoader(), ItemLoader())
    for loader in loaders:
        for folder in sorted(path.parent for path in PACKS.glob("*/pack.yaml")):
            pack = read_pack(folder)
            context = InstallContext(pack.manifest, records.SYSTEM, calendar.now())
            for file in pack.folder(loader.folder):
                loader.install(file, context)
