"""The data exchange: records of the demo's firms and people in shared resources, asked for a named use."""

import re
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
    known = RESOURCES.get(resource)
    # Who somebody is may be asked for no item in particular, where the resource is there for that.
    item = rf"{USE['item']}|-" if known is not None and known.get("identity") else USE["item"]
    faults = faults_of(body, USE | {"holder": r"[0-9A-Z]{8,20}", "item": item})
    if faults:
        return refused(faults)
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


DISPUTE = {
    "number": r".{4,80}",
    "item": r".{1,120}",
    "source": r".{1,200}",
    "value": r".{0,500}",
    "remark": r".{2,500}",
}
# An answer takes a while; what the keeper decides follows from the remark, so that a demo shows both.
ANSWER_SECONDS = 2.0
SHOULD_BE = re.compile(r"应(?:为|当是|当为|该是)[“\"]?([^”\"，。；]+)")


@blueprint.post("/disputes")
def take_dispute() -> Response:
    """Contested data for the keeper of the register; a repeat by key is told as one."""
    body = request.get_json(force=True)
    faults = faults_of(body, DISPUTE)
    if faults:
        return refused(faults)
    key = request.headers.get("Idempotency-Key", "")
    with _lock:
        store = current_app.extensions["store"]
        known = next((one for one in store.all("datashare", "dispute").values() if one["key"] == key), None)
        if known is None:
            known = {"id": f"YY{len(store.all('datashare', 'dispute')) + 1:08d}", "key": key, "at": time.time(), **body}
            store.put("datashare", "dispute", known["id"], known)
    return jsonify({"id": known["id"]})


@blueprint.get("/disputes/<number>")
def dispute_state(number: str) -> Response:
    """``{"state": "checking" | "answered", "corrected", "answer"}``."""
    known = current_app.extensions["store"].get("datashare", "dispute", number)
    if known is None:
        return current_app.extensions["gateway"].refuse(404, "unknown", "没有这项异议")
    if time.time() - known["at"] < ANSWER_SECONDS:
        return jsonify({"state": "checking", "corrected": "", "answer": ""})
    found = SHOULD_BE.search(known["remark"])
    answer = "经核对登记档案，原登记有误，已更正" if found else "经核对登记档案，登记内容无误"
    return jsonify({"state": "answered", "corrected": found[1] if found else "", "answer": answer})


@blueprint.get("/disputes")
def disputes() -> Response:
    return jsonify({"disputes": current_app.extensions["store"].all("datashare", "dispute")})
