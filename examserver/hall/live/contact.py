"""Decides whether a workstation is in touch, and since when something about it is not as it should be."""

from dataclasses import dataclass, field

MANY_UNSAVED = 5


@dataclass
class Contact:
    """What is known of a workstation beyond its rows: sockets, pulses, rate."""

    sockets: set[str] = field(default_factory=set)
    last_ms: int | None = None
    http_ms: int | None = None
    lost_ms: int | None = None
    unsaved: int = 0
    unsaved_ms: int | None = None
    focus: bool = True
    away_ms: int | None = None
    offset_ms: int | None = None
    allowance: float = 0.0
    allowance_ms: int = 0
    refusals: int = 0
    refused_ms: int | None = None

    def pulse(self, unsaved: int, focus: bool, offset_ms: int | None, now_ms: int) -> None:
        """Take a pulse; remember since when changes pile up or the page is left."""
        self.last_ms, self.lost_ms = now_ms, None
        self.unsaved_ms = (self.unsaved_ms or now_ms) if unsaved >= MANY_UNSAVED else None
        self.away_ms = None if focus else (self.away_ms or now_ms)
        self.unsaved, self.focus, self.offset_ms = unsaved, focus, offset_ms

    def online(self, now_ms: int, lost_after_s: int) -> bool:
        """Say whether the workstation is in touch: a live socket, or a recent HTTP call where sockets don't pass."""
        return bool(self.sockets) or (self.http_ms is not None and now_ms - self.http_ms < 1000 * lost_after_s)
