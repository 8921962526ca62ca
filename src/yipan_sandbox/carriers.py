"""EMS and lockers: take orders once, move parcels when somebody says so, and report every event to the platform.

A parcel's clock begins at the time its sender wrote on the order and runs on from there, so that events of a demo whose
business time stands elsewhere lie after its order. Faults of the systems reach reports, too: ``duplicate`` tells an
event twice, ``reorder`` holds one back until the next has gone.
"""

import hashlib
import threading
import time
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for

from .checks import faults_of, refused
from .receipts import report

ems = Blueprint("ems", __name__, url_prefix="/ems")
locker = Blueprint("locker", __name__, url_prefix="/locker")
blueprints = (ems, locker)
MOVES = {
    "ems": {"accepted": "收寄", "transit": "运输", "out": "派送", "signed": "签收", "returned": "退回", "lost": "丢失"},
    "locker": {"stored": "存入", "signed": "取出", "expired": "逾期，退回窗口"},
}
MOMENT = r"\d{4}-\d\d-\d\dT.+"
STATION = "江门市蓬江区政务服务中心一楼自助柜"
_lock = threading.Lock()
_held: list[tuple[str, dict[str, Any]]] = []


def _take(system: str, prefix: str, made: dict[str, Any]) -> dict[str, Any]:
    """Keep an order once per idempotency key."""
    store = current_app.extensions["store"]
    with _lock:
        count = len(store.all(system, "parcel")) + 1
        key = request.headers.get("Idempotency-Key") or f"order-{count}"
        known = store.get(system, "order", key)
        if known is None:
            known = f"{prefix}{count:09d}CN"
            store.put(system, "order", key, known)
            begun = {"number": known, "taken": time.time(), "events": []}
            store.put(system, "parcel", known, {**made, **begun})
        return store.get(system, "parcel", known)


@ems.post("/orders")
def order() -> Response:
    body = request.get_json(force=True)
    receiver = body.get("receiver") if isinstance(body.get("receiver"), dict) else {}
    faults = faults_of(body, {"sender": r".{2,120}", "reference": r".{3,60}", "at": MOMENT})
    wanted = {"name": r".{2,50}", "phone": r"1\d{10}|\+85[23]\d{8}", "address": r".{9,200}"}
    faults += [{**fault, "field": f"receiver.{fault['field']}"} for fault in faults_of(receiver, wanted)]
    if faults:
        return refused(faults)
    return jsonify({"number": _take("ems", "EA", body)["number"]})


@locker.post("/parcels")
def store_parcel() -> Response:
    """Take a cell. Its code opens it once; whoever asks again with the same key gets the same cell and code."""
    body = request.get_json(force=True)
    faults = faults_of(body, {"sender": r".{2,120}", "reference": r".{3,60}", "at": MOMENT, "days": r"[1-9]\d?"})
    if faults:
        return refused(faults)
    parcel = _take("locker", "ZG", body)
    code = f"{int(hashlib.sha256(parcel['number'].encode()).hexdigest(), 16) % 1_000_000:06d}"
    until = datetime.fromisoformat(body["at"]) + timedelta(days=int(body["days"]))
    cell = int(parcel["number"][2:-2]) % 96 + 1
    return jsonify(
        {"number": parcel["number"], "place": f"{STATION} {cell:02d} 号柜", "code": code, "until": until.isoformat()}
    )


@ems.get("/orders/<number>")
def tracked_parcel(number: str) -> Response:
    return _tracked("ems", number)


@locker.get("/parcels/<number>")
def tracked_cell(number: str) -> Response:
    return _tracked("locker", number)


def _tracked(system: str, number: str) -> Response:
    parcel = current_app.extensions["store"].get(system, "parcel", number)
    if parcel is None:
        return current_app.extensions["gateway"].refuse(404, "unknown", "没有这个单号")
    return jsonify({"number": number, "events": parcel["events"]})


# -- by people at the counterpart's own pages
@ems.post("/_move/<number>", endpoint="move")
def move_parcel(number: str) -> Any:
    return _move("ems", number)


@locker.post("/_move/<number>", endpoint="move")
def move_cell(number: str) -> Any:
    return _move("locker", number)


def _move(system: str, number: str) -> Any:
    """One event of a parcel, chosen on the page or by a test; it is told to the platform."""
    store, state = current_app.extensions["store"], request.form.get("state", "")
    with _lock:
        parcel = store.get(system, "parcel", number)
        if parcel is None or state not in MOVES[system]:
            return current_app.extensions["gateway"].refuse(422, "state", "没有这个单号或者状态")
        at = datetime.fromisoformat(parcel["at"]) + timedelta(seconds=time.time() - parcel["taken"])
        event = {
            "event": len(parcel["events"]) + 1, "state": state, "at": at.isoformat(),
            "place": request.form.get("place", ""), "receiver": request.form.get("receiver", ""),
            "text": MOVES[system][state],
        }  # fmt: skip
        parcel["events"].append(event)
        store.put(system, "parcel", number, parcel)
    _tell(system, {"number": number, **event})
    return redirect(url_for("desk.system", system=system), 303)


def _tell(system: str, event: dict[str, Any]) -> None:
    fault = current_app.extensions["gateway"].fault_of_report(system)
    with _lock:
        if fault == "reorder":
            _held.append((system, event))
            return
        late = [one for of, one in _held if of == system]
        _held[:] = [(of, one) for of, one in _held if of != system]
    address = current_app.extensions["reports"].get(system, "")
    if address:
        told = [event, event] if fault == "duplicate" else [event]
        threading.Thread(target=report, args=(address, system, [*told, *late]), daemon=True).start()


@ems.put("/_callback")
def ems_callback() -> Response:
    return _callback("ems")


@locker.put("/_callback")
def locker_callback() -> Response:
    return _callback("locker")


def _callback(system: str) -> Response:
    """``{"address": …}``: where reports go from now on; empty: nowhere."""
    address = str(request.get_json(force=True).get("address", ""))
    current_app.extensions["reports"][system] = address
    return jsonify({"address": address})
