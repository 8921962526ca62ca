"""Before and after every call: gateway signature, injected faults, idempotency, journal."""

import hashlib
import hmac
import threading
import time
from collections import defaultdict, deque
from typing import Any

from flask import Flask, Response, abort, g, jsonify, request

from .store import Store

PAASID, TOKEN = "sandbox", "sandbox-token-0001"
SKEW_SECONDS = 300
FAULTS = ("error", "reject", "timeout", "slow", "duplicate", "reorder")
# Pages and switches of the sandbox itself: not signed, not failing, not in the journal.
QUIET = frozenset({"faults", "journal", "desk.home", "desk.system", "desk.switch", "desk.clear", "static"})
# Systems called by the platform's server only; identity has pages for people and OAuth's own proofs.
SIGNED = frozenset(
    {"sms", "yuezhengyi", "elicence", "datashare", "catalogue", "seal", "acceptance", "rating", "ems", "locker"}
)


class Gateway:
    """Wraps the whole program; systems need not know of it."""

    def __init__(self, app: Flask, store: Store) -> None:
        self.app, self.store = app, store
        self.faults: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        self.nonces: dict[str, float] = {}
        self.lock = threading.Lock()
        app.before_request(self.before)
        app.after_request(self.after)
        app.add_url_rule("/<system>/_faults", "faults", self.set_faults, methods=["POST", "DELETE"])
        app.add_url_rule("/<system>/journal", "journal", self.show_journal)

    # -- a call comes in ---------------------------------------------------------------------------------------------
    def before(self) -> Response | None:
        g.system = request.path.split("/")[1]
        g.quiet = request.endpoint in QUIET or request.path.endswith("/_callback") or "/_move/" in request.path
        if g.quiet:
            return None
        if g.system in SIGNED:
            problem = self.signature_problem()
            if problem:
                return self.refuse(401, "signature", problem)
        return self.inject()

    def signature_problem(self) -> str:
        """Why the gateway would not let the call through; empty when it would."""
        headers = request.headers
        stamp, nonce = headers.get("x-tif-timestamp", ""), headers.get("x-tif-nonce", "")
        if headers.get("x-tif-paasid") != PAASID:
            return "unknown x-tif-paasid"
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > SKEW_SECONDS:
            return "x-tif-timestamp is more than 300 s away"
        wanted = hashlib.sha256(f"{stamp}{TOKEN}{nonce}{stamp}".encode()).hexdigest()
        if not hmac.compare_digest(wanted, headers.get("x-tif-signature", "").lower()):
            return "x-tif-signature does not match"
        with self.lock:
            now = time.time()
            self.nonces = {known: at for known, at in self.nonces.items() if now - at < 2 * SKEW_SECONDS}
            if nonce in self.nonces:
                return "x-tif-nonce was used before"
            self.nonces[nonce] = now
        return ""

    def inject(self) -> Response | None:
        """Carry out the next injected fault of this system, if there is one."""
        with self.lock:
            waiting = self.faults[g.system]
            if not waiting:
                return None
            fault = waiting[0]
            fault["times"] -= 1
            if fault["times"] <= 0:
                waiting.popleft()
        g.fault = fault["kind"]
        if fault["kind"] == "error":
            return self.refuse(500, "injected", "injected error")
        if fault["kind"] == "reject":  # for good, as a platform does that does not know a code
            return self.refuse(422, "injected", "injected rejection")
        if fault["kind"] in ("timeout", "slow"):
            time.sleep(float(fault.get("seconds", 30 if fault["kind"] == "timeout" else 2)))
        if fault["kind"] == "duplicate":
            # The network delivers the call twice; the caller sees the answer to the second.
            self.app.dispatch_request()
        return None

    @staticmethod
    def refuse(status: int, code: str, message: str) -> Response:
        answer = jsonify({"code": code, "message": message})
        answer.status_code = status
        return answer

    def after(self, answer: Response) -> Response:
        if not getattr(g, "quiet", True):
            body = (
                request.get_data(as_text=True)
                if "json" in (request.content_type or "")
                else f"{request.content_length or 0} bytes"
            )
            self.store.note(
                g.system, request.method, request.full_path.rstrip("?"), request.headers.get("Idempotency-Key", ""),
                answer.status_code, body[:20_000],
            )  # fmt: skip
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; form-action *; frame-ancestors 'none'"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    # -- switches and journal ----------------------------------------------------------------------------------------
    def set_faults(self, system: str) -> Response:
        """``{"kind": …, "times": 1, "seconds": 2}`` queues a fault; DELETE clears all of a system."""
        with self.lock:
            if request.method == "DELETE":
                self.faults[system].clear()
                return jsonify({"faults": []})
            fault = request.get_json(force=True)
            if fault.get("kind") not in FAULTS:
                abort(422)
            self.faults[system].append({**fault, "times": int(fault.get("times", 1))})
            return jsonify({"faults": list(self.faults[system])})

    def add_fault(self, system: str, fault: dict[str, Any]) -> None:
        with self.lock:
            self.faults[system].append(fault)

    def fault_of_report(self, system: str) -> str:
        """The fault that the next report of a system meets ("" for none): only those that a sender can have."""
        with self.lock:
            waiting = self.faults[system]
            if not waiting or waiting[0]["kind"] not in ("duplicate", "reorder"):
                return ""
            fault = waiting[0]
            fault["times"] -= 1
            if fault["times"] <= 0:
                waiting.popleft()
            return str(fault["kind"])

    def clear_faults(self, system: str) -> None:
        with self.lock:
            self.faults[system].clear()

    def waiting(self, system: str) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(fault) for fault in self.faults[system]]

    def show_journal(self, system: str) -> Response:
        return jsonify({"journal": self.store.journal(system)})
