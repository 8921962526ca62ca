"""Acts on chains: order, digests, refusals by the database, batches equal to single calls."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from yipan.platform import records
from yipan.platform.records import acts, audit, sql
from yipan.platform.records.models import ActPayload, ActRow, Chain

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
CLERK = records.Actor(7, 9, "李梅", 3, "江门市蓬江区政务服务中心", 5, "综窗人员", ip="10.0.0.8", request_id="r-1")


def put(n: int, chain: tuple[str, object] = ("case", 1), **more: Any) -> records.NewAct:
    return records.NewAct(chain, f"case.step{n}", CLERK, AT + dt.timedelta(hours=n), ("case", chain[1]), **more)


def one(n: int, chain: tuple[str, object] = ("case", 1), **more: Any) -> records.Act:
    new = put(n, chain, **more)
    return records.act(
        chain=new.chain, verb=new.verb, actor=new.actor, at=new.at, subject=new.subject, reason=new.reason,
        payload=new.payload,
    )  # fmt: skip


def test_acts_follow_each_other_on_their_chain():
    first = one(1, reason="材料齐全", payload={"材料": ["营业执照"], "金额": 12.5})
    second = one(2)
    other = one(3, ("case", 2))
    assert (first.seq, second.seq, other.seq) == (1, 2, 1)
    rows = list(ActRow.objects.order_by("id"))
    assert bytes(rows[0].prev) == records.GENESIS
    assert bytes(rows[1].prev) == first.head == bytes(rows[0].head)
    assert rows[0].unit_name == "江门市蓬江区政务服务中心"
    assert rows[0].at == AT + dt.timedelta(hours=1)
    assert rows[0].recorded_at == first.recorded_at
    chain = Chain.objects.get(kind="case", key="1")
    assert (chain.seq, bytes(chain.head)) == (2, second.head)
    assert "材料齐全" in ActPayload.objects.get(act_id=first.id).body
    assert audit.verify().ok


def test_an_act_needs_a_time_with_a_zone_and_plain_values():
    with pytest.raises(ValueError, match="time zone"):
        records.act(chain=("case", 1), verb="v", actor=CLERK, at=dt.datetime(2026, 1, 1), subject=("case", 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="object"):
        one(1, payload={"x": object()})
    assert ActRow.objects.count() == 0


def test_batch_equals_row_by_row():
    """1,200 acts on 40 chains: rows of a batch are equal to rows of single calls but for salt and database clock."""
    news = [put(n, ("case", n % 40), reason=f"理由{n}", payload={"n": n, "空": None}) for n in range(1200)]
    with transaction.atomic():
        for new in news[:1200]:
            records.act(
                chain=new.chain, verb=new.verb, actor=new.actor, at=new.at, subject=new.subject, reason=new.reason,
                payload=new.payload,
            )  # fmt: skip
    single = rows_to_compare("case")
    shifted = [
        records.NewAct(("case2", n.chain[1]), n.verb, n.actor, n.at, n.subject, reason=n.reason, payload=n.payload)
        for n in news
    ]
    made = acts.act_many(shifted)
    assert [m.seq for m in made] == [n // 40 + 1 for n in range(1200)]
    assert rows_to_compare("case2") == single
    report = audit.verify()
    assert report.ok, report.text()
    assert report.acts == 2400


def rows_to_compare(kind: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.chain_key, a.seq, a.verb, a.subject_kind, a.subject_id, a.account_id, a.actor_name, a.unit_name, "
            "a.at, p.body FROM records_act a JOIN records_act_payload p ON p.act_id = a.id "
            "WHERE chain_kind = %s ORDER BY a.id",
            [kind],
        )
        return cursor.fetchall()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_act SET verb = 'x'",
        "DELETE FROM records_act",
        "TRUNCATE records_act",
        "TRUNCATE records_act_default",
        "UPDATE records_event SET kind = 'x'",
        "DELETE FROM records_event",
        "TRUNCATE records_event",
        "UPDATE records_access SET purpose = 'x'",
        "DELETE FROM records_access",
        "TRUNCATE records_access",
        "DELETE FROM records_act_payload",
        "UPDATE records_act_payload SET body = '{}'",
        "UPDATE records_act_payload SET body = NULL, salt = NULL, erased_by = act_id",
        "DELETE FROM records_chain",
        "UPDATE records_chain SET seq = 0",
        "UPDATE records_chain SET head = 'x'",
        "UPDATE records_installation SET kind = 'production'",
        "DELETE FROM records_installation",
    ],
)
def test_the_database_refuses_to_forget(statement: str):
    records.found("test")
    one(1)
    records.publish(records.Event("case.accepted", "case", "1", AT))
    records.log_access(CLERK, ("person", 1), ["证件号码"], "核对")
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege), caught.value


def test_partitions_of_a_month_refuse_truncate_too():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'records_act'::regclass ORDER BY 1"
        )
        children = [row[0] for row in cursor.fetchall()]
        assert len(children) >= 5, children
        for child in children:
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(f"TRUNCATE {child}")


def test_a_writer_on_an_old_head_is_refused():
    """Two writers that both believe to stand on the same head: the second one's statement fails as a whole."""
    one(1)
    heads, now = acts.lock_chains([("case", 1)])
    one(2)
    parts = sql.insert_ctes(acts=[put(3)], heads=heads, recorded_at=now)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"WITH {parts.text} SELECT id FROM r_new", parts.params)
    assert ActRow.objects.count() == 2
    assert audit.verify().ok


