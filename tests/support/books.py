"""The books after the storm: what the database, the disk and the outside systems say, compared with each other."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from crowd import Noted
from demo_house import House

DRAIN_SECONDS = 240
# What still waits for the worker, by name.
WAITING = {
    "deliveries": "SELECT count(*) FROM records_delivery WHERE state = 'queued'",
    "messages": "SELECT count(*) FROM records_outbox WHERE state IN ('queued', 'sending')",
    "jobs": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
    "papers": "SELECT count(*) FROM documents_document WHERE state = 'waiting'",
    "papers not made": "SELECT count(*) FROM cases_casedocument WHERE document_id IS NULL",
}


def drain(house: House, seconds: float = DRAIN_SECONDS) -> None:
    """Wait until nothing waits for the worker any more."""
    until = time.monotonic() + seconds
    while waiting := {name: number for name, query in WAITING.items() if (number := house.rows(query)[0][0])}:
        assert time.monotonic() < until, f"still waiting for the worker after {seconds:.0f} s: {waiting}"
        time.sleep(0.3)


def pass_time(house: House) -> None:
    """Let pauses and leases be over, as if the minutes had passed: what failed is due, what a dead worker held is free.

    One worker runs, and each sweep is one thread of it, so nothing that is really being done is taken twice.
    """
    with house.sql() as connection:
        connection.execute("UPDATE records_outbox SET next_at = now() WHERE state IN ('queued', 'sending')")
        connection.execute("UPDATE records_delivery SET next_at = now() WHERE state = 'queued'")
        connection.execute("UPDATE documents_document SET next_at = now() WHERE state = 'waiting'")
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' "
            "WHERE id < (SELECT max(id) FROM procrastinate_workers)"
        )


# Whether somebody is reminded depends on how long a case lay; that nobody is twice at once, NEVER says.
REMINDERS = ("case.answer_owed", "case.correction_ends", "case.promise_ends", "case.promise_broken", "case.law_broken")


# -- what happened to one case --------------------------------------------------------------------------------------
def story(house: House, case: int) -> dict[str, Any]:
    """Everything that a journey leaves behind, with the case's own numbers taken out, so that two can be compared."""
    key = str(case)
    return {
        "acts": [v for (v,) in house.rows(
            "SELECT verb FROM records_act WHERE chain_kind = 'case' AND chain_key = %s ORDER BY seq", key)],
        "events": Counter(house.rows(
            "SELECT kind, element_id, lifecycle FROM records_event "
            "WHERE subject_kind = 'case' AND subject_id = %s", key)),
        "papers": Counter(house.rows(
            "SELECT c.kind, d.state FROM cases_casedocument c LEFT JOIN documents_document d ON d.id = c.document_id "
            "WHERE c.case_id = %s", case)),
        "tasks": Counter(house.rows(
            "SELECT t.element_id, t.status FROM processes_task t JOIN processes_instance i ON i.id = t.instance_id "
            "WHERE i.subject_kind = 'case' AND i.subject_id = %s", key)),
        "opinions": Counter(house.rows('SELECT "column", outcome FROM cases_opinion WHERE case_id = %s', case)),
        "messages": Counter(house.rows(
            "SELECT template_key FROM notices_message WHERE subject_kind = 'case' AND subject_id = %s "
            "AND template_key <> ALL(%s)", key, list(REMINDERS))),
        "pushes": Counter(house.rows(
            "SELECT channel, payload ->> 'verb' FROM records_outbox WHERE key LIKE 'case-' || %s || '-%%'", key)),
        "state": house.rows("SELECT state, decision FROM cases_case WHERE id = %s", case),
    }  # fmt: skip


def differences(house: House, journeys: Iterable[Noted]) -> list[str]:
    """Journeys of one kind leave the same behind, shaken or not; the first of each kind is the measure."""
    found: list[str] = []
    measure: dict[str, dict[str, Any]] = {}
    for noted in journeys:
        if not noted.finished:
            continue
        left = story(house, noted.case)
        expected = measure.setdefault(noted.kind, left)
        for name, value in left.items():
            if value != expected[name]:
                found.append(f"{noted.kind} case {noted.case}, {name}: {_apart(value, expected[name])}")
    return found


def _apart(value: Any, expected: Any) -> str:
    if isinstance(value, Counter):
        return f"more {dict(value - expected)}, less {dict(expected - value)}"
    if isinstance(value, list) and sorted(map(str, value)) != sorted(map(str, expected)):
        more, less = Counter(map(str, value)), Counter(map(str, expected))
        return f"more {dict(more - less)}, less {dict(less - more)}"
    return f"{value} instead of {expected}"


