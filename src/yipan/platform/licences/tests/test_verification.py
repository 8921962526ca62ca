"""What anybody can find out: valid, revoked, expired, unknown, tampered; on screen, by file, and offline."""

import importlib.util
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import yipan
from yipan.platform import calendar, documents, licences
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.licences import domain, verification
from yipan.platform.licences.domain import seal
from yipan.platform.licences.models import Licence

from .conftest import AT, DATA, FIRM, OFFICER, PERSON, issue

pytestmark = pytest.mark.django_db
TOOL = Path(yipan.__file__).parents[2] / "tools" / "verify_licence.py"


def code(licence_id: int) -> str:
    return Licence.objects.get(pk=licence_id).compact


def verdict(text: str) -> str:
    return verification.by_code(text).verdict.code


def revoke(licence_id: int, action: str = "revoke") -> None:
    licences.change(
        licence_id, action, reason="以欺骗手段取得许可", law="《行政许可法》第六十九条", actor=OFFICER, at=AT
    )


def test_states_by_code(installed):
    made = issue()
    assert verdict(code(made.id)) == "valid"
    calendar.set_clock(AT + timedelta(days=5 * 366), frozen=True)
    assert verdict(code(made.id)) == "expired"
    calendar.set_clock(AT, frozen=True)
    revoke(made.id, "suspend")
    assert verdict(code(made.id)) == "suspended"
    revoke(made.id)
    assert verdict(code(made.id)) == "revoked"


@pytest.mark.parametrize("member", sorted(seal.MEMBERS))
def test_any_changed_member_is_tampering(installed, member):
    made = issue()
    summary, _, signature = domain.open_compact(code(made.id))
    changed = summary | {member: 2 if member == "v" else summary[member] + "1"}
    assert verdict(domain.compact(domain.signed_bytes(changed), signature)) == "tampered"


def test_every_changed_character_is_tampering(installed):
    """Flip each character of the code in turn: no spelling but the issued one is genuine."""
    text = code(issue().id)
    for n in range(0, len(text), 7):
        other = text[:n] + ("A" if text[n] != "A" else "B") + text[n + 1 :]
        assert verdict(other) == "tampered", n
    assert verdict(text[:-1]) == "tampered"
    assert verdict(text + "A") == "tampered"


def test_a_genuine_signature_for_a_licence_that_is_not_in_the_books_is_unknown(installed):
    from yipan.platform.records import crypto

    summary, _, _ = domain.open_compact(code(issue().id))
    signed = domain.signed_bytes(summary | {"s": "somebody"})
    assert verdict(domain.compact(signed, crypto.current().sign(signed).value)) == "unknown"


def test_another_key_is_tampering(installed):
    from yipan.platform.records.crypto import sm2

    summary, signed, _ = domain.open_compact(code(issue().id))
    private, public = sm2.generate()
    assert verdict(domain.compact(signed, sm2.sign(private, public, signed))) == "tampered"
    signed = domain.signed_bytes(summary | {"k": "sign-00000000"})
    assert verdict(domain.compact(signed, sm2.sign(private, public, signed))) == "tampered"


def test_by_number_both_must_be_right(installed):
    made = issue()
    assert verification.by_number(made.number, FIRM["name"]).verdict.good
    assert verification.by_number(made.number.lower(), FIRM["code"].lower()).verdict.good
    for number, holder in [(made.number, "别人"), ("JY24407030000121", FIRM["name"]), (made.number, ""), ("", "")]:
        found = verification.by_number(number, holder)
        assert (found.verdict.code, found.facts) == ("unknown", ())


def test_persons_are_masked_for_the_public(installed):
    made = issue(
        template="public_place_hygiene", holder=PERSON, data=DATA | {"place_kind": "美容"}, issuer_unit="health"
    )
    found = verification.by_code(code(made.id))
    shown = json.dumps(found.facts, ensure_ascii=False)
    assert "欧**娜" in shown
    assert "陈*某" in shown
    assert "欧阳小娜" not in shown + code(made.id)
    assert "陈小某" not in shown
    assert not verification.by_number(made.number, "440703********0025").verdict.good


def test_by_file_only_the_issued_bytes_are_genuine(installed):
    made = issue()
    run_sweeps("documents.seal")
    paper = documents.queries.of(("licence", made.id))[0]
    body = documents.read(paper.id)
    assert verification.by_file(io.BytesIO(body)).verdict.code == "valid"
    for other in (body + b" ", body.replace(b"sealed", b"Sealed"), b""):
        assert verification.by_file(io.BytesIO(other)).verdict.code == "tampered"
    revoke(made.id)
    assert verification.by_file(io.BytesIO(body)).verdict.code == "revoked"


