"""A million cases: how fast they come in, and how fast lists, searches and pages answer over them.

    .venv/bin/python benchmarks/cases.py [--cases 1000000] [--rounds 20]

Everything is the product's own path: cases come in as historic ones do (``cases.actions.history``, each with its act in
a chain), a part of them is set back to work with limits spread over the year, and readers ask the very pages over a
fresh embedded PostgreSQL with the settings of a real installation. What is reported is the server's time (view,
statements and template; no network) and the number of statements, beside the same question as one bare statement.
"""

import argparse
import io
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests/support")]

from on_rows import database  # noqa: E402

from yipan.kernel.clock import SHANGHAI  # noqa: E402

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
FIRMS, PERSONS = 30_000, 20_000
WEIGHTS = {"食品经营许可（新办）": 30, "公共场所卫生许可（新办）": 12, "个体工商户设立登记": 25, "就业登记（灵活就业）": 15,
           "失业登记": 8, "老年人优待证（60周岁以上）": 6, "劳务派遣经营许可（新办）": 2, "城镇污水排入排水管网许可（新办）": 2}  # fmt: skip
SYLLABLES = "江海蓬荷棠杜白沙环潮连建兴盛隆达丰和顺美佳宏源泰安"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int) -> str:
    """A sound code (GB 32100, with the organisation's own check digit of GB 11714)."""
    organisation = f"MB{number:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(digits.index(c) * w for c, w in zip(organisation, weights, strict=True)) % 11
    own = organisation + {10: "X", 11: "0"}.get(rest, str(rest))
    body = "91440703" + own
    total = sum(ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + ALPHABET[-total % 31]


def resident_id(number: int) -> str:
    """A sound number that belongs to nobody: region, a birthday, a serial, the check digit of GB 11643."""
    day = datetime(1950, 1, 1, tzinfo=SHANGHAI) + timedelta(days=number % 18_000)
    body = f"440703{day:%Y%m%d}{number // 18_000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def rows(number: int) -> Iterator[dict[str, str]]:
    """Historic cases with a realistic spread: popular items, few applicants with many cases, seasons, refusals."""
    luck = random.Random(22)
    titles, weights = list(WEIGHTS), list(WEIGHTS.values())
    for at in range(number):
        title = luck.choices(titles, weights)[0]
        person = title.startswith(("就业", "失业", "老年"))
        who = int(luck.random() ** 2 * (PERSONS if person else FIRMS))
        received = NOW - timedelta(days=luck.randrange(40, 1500), minutes=luck.randrange(0, 480))
        days = min(int(luck.expovariate(1 / 5)) + 1, 30)
        yield {
            "办件编号": f"H{at:09d}",
            "业务办理项": title,
            "申请人": f"{SYLLABLES[who % 24]}{SYLLABLES[who // 24 % 24]}" if person else _firm(who),
            "证件号码": resident_id(who) if person else credit_code(who),
            "渠道": luck.choices(["网上", "窗口", "移动端", "自助机"], [55, 30, 10, 5])[0],
            "收件时间": f"{received:%Y-%m-%d %H:%M}",
            "受理时间": f"{received + timedelta(hours=3):%Y-%m-%d %H:%M}",
            "决定时间": f"{received + timedelta(days=days):%Y-%m-%d %H:%M}",
            "决定": "不予" if luck.random() < 0.03 else "准予",
            "决定文号": "",
            "办结时间": f"{received + timedelta(days=days, hours=2):%Y-%m-%d %H:%M}",
        }  # fmt: skip


def _firm(who: int) -> str:
    words = "".join(SYLLABLES[who // 24**place % 24] for place in range(3))
    return f"江门市蓬江区{words}有限公司"


# One in twenty is at work, as in a district; its limits lie around today.
AT_WORK = """
UPDATE cases_case SET state = (ARRAY[12, 13, 20, 20, 20, 21, 23, 24])[id %% 8 + 1], decided_at = NULL, decision = NULL,
    concluded_at = NULL, history_batch = '', object_key = 'place ' || id, short_no = lpad((100000000 + id)::text, 9, '0'),
    received_at = %(now)s - (id %% 20) * interval '1 day', accepted_at = %(now)s - (id %% 20) * interval '1 day',
    promised_due = %(now)s + (id %% 30 - 6) * interval '1 day', shown_due = %(now)s + (id %% 30 - 6) * interval '1 day',
    legal_due = %(now)s + (id %% 30 + 10) * interval '1 day', yellow_at = %(now)s + (id %% 30 - 8) * interval '1 day'
WHERE id %% 20 = 0 AND history_batch <> ''
"""


# Each case with its process and one task: open for what is at work (waiting for the examiners of its unit), done else.
PROCESSES = """
INSERT INTO processes_instance (definition_id, subject_kind, subject_id, item_key, business_key, status, state, format,
    clock_stopped, started_at, ended_at, started_by_name, parent_call)
SELECT d.id, 'case', c.id::text, c.item_key, coalesce(c.case_no, ''),
    CASE WHEN c.concluded_at IS NULL THEN 'running' ELSE 'completed' END, '{}', 1, false, c.received_at, c.concluded_at,
    '', ''
FROM cases_case c, (SELECT max(id) AS id FROM processes_definition WHERE key = 'general_approval') d;
INSERT INTO processes_task (instance_id, key, element_id, name, kind, act, form, opinion_column, outcomes, status, roles,
    persons, unit_key, excluded, person_name, opened_at, due_at, limit_text, ended_at, outcome, done_by, done_by_name,
    on_behalf_name, done_key, parent_key, returned_from, applicant_step, clock_stopped)
SELECT i.id, 't1', 'examine', '材料审查', 'work', 'examine', '', '审查意见', '{}',
    CASE WHEN i.ended_at IS NULL THEN 'open' ELSE 'completed' END, '{examiner}', '{}', c.unit_key, '{}', '',
    i.started_at, c.shown_due, 'P3WD', i.ended_at, '', CASE WHEN i.ended_at IS NULL THEN NULL ELSE %(person)s END, '',
    '', '', '', '', false, false
FROM processes_instance i JOIN cases_case c ON c.id = i.subject_id::bigint;
INSERT INTO processes_entry (box, holder, sort_at, instance_id, task_key, item_key, excluded, by_name, at)
SELECT 'todo', holder, coalesce(t.due_at, t.opened_at), t.instance_id, t.key, i.item_key, '{}'::bigint[], '', t.opened_at
FROM processes_task t JOIN processes_instance i ON i.id = t.instance_id
    CROSS JOIN LATERAL (VALUES ('r:examiner@' || t.unit_key), ('r:examiner@*')) AS h(holder) WHERE t.ended_at IS NULL
UNION ALL
SELECT 'concluded', 'p:' || t.done_by, t.ended_at, t.instance_id, t.key, i.item_key, '{}'::bigint[], '', t.ended_at
FROM processes_task t JOIN processes_instance i ON i.id = t.instance_id WHERE t.ended_at IS NOT NULL
"""


def fill_lists() -> None:
    """A process, a task and the lines of the lists for every case: a to-do among a million tasks."""
    from django.db import connection

    from yipan.platform.people import queries

    person = queries.actor_of("market.examiner").person_id
    with connection.cursor() as cursor:
        cursor.execute(PROCESSES, {"person": person})
        cursor.execute("VACUUM ANALYZE")


def fill(number: int) -> float:
    """Cases a second of the import."""
    from django.db import connection

    from yipan.platform import records
    from yipan.platform.cases.actions import history

    began, done = time.perf_counter(), 0
    source = rows(number)
    while done < number:
        part = [row for _, row in zip(range(100_000), source, strict=False)]
        history.take_in(part, batch=f"b{done}", actor=records.SYSTEM, at=NOW)
        done += len(part)
        print(f"… {done:,} cases, {done / (time.perf_counter() - began):,.0f} a second", file=sys.stderr)
    speed = number / (time.perf_counter() - began)
    with connection.cursor() as cursor:
        cursor.execute(AT_WORK, {"now": NOW})
        cursor.execute("VACUUM ANALYZE")
    return speed


def questions(number: int) -> dict[str, str]:
    """What clerks ask, by name."""
    at = number // 2
    return {
        "list, newest first": "/cases/",
        "list, by limit": "/cases/?order=due",
        "filter: at work": "/cases/?running=open",
        "filter: red lights": "/cases/?light=red",
        "filter: one item, one month": "/cases/?item=food_licence_new&received_at_from=2024-03-01&received_at_to=2024-03-31",
        "filter: in examination, by limit": "/cases/?state=20&order=due",
        "search: number": f"/cases/?q=H{at:09d}",
        "search: part of a name": f"/cases/?q={_firm(12345)[6:]}",
        "search: credit code": f"/cases/?q={credit_code(7)}",
        "search: document of a person (blind index)": f"/cases/?q={resident_id(7)}",
        "search: nothing found": "/cases/?q=没有这个名字",
        "page of a case": f"/cases/{at}/",
        "to-do": "/todo/",
        "to-do, what is ended": "/todo/concluded/",
    }


class _Counter:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.number += 1
        return execute(*arguments)


def measure(login: str, number: int, rounds: int) -> list[tuple[str, float, float, int]]:
    """(question, median ms, worst ms, statements) of a reader."""
    import telling
    from django.db import connection

    client, found = telling.signed_in(login), []
    for name, address in questions(number).items():
        counted = _Counter()
        with connection.execute_wrapper(counted):
            answer = client.get(address)
        if answer.status_code == 404:
            continue  # not this reader's
        assert answer.status_code == 200, (address, answer.status_code)
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            client.get(address)
            times.append(1000 * (time.perf_counter() - began))
        found.append((name, statistics.median(times), max(times), counted.number))
    return found


EXPORTED = "/cases/?item=food_licence_new&received_at_from=2024-03-01&received_at_to="


def exports() -> list[str]:
    """A day and a month of one item as XLSX: asked for, approved, and taken (what is timed)."""
    import telling
    from openpyxl import load_workbook

    from yipan.platform.ui.models import ListExport

    client = telling.signed_in("market.examiner")
    lines = ["| export of a unit | rows | median ms | statements |", "|---|---|---|---|"]
    for name, until in (("one item, one day", "2024-03-01"), ("one item, one month", "2024-03-31")):
        client.post(EXPORTED + until, {"do": "export:xlsx", "reason": "核对当期受理的食品经营许可"})
        asked = ListExport.objects.latest("id")
        ListExport.objects.filter(pk=asked.pk).update(state=ListExport.APPROVED, decided_at=asked.asked_at)
        times, counted = [], _Counter()
        for _ in range(3):
            counted = _Counter()
            began = time.perf_counter()
            answer = _taken(client, f"{EXPORTED}{until}&export=xlsx&approved={asked.pk}", counted)
            times.append(1000 * (time.perf_counter() - began))
        rows = sum(1 for _ in load_workbook(io.BytesIO(answer)).active.iter_rows())  # type: ignore[union-attr]
        lines.append(f"| {name} | {rows} | {statistics.median(times):.0f} | {counted.number} |")
    return lines


def _taken(client: Any, address: str, counted: "_Counter") -> bytes:
    from django.db import connection

    with connection.execute_wrapper(counted):
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
        return b"".join(answer.streaming_content) if answer.streaming else answer.content


def install() -> None:
    from yipan.platform import calendar, records
    from yipan.platform.publishing import actions

    calendar.set_clock(NOW, frozen=True)
    actions.install(actions.built_in_folders(with_demo=True), actor=records.SYSTEM, at=NOW)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    with database():
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["*"]
        install()
        speed = fill(arguments.cases)
        fill_lists()
        lines: list[str] = [f"- import: {speed:,.0f} cases a second, each with its act", ""]
        for login, who in (("data.efficiency", "whole district"), ("market.examiner", "one unit")):
            lines += [f"| {who}, {arguments.cases:,} cases | median ms | worst ms | statements |", "|---|---|---|---|"]
            lines += [f"| {name} | {mid:.0f} | {worst:.0f} | {n} |" for name, mid, worst, n in _told(login, arguments)]
            lines.append("")
        lines += exports()
    print("\n".join(lines))


def _told(login: str, arguments: Any) -> list[tuple[str, float, float, int]]:
    return measure(login, arguments.cases, arguments.rounds)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
