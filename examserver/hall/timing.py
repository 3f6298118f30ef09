"""Decides time: where a candidate session stands at a given instant of the server clock, and when it ends.

For every part of the hall; nobody else compares times.  Deadline = begin + duration + accommodation + credits; begin
is the start of the sitting, or the candidate's own entry where the order says so.  Answers made before the deadline
and delivered within the grace are kept and marked late.  Source: the sitting order; ZJ20B-18.2; C.5 (late entry).
"""

from dataclasses import dataclass
from enum import StrEnum

from examserver.responses.steps import Moment, Phase


class LateEntryDeadline(StrEnum):
    """Whose clock a late entrant runs on."""

    SITTING = "sitting"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of one sitting: the order's numbers, the actual start, and when the server last came back."""

    starts_ms: int
    duration_s: int
    late_entry_cutoff_s: int
    grace_s: int
    late_entry_deadline: LateEntryDeadline
    started_ms: int | None = None
    resumed_ms: int = 0


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """What moves one candidate's times: own entry, accommodation, credits, and the end, if it came."""

    entered_ms: int | None = None
    extra_s: int = 0
    credits_s: int = 0
    submitted_ms: int | None = None
    closed_ms: int | None = None


def deadline_of(schedule: Schedule, times: SessionTimes) -> int | None:
    """Give the instant the session's time is up, or None before the start."""
    if schedule.started_ms is None:
        return None
    begin = schedule.started_ms
    if schedule.late_entry_deadline is LateEntryDeadline.OWN and times.entered_ms is not None:
        begin = max(begin, times.entered_ms)
    return begin + 1000 * (schedule.duration_s + times.extra_s + times.credits_s)


def phase_at(now_ms: int, schedule: Schedule, times: SessionTimes) -> Phase:
    """Say where the session stands: before, open until the deadline (inclusive), grace, closed."""
    deadline = deadline_of(schedule, times)
    if deadline is None or schedule.started_ms is None:
        return Phase(Moment.BEFORE, None)
    if times.submitted_ms is not None or times.closed_ms is not None:
        return Phase(Moment.CLOSED, deadline)
    if now_ms < schedule.started_ms:
        return Phase(Moment.BEFORE, deadline)
    if now_ms <= deadline:
        return Phase(Moment.OPEN, deadline)
    return Phase(Moment.GRACE if now_ms <= closes_at(deadline, schedule) else Moment.CLOSED, deadline)


def closes_at(deadline_ms: int, schedule: Schedule) -> int:
    """Give the last instant at which a queued answer still counts: the grace runs while the server can hear it."""
    return max(deadline_ms, schedule.resumed_ms) + 1000 * schedule.grace_s


def entry_closes_at(schedule: Schedule) -> int | None:
    """Give the last instant a late candidate may be admitted, or None before the start."""
    return None if schedule.started_ms is None else schedule.started_ms + 1000 * schedule.late_entry_cutoff_s


def may_enter(now_ms: int, schedule: Schedule) -> bool:
    """Say whether a candidate may still be admitted."""
    last = entry_closes_at(schedule)
    return last is None or now_ms <= last


def remaining_ms(now_ms: int, deadline_ms: int) -> int:
    """Give the time left, never below zero."""
    return max(0, deadline_ms - now_ms)
