"""Content of the packs in the test database, once for a whole module: every test undoes what it does itself.

@pytest.fixture(scope="module")
def content(django_db_setup, django_db_blocker):
    with installed.content(django_db_blocker, CodesLoader(), ItemLoader()):
        yield
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yipan

PACKS = Path(yipan.__file__).parent / "packs"


@contextmanager
def content(blocker: Any, *loaders: Any) -> Iterator[None]:
    """What these loaders read, from every pack but those of the demo; undone at the end."""
    from django.db import transaction

    from yipan.kernel.packs import InstallContext, read_pack
    from yipan.platform import calendar, records

    folders = [path.parent for path in sorted(PACKS.glob("*/pack.yaml")) if not path.parent.name.startswith("demo_")]
    packs = [read_pack(folder) for folder in folders]
    with blocker.unblock(), transaction.atomic():
        for loader in loaders:
            for pack in packs:
                context = InstallContext(pack.manifest, records.SYSTEM, calendar.now())
                for file in pack.folder(loader.folder):
                    loader.install(file, context)
        yield
        transaction.set_rollback(True)
