"""A storage and a seal provider of its own for every test; the templates of the core pack."""

from datetime import datetime
from pathlib import Path

import pytest

import yipan
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import InstallContext, read_pack
from yipan.platform import records
from yipan.platform.documents import seals
from yipan.platform.documents.loader import TemplateLoader

AT = datetime(2021, 11, 1, 9, 0, tzinfo=SHANGHAI)
CORE = Path(yipan.__file__).parent / "packs" / "core"


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    settings.YIPAN_PUBLIC_URL = "https://zwfw.example.gov.cn"


@pytest.fixture(autouse=True)
def seal_service(monkeypatch):
    """Seals by appending a comment; refuses while ``down`` is set."""

    class Service:
        down: Exception | None = None
        calls: list[tuple[str, str, str]] = []

        def __call__(self, pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes:
            self.calls.append((seal_key, reason, key))
            if self.down:
                raise self.down
            return pdf + f"\n% sealed by {seal_key}\n".encode()

    service = Service()
    service.calls = []
    monkeypatch.setattr(seals, "_provider", service)
    return service


def install_templates() -> None:
    pack = read_pack(CORE)
    loader = TemplateLoader()
    for file in pack.folder("templates"):
        loader.install(file, InstallContext(pack.manifest, records.SYSTEM, AT))
