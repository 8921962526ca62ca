"""Tampering behind the program's back: each way is found and named exactly."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from yipan.platform import records
from yipan.platform.records import audit, crypto, rights, roots
from yipan.platform.records.actions.erase_payload import NothingToErase, erase_payload
from yipan.platform.records.testing import without_triggers

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
CLERK = records.Actor(7, 9, "李梅", 3, "政务服务中心", 5, "综窗人员")


@pytest.fixture(autouse=True)
def _witness(tmp_path, monkeypatch):
    monkeypatch.setenv("YIPAN_WITNESS", str(tmp_path / "roots.jsonl"))


@pytest.fixture(autouse=True)
def _everything_allowed(monkeypatch):
    monkeypatch.setattr(rights, "_checker", lambda *_: True)


def case(key: str, acts: int = 5) -> list[records.Act]:
    return [
        records.act(
            chain=("case", key), verb=f"case.step{n}", actor=CLERK, at=AT + dt.timedelta(hours=n),
            subject=("case", key), reason=f"理由{n}", payload={"n": n},
        )
        for n in range(1, acts + 1)
    ]  # fmt: skip


def run(statement: str, *arguments: Any, tables: tuple[str, ...] = ("records_act",)) -> None:
    with without_triggers(*tables), connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        assert cursor.rowcount >= 1


def only_finding() -> tuple[str, str, int]:
    report = audit.verify()
    assert not report.ok
    assert len(report.findings) == 1, report.text()
    found = report.findings[0]
    assert found.text() in report.text()
    return found.what, found.chain, found.seq


def test_untouched_records_pass_and_are_counted():
    case("1"), case("2", 3)
    roots.make()
    report = audit.verify()
    assert report.ok
    assert (report.acts, report.chains, report.roots) == (8, 2, 1)


@pytest.mark.parametrize("column", ["verb", "actor_name", "to_state", "unit_name", "deputy_for_name", "ip"])
def test_a_changed_column_is_found(column: str):
    case("1"), case("2")
    run(f"UPDATE records_act SET {column} = '改' WHERE chain_key = '1' AND seq = 3")
    assert only_finding() == ("content", "case/1", 3)


def test_changed_times_are_found():
    case("1")
    run("UPDATE records_act SET at = at - interval '1 day' WHERE seq = 2")
    # The payload hangs on (id, at), but the act's own digest is judged first.
    assert only_finding() == ("content", "case/1", 2)


def test_a_changed_database_clock_is_found():
    case("1")
    run("UPDATE records_act SET recorded_at = recorded_at + interval '1 hour' WHERE seq = 4")
    assert only_finding() == ("content", "case/1", 4)


def test_swapped_rows_are_found():
    case("1")
    run(
        "UPDATE records_act a SET verb = b.verb, payload_digest = b.payload_digest, head = b.head, prev = b.prev "
        "FROM records_act b WHERE a.chain_key = '1' AND b.chain_key = '1' AND a.seq + b.seq = 5 AND a.seq IN (2, 3)"
    )
    assert only_finding() == ("content", "case/1", 2)


def test_swapped_numbers_are_found():
    case("1")
    run("UPDATE records_act SET seq = 5 - seq WHERE seq IN (2, 3)")
    assert only_finding() == ("content", "case/1", 2)


def test_a_deleted_row_in_the_middle_is_found():
    case("1")
    run("DELETE FROM records_act WHERE seq = 3")
    assert only_finding() == ("missing", "case/1", 3)


def test_a_deleted_tail_is_found():
    case("1")
    run("DELETE FROM records_act WHERE seq >= 4")
    assert only_finding() == ("tail", "case/1", 4)


def test_a_deleted_chain_is_found():
    case("1"), case("2")
    run("DELETE FROM records_act WHERE chain_key = '1'")
    assert only_finding() == ("tail", "case/1", 1)


def test_a_deleted_head_is_found():
    case("1")
    run("DELETE FROM records_chain", tables=("records_chain",))
    assert only_finding() == ("chain-missing", "case/1", 0)


def test_a_changed_head_is_found():
    case("1")
    run("UPDATE records_chain SET head = %s", b"x" * 32, tables=("records_chain",))
    assert only_finding() == ("head", "case/1", 5)


def test_an_inserted_row_is_found():
    case("1")
    run(
        "INSERT INTO records_act SELECT (jsonb_populate_record(a, jsonb_build_object('id', "
        "nextval('records_act_id_seq'), 'verb', 'case.grant'))).* FROM records_act a WHERE seq = 2"
    )
    assert only_finding() == ("duplicate", "case/1", 2)


def test_a_changed_payload_is_found():
    acts = case("1")
    run(
        "UPDATE records_act_payload SET body = replace(body, '理由3', '理由9') WHERE act_id = %s", acts[2].id,
        tables=("records_act_payload",),
    )  # fmt: skip
    assert only_finding() == ("payload", "case/1", 3)


def test_a_deleted_payload_is_found():
    acts = case("1")
    run("DELETE FROM records_act_payload WHERE act_id = %s", acts[1].id, tables=("records_act_payload",))
    assert only_finding() == ("payload-missing", "case/1", 2)


def test_a_payload_emptied_without_an_act_is_found():
    acts = case("1")
    run(
        "UPDATE records_act_payload SET body = NULL, salt = NULL, erased_by = %s WHERE act_id = %s", acts[0].id,
        acts[1].id, tables=("records_act_payload",),
    )  # fmt: skip
    assert only_finding() == ("erasure", "case/1", 2)


def test_erasing_by_an_act_of_its_own_keeps_the_chain_whole():
    acts = case("1")
    done = erase_payload(act_id=acts[1].id, actor=CLERK, now=AT, reason="保存期限届满")
    assert (done.chain, done.seq) == (("case", "1"), 6)
    report = audit.verify()
    assert report.ok, report.text()
    assert report.erased == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT salt, body FROM records_act_payload WHERE act_id = %s", [acts[1].id])
        assert cursor.fetchone() == (None, None)
    with pytest.raises(NothingToErase, match="已由记录"):
        erase_payload(act_id=acts[1].id, actor=CLERK, now=AT, reason="再次")
    with pytest.raises(NothingToErase, match="理由"):
        erase_payload(act_id=acts[2].id, actor=CLERK, now=AT, reason=" ")


def test_a_whole_chain_written_anew_is_found_by_the_signed_root():
    """Whoever knows the format can compute a fitting chain; the root signed before does not fit it."""
    case("1"), case("2")
    roots.make()
    with without_triggers("records_act", "records_act_payload", "records_chain"), connection.cursor() as cursor:
        for table in ("records_act", "records_act_payload", "records_chain"):
            cursor.execute(f"DELETE FROM {table}")
    case("2")
    records.act(chain=("case", "1"), verb="case.grant", actor=CLERK, at=AT, subject=("case", "1"))
    found = {(f.what, f.chain) for f in audit.verify().findings}
    # The same acts again have other salts, so even the repeated chain is not what was signed.
    assert found == {("rooted", "case/1"), ("rooted", "case/2")}


def test_a_cut_tail_with_a_corrected_head_is_found_by_the_root():
    acts = case("1")
    roots.make()
    run("DELETE FROM records_act WHERE seq = 5")
    run("UPDATE records_chain SET seq = 4, head = %s", acts[3].head, tables=("records_chain",))
    assert only_finding() == ("rooted", "case/1", 5)


def test_a_changed_root_is_found():
    case("1")
    roots.make()
    run("UPDATE records_root SET root = %s", b"r" * 32, tables=("records_root",))
    found = {f.what for f in audit.verify().findings}
    assert found == {"root-digest", "root-signature"}


def test_a_changed_leaf_is_found():
    case("1")
    roots.make()
    run("UPDATE records_root_leaf SET seq = 4", tables=("records_root_leaf",))
    assert {f.what for f in audit.verify().findings} == {"root-digest", "rooted"}


def test_a_root_signed_by_another_key_is_found():
    case("1")
    roots.make()
    other = crypto.software.SoftwareProvider(another_key_ring())
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, at, previous, root, leaves FROM records_root")
        number, at, previous, root, leaves = cursor.fetchone()
    from yipan.platform.records.domain import digests

    forged = other.sign(digests.root_statement(number, at, bytes(previous), bytes(root), leaves))
    run("UPDATE records_root SET key_id = %s, signature = %s", forged.key_id, forged.value, tables=("records_root",))
    assert only_finding() == ("root-key", "root", 1)


def another_key_ring():
    keys = dict(crypto.software.new_key(use) for use in crypto.software.USES)
    return crypto.software.Keys({material["use"]: key_id for key_id, material in keys.items()}, keys)


def test_a_missing_root_is_found():
    for key in ("1", "2", "3"):
        case(key)
        roots.make()
    run("DELETE FROM records_root_leaf WHERE root_number = 2", tables=("records_root_leaf",))
    run("DELETE FROM records_root WHERE number = 2", tables=("records_root",))
    assert ("root-missing", "root", 2) in {(f.what, f.chain, f.seq) for f in audit.verify().findings}


def test_a_cut_off_last_root_is_found_by_the_witness_file(django_capture_on_commit_callbacks):
    records.found("test")
    case("1")
    with django_capture_on_commit_callbacks(execute=True):
        assert roots.make().number == 1
    assert audit.verify().ok
    run("DELETE FROM records_root_leaf", tables=("records_root_leaf",))
    run("DELETE FROM records_root", tables=("records_root",))
    assert only_finding() == ("witness", "root", 1)


def test_roots_cover_only_what_changed_and_the_root_before():
    case("1"), case("2")
    assert roots.make().leaves == 2
    assert roots.make() is None
    case("2")
    second = roots.make()
    assert (second.number, second.leaves) == (2, 1)
    assert audit.verify().ok


def test_changed_and_deleted_accesses_are_found():
    for n in range(3):
        records.log_access(CLERK, ("person", n), ["证件号码", "手机"], "核对身份")
    roots.make(settled=dt.timedelta(0))
    report = audit.verify()
    assert (report.ok, report.accesses) == (True, 3)
    run("UPDATE records_access SET purpose = '' WHERE subject_id = '1'", tables=("records_access",))
    assert only_finding() == ("access", "access-log", 0)
    run("UPDATE records_access SET purpose = '核对身份' WHERE subject_id = '1'", tables=("records_access",))
    assert audit.verify().ok
    run("DELETE FROM records_access WHERE subject_id = '2'", tables=("records_access",))
    assert only_finding() == ("access", "access-log", 0)


def test_every_broken_chain_is_named_once():
    case("1"), case("2"), case("3")
    run("UPDATE records_act SET verb = 'x' WHERE chain_key IN ('1', '3')")
    report = audit.verify()
    assert [(f.what, f.chain, f.seq) for f in report.findings] == [("content", "case/1", 1), ("content", "case/3", 1)]
    assert report.as_dict()["ok"] is False
