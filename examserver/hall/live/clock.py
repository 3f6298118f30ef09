"""Decides the hall's time line across a restart: it never runs backwards, whatever somebody did to the wall clock.

A process's clock is anchored to the wall once.  When the wall was set back while the server was away, the next process
goes on from the last heartbeat instead, and says so (domain E19).
"""

from dataclasses import dataclass

from examserver.kernel.clock import Clock


@dataclass(frozen=True)
class LaterClock:
    """A clock that runs ahead of another by a fixed time."""

    inner: Clock
    ahead_ms: int

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch on the hall's own time line."""
        return self.inner.now_ms() + self.ahead_ms

    def wall_drift_ms(self) -> int:
        """How far the wall clock has moved away from the inner clock."""
        drift = getattr(self.inner, "wall_drift_ms", None)
        return int(drift()) if drift is not None else 0


def not_before(clock: Clock, last_ms: int | None) -> Clock:
    """Give the clock itself, or one that continues from `last_ms` where it lies behind."""
    now_ms = clock.now_ms()
    return clock if last_ms is None or last_ms <= now_ms else LaterClock(clock, last_ms - now_ms)
