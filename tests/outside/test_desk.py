"""The sandbox's pages for people: what each system received, and faults set by a form."""

import httpx
import pytest

from yipan.connectors import base, sms
from yipan.connectors.base import ConnectorError

from .conftest import SYSTEMS

FORM = "application/x-www-form-urlencoded"


def test_the_home_page_lists_every_system_and_each_has_its_page(sandbox: str):
    home = httpx.get(f"{sandbox}/").text
    for system in SYSTEMS:
        assert f'href="/{system}/"' in home
        assert "接下来的故障" in httpx.get(f"{sandbox}/{system}/").text
    assert httpx.get(f"{sandbox}/nothing/").status_code == 404


def test_a_fault_set_by_the_form_happens_and_is_over(sandbox: str):
    answer = httpx.post(f"{sandbox}/sms/faults", data={"kind": "error", "times": "2", "seconds": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sms/")
    assert "出错（HTTP 500），之后可以重试，2 次" in httpx.get(f"{sandbox}/sms/").text
    for _ in range(2):
        with pytest.raises(ConnectorError):
            sms.send("13800001001", "您好", key="desk-1")
    assert "没有。接下来的调用正常应答。" in httpx.get(f"{sandbox}/sms/").text
    sms.send("13800001001", "您好 <b>", key="desk-1")
    page = httpx.get(f"{sandbox}/sms/").text
    assert "幂等键 desk-1" in page
    assert "您好 &lt;b&gt;" in page, "what was received is shown as text"
    httpx.post(f"{sandbox}/sms/faults", data={"kind": "timeout", "times": "9"})
    httpx.post(f"{sandbox}/sms/faults/clear")
    sms.send("13800001001", "您好", key="desk-2")


@pytest.mark.parametrize("data", [{}, {"kind": "earthquake"}])
def test_a_fault_that_does_not_exist_is_refused(sandbox: str, data: dict):
    assert httpx.post(f"{sandbox}/sms/faults", data=data).status_code == 422
    assert httpx.post(f"{sandbox}/nothing/faults", data={"kind": "error"}).status_code == 422


def test_looking_leaves_no_trace_in_the_journal(sandbox: str):
    before = httpx.get(f"{sandbox}/rating/journal").json()
    httpx.get(f"{sandbox}/rating/")
    httpx.post(f"{sandbox}/rating/faults/clear")
    assert httpx.get(f"{sandbox}/rating/journal").json() == before
    httpx.get(f"{sandbox}/rating/evaluations", headers=base.gateway_headers())
    assert len(httpx.get(f"{sandbox}/rating/journal").json()["journal"]) == len(before["journal"]) + 1


@pytest.mark.django_db
def test_the_pages_stand_below_the_platforms_own_port_in_demo_databases(sandbox: str, client):
    page = client.get("/sandbox/").content.decode()
    assert 'href="/sandbox/sms/"' in page
    assert client.get("/sandbox/sms/").status_code == 200
    answer = client.post("/sandbox/rating/faults", "kind=slow&times=1&seconds=1", content_type=FORM)
    assert (answer.status_code, answer["Location"]) == (303, "/sandbox/rating/")
    assert client.get("/sandbox/static/sandbox.css").status_code == 200
    assert client.post("/sandbox/rating/faults/clear", "", content_type=FORM).status_code == 303
