"""The connectors against the sandbox over real HTTP: the happy path, refusals that name fields, every fault."""

import hashlib
import io
import time
import uuid
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from yipan.connectors import acceptance, base, elicence, rating, seal, sms, yuezhengyi
from yipan.connectors.base import ConnectorError
from yipan_sandbox import papers

FIRM = "91440703MA9Q100100"
USE = elicence.Use("办理“食品经营许可（新办）”", "11440703MB9P00026K4000131024000", "draft-1", "holder")
NUMBER = "11440703MB9P00026K4000131024000" + "20260302" + "0001"


def event(seq: int, **more: Any) -> dict[str, Any]:
    return {
        "case_no": NUMBER,
        "seq": seq,
        "item_code": "11440703MB9P00026K400013102400001",
        "unit_name": "江门市蓬江区市场监督管理局",
        "applicant_name": "江门市蓬江区悦来宾馆有限公司",
        "at": "2026-03-02T09:00:00+08:00",
    } | more


def fresh() -> str:
    return uuid.uuid4().hex


def test_the_gateway_s_signature_is_that_of_the_sheet():
    """Sheet 00 §7: vector of the gateway signature."""
    headers = base.sign(
        "sandbox", "sandbox-token-0001", timestamp="1635393600", nonce="17cc5a3b400-1f2e3d", digest=base.sha256
    )
    assert headers["x-tif-signature"] == "a53b421d3feebcdf3877165a88c425df434f9f2335a6a9350cefe46cbd17b190"


def test_the_gateway_s_calls_to_us_are_signed_with_whom_they_speak_for(settings):
    """Sheet 00 §7: the second vector; and S4: 301 seconds are too old, with the clock of the vector it passes."""
    headers = {
        "x-tif-paasid": "sandbox", "x-tif-timestamp": "1635393600", "x-tif-nonce": "17cc5a3b400-1f2e3d",
        "x-tif-uid": "pj_zhangsan", "x-tif-uinfo": "eyJuYW1lIjoi5byg5LiJIn0=", "x-tif-ext": "",
        "x-tif-signature": "F4C704DFDC40813CB2F0F60258AC6BB0A76E09344C250442099DDF4CE27848C5",
    }  # fmt: skip
    assert (
        base.inbound_signature("sandbox-token-0001", headers, digest=base.sha256) == headers["x-tif-signature"].lower()
    )

    def problem(now: float, **changed: str) -> str:
        given = headers | {name.replace("_", "-"): value for name, value in changed.items()}
        return base.inbound_problem(given, now=now, digest=base.sha256)

    at = 1635393600
    assert problem(at) == problem(at + 300) == problem(at - 300) == ""
    assert "300 秒" in problem(at + 301)
    assert "300 秒" in problem(at - 301)
    assert "signature" in problem(at, x_tif_uid="pj_lisi")
    assert "signature" in problem(at, x_tif_signature="签名")
    assert "paasid" in problem(at, x_tif_paasid="other")
    assert "nonce" in problem(at, x_tif_nonce="")
    assert "timestamp" in problem(at, x_tif_timestamp="٣")
    settings.YIPAN_GATEWAY = {"paasid": "", "token": ""}
    assert problem(at, x_tif_paasid=""), "an installation without gateway takes no calls"


@pytest.mark.parametrize("age", [0, 301])
def test_a_call_that_is_too_old_or_repeated_is_turned_away(sandbox: str, age: int):
    """Sheet 00 S4, seen from the other side."""
    stamp = str(int(time.time()) - age)
    nonce = fresh()
    headers = base.sign("sandbox", "sandbox-token-0001", timestamp=stamp, nonce=nonce, digest=base.sha256)
    body = {"phone": "13800001001", "text": "测试"}
    first = httpx.post(f"{sandbox}/sms/messages", json=body, headers=headers)
    again = httpx.post(f"{sandbox}/sms/messages", json=body, headers=headers)
    assert (first.status_code, again.status_code) == ((200, 401) if age == 0 else (401, 401))


def test_a_short_message_is_sent_once_per_key(sandbox: str):
    key = fresh()
    assert sms.send("13800001001", "您的办件已受理", key=key) == sms.send("13800001001", "您的办件已受理", key=key)


def test_a_short_message_with_a_link_is_refused_for_good(sandbox: str):
    with pytest.raises(ConnectorError, match="链接") as caught:
        sms.send("13800001001", "点击 http://example.org", key=fresh())
    assert caught.value.permanent