def test_the_page_needs_no_login_and_speaks_plainly(installed, client, monkeypatch):
    from yipan.platform.ui import access

    monkeypatch.setattr(access, "_authorizer", None)  # nobody is signed in
    made = issue()
    page = client.get("/verify/", {"c": code(made.id)}).content.decode()
    assert "真实有效" in page
    assert FIRM["name"] in page
    assert "陈小某" not in page
    page = client.get("/verify/", {"c": code(made.id)[:-4] + "AAAA"}).content.decode()
    assert "内容被篡改" in page
    assert FIRM["name"] not in page
    assert "真实有效" in client.post("/verify/", {"number": made.number, "holder": FIRM["name"]}).content.decode()
    assert "查无此证" in client.post("/verify/", {"number": made.number, "holder": "别人"}).content.decode()
    assert client.post("/verify/", {"number": made.number}).status_code == 422
    upload = SimpleUploadedFile("x.pdf", b"%PDF-1.7 forged", content_type="application/pdf")
    assert "内容被篡改" in client.post("/verify/", {"file": upload}).content.decode()
    revoke(made.id)
    assert "已撤销" in client.get("/verify/", {"c": code(made.id)}).content.decode()
    for text in ("x" * 9000, "中文.中文"):
        assert client.get("/verify/", {"c": text}).status_code == 200
    assert client.get("/verify/", {"c": "\x00"}).status_code == 400
    assert client.post("/verify/", {"number": "\x00", "holder": "\x00"}).status_code in (200, 400)


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("verify_licence", TOOL)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_offline_check(installed, client, tmp_path, tool, capsys):
    """The tool knows only what the platform publishes: key file and list."""
    made = issue(valid_to=(calendar.real_now() + timedelta(days=100)).date())
    keys, listing = tmp_path / "key.json", tmp_path / "not-valid.json"
    keys.write_bytes(client.get("/verify/key.json").content)
    listing.write_bytes(client.get("/verify/not-valid.json").content)
    text = f"https://zwfw.example.gov.cn/verify/?c={code(made.id)}"
    assert tool.main([str(keys), text]) == 0
    assert tool.main([str(keys), text, str(listing)]) == 0
    assert FIRM["name"] in capsys.readouterr().out
    summary, _, signature = domain.open_compact(code(made.id))
    forged = domain.compact(domain.signed_bytes(summary | {"h": "别人"}), signature)
    assert tool.main([str(keys), forged]) == 2
    assert tool.main([str(keys), "nothing"]) == 2
    revoke(made.id)
    listing.write_bytes(client.get("/verify/not-valid.json").content)
    assert tool.main([str(keys), text, str(listing)]) == 1
    content = json.loads(listing.read_text())
    listing.write_text(json.dumps(content | {"list": content["list"].replace("revoked", "valid")}))
    assert tool.main([str(keys), text, str(listing)]) == 2


def test_pages_of_holder_and_staff(installed, client):
    made = issue()
    page = client.get(f"/my/licences/{made.id}/").content.decode()
    assert "待盖章" in page
    assert client.get(f"/my/licences/{made.id}/file/").status_code == 409
    run_sweeps("documents.seal")
    page = client.get(f"/my/licences/{made.id}/").content.decode()
    assert "下载证照" in page
    assert "<svg" in page
    answer = client.get(f"/my/licences/{made.id}/file/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert made.number in client.get("/my/licences/").content.decode()
    installed.principal.entity_id = 6
    assert client.get(f"/my/licences/{made.id}/").status_code == 404
    assert client.get(f"/my/licences/{made.id}/file/").status_code == 404
    assert "还没有证照" in client.get("/my/licences/").content.decode()
    assert made.number in client.get("/licences/").content.decode()
    assert "没有符合条件的记录" in client.get("/licences/?q=没有").content.decode()
    address = f"/licences/{made.id}/"
    assert "撤销" in client.get(address).content.decode()
    answer = client.post(address + "change/", {"action": "revoke", "reason": "短", "law": "x"})
    assert answer.status_code == 422
    page = client.post(
        address + "change/",
        {"action": "revoke", "reason": "以欺骗手段取得许可", "law": "《行政许可法》第六十九条"},
        follow=True,
    ).content.decode()
    assert "现为“已撤销”" in page
    installed.scope.unit_ids = frozenset({99})
    assert client.get(address).status_code == 404
    assert client.post(address + "change/", {"action": "cancel"}).status_code == 404


def test_the_code_on_paper_is_coarse_enough_to_scan(installed):
    """50 mm for at most 105 modules: nearly half a millimetre each, which ordinary telephones read."""
    import segno

    address = f"https://zwfw.example.gov.cn/verify/?c={code(issue().id)}"
    drawn = segno.make(address, error="l", micro=False)
    assert drawn.symbol_size(border=0)[0] <= 105
