"""A sealed licence, checked by the tool that knows neither the platform nor a network."""

import importlib.util
import json
from datetime import timedelta

import httpx
import pytest

from yipan.connectors import base, seal
from yipan.platform import calendar, documents
from yipan.platform.documents import seals
from yipan.platform.documents.service import by_connector
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.licences.tests.conftest import FIRM, installed, issue, world  # noqa: F401
from yipan.platform.licences.tests.test_verification import TOOL, revoke
from yipan_sandbox.app import create_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("verify_licence", TOOL)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def seal_service(installed, tmp_path, monkeypatch):  # noqa: F811
    """The sandbox's seal service behind the real connector, without a network between them."""
    (tmp_path / "sandbox").mkdir()
    monkeypatch.setattr(base, "_client", httpx.Client(transport=httpx.WSGITransport(create_app(tmp_path / "sandbox"))))
    monkeypatch.setattr(seal, "_keys", {})
    monkeypatch.setattr(seals, "_provider", by_connector)


def test_a_sealed_pdf_is_checked_without_the_platform(seal_service, client, tmp_path, tool, capsys):
    """免3 of sheet 22 c7: the electronic seal on a file can be verified by anybody, and shows every change."""
    made = issue(valid_to=(calendar.real_now() + timedelta(days=100)).date())
    run_sweeps("documents.seal")
    paper = documents.queries.of(("licence", made.id))[0]
    assert paper.ready, documents.queries.seal_queue()
    body = documents.read(paper.id)
    keys, listing, file = (tmp_path / name for name in ("key.json", "not-valid.json", "licence.pdf"))
    keys.write_bytes(client.get("/verify/key.json").content)
    listing.write_bytes(client.get("/verify/not-valid.json").content)

    def checked(content: bytes, *more: str) -> int:
        file.write_bytes(content)
        return tool.main([str(keys), str(file), *more])

    assert checked(body) == 0
    assert checked(body, str(listing)) == 0
    said = capsys.readouterr().out
    assert FIRM["name"] in said
    assert "电子印章：江门市蓬江区市场监督管理局" in said
    at = body.index(b"stream") + 40
    for other in (
        body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], body + b"\n", body[:-1], b"%PDF-1.7", b"",
        body.replace(b"/Contents <30", b"/Contents <31"), documents.render_pdf("case/receipt", _receipt()),
    ):  # fmt: skip
        assert checked(other) == 2
    published = json.loads(keys.read_text())
    keys.write_text(json.dumps(published | {"seal_keys": []}))
    assert checked(body) == 2, "a seal of nobody we know"
    keys.write_text(json.dumps(published))
    revoke(made.id)
    listing.write_bytes(client.get("/verify/not-valid.json").content)
    assert checked(body, str(listing)) == 1


def _receipt() -> dict:
    from yipan.platform.documents.models import Template

    return Template.objects.get(key="case/receipt").sample
