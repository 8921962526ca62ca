"""``kill -9`` of web, worker and database at random moments, under journeys and while outside systems fail.

Issue acceptance 7.4. Three people walk journeys over HTTP (食品经营许可 with everything on its way, 公共场所卫生许可 to
its licence and to its refusal), send again what got no answer, and click twice now and then. Meanwhile web workers,
their parent, the worker, the postmaster and single backends are killed, and SMS, 粤政易, acceptance platform, 好差评
and seal service answer 500, late, twice, out of order or not at all. Ten kills here; ``YIPAN_KILLS=200`` for the long
run, ``YIPAN_SEED`` repeats one. What must hold afterwards:

1. Nothing acknowledged is lost: every case and number a person was shown is there, every journey came to its end.
2. Nothing is doubled: a journey under kills leaves exactly the acts, events, papers, tasks, opinions, messages and
   pushes of an undisturbed one; one case a submission key, one decision a case, one licence a granted case; no event,
   act or document number twice, no gap in any series.
3. Every message of the outbox is at its outside system exactly once, the province's in their order; what was refused
   for good is a dead letter that an administrator sees and sends again.
4. Every chain of acts verifies, and a signed root over all heads can be made (``yipan audit verify``); engine rows
   agree with states (``yipan check --engine``).
5. No task is stuck: open cases have open tasks and could be finished; jobs of killed workers came back and ended.
6. Files are what their digests say; no process is left behind, no transaction is open.
"""

import books
from crowd import KINDS
from processes import wait_for

from yipan.house.visitor import Visitor
from yipan.house.walks import sign_in_staff


def test_every_journey_came_to_its_end(storm):
    assert not storm.problems, "\n".join([storm.told, *storm.problems])
    assert {noted.kind for noted in storm.journeys if noted.finished} == set(KINDS)


def test_nothing_acknowledged_is_lost(storm, house):
    assert books.forgotten(house, storm.journeys) == [], storm.told


def test_a_journey_under_kills_leaves_what_an_undisturbed_one_leaves(storm, house):
    assert len([noted for noted in storm.journeys if noted.finished]) > len(KINDS)
    assert books.differences(house, storm.journeys) == [], storm.told


def test_nothing_is_doubled_and_nothing_is_stuck(storm, house):
    assert books.never(house) == [], storm.told


def test_what_was_refused_for_good_is_seen_and_sent_again(storm, house):
    """The first rating was refused by its platform; an administrator finds it in the dead letters and sends it."""
    dead = "SELECT count(*) FROM records_outbox WHERE state = 'dead'"
    assert house.rows(dead) == [(1,)], storm.told
    with Visitor(house.address) as visitor:
        sign_in_staff(visitor, "data.admin")
        page = visitor.get("/admin/records/dead-letters/")
        assert "injected rejection" in page.text
        (letter,) = page.tree.xpath("//input[@name='row']/@value")
        visitor.submit({"row": letter, "do": "batch:resend"}, having="row")
        visitor.submit(button="重发")
    wait_for(lambda: house.rows(dead) == [(0,)], "the dead letter to leave")
    books.drain(house)


def test_every_message_is_outside_exactly_once(storm, upgraded):
    assert books.not_delivered_once(upgraded.house, upgraded.last_message, upgraded.unsent) == [], storm.told


def test_files_are_what_their_digests_say(storm, house):
    assert books.files_astray(house) == [], storm.told


def test_chains_verify_and_engine_rows_agree(storm, house):
    answer = house.yipan(["audit", "verify"], ["check", "--engine"])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "✓ 核验通过" in answer.stdout
