"""Decides which segment shows a moment: the review jumps from an answer to its picture.

A moment lies in the last segment that has begun and not ended; between segments nothing was recorded, and the next one
is named.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stretch:
    """Number and server time of a segment."""

    n: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Moment:
    """Where a moment is recorded: segment and milliseconds into it, or None with the next segment after it."""

    n: int | None
    offset_ms: int
    next_n: int | None


def find_moment(stretches: Sequence[Stretch], at_ms: int) -> Moment:
    """The place of a moment in a recording whose segments start in ascending order."""
    index = bisect_right([one.from_ms for one in stretches], at_ms) - 1
    following = stretches[index + 1].n if index + 1 < len(stretches) else None
    if index >= 0 and at_ms < stretches[index].to_ms:
        return Moment(stretches[index].n, at_ms - stretches[index].from_ms, following)
    return Moment(None, 0, following)
