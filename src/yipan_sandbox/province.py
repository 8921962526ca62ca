"""The province's acceptance platform and 好差评: checked fields, order of events, replay, dropped repeats."""

import threading
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request

from .checks import faults_of, refused

acceptance = Blueprint("acceptance", __name__, url_prefix="/acceptance")
rating = Blueprint("rating", __name__, url_prefix="/rating")
blueprints = (acceptance, rating)

STAGES = r"receive|accept|process|special|result"
EVENT = {
    "stage": STAGES,
    "seq": r"\d+",
    "item_code": r"[0-9A-Z]{33}",
    "unit_name": r".{2,120}",
    "applicant_name": r".{1,200}",
    "at": r"\d{4}-\d\d-\d\dT.+",
}
EVALUATION = {
    "affairSerialNo": r"[0-9A-Z]{43}",
    "affairCode": r"[0-9A-Z]{31}",
    "affairName": r".{1,200}",
    "departmentName": r".{2,120}",
    "grade": r"[1-5]",
    "userType": r"[01]",
    "evalTime": r"\d{4}-\d\d-\d\dT.+",
}
_lock = threading.Lock()
_held: list[tuple[str, str, dict[str, Any]]] = []


@acceptance.post("/cases/<number>/events")
def take_event(number: str) -> Response:
    """One event. Events may come out of order; the case shows them by their sequence. A repeat is told as one."""
    body = request.get_json(force=True)
    faults = faults_of(body, EVENT)
    if len(number) != 43:
        faults.append({"field": "case_no", "message": "办件编号应为43位"})
    if faults:
        return refused(faults)
    key = request.headers.get("Idempotency-Key", "")
    fault = getattr(g, "fault", "")
    if fault == "reorder":  # it is delivered after the event that comes next
        with _lock:
            _held.append((number, key, body))
        return jsonify({"id": f"{number}-{body['seq']}", "repeated": False})
    first = _take(number, key, body)
    if fault == "duplicate":
        _take(number, key, body)  # the network delivered it twice
    with _lock:
        late, _held[:] = list(_held), []
    for event in late:
        _take(*event)
    return jsonify({"id": f"{number}-{body['seq']}", "repeated": not first})


def _take(number: str, key: str, body: dict[str, Any]) -> bool:
    """Keep an event once; False for a repeat."""
    store = current_app.extensions["store"]
    with _lock:
        case = store.get("acceptance", "case", number) or {"events": []}
        if any(event["key"] == key for event in case["events"]):
            return False
        case["events"] = sorted([*case["events"], {"key": key, **body}], key=lambda event: int(event["seq"]))
        store.put("acceptance", "case", number, case)
    return True


@acceptance.get("/cases/<number>")
def one_case(number: str) -> Response:
    found = current_app.extensions["store"].get("acceptance", "case", number)
    if found is None:
        answer = jsonify({"code": "unknown", "message": "没有这个办件"})
        answer.status_code = 404
        return answer
    return jsonify(found)


@acceptance.get("/cases")
def cases() -> Response:
    return jsonify({"cases": current_app.extensions["store"].all("acceptance", "case")})


@rating.post("/evaluations")
def evaluate() -> Response:
    """One rating per case; a bad one (1 or 2) opens a work order."""
    body = request.get_json(force=True)
    faults = faults_of(body, EVALUATION)
    if faults:
        return refused(faults)
    store = current_app.extensions["store"]
    number = body["affairSerialNo"]
    with _lock:
        known = store.get("rating", "evaluation", number)
        if known is None:
            known = {**body, "id": f"HCP-{number[-12:]}", "order": int(body["grade"]) <= 2}
            store.put("rating", "evaluation", number, known)
    return jsonify({"id": known["id"]})


@rating.get("/evaluations")
def evaluations() -> Response:
    return jsonify({"evaluations": current_app.extensions["store"].all("rating", "evaluation")})
