"""The data exchange: records of the demo's firms and people in shared resources, asked for a named use."""

import threading
import time
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, current_app, jsonify, request

from .checks import USE, faults_of, refused

blueprint = Blueprint("datashare", __name__, url_prefix="/datashare")
RESOURCES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "resources.yaml").read_text(encoding="utf-8")
)["resources"]
_lock = threading.Lock()


@blueprint.post("/resources/<resource>/check")
def check(resource: str) -> Response:
    """What a resource says of a holder. Who asked for what on which ground is kept."""
    body = request.get_json(force=True)
    faults = faults_of(body, USE | {"holder": r"[0-9A-Z]{8,20}"})
    if faults:
        return refused(faults)
    known = RESOURCES.get(resource)
    if known is None:
        return current_app.extensions["gateway"].refuse(404, "unknown", "没有这个数据资源")
    record = next((one for one in known["records"] if one["holder"] == body["holder"]), None)
    with _lock:
        store = current_app.extensions["store"]
        receipt = f"SJ{len(store.all('datashare', 'use')) + 1:010d}"
        used = {name: body[name] for name in USE} | {"resource": resource, "at": time.time(), "found": bool(record)}
        store.put("datashare", "use", receipt, used)
    if record is None:
        return jsonify({"found": False, "receipt": receipt})
    facts = {label: str(value) for label, value in record["facts"].items()}
    return jsonify({"found": True, "receipt": receipt, "facts": facts, "valid_to": str(record.get("valid_to") or "")})


@blueprint.get("/uses")
def uses() -> Response:
    """Which records were asked for, for what, on what ground."""
    return jsonify({"uses": current_app.extensions["store"].all("datashare", "use")})
