"""The province's acceptance platform and 好差评: checked fields and codes, order of events, replay, dropped repeats.

An event is refused with a code: ``fields`` and ``bad_code`` (never taken), ``duplicate`` (its number is used by another
event), ``out_of_order`` (too early: what must come before it is not there yet; it may be sent again).
"""

import threading
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request

from .checks import faults_of, is_item_code, refused

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


# What must be there before an event of a stage may come.
BEFORE = {"accept": "receive", "process": "receive", "special": "accept", "result": "receive"}


@acceptance.post("/cases/<number>/events")
def take_event(number: str) -> Response:
    """One event. The case shows its events by their sequence; a repeat is told as one."""
    body = request.get_json(force=True)
    faults = faults_of(body, EVENT)
    if len(number) != 43:
        faults.append({"field": "case_no", "message": "办件编号应为43位"})
    if faults:
        return refused(faults)
    if not is_item_code(body["item_code"]) or body["item_code"][:31] != number[:31]:
        return refused([{"field": "item_code", "message": "事项编码不在目录中，或者与办件编号不符"}], "bad_code")
    key = request.headers.get("Idempotency-Key", "")
    fault = getattr(g, "fault", "")
    if fault == "reorder":  # it is delivered after the event that comes next
        with _lock:
            _held.append((number, key, body))
        return jsonify({"id": f"{number}-{body['seq']}", "repeated": False})
    problem = _problem(number, key, body)
    first = not problem and _take(number, key, body)
    with _lock:
        late, _held[:] = list(_held), []
    for event in late:
        _take(*event)
    if problem:
        return current_app.extensions["gateway"].refuse(409, problem, REFUSALS[problem])
    return jsonify({"id": f"{number}-{body['seq']}", "repeated": not first})


REFUSALS = {
    "duplicate": "这个序号已有另一条记录",
    "out_of_order": "前面环节的记录还没有收到，请稍后重报",
}


def _problem(number: str, key: str, body: dict[str, Any]) -> str:
    """Why an event cannot be taken as the next one: its number is taken, or what must come before it is missing."""
    case = current_app.extensions["store"].get("acceptance", "case", number) or {"events": []}
    if any(event["key"] == key for event in case["events"]):
        return ""  # a repeat
    if any(int(event["seq"]) == int(body["seq"]) for event in case["events"]):
        return "duplicate"
    needed = BEFORE.get(body["stage"])
    if needed and not any(event["stage"] == needed for event in case["events"]):
        return "out_of_order"
    return ""


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
