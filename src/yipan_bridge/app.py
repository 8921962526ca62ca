"""The bridge over HTTP: who may ask, what devices answer, and the page of the simulator.

A page may ask when its origin is on the list and it sends the pairing token; a browser asks beforehand (CORS, also for
the private network). Everything is JSON; pictures travel as data addresses.
"""

import base64
import hmac
from dataclasses import asdict
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request

from .devices import Card, DeviceProblem, Devices
from .simulator import MOST_SHEETS, NAMES, Simulator

OWN_PAGES = ("page", "set_state", "static")


def create_app(devices: Devices, *, origins: frozenset[str], token: str, simulator: Simulator) -> Flask:
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    @app.before_request
    def guard() -> Response | None:
        if request.endpoint in OWN_PAGES:
            return None if _own(request.headers.get("Origin")) else _refuse(403, "origin", "只能在这台电脑上打开")
        if request.headers.get("Origin", "") not in origins:
            return _refuse(403, "origin", "这个网站没有登记在设备桥上")
        if request.method == "OPTIONS":
            return Response(status=204)
        if not hmac.compare_digest(request.headers.get("X-Bridge-Token", "").encode(), token.encode()):
            return _refuse(401, "token", "窗口还没有与设备配对，请在“设备”页输入配对码")
        return None

    @app.after_request
    def allow(answer: Response) -> Response:
        origin = request.headers.get("Origin", "")
        if origin in origins:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Allow-Headers"] = "X-Bridge-Token, Content-Type"
            answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
            answer.headers["Access-Control-Allow-Private-Network"] = "true"
            answer.headers["Vary"] = "Origin"
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; form-action 'self'"
        return answer

    @app.errorhandler(DeviceProblem)
    def trouble(problem: DeviceProblem) -> Response:
        return _refuse(409, problem.code, str(problem))

    @app.get("/devices")
    def states() -> Response:
        return jsonify({"devices": [asdict(state) for state in devices.states()]})

    @app.post("/scan")
    def scan() -> Response:
        pages = [{"picture": _address(page.picture, page.mime), "code": page.code} for page in devices.scan()]
        return jsonify({"pages": pages})

    @app.post("/read-id")
    def read_id() -> Response:
        return jsonify(asdict(devices.read_card()))

    @app.post("/sign")
    def sign() -> Response:
        about = str((request.get_json(silent=True) or {}).get("about", ""))[:200]
        return jsonify({"picture": _address(devices.sign(about), "image/png")})

    @app.post("/print")
    def print_slip() -> Response:
        lines = (request.get_json(silent=True) or {}).get("lines")
        if not isinstance(lines, list) or not lines or len(lines) > 100:
            return _refuse(422, "lines", "没有要打印的内容")
        devices.print_slip([str(line)[:200] for line in lines])
        return jsonify({"printed": True})

    @app.post("/clear")
    def clear() -> Response:
        devices.clear()
        return jsonify({"cleared": True})

    @app.get("/")
    def page() -> str:
        return render_template("bridge.html", simulator=simulator, token=token, names=NAMES, origins=sorted(origins))

    @app.post("/simulator")
    def set_state() -> Any:
        _set(simulator, request.form)
        return redirect("/")

    return app


def _own(origin: str | None) -> bool:
    """Pages of the bridge itself: typed into the browser of this computer, or its own form."""
    return origin is None or origin == "null" or origin == request.host_url.rstrip("/")


def _set(simulator: Simulator, form: Any) -> None:
    with simulator.lock:
        name, number = form.get("name", "").strip()[:60], form.get("number", "").strip()[:40]
        simulator.card = Card(name, form.get("kind", "resident_id"), number) if number else None
        sheets = [line.strip()[:60] for line in form.get("sheets", "").splitlines()]
        simulator.sheets = ["" if code == "-" else code for code in sheets if code][:MOST_SHEETS]
        simulator.unplugged = {kind for kind in NAMES if form.get(f"unplugged-{kind}")}
        simulator.troubled = {kind for kind in NAMES if form.get(f"troubled-{kind}")}
        simulator.slow = min(max(float(form.get("slow") or 0), 0.0), 30.0)


def _address(picture: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(picture).decode()}"


def _refuse(status: int, code: str, message: str) -> Response:
    answer = jsonify({"code": code, "message": message})
    answer.status_code = status
    return answer
