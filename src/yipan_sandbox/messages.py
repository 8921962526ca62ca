"""SMS and 粤政易: take messages and to-dos, drop repeats by idempotency key, send receipts."""

import threading
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request

from .checks import faults_of, refused

sms = Blueprint("sms", __name__, url_prefix="/sms")
yuezhengyi = Blueprint("yuezhengyi", __name__, url_prefix="/yuezhengyi")
blueprints = (sms, yuezhengyi)


def _keep(system: str, kind: str, value: dict[str, Any]) -> Response:
    """Keep something once per idempotency key; the same key gets the same answer."""
    store = current_app.extensions["store"]
    key = request.headers.get("Idempotency-Key") or f"{kind}-{len(store.all(system, kind)) + 1}"
    known = store.get(system, kind, key)
    if known is None:
        known = {"id": f"{system}-{len(store.all(system, kind)) + 1}", **value}
        store.put(system, kind, key, known)
        return jsonify({"id": known["id"]})
    return jsonify({"id": known["id"], "repeated": True})


@sms.post("/messages")
def send_sms() -> Response:
    body = request.get_json(force=True)
    faults = faults_of(body, {"phone": r"1\d{10}|\+85[23]\d{8}", "text": r".{1,500}"})
    if "http" in str(body.get("text", "")):
        faults.append({"field": "text", "message": "短信不得包含链接"})
    if faults:
        return refused(faults)
    answer = _keep("sms", "message", body)
    taken = answer.get_json()
    if not taken.get("repeated"):
        current_app.extensions["receipts"].later(taken["id"], body["phone"], getattr(g, "fault", ""))
    return answer


@sms.put("/_callback")
def set_callback() -> Response:
    """``{"address": …}``: where receipts go from now on; empty: nowhere."""
    current_app.extensions["receipts"].address = str(request.get_json(force=True).get("address", ""))
    return jsonify({"address": current_app.extensions["receipts"].address})


@sms.get("/messages")
def messages() -> Response:
    return jsonify({"messages": current_app.extensions["store"].all("sms", "message")})


@yuezhengyi.post("/messages")
def send_message() -> Response:
    body = request.get_json(force=True)
    faults = faults_of(body, {"user": r".+", "title": r".{1,200}"})
    return refused(faults) if faults else _keep("yuezhengyi", "message", body)


@yuezhengyi.get("/messages")
def sent_messages() -> Response:
    return jsonify({"messages": current_app.extensions["store"].all("yuezhengyi", "message")})


_lock = threading.Lock()
_held: list[tuple[str, dict[str, Any]]] = []


@yuezhengyi.put("/todos/<path:todo>")
def open_todo(todo: str) -> Response:
    """Show or change a to-do; one that was closed stays closed, whatever arrives late."""
    body = request.get_json(force=True)
    if getattr(g, "fault", "") == "reorder":  # it is delivered after the call that comes next
        with _lock:
            _held.append((todo, body))
    else:
        _show(todo, body)
        _deliver_late()
    return jsonify({"id": todo})


def _show(todo: str, body: dict[str, Any]) -> None:
    store = current_app.extensions["store"]
    known = store.get("yuezhengyi", "todo", todo) or {}
    if known.get("state") != "closed":
        store.put("yuezhengyi", "todo", todo, {**body, "state": "open"})


def _deliver_late() -> None:
    with _lock:
        late, _held[:] = list(_held), []
    for todo, body in late:
        _show(todo, body)


@yuezhengyi.post("/todos/<path:todo>/close")
def close_todo(todo: str) -> Response:
    store = current_app.extensions["store"]
    known = store.get("yuezhengyi", "todo", todo) or {}
    store.put("yuezhengyi", "todo", todo, {**known, "state": "closed"})
    _deliver_late()
    return jsonify({"id": todo})


@yuezhengyi.get("/todos")
def todos() -> Response:
    return jsonify({"todos": current_app.extensions["store"].all("yuezhengyi", "todo")})
