"""The transition table: it is the sheet's, every state has a way out, parallel work never hides a stopped clock."""

from itertools import product

import pytest

from yipan.platform.cases.domain.states import ACTS, ENDED, IllegalAct, State, allowed_acts, resulting_state
from yipan.platform.licences.domain import CHANGES

# Sheet 22 c2, row by row: code → the codes after it. "13 → 14" stands there as 11/14: the corrected materials are
# looked at (11) before they are accepted. 51 (评价) is an act on the ended case, no state.
SHEET = {
    10: {11, 90},
    11: {12, 13, 14, 15},
    12: {13, 14, 15},
    13: {11, 91},
    14: {20, 30},
    15: set(),
    16: {20, 26},
    20: {21, 22, 23, 24, 30},
    21: {20},
    22: {20},
    23: {20, 24},
    24: {20, 30, 31},
    25: {20},
    26: set(),
    30: {40},
    31: {41},
    40: {41},
    41: {42},
    42: {50},
    50: set(),
    90: set(),
    91: set(),
}
# What the rows say beside their last column, and what follows from two things open at once.
BEFORE_DECISION = {11, 12, 13, 14, 16, 20, 21, 22, 23, 24, 25}
ALSO = (
    {(11, 16), (12, 16)}  # row 16: 容缺受理 is an acceptance
    | {(state, 90) for state in BEFORE_DECISION}  # row 90: the applicant withdraws before the decision
    | {(state, 26) for state in BEFORE_DECISION - {11, 12, 13}}  # row 26: statutory termination of an accepted case
    | {(20, 25), (22, 25)}  # row 25 names no source: the examination asks for it
    | {(21, 22), (22, 21), (25, 22)}  # a consultation is open beside a special procedure or an extension
)
# Rows 60/61/62 are states of the result, not of the case: 撤销, 注销, 吊销 of the licence.
RESULT = {"撤销", "注销", "吊销"}


def transitions():
    found = set()
    for verb, rule in ACTS.items():
        for state, special, opinions in product(rule.sources, (0, 1), (0, 1)):
            if state is State.EXTENSION and special:
                continue  # an extension is asked for in the running time only
            found.add((int(state), int(resulting_state(verb, state, open_special=special, open_opinions=opinions))))
    return {(before, after) for before, after in found if before != after}


def test_the_table_is_the_sheets():
    """Sheet 22 c2: nothing is missing, and what is more is named above with its reason."""
    wanted = {(before, after) for before, following in SHEET.items() for after in following}
    assert {int(state) for state in State} == set(SHEET)
    assert transitions() - wanted == ALSO - wanted
    assert wanted <= transitions()


def test_the_result_has_its_own_states_in_the_room_of_licences():
    """Sheet 22 c2, rows 60 to 62."""
    assert {change.title for change in CHANGES.values()} >= RESULT


def test_ends_are_ends():
    assert {int(state) for state in ENDED} == {code for code, following in SHEET.items() if not following}
    for state in State:
        assert bool(allowed_acts(state)) is (state not in ENDED), state.title


def test_every_state_but_the_draft_can_be_reached():
    reached = {10}
    while more := {after for before, after in transitions() if before in reached} - reached:
        reached |= more
    assert reached == {int(state) for state in State}


def test_a_refused_act_says_what_the_state_is_and_when_it_would_be_possible():
    with pytest.raises(IllegalAct, match=r"待补正.*不能受理"):
        resulting_state("accept", State.CORRECTION)


@pytest.mark.parametrize(
    ("special", "opinions", "expected"),
    [(1, 1, State.SPECIAL_PROCEDURE), (0, 1, State.CONSULTATION), (0, 0, State.EXAMINATION)],
)
def test_a_stopped_clock_shows_before_a_running_consultation(special, opinions, expected):
    assert resulting_state("give_opinion", State.CONSULTATION, open_special=special, open_opinions=opinions) is expected


def test_the_examination_goes_on_while_an_extension_waits():
    assert resulting_state("give_opinion", State.EXTENSION) is State.EXTENSION
    assert resulting_state("reject_extension", State.EXTENSION, open_opinions=1) is State.CONSULTATION


def test_refusal_of_acceptance_and_refusal_of_the_licence_are_different_acts():
    """Sheet 22 pitfall f6."""
    assert ACTS["refuse_acceptance"].to is State.ACCEPTANCE_REFUSED
    assert ACTS["refuse"].to is State.REFUSED
    assert not ACTS["refuse_acceptance"].sources & ACTS["refuse"].sources
