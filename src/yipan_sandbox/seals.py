"""The seal service: seals PDFs with demo seals, keeps who sealed what and why, and can be asked about a file."""

import hashlib
import threading
import time
from pathlib import Path

import yaml
from flask import Blueprint, Response, current_app, jsonify, make_response, request

from . import papers
from .gateway import Gateway

blueprint = Blueprint("seal", __name__, url_prefix="/seal")
SEALS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "data" / "seals.yaml").read_text(encoding="utf-8"))[
    "seals"
]
_lock = threading.Lock()


@blueprint.post("/documents")
def seal() -> Response:
    """The body is the PDF; ``seal`` names the seal. The same idempotency key gets the same sealed file."""
    gateway: Gateway = current_app.extensions["gateway"]
    name = SEALS.get(request.args.get("seal", ""))
    pdf = request.get_data()
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


def _make(file: Path, pdf: bytes, name: str, key: str) -> None:
    store = current_app.extensions["store"]
    number = f"{len(store.all('seal', 'use')) + 1:08d}"
    digest = hashlib.sha256(pdf).hexdigest()
    facts = {"Number": number, "Name": name, "Digest": digest, "Reason": request.args.get("reason", "")}
    sealed = papers.stamp(pdf, name=name, number=number, facts=facts)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(sealed)
    use = {**facts, "sealed_sha256": hashlib.sha256(sealed).hexdigest(), "at": time.time(), "key": key}
    store.put("seal", "use", number, use)


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
