"""A million lines: every box answers from its index, whatever else is in the table."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yipan.platform import processes, records
from yipan.platform.processes import queries

from . import models
from .office import NOW

pytestmark = pytest.mark.django_db
MOST = 1000  # blocks a page may look at; the tables have more than 50,000
MATTERS = 350_000  # with two lines for open work and one for what is done: a million lines

FILL = """
INSERT INTO processes_instance (definition_id, subject_kind, subject_id, item_key, business_key, status, state, format,
    clock_stopped, started_at, started_by_name, parent_call)
SELECT (SELECT id FROM processes_definition), 'thing', n, 'item', '', 'running', '{}', 1, false, %(now)s, '', ''
FROM generate_series(1, %(n)s) AS n;
INSERT INTO processes_task (instance_id, key, element_id, name, kind, act, form, opinion_column, outcomes, status,
    roles, persons, unit_key, excluded, person_name, opened_at, due_at, limit_text, outcome, done_by_name,
    on_behalf_name, done_key, parent_key, returned_from, applicant_step, clock_stopped)
SELECT id, '1', 'first', '审查', 'work', '', '', '', '{}', 'open', '{examiner}', '{}', 'market', '{}', '', %(now)s,
    %(now)s::timestamptz + id * interval '1 second', '', '', '', '', '', '', '', false, false
FROM processes_instance;
INSERT INTO processes_entry (box, holder, sort_at, instance_id, task_key, item_key, excluded, by_name, at)
SELECT 'todo', h, %(now)s::timestamptz + id * interval '1 second', id, '1', 'item', '{}', '', %(now)s
FROM processes_instance,
    LATERAL unnest(ARRAY['r:examiner@' || CASE WHEN id %% 10 = 0 THEN 'market' ELSE 'u' || id %% 500 END,
                         'r:examiner@*']) AS h;
INSERT INTO processes_entry (box, holder, sort_at, instance_id, task_key, item_key, excluded, by_name, at)
SELECT 'done', 'p:' || CASE WHEN id %% 5 = 0 THEN %(wang)s ELSE 1000000 + id %% 3000 END,
    %(now)s::timestamptz + id * interval '1 second', id, '1', 'item', '{}', '', %(now)s FROM processes_instance;
"""


def blocks(do) -> int:
    """Blocks of 8 kB that the statements of ``do`` look at: what they cost, on whatever machine."""
    with CaptureQueriesContext(connection) as asked:
        do()
    seen = 0
    with connection.cursor() as cursor:
        for one in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {one['sql']}")
            plan = cursor.fetchone()[0][0]["Plan"]
            seen += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return seen


def test_lists_of_a_million_lines(office):
    """Every page, also a late one, by its index: a clerk with 35,000 open tasks, one of the whole district."""
    wang, wide = office.add("王", "examiner"), office.add("周", "examiner", scope="district")
    processes.deploy(models.TWO, key="two", actor=records.SYSTEM, at=NOW)
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"n": MATTERS, "now": NOW, "wang": wang.person_id})
        cursor.execute("ANALYZE processes_entry")
        cursor.execute("ANALYZE processes_task")
        cursor.execute("ANALYZE processes_instance")
        cursor.execute("SELECT count(*) FROM processes_entry")
        assert cursor.fetchone()[0] > 1_000_000
        cursor.execute("SELECT instance_id, sort_at::text FROM processes_entry WHERE holder = 'r:examiner@market' "
                       "ORDER BY sort_at OFFSET 30000 LIMIT 1")  # fmt: skip
        middle = cursor.fetchone()
    late = f"{middle[1]}~{middle[0]}~1"
    for actor in (wang, wide):
        for box in queries.BOXES:
            seen = blocks(lambda box=box, actor=actor: queries.todo(actor, box))
            assert seen < MOST, (actor.name, box, seen)
        assert len(queries.todo(actor, page=late).lines) == queries.PAGE
        assert blocks(lambda actor=actor: queries.todo(actor, page=late)) < MOST
        assert blocks(lambda actor=actor: queries.counts(actor)) < MOST
