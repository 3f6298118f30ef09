"""Time is decided by one pure function: labelled intervals, then properties over every schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.hall.timing import (
    LateEntryDeadline,
    Schedule,
    SessionTimes,
    closes_at,
    deadline_of,
    may_enter,
    phase_at,
    remaining_ms,
)
from examserver.responses.steps import Moment

START = 1_000_000
HOUR = Schedule(START - 60_000, 3600, 1800, 30, LateEntryDeadline.SITTING, START)
END = START + 3_600_000


@pytest.mark.parametrize(
    ("label", "now_ms", "times", "moment"),
    [
        ("a second before the start", START - 1_000, SessionTimes(), Moment.BEFORE),
        ("at the start", START, SessionTimes(), Moment.OPEN),
        ("at the deadline", END, SessionTimes(), Moment.OPEN),
        ("a millisecond after the deadline", END + 1, SessionTimes(), Moment.GRACE),
        ("at the end of the grace", END + 30_000, SessionTimes(), Moment.GRACE),
        ("after the grace", END + 30_001, SessionTimes(), Moment.CLOSED),
        ("after the deadline with a credit", END + 1, SessionTimes(credits_s=60), Moment.OPEN),
        ("after the deadline with an accommodation", END + 1, SessionTimes(extra_s=60), Moment.OPEN),
        ("after both have run out", END + 120_001, SessionTimes(extra_s=60, credits_s=60), Moment.GRACE),
        ("after submitting", START + 1, SessionTimes(submitted_ms=START), Moment.CLOSED),
        ("after being collected", START + 1, SessionTimes(closed_ms=START), Moment.CLOSED),
        ("a late entrant on the sitting's clock", END + 1, SessionTimes(entered_ms=START + 900_000), Moment.GRACE),
    ],
)
def test_where_a_session_stands(label: str, now_ms: int, times: SessionTimes, moment: Moment) -> None:
    assert phase_at(now_ms, HOUR, times).moment is moment, label


def test_before_the_press_on_start_nothing_is_open() -> None:
    waiting = Schedule(START, 3600, 1800, 30, LateEntryDeadline.SITTING)
    assert phase_at(START + 10_000_000, waiting, SessionTimes()).moment is Moment.BEFORE


def test_a_late_entrant_may_have_a_clock_of_their_own() -> None:
    own = Schedule(START, 3600, 1800, 30, LateEntryDeadline.OWN, START)
    times = SessionTimes(entered_ms=START + 900_000)
    assert deadline_of(own, times) == END + 900_000
    assert deadline_of(own, SessionTimes(entered_ms=START - 900_000)) == END


def test_entry_closes_with_the_cut_off_and_never_before_the_start() -> None:
    assert may_enter(START + 1_800_000, HOUR) and not may_enter(START + 1_800_001, HOUR)
    assert may_enter(START + 10**9, Schedule(START, 3600, 1800, 30, LateEntryDeadline.SITTING))


def test_the_grace_runs_while_the_server_can_hear() -> None:
    back = Schedule(START, 3600, 1800, 30, LateEntryDeadline.SITTING, START, resumed_ms=END + 120_000)
    assert closes_at(END, back) == END + 150_000
    assert phase_at(END + 140_000, back, SessionTimes()).moment is Moment.GRACE


schedules = st.builds(
    Schedule,
    starts_ms=st.integers(0, 10**9),
    duration_s=st.integers(1, 20_000),
    late_entry_cutoff_s=st.integers(0, 7200),
    grace_s=st.integers(0, 600),
    late_entry_deadline=st.sampled_from(LateEntryDeadline),
    started_ms=st.integers(0, 10**9),
    resumed_ms=st.integers(0, 10**9),
)
times = st.builds(
    SessionTimes,
    entered_ms=st.none() | st.integers(0, 10**9),
    extra_s=st.integers(0, 3600),
    credits_s=st.integers(0, 3600),
)
ORDER = [Moment.BEFORE, Moment.OPEN, Moment.GRACE, Moment.CLOSED]


@given(schedules, times, st.integers(0, 3 * 10**9), st.integers(0, 10**9))
def test_time_only_moves_forward(schedule: Schedule, one: SessionTimes, now_ms: int, later: int) -> None:
    before, after = phase_at(now_ms, schedule, one), phase_at(now_ms + later, schedule, one)
    assert ORDER.index(before.moment) <= ORDER.index(after.moment)
    assert before.deadline_ms == after.deadline_ms


@given(schedules, times, st.integers(1, 3600))
def test_a_credit_moves_the_deadline_by_exactly_itself(schedule: Schedule, one: SessionTimes, seconds: int) -> None:
    credited = SessionTimes(one.entered_ms, one.extra_s, one.credits_s + seconds)
    before, after = deadline_of(schedule, one), deadline_of(schedule, credited)
    assert before is not None and after == before + 1000 * seconds


@given(schedules, times, st.integers(0, 3 * 10**9))
def test_whoever_has_time_left_is_open_and_nobody_else(schedule: Schedule, one: SessionTimes, now_ms: int) -> None:
    phase = phase_at(now_ms, schedule, one)
    assert phase.deadline_ms is not None and schedule.started_ms is not None
    inside = schedule.started_ms <= now_ms <= phase.deadline_ms
    assert (phase.moment is Moment.OPEN) == inside
    if phase.moment in (Moment.GRACE, Moment.CLOSED):
        assert remaining_ms(now_ms, phase.deadline_ms) == 0