def test_a_todo_that_was_closed_stays_closed(sandbox: str):
    todo = fresh()
    yuezhengyi.open_todo(todo, users=["u1"], title="预审受理", link="/todo/", key=fresh())
    yuezhengyi.close_todo(todo, key=fresh())
    yuezhengyi.open_todo(todo, users=["u1"], title="预审受理", link="/todo/", key=fresh())
    headers = base.gateway_headers()
    assert httpx.get(f"{sandbox}/yuezhengyi/todos", headers=headers).json()["todos"][todo]["state"] == "closed"


def test_a_firm_s_business_licence_is_found_and_fetched(sandbox: str):
    (found,) = elicence.find(FIRM, "business_licence")
    licence = elicence.fetch(found, USE)
    assert licence.data["统一社会信用代码"] == FIRM
    text = PdfReader(io.BytesIO(licence.pdf)).pages[0].extract_text()
    assert "演示证照" in text.replace(" ", "")


def test_an_expired_licence_is_told_as_such(sandbox: str):
    (found,) = elicence.find("440703200002291127", "resident_id_card")
    assert (found.valid, found.word) == (False, "已过期")


def test_a_library_that_is_slow_is_a_failure_within_its_limit(sandbox: str, inject):
    """Sheet 22, h4: more than 5 s, and the page offers the upload."""
    inject("elicence", "slow", seconds=1.5)
    with pytest.raises(ConnectorError) as caught:
        elicence.find(FIRM, "business_licence", seconds=0.5)
    assert caught.value.code == "timeout"
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "system", ["sms", "seal", "acceptance", "rating", "elicence", "datashare", "yuezhengyi", "ems", "locker"]
)
def test_an_error_of_the_other_side_may_be_tried_again(sandbox: str, inject, system: str):
    inject(system, "error")
    with pytest.raises(ConnectorError) as caught:
        base.call(system, "GET", "/anything")
    assert not caught.value.permanent


def test_an_unreachable_system_may_be_tried_again(settings):
    settings.YIPAN_CONNECTORS = {"sms": "http://127.0.0.1:9"}
    with pytest.raises(ConnectorError) as caught:
        sms.send("13800001001", "测试", key=fresh())
    assert (caught.value.permanent, caught.value.code) == (False, "network")


def test_a_sealed_document_shows_its_demo_seal_and_is_known(sandbox: str):
    pdf = papers.typeset("测试文书", {})
    key = fresh()
    sealed = seal.seal(pdf, "market", reason="受理通知书", key=key)
    assert seal.seal(pdf, "market", reason="受理通知书", key=key) == sealed
    assert "演示专用章" in PdfReader(io.BytesIO(sealed)).pages[-1].extract_text().replace("\n", "")
    headers = base.gateway_headers()
    digest = hashlib.sha256(sealed).hexdigest()
    assert httpx.get(f"{sandbox}/seal/uses/{digest}", headers=headers).json()["sealed"] is True


def test_an_unknown_seal_is_refused_for_good(sandbox: str):
    with pytest.raises(ConnectorError, match="没有登记") as caught:
        seal.seal(papers.typeset("测试", {}), "nobody", reason="", key=fresh())
    assert caught.value.permanent


def test_the_acceptance_platform_names_the_fields_it_refuses(sandbox: str):
    with pytest.raises(ConnectorError, match="item_code") as caught:
        acceptance.push("receive", event(1, item_code="123"), key=fresh())
    assert caught.value.permanent


def test_events_may_arrive_twice_and_out_of_order(sandbox: str, inject):
    number = NUMBER[:-4] + "7731"
    keys = [fresh() for _ in range(3)]
    inject("acceptance", "duplicate")
    acceptance.push("receive", event(1, case_no=number), key=keys[0])
    inject("acceptance", "reorder")
    acceptance.push("accept", event(2, case_no=number), key=keys[1])
    acceptance.push("result", event(3, case_no=number), key=keys[2])
    assert acceptance.push("result", event(3, case_no=number), key=keys[2]).repeated
    headers = base.gateway_headers()
    events = httpx.get(f"{sandbox}/acceptance/cases/{number}", headers=headers).json()["events"]
    assert [one["stage"] for one in events] == ["receive", "accept", "result"]


def test_a_rating_is_taken_once_and_its_fields_are_checked(sandbox: str):
    body = {
        "affairSerialNo": NUMBER[:-4] + "5512",
        "affairCode": "11440703MB9P00026K4000131024000",
        "affairName": "食品经营许可",
        "departmentName": "江门市蓬江区市场监督管理局",
        "grade": 5,
        "userType": 1,
        "evalTime": "2026-03-02T09:00:00+08:00",
    }
    assert rating.push(body, key=fresh()) == rating.push(body, key=fresh())
    with pytest.raises(ConnectorError, match="grade"):
        rating.push(body | {"grade": 9}, key=fresh())
