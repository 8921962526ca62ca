"""What became of a short message: the service tells us through the gateway, sometimes twice or in a wrong order."""

import time
import uuid

import httpx
import pytest

from yipan.connectors import base
from yipan.platform import notices
from yipan.platform.exchange import gateway
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.records.models import OutboxRow
from yipan.platform.records.queries import story_of

from .test_faults import NOW, word  # noqa: F401

ADDRESS = "/callbacks/sms/"


def signed(*, stamp: int | None = None, nonce: str = "", **changed: str) -> dict[str, str]:
    headers = {
        "x-tif-paasid": "sandbox", "x-tif-timestamp": str(int(time.time()) if stamp is None else stamp),
        "x-tif-nonce": nonce or uuid.uuid4().hex, "x-tif-uid": "sms", "x-tif-uinfo": "", "x-tif-ext": "",
    }  # fmt: skip
    signature = base.inbound_signature("sandbox-token-0001", headers, digest=base.sha256)
    return headers | {"x-tif-signature": signature} | {name.replace("_", "-"): value for name, value in changed.items()}


def sent_to(phone: str) -> OutboxRow:
    (number,) = notices.send(to=[notices.Phone(phone, "王")], template="demo.word", data={}, at=NOW)
    run_sweeps("records.send")
    return OutboxRow.objects.get(key=f"notice-{number}-sms")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["", "duplicate", "reorder"])
def test_receipts_come_back_over_http(sandbox: str, live_server, inject, fault: str):
    httpx.put(f"{sandbox}/sms/_callback", json={"address": f"{live_server.url}{ADDRESS}"}).raise_for_status()
    try:
        if fault:
            inject("sms", fault)
        rows = [sent_to("13800001111"), sent_to("13800002222"), sent_to("13812340000")]
        wanted = ["received", "received", "dead"]
        for _ in range(100):
            states = [OutboxRow.objects.get(pk=row.pk).state for row in rows]
            if states == wanted:
                break
            time.sleep(0.1)
        assert states == wanted
        assert OutboxRow.objects.get(pk=rows[2].pk).last_error == "未送达：短信平台回执 UNDELIV"
    finally:
        httpx.put(f"{sandbox}/sms/_callback", json={"address": ""}).raise_for_status()


@pytest.mark.django_db
def test_a_receipt_is_taken_once_and_never_leads_backwards(sandbox: str, client):
    row = sent_to("13800003333")
    remote = OutboxRow.objects.get(pk=row.pk).remote_id

    def tell(state: str):
        body = {"id": remote, "state": state, "code": "X"}
        return client.post(ADDRESS, body, content_type="application/json", headers=signed())

    assert tell("delivered").json() == {"changed": True}
    assert tell("delivered").json() == {"changed": False}
    assert OutboxRow.objects.get(pk=row.pk).state == "received"
    assert tell("failed").json() == {"changed": True}
    assert tell("failed").json() == {"changed": False}
    assert tell("delivered").json() == {"changed": False}, "what is in the dead letters stays there for a person"
    assert OutboxRow.objects.get(pk=row.pk).state == "dead"


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", "[]", "{}", '{"id": 5, "state": "delivered"}', '{"id": "x", "state": "maybe"}'])
def test_a_receipt_that_says_nothing_is_refused(client, body: str):
    assert client.post(ADDRESS, body, content_type="application/json", headers=signed()).status_code == 422


@pytest.mark.django_db
def test_a_message_nobody_knows_is_asked_for_again(client):
    answer = client.post(
        ADDRESS, {"id": "sms-x", "state": "delivered"}, content_type="application/json", headers=signed()
    )
    assert answer.status_code == 404


@pytest.mark.django_db
def test_calls_that_are_not_the_gateway_s_are_turned_away_and_recorded(client):
    """Sheet 00 S4: a timestamp 301 s old or a reused nonce gets 401 and an entry in the audit."""

    def status(headers: dict[str, str]) -> int:
        return client.post(
            ADDRESS, {"id": "x", "state": "delivered"}, content_type="application/json", headers=headers
        ).status_code

    once = signed()
    assert status(once) == 404
    assert status(once) == 401, "the nonce was used"
    assert status(signed(stamp=int(time.time()) - 301)) == 401
    assert status(signed(x_tif_signature="0" * 64)) == 401
    assert status({}) == 401
    reasons = [line.reason for line in story_of("callback", ADDRESS)]
    assert len(reasons) == 4
    assert "nonce" in reasons[0]
    assert "300 秒" in reasons[1]
    assert client.get(ADDRESS).status_code == 405
    assert gateway.forget_nonces() == 0


@pytest.mark.django_db
def test_nonces_are_forgotten_when_no_call_in_time_can_bear_them(client):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO exchange_nonce VALUES ('old', now() - interval '11 minutes'), ('new', now())")
    assert gateway.forget_nonces() == 1
