"""Pages for people who look at the outside systems: what each received, and which faults it shall have next."""

import json
import time
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for

from .carriers import MOVES
from .gateway import FAULTS, Gateway
from .store import Store

blueprint = Blueprint("desk", __name__)
SYSTEMS = {
    "identity": "统一身份认证",
    "sms": "短信平台",
    "yuezhengyi": "粤政易",
    "elicence": "电子证照库",
    "datashare": "数据共享平台",
    "seal": "电子印章服务",
    "acceptance": "统一申办受理平台",
    "rating": "好差评",
    "catalogue": "政务服务事项管理系统",
    "ems": "EMS 邮政速递",
    "locker": "政务自助柜",
}
WORDS = {
    "error": "出错（HTTP 500），之后可以重试",
    "reject": "拒绝（HTTP 422），重试也不收",
    "timeout": "不应答，直到对方超时",
    "slow": "应答很慢",
    "duplicate": "同一条送达两次",
    "reorder": "次序颠倒，晚于下一条送达",
}
SHOWN, MOST = 100, 50


def _gateway() -> Gateway:
    return current_app.extensions["gateway"]


@blueprint.get("/")
def home() -> str:
    store: Store = current_app.extensions["store"]
    rows = [
        {"key": key, "title": title, "calls": store.count(key), "faults": _said(key)} for key, title in SYSTEMS.items()
    ]
    return render_template("home.html", rows=rows)


def _said(system: str) -> list[str]:
    return [f"{WORDS[fault['kind']]}，{fault['times']} 次" for fault in _gateway().waiting(system)]


@blueprint.get("/<system>/")
def system(system: str) -> str:
    """The journal of one system, newest first, and its faults."""
    if system not in SYSTEMS:
        abort(404)
    journal = current_app.extensions["store"].journal(system, SHOWN)
    return render_template(
        "system.html",
        key=system,
        title=SYSTEMS[system],
        calls=[_call(row) for row in journal],
        faults=_said(system),
        kinds=[(kind, WORDS[kind]) for kind in FAULTS],
        shown=SHOWN,
        parcels=_parcels(system),
        moves=MOVES.get(system, {}),
    )


def _parcels(system: str) -> list[dict[str, Any]]:
    """What a carrier has under way, newest first, with how far it is."""
    if system not in MOVES:
        return []
    found = current_app.extensions["store"].all(system, "parcel").values()
    return [
        {
            "number": one["number"], "reference": one["reference"], "sender": one["sender"],
            "events": "、".join(event["text"] for event in one["events"]) or "已下单",
        }
        for one in reversed(list(found))
    ][:SHOWN]  # fmt: skip


def _call(row: dict[str, Any]) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(row["at"] + 8 * 3600))
    try:
        body = json.dumps(json.loads(row["body"]), ensure_ascii=False, indent=1)
    except ValueError:
        body = row["body"]
    return {**row, "at": at, "body": body}


@blueprint.post("/<system>/faults")
def switch(system: str) -> Any:
    """Queue a fault from the page's form."""
    kind, times, seconds = (request.form.get(name, "") for name in ("kind", "times", "seconds"))
    if system not in SYSTEMS or kind not in FAULTS:
        abort(422)
    fault: dict[str, Any] = {"kind": kind, "times": min(int(times), MOST) if times.isdigit() and int(times) else 1}
    if seconds.isdigit():
        fault["seconds"] = min(int(seconds), 60)
    _gateway().add_fault(system, fault)
    return _back(system)


@blueprint.post("/<system>/faults/clear")
def clear(system: str) -> Any:
    if system not in SYSTEMS:
        abort(404)
    _gateway().clear_faults(system)
    return _back(system)


def _back(system: str) -> Response:
    return redirect(url_for("desk.system", system=system), 303)  # type: ignore[return-value]
