"""The items that come with the product, published once per module; every test undoes what it does itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

import yipan
from yipan.kernel.packs import InstallContext, read_pack
from yipan.platform import calendar, records

PACKS = Path(yipan.__file__).parent / "packs"


@pytest.fixture(scope="module")
def catalogue_installed(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    from yipan.platform.catalogue.loader import BaseItemLoader, CodesLoader, ItemLoader
    from yipan.platform.documents.loader import TemplateLoader
    from yipan.platform.people.loader import PeopleLoader

    loaders = (PeopleLoader(), CodesLoader(), BaseItemLoader(), TemplateLoader(), ItemLoader())
    folders = [path.parent for path in sorted(PACKS.glob("*/pack.yaml")) if not path.parent.name.startswith("demo_")]
    packs = [read_pack(folder) for folder in folders]
    with django_db_blocker.unblock(), transaction.atomic():
        for loader in loaders:
            for pack in packs:
                context = InstallContext(pack.manifest, records.SYSTEM, calendar.now())
                for file in pack.folder(loader.folder):
                    loader.install(file, context)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def published(catalogue_installed: None, db: None) -> None:
    """The catalogue as a district has it after installing the packs."""
