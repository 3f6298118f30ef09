"""The server's clock: read once from the wall, then carried by the monotonic counter.

A wall clock set back during a sitting must change nobody's remaining time (domain E19): the process keeps its own time
line and only reports how far the wall has drifted from it.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Anything that tells milliseconds since the Unix epoch, never going backwards."""

    def now_ms(self) -> int: ...


class SystemClock:
    """Wall time at construction plus monotonic time since."""

    def __init__(self) -> None:
        self._wall_ms = time.time_ns() // 1_000_000
        self._start_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch on this process's own time line."""
        return self._wall_ms + (time.monotonic_ns() - self._start_ns) // 1_000_000

    def wall_drift_ms(self) -> int:
        """How far the wall clock has moved away from this time line since the start (positive: wall ahead)."""
        return time.time_ns() // 1_000_000 - self.now_ms()


class FixedClock:
    """A clock moved by hand, for tests and rehearsals."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """The millisecond it was set to."""
        return self._now_ms

    def advance(self, ms: int) -> None:
        """Move forward by `ms` (never back)."""
        if ms < 0:
            raise ValueError("a clock does not go back")
        self._now_ms += ms
