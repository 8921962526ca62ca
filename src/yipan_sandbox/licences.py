"""The e-licence library: licences of the demo's firms and people, and what is pushed into it."""

import base64
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, current_app, jsonify, request

from . import papers
from .checks import faults_of, refused

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
    licence = next((licence for licence in KNOWN if licence["identifier"] == identifier), None)
    if licence is None:
        answer = jsonify({"code": "unknown", "message": "没有这个证照标识"})
        answer.status_code = 404
        return answer
    return jsonify(
        {
            "identifier": identifier,
            "name": licence["name"],
            "data": {label: str(value) for label, value in licence["data"].items()},
            "pdf_base64": base64.b64encode(_file(identifier)).decode(),
        }
    )


@lru_cache(maxsize=64)
def _file(identifier: str) -> bytes:
    licence = next(licence for licence in KNOWN if licence["identifier"] == identifier)
    return papers.licence(
        {
            "name": licence["name"],
            "identifier": identifier,
            "rows": [[label, str(value)] for label, value in licence["data"].items()],
            "issuer": licence["issuer"],
            "issued": str(licence["issued"]),
        }
    )


@blueprint.post("/licences")
def take() -> Response:
    """A licence issued elsewhere, or its new state; the same identifier is updated, a repeat changes nothing."""
    body = request.get_json(force=True)
    faults = faults_of(body, PUSHED)
    if faults:
        return refused(faults)
    store = current_app.extensions["store"]
    kept = {name: value for name, value in body.items() if name != "pdf_base64"}
    with _lock:
        store.put("elicence", "pushed", body["identifier"], kept)
    return jsonify({"id": body["identifier"]})


@blueprint.get("/pushed")
def pushed() -> Response:
    return jsonify({"licences": current_app.extensions["store"].all("elicence", "pushed")})
