"""The province's item management: batches of changes (I, U, D) that come down to the districts, and a push when more is
published (``POST /catalogue/publish``)."""

import threading
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, current_app, jsonify, request

from .receipts import report

blueprint = Blueprint("catalogue", __name__, url_prefix="/catalogue")
BATCHES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "catalogue.yaml").read_text(encoding="utf-8")
)["batches"]
PAGE = 2
_lock = threading.Lock()


def _published() -> list[dict[str, Any]]:
    """Every row that is out, oldest first."""
    extra = (current_app.extensions["store"].get("catalogue", "state", "extra") or {"rows": []})["rows"]
    known = [
        row | {"cd_batch": batch["cd_batch"], "cd_time": batch["cd_time"]} for batch in BATCHES for row in batch["rows"]
    ]
    return [*known, *extra]


@blueprint.get("/items")
def items() -> Response:
    """``{"rows", "cursor", "more"}``: what came after the cursor, a few rows at a time."""
    given = request.args.get("since", "")
    start = int(given) if given.isdigit() else 0
    rows = _published()
    part = rows[start : start + PAGE]
    return jsonify({"rows": part, "cursor": str(start + len(part)), "more": start + len(part) < len(rows)})


@blueprint.post("/publish")
def publish() -> Response:
    """``{"rows": […]}``: these are out, too; whoever listens is told."""
    with _lock:
        store = current_app.extensions["store"]
        known = (store.get("catalogue", "state", "extra") or {"rows": []})["rows"]
        store.put("catalogue", "state", "extra", {"rows": [*known, *request.get_json(force=True)["rows"]]})
    return jsonify({"rows": len(_published()), "told": _push()})


def _push() -> bool:
    """Tell the platform that something was published; it asks for it itself."""
    address = current_app.extensions["reports"].get("catalogue", "")
    if not address:
        return False
    threading.Thread(target=report, args=(address, "catalogue", [{}]), daemon=True).start()
    return True


@blueprint.put("/_callback")
def set_callback() -> Response:
    """``{"address": …}``: who is told from now on."""
    current_app.extensions["reports"]["catalogue"] = str(request.get_json(force=True).get("address", ""))
    return jsonify({"address": current_app.extensions["reports"]["catalogue"]})
