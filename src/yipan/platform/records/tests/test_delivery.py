"""Events reach their subscribers at least once; messages leave by the outbox; what fails ends as a dead letter."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection, connections, transaction

from yipan.platform import records
from yipan.platform.records import events, outbox, rights, subscriptions
from yipan.platform.records.actions.resend import NotDead, resend
from yipan.platform.records.models import ActRow, Delivery, EventRow, OutboxRow

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
CLERK = records.Actor(7, 9, "李梅", 3, "政务服务中心", 5, "综窗人员")


class Subscriber:
    def __init__(self) -> None:
        self.seen: list[records.Event] = []
        self.failures = 0

    def __call__(self, event: records.Event) -> None:
        if self.failures:
            self.failures -= 1
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO records_outbox (channel, key, payload, at) VALUES ('x', 'half', '{}', now())"
                )
            raise RuntimeError("接收方出错")
        self.seen.append(event)


@pytest.fixture
def subscriber():
    made = Subscriber()
    name = records.subscribe("case.accepted", made, name="test.subscriber")
    yield made
    subscriptions.unsubscribe(name)


def accepted(n: int = 1, **more: Any) -> records.Event:
    return records.Event("case.accepted", "case", str(n), AT, CLERK, item_key="food-licence", payload={"n": n}, **more)


def overdue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_delivery SET next_at = now() - interval '1 s'")
        cursor.execute(
            "UPDATE records_outbox SET next_at = now() - interval '1 s' WHERE state IN ('queued', 'sending')"
        )


def test_an_event_keeps_all_its_fields_and_reaches_its_subscriber(subscriber):
    sent = accepted(
        process_key="food", process_version=2, instance_id="i1", task_id="t1", element_id="Accept",
        element_name="受理", lifecycle="completed", enabled_at=AT, claimed_at=AT, started_at=AT, completed_at=AT,
        clock_stopped=True, applicant_step=True, role="prechecker",
    )  # fmt: skip
    (event_id,) = records.publish(sent)
    assert events.deliver() == 1
    got = subscriber.seen[0]
    assert got.id == event_id
    for name in ("kind", "subject_id", "item_key", "process_version", "element_name", "completed_at", "clock_stopped",
                 "applicant_step", "role", "payload", "at"):  # fmt: skip
        assert getattr(got, name) == getattr(sent, name), name
    assert (got.actor.person_id, got.actor.unit_name) == (9, "政务服务中心")
    assert events.deliver() == 0
    assert Delivery.objects.count() == 0


def test_events_without_subscriber_are_only_logged(subscriber):
    records.publish([accepted(1), records.Event("process.element", "case", "1", AT)])
    assert EventRow.objects.count() == 2
    assert Delivery.objects.count() == 1


def test_a_failing_handler_is_tried_again_and_leaves_nothing_half_written(subscriber):
    subscriber.failures = 2
    records.publish(accepted())
    assert events.deliver() == 1
    assert OutboxRow.objects.count() == 0
    row = Delivery.objects.get()
    assert (row.attempts, row.state) == (1, "queued")
    assert "接收方出错" in row.last_error
    assert events.deliver() == 0, "not before the pause is over"
    overdue(), events.deliver(), overdue(), events.deliver()
    assert len(subscriber.seen) == 1


def test_a_handler_that_never_succeeds_becomes_a_dead_letter_and_can_be_sent_again(subscriber, monkeypatch):
    subscriber.failures = 99
    records.publish(accepted())
    for _ in range(events.MAX_ATTEMPTS):
        overdue()
        events.deliver()
    row = Delivery.objects.get(subscriber="test.subscriber")
    assert (row.state, row.attempts) == ("dead", events.MAX_ATTEMPTS)
    told = EventRow.objects.get(kind=events.DEAD)
    assert (told.subject_id, told.payload["about_id"]) == (f"delivery-{row.pk}", "1")
    with pytest.raises(rights.Refused, match="重发未送达消息"):
        resend(kind="delivery", row_id=row.id, actor=CLERK, now=AT)
    monkeypatch.setattr(rights, "_checker", lambda _actor, right, _unit: right == "records.deadletter.resend")
    subscriber.failures = 0
    resend(kind="delivery", row_id=row.id, actor=CLERK, now=AT)
    events.deliver()
    assert len(subscriber.seen) == 1
    assert EventRow.objects.filter(kind=events.RESENT, subject_id=f"delivery-{row.pk}").count() == 1
    assert not Delivery.objects.exists()
    act = ActRow.objects.get()
    assert (act.verb, act.chain_kind, act.chain_key) == ("records.resend", "account", "7")
    with pytest.raises(NotDead):
        resend(kind="delivery", row_id=row.id, actor=CLERK, now=AT)


@pytest.mark.django_db(transaction=True)
def test_a_delivery_in_another_hand_is_skipped(subscriber):
    """Two workers never run one delivery at the same time."""
    records.publish([accepted(1), accepted(2)])
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT id FROM records_delivery ORDER BY id LIMIT 1 FOR UPDATE")
            assert events.deliver() == 1
            assert [e.payload["n"] for e in subscriber.seen] == [2]
            other.rollback()
    finally:
        other.close()
    assert events.deliver() == 1
    assert [e.payload["n"] for e in subscriber.seen] == [2, 1]


# -- outbox ----------------------------------------------------------------------------------------------------------
class Channel:
    def __init__(self) -> None:
        self.sent: list[outbox.Outgoing] = []
        self.problem: Exception | None = None

    def __call__(self, message: outbox.Outgoing) -> outbox.Sent:
        if self.problem:
            raise self.problem
        self.sent.append(message)
        return outbox.Sent(remote_id=f"R{message.id}")


@pytest.fixture
def channel(monkeypatch):
    monkeypatch.setattr(outbox, "_channels", {})
    made = Channel()
    records.register_channel("sms", made, attempts=3)
    return made


def put(key: str = "k1") -> int | None:
    return records.queue(channel="sms", key=key, at=AT, payload={"text": "您好"}, subject=("case", 1))


def test_a_message_is_sent_once_and_receipts_move_it_forward(channel):
    assert put() is not None
    assert put() is None, "the same key is queued once"
    assert outbox.send_due() == 1
    assert outbox.send_due() == 0
    row = OutboxRow.objects.get()
    assert (row.state, row.remote_id, row.confirmed_at) == ("sent", f"R{row.id}", None)
    assert channel.sent[0].key == "k1"
    assert records.receipt("sms", "confirmed", remote_id=row.remote_id)
    assert not records.receipt("sms", "received", key="k1"), "never backwards"
    assert not records.receipt("sms", "received", remote_id="unknown")
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert row.confirmed_at is not None


def test_attempts_end_in_the_dead_letters(channel, monkeypatch):
    channel.problem = TimeoutError("no answer")
    put()
    for _ in range(5):
        overdue()
        outbox.send_due()
    row = OutboxRow.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("dead", 3, "TimeoutError: no answer")
    monkeypatch.setattr(rights, "_checker", lambda *_: True)
    channel.problem = None
    resend(kind="outbox", row_id=row.id, actor=CLERK, now=AT)
    assert outbox.send_due() == 1
    assert OutboxRow.objects.get().state == "sent"


def test_a_rejected_message_is_dead_at_once(channel):
    channel.problem = records.Rejected("号码不存在")
    put()
    outbox.send_due()
    row = OutboxRow.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("dead", 1, "被拒绝: 号码不存在")


def test_a_message_of_a_killed_worker_is_taken_over_after_its_lease(channel):
    put()
    assert outbox._claim() is not None
    assert outbox.send_due() == 0, "still leased"
    overdue()
    assert outbox.send_due() == 1
    assert (channel.sent[0].key, channel.sent[0].attempt) == ("k1", 2)


def test_simulated_history_is_journaled_and_never_sent(channel):
    with records.simulated():
        put()
    overdue()
    assert outbox.send_due() == 0
    assert OutboxRow.objects.get().state == "simulated"


def test_a_rolled_back_transaction_sends_nothing(channel):
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert OutboxRow.objects.count() == 0


def test_a_channel_nobody_registered_waits(channel):
    records.queue(channel="fax", key="f", at=AT)
    assert outbox.send_due() == 0
    assert OutboxRow.objects.get().state == "queued"


def test_pauses_grow_and_differ():
    pauses = [events.back_off(n) for n in range(1, 12)]
    assert 4 <= pauses[0] <= 6
    assert 2880 <= pauses[-1] <= 4320
    assert len({events.back_off(3) for _ in range(20)}) > 1
