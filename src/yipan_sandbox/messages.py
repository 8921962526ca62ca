"""SMS and 粤政易: take messages and to-dos, drop repeats by idempotency key."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

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
    faults = faults_of(body, {"phone": r"1\d{10}", "text": r".{1,500}"})
    if "http" in str(body.get("text", "")):
        faults.append({"field": "text", "message": "短信不得包含链接"})
    return refused(faults) if faults else _keep("sms", "message", body)


@yuezhengyi.post("/messages")
def send_message() -> Response:
    body = request.get_json(force=True)
    faults = faults_of(body, {"user": r".+", "title": r".{1,200}"})
    return refused(faults) if faults else _keep("yuezhengyi", "message", body)


@yuezhengyi.put("/todos/<path:todo>")
def open_todo(todo: str) -> Response:
    """Show or change a to-do; one that was closed stays closed, whatever arrives late."""
    store = current_app.extensions["store"]
    known = store.get("yuezhengyi", "todo", todo) or {}
    if known.get("state") != "closed":
        store.put("yuezhengyi", "todo", todo, {**request.get_json(force=True), "state": "open"})
    return jsonify({"id": todo})


@yuezhengyi.post("/todos/<path:todo>/close")
def close_todo(todo: str) -> Response:
    store = current_app.extensions["store"]
    known = store.get("yuezhengyi", "todo", todo) or {}
    store.put("yuezhengyi", "todo", todo, {**known, "state": "closed"})
    return jsonify({"id": todo})


@yuezhengyi.get("/todos")
def todos() -> Response:
    return jsonify({"todos": current_app.extensions["store"].all("yuezhengyi", "todo")})
