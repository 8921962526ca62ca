"""What must hold for every start, limit and set of pauses."""

from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from yipan.kernel.clock import SHANGHAI, Extension, Limit, Pause, due, light, remaining, unite, yellow_from

from .test_clock import CALENDAR

FIRST = datetime(2021, 1, 1, tzinfo=SHANGHAI)
instants = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
days = st.dates(date(2021, 1, 1), date(2024, 12, 31))
counts = st.integers(0, 120)
limits = st.builds(Limit, st.integers(0, 60), st.sampled_from(["working_days", "calendar_days", "hours"]))


@st.composite
def pauses_near(draw, start: datetime, most: int = 4) -> list[Pause]:
    result = []
    for _ in range(draw(st.integers(0, most))):
        begin = start + timedelta(minutes=draw(st.integers(-3 * 1440, 40 * 1440)))
        result.append(Pause(begin, begin + timedelta(minutes=draw(st.integers(0, 15 * 1440)))))
    return result


@st.composite
def clocks(draw) -> tuple[Limit, datetime, list[Pause]]:
    start = draw(instants)
    return draw(limits), start, draw(pauses_near(start))


@given(days, counts)
def test_add_and_between_are_inverse(day: date, count: int):
    end = CALENDAR.add_working_days(day, count)
    assert CALENDAR.working_days_between(day, end) == count
    assert count == 0 or CALENDAR.is_working_day(end)


@given(st.dates(date(2022, 1, 1), date(2024, 12, 31)), st.integers(1, 120))
def test_going_back_is_the_mirror_of_going_forward(day: date, count: int):
    begin = CALENDAR.add_working_days(day, -count)
    assert CALENDAR.is_working_day(begin)
    assert CALENDAR.working_days_between(begin - timedelta(days=1), day - timedelta(days=1)) == count


@given(days, days, days)
def test_between_adds_up(a: date, b: date, c: date):
    between = CALENDAR.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(clocks())
def test_pauses_are_united_before_they_are_subtracted(clock):
    limit, start, pauses = clock
    united = [Pause(span.start, span.end) for span in unite(pauses)]
    doubled = pauses + pauses
    split = [part for p in pauses for part in halves(p)]
    whole = due(limit, start, pauses, calendar=CALENDAR)
    for same in (united, doubled, split, list(reversed(pauses))):
        assert due(limit, start, same, calendar=CALENDAR).at == whole.at


def halves(pause: Pause) -> list[Pause]:
    assert pause.end is not None
    middle = pause.start + (pause.end - pause.start) / 2
    return [Pause(pause.start, middle), Pause(middle, pause.end)]


@given(st.data())
def test_unite_gives_disjoint_spans_with_the_same_points(data):
    pauses = data.draw(pauses_near(FIRST, 6))
    spans = unite(pauses)
    for before, after in pairwise(spans):
        assert before.end is not None
        assert before.end < after.start
    for pause in pauses:
        for point in (pause.start, pause.start + ((pause.end or pause.start) - pause.start) / 2):
            inside = any(p.start <= point < (p.end or point) for p in pauses)
            assert inside == any(s.start <= point < (s.end or point) for s in spans)


@given(clocks(), st.data())
def test_another_pause_never_makes_the_date_earlier(clock, data):
    limit, start, pauses = clock
    more = pauses + data.draw(pauses_near(start, 2))
    first, second = due(limit, start, pauses, calendar=CALENDAR).at, due(limit, start, more, calendar=CALENDAR).at
    assert first is not None
    assert second is not None
    assert first <= second


@given(clocks(), st.integers(1, 20))
def test_more_time_never_ends_earlier_and_extension_equals_a_longer_limit(clock, more: int):
    limit, start, pauses = clock
    short = due(limit, start, pauses, calendar=CALENDAR).at
    longer = due(Limit(limit.amount + more, limit.unit), start, pauses, calendar=CALENDAR).at
    extended = due(limit, start, pauses, [Extension(more, limit.unit)], CALENDAR).at
    assert short is not None
    assert longer is not None
    assert short <= longer
    if limit.amount:
        assert longer == extended


@given(clocks(), st.integers(0, 30 * 1440))
def test_a_later_start_never_ends_earlier(clock, minutes: int):
    limit, start, pauses = clock
    first = due(limit, start, pauses, calendar=CALENDAR).at
    second = due(limit, start + timedelta(minutes=minutes), pauses, calendar=CALENDAR).at
    assert first is not None
    assert second is not None
    assert first <= second


@given(clocks(), st.integers(0, 60 * 1440))
def test_remaining_is_what_is_still_to_be_counted(clock, minutes: int):
    limit, start, pauses = clock
    if limit.unit != "working_days":
        return
    result = due(limit, start, pauses, calendar=CALENDAR)
    now = start + timedelta(minutes=minutes)
    assert result.at is not None
    left = remaining(result.at, now=now, calendar=CALENDAR, pauses=pauses)
    if not left.late and limit.amount:
        assert left.working_days == sum(day > now.astimezone(SHANGHAI).date() for day in result.counted)
    assert left.late == result.is_late(now)


@given(limits, instants.map(lambda at: at + timedelta(days=150)), st.integers(0, 30), st.integers(0, 120 * 24 * 60))
def test_a_light_is_yellow_from_the_kept_instant_on(limit: Limit, start: datetime, longer: int, minutes: int):
    """Sheet 22 c3: a third of the limit or the last working day; lists ask for the instant, pages compute the share."""
    total = limit.amount + longer
    end = due(Limit(total, limit.unit), start, calendar=CALENDAR).at
    assert end is not None
    kept = yellow_from(end, calendar=CALENDAR, limit=limit, total=total)
    for now in (end - timedelta(minutes=minutes), kept, kept - timedelta(microseconds=1)):
        computed = light(end, now=now, calendar=CALENDAR, limit=limit, total=total)
        assert light(end, now=now, calendar=CALENDAR, yellow_at=kept).code == computed.code
        assert (computed.code == "yellow") == (kept <= now < end)