# -- what may never be ----------------------------------------------------------------------------------------------
NEVER = {
    "a submission key used for two cases": "SELECT key FROM cases_submission GROUP BY key HAVING count(*) > 1",
    "a case submitted twice": "SELECT case_id FROM cases_submission GROUP BY case_id HAVING count(*) > 1",
    "two decisions on one case": (
        "SELECT chain_key FROM records_act WHERE chain_kind = 'case' AND verb IN ('case.grant', 'case.refuse') "
        "GROUP BY chain_key HAVING count(*) > 1"
    ),
    "two licences of one case": (
        "SELECT subject_id FROM licences_licence WHERE subject_kind = 'case' GROUP BY subject_id HAVING count(*) > 1"
    ),
    "a granted case without its licence": (
        "SELECT c.id FROM cases_case c LEFT JOIN licences_licence l ON l.subject_kind = 'case' "
        "AND l.subject_id = c.id::text WHERE c.decision = 1 AND c.state >= 41 "
        "AND (l.id IS NULL OR c.licence_id <> l.id)"
    ),
    "a licence of a case that was not granted": (
        "SELECT l.id FROM licences_licence l JOIN cases_case c ON l.subject_id = c.id::text "
        "WHERE l.subject_kind = 'case' AND c.decision IS DISTINCT FROM 1"
    ),
    "one event number twice": "SELECT id FROM records_event GROUP BY id HAVING count(*) > 1",
    "one act number twice": "SELECT id FROM records_act GROUP BY id HAVING count(*) > 1",
    "one number given twice": (
        "SELECT series_id, text FROM numbers_number WHERE text <> '' GROUP BY series_id, text HAVING count(*) > 1"
    ),
    "a gap in a series": (
        "SELECT s.series, s.scope, n FROM numbers_series s CROSS JOIN LATERAL generate_series(1, s.last) AS n "
        "LEFT JOIN numbers_number g ON g.series_id = s.id AND g.value = n WHERE g.id IS NULL"
    ),
    "a number that nothing uses": (
        "SELECT n.text FROM numbers_number n JOIN numbers_series s ON s.id = n.series_id WHERE s.series = 'document' "
        "AND n.state = 'issued' AND NOT EXISTS (SELECT 1 FROM cases_casedocument d WHERE d.number = n.text)"
    ),
    "a reminder twice at one time": (
        "SELECT subject_id, account_id, template_key, at FROM notices_message "
        f"WHERE template_key IN {REMINDERS} GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
    ),
    "one rating twice": "SELECT case_id FROM cases_rating GROUP BY case_id HAVING count(*) > 1",
    "a paper made twice": "SELECT key FROM documents_document WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1",
    "an open case without an open task": (
        "SELECT c.id FROM cases_case c WHERE c.state BETWEEN 11 AND 41 AND c.state NOT IN (15, 26) "
        "AND NOT EXISTS (SELECT 1 FROM processes_task t WHERE t.instance_id = c.instance_id AND t.status IN "
        "('open', 'claimed', 'waiting'))"
    ),
    "an ended case whose process runs on": (
        "SELECT c.id FROM cases_case c JOIN processes_instance i ON i.id = c.instance_id "
        "WHERE c.state IN (15, 26, 50, 90, 91) AND i.status IN ('running', 'suspended')"
    ),
    "a failed job": "SELECT task_name, args FROM procrastinate_jobs WHERE status IN ('failed', 'aborted', 'cancelled')",
    "a job in nobody's hands": (
        "SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id "
        "WHERE j.status = 'doing' AND w.id IS NULL"
    ),
    "an event nobody could be told about": "SELECT subscriber, last_error FROM records_delivery WHERE state = 'dead'",
    "a transaction left open": (
        "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%%' "
        "AND state_change < now() - interval '30 seconds'"
    ),
}


def never(house: House) -> list[str]:
    """Every line of NEVER that is not empty."""
    found = []
    for what, query in NEVER.items():
        rows = house.rows(query)
        if rows:
            found.append(f"{what}: {len(rows)}, for example {rows[:3]}")
    return found


def forgotten(house: House, journeys: Iterable[Noted]) -> list[str]:
    """Cases and numbers that people were shown and the database does not know as theirs."""
    found = []
    for noted in journeys:
        if not noted.case:
            continue
        known = house.rows("SELECT case_no, short_no, query_code FROM cases_case WHERE id = %s", noted.case)
        if not known:
            found.append(f"case {noted.case} was acknowledged and is gone")
        elif noted.numbers != [known[0][0]] or any(code not in noted.receipt for code in known[0][1:]):
            found.append(f"case {noted.case}: the receipt said {noted.receipt[:300]}, kept is {known[0]}")
    return found


# -- disk and outside ------------------------------------------------------------------------------------------------
def files_astray(house: House) -> list[str]:
    """Stored files whose object is missing or differs from its digest."""
    found = []
    for name, sha256 in house.rows("SELECT storage_name, sha256 FROM files_storedfile"):
        path = house.places.files / name
        if not path.exists():
            found.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            found.append(f"{name} is damaged")
    return found


def not_delivered_once(house: House, after: int, unsent: list[int]) -> list[str]:
    """Outbox rows after a number, and earlier ones that were not sent by then, and what the outside systems keep, which
    began with nothing: every key there exactly once, and nothing that was never sent."""
    outside = house.outside
    cases = outside.all("acceptance", "case")
    arrived = {
        "acceptance": [event["key"] for case in cases.values() for event in case["events"]],
        "rating": [*outside.all("rating", "evaluation")],
        "sms": [*outside.all("sms", "message")],
        "yuezhengyi": [*outside.all("yuezhengyi", "message")],
    }
    found = []
    for channel, keys in arrived.items():
        name = "payload ->> 'affairSerialNo'" if channel == "rating" else "key"
        expected = [key for (key,) in house.rows(
            f"SELECT {name} FROM records_outbox WHERE channel = %s AND (id > %s OR id = ANY(%s)) "
            "AND state IN ('sent', 'received', 'confirmed')",
            channel, after, unsent,
        )]  # fmt: skip
        more, less = Counter(keys) - Counter(expected), Counter(expected) - Counter(keys)
        if more or less:
            found.append(f"{channel}: not of the outbox or twice {[*more.items()][:3]}, not arrived {[*less][:3]}")
    return found + [
        f"case {number}: the province shows {seqs}" for number, case in cases.items()
        if (seqs := [int(event["seq"]) for event in case["events"]]) != sorted(set(seqs))
    ]  # fmt: skip
