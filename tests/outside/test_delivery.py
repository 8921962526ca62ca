"""Results on their way over real HTTP: orders, reports through the gateway, and what the network does to them."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
import telling
from telling import Story

from yipan.connectors import ems
from yipan.connectors.base import ConnectorError
from yipan.platform.cases import carriers
from yipan.platform.cases.actions import delivery, dispatching
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Dispatch
from yipan.platform.cases.stories import moment
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.people.addresses import Address
from yipan.platform.records.models import OutboxRow

from .test_receipts import signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house", "sandbox")]
NOON = "2021-11-05 12:00"
HOME = Address("郭耀辉", "13800003014", "广东省江门市蓬江区", "建设路21号首层")


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), telling.standing():
        yield


def mailed(way: str = "mail") -> tuple[Story, Dispatch]:
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").until("produce", "2021-11-03 10:00")
    story.make_licence("2021-11-03 10:01")
    clerk, at = telling.staff("hall.clerk1"), moment("2021-11-03 11:00")
    delivery.choose(story.case.pk, delivery.Choice("mail", address=HOME), actor=clerk, now=at)
    made = dispatching.dispatch(story.case.pk, way=way, actor=telling.staff("market.deliverer"), now=at)
    telling.at(NOON)
    return story, made


def order(made: Dispatch) -> Dispatch:
    for _ in range(3):  # a failed attempt is due again at once here
        OutboxRow.objects.filter(channel__in=("ems", "locker")).update(next_at=moment("2020-01-01 00:00"))
        run_sweeps("records.send")
    made.refresh_from_db()
    return made


def move(sandbox: str, system: str, number: str, state: str, **more: str) -> None:
    answer = httpx.post(f"{sandbox}/{system}/_move/{number}", data={"state": state, **more})
    assert answer.status_code == 303, answer.text


class Relay:
    """Takes what the carriers report over HTTP and hands it on to the platform inside the test's transaction."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, dict[str, str], bytes]] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sent = {name: value for name, value in self.headers.items() if name.lower().startswith("x-tif-")}
                relay.reports.append((self.path, sent, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hand_on(self, client, number: int) -> list[int]:
        """Wait for so many reports; the platform's answers to them."""
        for _ in range(100):
            if len(self.reports) >= number:
                break
            time.sleep(0.05)
        assert len(self.reports) == number
        told, self.reports = self.reports, []
        return [
            client.post(path, body, content_type="application/json", headers=headers).status_code
            for path, headers, body in told
        ]


@pytest.fixture
def relay(sandbox) -> Iterator[Relay]:
    made = Relay()
    for system in ("ems", "locker"):
        address = f"http://127.0.0.1:{made.server.server_port}/callbacks/{system}/"
        httpx.put(f"{sandbox}/{system}/_callback", json={"address": address}).raise_for_status()
    yield made
    for system in ("ems", "locker"):
        httpx.put(f"{sandbox}/{system}/_callback", json={"address": ""})
    made.server.shutdown()


def test_a_journey_with_lost_returned_repeated_and_disordered_events(sandbox, inject, relay, client):
    inject("ems", "error")
    story, made = mailed()
    number = order(made).number
    assert (made.state, number[:2]) == ("sent", "EA"), "the failed order was sent again"
    inject("ems", "reorder")
    inject("ems", "duplicate")
    move(sandbox, "ems", number, "accepted")  # held back until the next has gone
    move(sandbox, "ems", number, "returned")  # and this one is told twice
    assert relay.hand_on(client, 3) == [200, 200, 200]
    assert [event.state for event in made.events.all()] == ["accepted", "returned"]
    made.refresh_from_db()
    assert made.state == "returned"
    assert State(story.case.state) is State.DELIVERY
    deliverer = telling.staff("market.deliverer")
    dispatching.settle(made.pk, how="resend", reason="", actor=deliverer, now=moment(NOON))
    again = order(Dispatch.objects.get(case=story.case, state="ordered"))
    move(sandbox, "ems", again.number, "lost")
    assert relay.hand_on(client, 1) == [200]
    why = "EMS 查询确认途中丢失，原件作废补发"
    dispatching.settle(again.pk, how="reissue", reason=why, actor=deliverer, now=moment(NOON))
    cell = order(dispatching.dispatch(story.case.pk, way="locker", actor=deliverer, now=moment(NOON)))
    move(sandbox, "locker", cell.number, "signed")  # nobody hands this report on: it gets lost
    assert State(story.case.state) is State.DELIVERY
    assert carriers.ask_carriers() == 1
    assert (story.case.delivery_way, State(story.case.state)) == ("locker", State.ARCHIVED)
    assert carriers.ask_carriers() == 0


def test_an_order_is_taken_once_and_a_refused_one_comes_to_the_desk(sandbox, inject):
    inject("ems", "duplicate")
    _story, made = mailed()
    number = order(made).number
    key = f"dispatch-{made.pk}"
    parcel = ems.Parcel(HOME.name, HOME.phone, HOME.text, "江门市蓬江区市场监督管理局", "10300001")
    assert ems.order(parcel, moment(NOON), key=key) == number, "the same key, the same parcel"
    assert ems.track(number) == []
    with pytest.raises(ConnectorError, match=r"receiver\.phone") as caught:
        ems.order(ems.Parcel("张三", "1", "广东省江门市蓬江区样例路", "单位", "1030"), moment(NOON), key="x")
    assert caught.value.permanent
    inject("ems", "reject")
    story, refused = mailed()
    order(refused)
    run_sweeps("records.deliver")
    refused.refresh_from_db()
    assert refused.state == "rejected"
    dispatching.settle(
        refused.pk, how="pickup", reason="", actor=telling.staff("market.deliverer"), now=moment("2021-11-05 13:00")
    )
    assert story.told("case.come_to_window")


def test_reports_that_say_nothing_or_come_from_elsewhere_change_nothing(client):
    body = {"number": "EA000000000CN", "event": 1, "state": "signed", "at": "2021-11-05T12:00:00+08:00"}

    def status(changed: dict, headers: dict[str, str] | None = None) -> int:
        told = {**body, **changed}
        answer = client.post(
            "/callbacks/ems/", told, content_type="application/json", headers=signed() if headers is None else headers
        )
        return answer.status_code

    assert status({}) == 404, "asked for again"
    for wrong in (
        {"state": "expired"},
        {"event": 0},
        {"event": True},
        {"at": "昨天"},
        {"at": "2021-11-05"},
        {"number": 5},
    ):
        assert status(wrong) == 422, wrong
    assert status({}, headers={}) == 401
