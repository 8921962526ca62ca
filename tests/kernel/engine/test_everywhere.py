"""Every construct in every situation: one small model each, with the sequence that BPMN 2.0.2 prescribes.

The table construct × situation in docs/conformance.md is made from these.
"""

from pathlib import Path

import fragments
import pytest
from situations import SITUATIONS, Situation

import yipan
from yipan.kernel import clock

CALENDAR = clock.read_calendar(sorted((Path(yipan.__file__).parent / "packs").glob("core/calendars/*.yaml")))


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: s.title)
@pytest.mark.parametrize("construct", fragments.ALL)
def test_a_construct_in_a_situation(construct: str, situation: Situation):
    """BPMN 2.0.2 chapter 13; the section of each construct stands beside it in fragments.py."""
    fragment = fragments.ALL[construct]
    situation.proves(fragment, situation.models(fragment), CALENDAR)
