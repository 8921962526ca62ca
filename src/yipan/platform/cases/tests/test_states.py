"""The transition table: every state has a way out, every act is guarded, parallel work never hides a stopped clock."""

import pytest

from yipan.platform.cases.domain.states import ACTS, ENDED, IllegalAct, State, allowed_acts, resulting_state


def test_every_state_that_is_no_end_has_an_exit():
    for state in State:
        if state not in ENDED:
            assert allowed_acts(state), f"{state.title} has no exit"


def test_an_ended_case_allows_nothing():
    for state in ENDED:
        assert not allowed_acts(state)


def test_every_state_but_the_draft_can_be_reached():
    reached = {State.DRAFT}
    while True:
        more = set(reached)
        for rule in ACTS.values():
            if rule.sources & reached:
                more |= {rule.to} if rule.to else {State.EXAMINATION, State.SPECIAL_PROCEDURE, State.CONSULTATION}
        if more == reached:
            break
        reached = more
    assert reached == set(State)


def test_a_refused_act_says_what_the_state_is_and_when_it_would_be_possible():
    with pytest.raises(IllegalAct, match=r"待补正.*不能受理"):
        resulting_state("accept", State.CORRECTION)


@pytest.mark.parametrize(
    ("special", "opinions", "expected"),
    [(1, 1, State.SPECIAL_PROCEDURE), (0, 1, State.CONSULTATION), (0, 0, State.EXAMINATION)],
)
def test_a_stopped_clock_shows_before_a_running_consultation(special, opinions, expected):
    assert resulting_state("give_opinion", State.CONSULTATION, open_special=special, open_opinions=opinions) is expected


def test_refusal_of_acceptance_and_refusal_of_the_licence_are_different_acts():
    """Sheet 22 pitfall 6."""
    assert ACTS["refuse_acceptance"].to is State.ACCEPTANCE_REFUSED
    assert ACTS["refuse"].to is State.REFUSED
    assert not ACTS["refuse_acceptance"].sources & ACTS["refuse"].sources
