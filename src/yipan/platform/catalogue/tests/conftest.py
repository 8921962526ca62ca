"""The items that come with the product, published once per module."""

from collections.abc import Iterator

import installed
import pytest

PACKS = installed.PACKS


@pytest.fixture(scope="module")
def catalogue_installed(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    from yipan.platform.catalogue.loader import BaseItemLoader, CodesLoader, ItemLoader
    from yipan.platform.documents.loader import TemplateLoader
    from yipan.platform.people.loader import PeopleLoader

    loaders = (PeopleLoader(), CodesLoader(), BaseItemLoader(), TemplateLoader(), ItemLoader())
    with installed.content(django_db_blocker, *loaders):
        yield


@pytest.fixture
def published(catalogue_installed: None, db: None) -> None:
    """The catalogue as a district has it after installing the packs."""