def test_everything_in_one_statement(django_assert_num_queries):
    """The building block for the engine: act, event, delivery and message beside rows of its own."""
    seen: list[int | None] = []
    name = records.subscribe("case.accepted", lambda event: seen.append(event.id), name="test.one-statement")
    try:
        with django_assert_num_queries(1), connection.cursor() as cursor:
            parts = sql.insert_ctes(
                acts=[put(1), put(2)],
                events=[records.Event("case.accepted", "case", "1", AT, CLERK, element_id="A", lifecycle="completed")],
                outbox=[records.Message("sms", "case-1-accepted", AT, {"to": 9}, ("case", 1))],
                heads={("case", "1"): records.Head(0, records.GENESIS)},
                recorded_at=AT,
            )
            cursor.execute(f"WITH {parts.text} SELECT (SELECT array_agg(id ORDER BY n) FROM r_new)", parts.params)
            done = parts.with_ids(cursor.fetchone()[0])
    finally:
        from yipan.platform.records import events, subscriptions

        events.deliver()
        subscriptions.unsubscribe(name)
    assert [a.seq for a in done] == [1, 2]
    assert [a.id for a in done] == list(ActRow.objects.order_by("seq").values_list("id", flat=True))
    assert len(seen) == 1
    assert audit.verify().ok


def test_recording_an_act_takes_two_statements(django_assert_num_queries):
    one(1)
    with django_assert_num_queries(2):
        one(2)


def test_installation_never_changes():
    """The kind is the first act; another kind is refused."""
    assert records.installation().founded_at is None
    made = records.found("test")
    assert records.found("test") == made
    assert ActRow.objects.get().verb == "records.found"
    with pytest.raises(records.WrongInstallation, match="founded as test"):
        records.found("production")


def test_a_month_with_rows_in_the_default_partition_stays_there():
    early = records.NewAct(("case", 1), "v", CLERK, dt.datetime(2019, 5, 5, tzinfo=dt.UTC), ("case", 1))
    acts.act_many([early])
    from yipan.platform.records import partitions

    # Of 2019-04 … 2019-06, May has rows of acts and payloads already; the other two tables get it.
    assert partitions.ensure(dt.date(2019, 4, 1), dt.date(2019, 6, 30)) == 3 * 4 - 2
    assert partitions.ensure(dt.date(2019, 4, 1), dt.date(2019, 6, 30)) == 0
    assert audit.verify().ok


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_chain_wait_for_each_other():
    """Eight threads put 20 acts each on one chain: 160 links without a gap, and several chains cause no deadlock."""
    import threading

    errors: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for n in range(20):
                keys = [("case", "shared"), ("case", f"own{n % 3}")]
                with transaction.atomic():
                    records.lock_chains(keys[:: 1 if worker % 2 else -1])
                    for key in keys:
                        records.act(chain=key, verb="v", actor=CLERK, at=AT, subject=key)
        except BaseException as problem:
            errors.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Chain.objects.get(kind="case", key="shared").seq == 160
    report = audit.verify()
    assert report.ok, report.text()
    assert report.acts == 320
