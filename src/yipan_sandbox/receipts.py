"""Receipts of the SMS service: some time after a message was taken, the platform is told what became of it.

The call goes through the gateway and is signed as its calls are. Faults of the system ``sms`` reach receipts too:
``duplicate`` delivers one twice, ``reorder`` holds one back until the next has gone.
"""

import hashlib
import secrets
import threading
import time
from typing import Any

import httpx

from .gateway import PAASID, TOKEN

WAIT_SECONDS, ATTEMPTS = 0.2, 5
# Numbers that are switched off in the demo: whoever writes to them gets a receipt that says so.
UNREACHABLE = "0000"


class Receipts:
    """Sends receipts from threads of its own; ``address`` empty: nobody wants them."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self.held: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def later(self, remote_id: str, phone: str, fault: str) -> None:
        """Tell what became of a message, in a while."""
        if not self.address:
            return
        failed = phone.endswith(UNREACHABLE)
        receipt = {
            "id": remote_id,
            "state": "failed" if failed else "delivered",
            "code": "UNDELIV" if failed else "DELIVRD",
        }
        with self.lock:
            if fault == "reorder":
                self.held.append(receipt)
                return
            late, self.held = self.held, []
        todo = [receipt, receipt] if fault == "duplicate" else [receipt]
        threading.Thread(target=report, args=(self.address, "sms", [*todo, *late]), daemon=True).start()


def report(address: str, who: str, bodies: list[dict[str, Any]]) -> None:
    """Tell the platform, one after the other, each again until it is taken or turned away for its signature."""
    time.sleep(WAIT_SECONDS)
    for body in bodies:
        for attempt in range(ATTEMPTS):
            try:
                answer = httpx.post(address, json=body, headers=_headers(who), timeout=5, trust_env=False)
            except httpx.HTTPError:
                answer = None
            if answer is not None and (answer.is_success or answer.status_code == 401):
                break
            time.sleep(WAIT_SECONDS * 2**attempt)


def _headers(system: str) -> dict[str, str]:
    stamp, nonce = str(int(time.time())), secrets.token_hex(12)
    who = {"uid": system, "uinfo": "", "ext": ""}
    text = f"{stamp}{TOKEN}{nonce},{who['uid']},{who['uinfo']},{who['ext']}{stamp}"
    return {
        "x-tif-paasid": PAASID,
        "x-tif-timestamp": stamp,
        "x-tif-nonce": nonce,
        "x-tif-signature": hashlib.sha256(text.encode()).hexdigest(),
        **{f"x-tif-{name}": value for name, value in who.items()},
    }
