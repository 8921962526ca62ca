"""The e-licence library: licences of the demo's firms and people, and what is pushed into it."""

import base64
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, current_app, jsonify, request

from . import papers
from .checks import USE, faults_of, refused

blueprint = Blueprint("elicence", __name__, url_prefix="/elicence")
KNOWN: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "licences.yaml").read_text(encoding="utf-8")
)["licences"]
PUSHED = {
    "identifier": r".{10,160}",
    "title": r".{2,120}",
    "number": r".{2,80}",
    "holder_name": r".{1,200}",
    "issuer_name": r".{2,120}",
    "status": r"\w+",
}
_lock = threading.Lock()


@blueprint.get("/licences")
def find() -> Response:
    """Licences of a holder (credit code or document number) of one type."""
    holder, kind = request.args.get("holder", ""), request.args.get("type", "")
    found = [
        {name: str(licence.get(name, "")) for name in ("identifier", "name", "status", "valid_to")}
        for licence in KNOWN
        if licence["holder"] == holder and licence["type"] == kind
    ]
    return jsonify({"licences": found})


@blueprint.get("/licences/<path:identifier>")
def fetch(identifier: str) -> Response:
    """Fields and file of a licence. The file is watermarked with its use; who used it for what is kept."""
    faults = faults_of(request.args, USE)
    if faults:
        return refused(faults)
    licence = next((licence for licence in KNOWN if licence["identifier"] == identifier), None)
    if licence is None:
        answer = jsonify({"code": "unknown", "message": "没有这个证照标识"})
        answer.status_code = 404
        return answer
    if licence["status"] != "valid":
        return current_app.extensions["gateway"].refuse(410, licence["status"], "证照已失效")
    used = {name: request.args[name] for name in USE} | {"identifier": identifier, "at": time.time()}
    with _lock:
        store = current_app.extensions["store"]
        store.put("elicence", "use", f"{len(store.all('elicence', 'use')) + 1:08d}", used)
    return jsonify(
        {
            "identifier": identifier,
            "name": licence["name"],
            "data": {label: str(value) for label, value in licence["data"].items()},
            "pdf_base64": base64.b64encode(_file(identifier, used["purpose"])).decode(),
        }
    )


@blueprint.get("/uses")
def uses() -> Response:
    """Which licences were fetched, for what, on what ground."""
    return jsonify({"uses": current_app.extensions["store"].all("elicence", "use")})


@lru_cache(maxsize=64)
def _file(identifier: str, purpose: str) -> bytes:
    licence = next(licence for licence in KNOWN if licence["identifier"] == identifier)
    return papers.licence(
        {
            "name": licence["name"],
            "identifier": identifier,
            "rows": [[label, str(value)] for label, value in licence["data"].items()],
            "issuer": licence["issuer"],
            "issued": str(licence["issued"]),
            "use": f"仅用于{purpose}",
        }
    )


@blueprint.post("/licences")
def take() -> Response:
    """A licence issued elsewhere, or its new state. The newest state by ``changed_at`` counts, whatever comes late."""
    body = request.get_json(force=True)
    faults = faults_of(body, PUSHED)
    if faults:
        return refused(faults)
    store = current_app.extensions["store"]
    kept = {name: value for name, value in body.items() if name != "pdf_base64"}
    with _lock:
        known = store.get("elicence", "pushed", body["identifier"])
        if known is None or known.get("changed_at", "") <= kept.get("changed_at", ""):
            store.put("elicence", "pushed", body["identifier"], {**(known or {}), **kept})
    return jsonify({"id": body["identifier"]})


@blueprint.get("/pushed")
def pushed() -> Response:
    return jsonify({"licences": current_app.extensions["store"].all("elicence", "pushed")})
