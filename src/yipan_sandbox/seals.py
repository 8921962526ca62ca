"""The seal service: seals and signs PDFs with demo seals, keeps who sealed what and why, can be asked about a file."""

import hashlib
import json
import threading
import time
from pathlib import Path

import gmalg
import yaml
from flask import Blueprint, Response, current_app, jsonify, make_response, request

from . import papers
from .gateway import Gateway

blueprint = Blueprint("seal", __name__, url_prefix="/seal")
_DATA = yaml.safe_load((Path(__file__).parent / "data" / "seals.yaml").read_text(encoding="utf-8"))
SEALS: dict[str, str] = _DATA["seals"]
REVOKED: dict[str, str] = _DATA["revoked"]
IDENTIFIER = b"1234567812345678"
_lock = threading.Lock()


@blueprint.post("/documents")
def seal() -> Response:
    """The body is the PDF; ``seal`` names the seal. The same idempotency key gets the same sealed file."""
    gateway: Gateway = current_app.extensions["gateway"]
    name = SEALS.get(request.args.get("seal", ""))
    pdf = request.get_data()
    if request.args.get("seal", "") in REVOKED:
        return gateway.refuse(409, "revoked", f"印章已停用：{REVOKED[request.args['seal']]}")
    if name is None:
        return gateway.refuse(404, "seal", "没有登记这枚印章")
    if not pdf.startswith(b"%PDF-"):
        return gateway.refuse(415, "file", "只能在 PDF 上盖章")
    key = request.headers.get("Idempotency-Key") or hashlib.sha256(pdf).hexdigest()
    with _lock:
        file: Path = current_app.extensions["data"] / "sealed" / f"{hashlib.sha256(key.encode()).hexdigest()}.pdf"
        if not file.exists():
            _make(file, pdf, name, key)
        sealed = file.read_bytes()
    answer = make_response(sealed)
    answer.headers["Content-Type"] = "application/pdf"
    return answer


def _make(file: Path, pdf: bytes, name: str, asked: str) -> None:
    store = current_app.extensions["store"]
    number = f"{len(store.all('seal', 'use')) + 1:08d}"
    digest = hashlib.sha256(pdf).hexdigest()
    facts = {"Number": number, "Name": name, "Digest": digest, "Reason": request.args.get("reason", "")}
    key = _key()
    sealed = papers.stamp(pdf, name=name, number=number, facts=facts, key_id=key["id"], sign=_sign)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(sealed)
    use = {**facts, "sealed_sha256": hashlib.sha256(sealed).hexdigest(), "at": time.time(), "key": asked}
    store.put("seal", "use", number, use)


def _key() -> dict[str, str]:
    """The SM2 key that signs sealed files, made at the first start and kept in the data folder."""
    if "seal_key" not in current_app.extensions:
        path: Path = current_app.extensions["data"] / "seal-key.json"
        if not path.exists():
            private, public = gmalg.SM2().generate_keypair()
            made = {
                "id": f"seal-{hashlib.sha256(public).hexdigest()[:8]}",
                "private": private.hex(),
                "public": public.hex(),
            }
            path.touch(mode=0o600)
            path.write_text(json.dumps(made), encoding="utf-8")
        current_app.extensions["seal_key"] = json.loads(path.read_text(encoding="utf-8"))
    return current_app.extensions["seal_key"]


def _sign(data: bytes) -> bytes:
    """DER of r and s."""
    key = _key()
    signer = gmalg.SM2(bytes.fromhex(key["private"]), IDENTIFIER, bytes.fromhex(key["public"]))
    numbers = b"".join(_integer(part) for part in signer.sign(data))
    return bytes((0x30, len(numbers))) + numbers


def _integer(value: bytes) -> bytes:
    value = value.lstrip(b"\0")
    value = b"\0" + value if value[0] & 0x80 else value
    return bytes((2, len(value))) + value


@blueprint.get("/keys")
def keys() -> Response:
    """The public key that checks sealed files, for everybody who wants to."""
    key = _key()
    return jsonify({"keys": [{"id": key["id"], "public": key["public"]}]})


@blueprint.get("/uses")
def uses() -> Response:
    return jsonify({"uses": current_app.extensions["store"].all("seal", "use")})


@blueprint.get("/uses/<sha256>")
def verify(sha256: str) -> Response:
    """Whether a file of this digest left the service sealed."""
    found = [
        use for use in current_app.extensions["store"].all("seal", "use").values() if use["sealed_sha256"] == sha256
    ]
    return jsonify({"sealed": bool(found), "use": found[0] if found else None})
