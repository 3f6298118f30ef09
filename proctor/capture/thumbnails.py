"""Decides which small picture of a camera is the newest and whether another one may come already.

Kept in memory only: a thumbnail is for eyes now, evidence is the video.
"""

from dataclasses import dataclass, field

from examserver.kernel.errors import Unavailable

SHORTEST_INTERVAL_MS = 900
SHOWN_FOR_MS = 30_000
MOST_CAMERAS = 10_000
Spot = tuple[str, str, str | None]


class TooManyThumbnails(Unavailable):
    """Sooner than another picture is wanted."""

    code = "video.thumbnail_rate"
    message_zh = "缩略图发送过于频繁"
    message_en = "Thumbnails come too often"
    next_zh = "无需操作，稍后会再发送"
    next_en = "Nothing to do; the next one is sent later"


@dataclass(frozen=True)
class Picture:
    """A JPEG and when it came."""

    jpeg: bytes
    at_ms: int


@dataclass
class Thumbnails:
    """The newest picture and the last sign of life per camera: (sitting, camera, seat)."""

    pictures: dict[Spot, Picture] = field(default_factory=dict)
    seen: dict[Spot, int] = field(default_factory=dict)

    def take(self, spot: Spot, jpeg: bytes, now_ms: int) -> None:
        """Keep a picture; raises TooManyThumbnails."""
        old = self.pictures.get(spot)
        if old is not None and 0 <= now_ms - old.at_ms < SHORTEST_INTERVAL_MS:
            raise TooManyThumbnails(retry_after_s=1)
        if old is None and len(self.pictures) >= MOST_CAMERAS:
            self.pictures.pop(next(iter(self.pictures)))
        self.pictures[spot] = Picture(jpeg, now_ms)
        self.note(spot, now_ms)

    def note(self, spot: Spot, now_ms: int) -> None:
        """A sign of life."""
        if spot not in self.seen and len(self.seen) >= MOST_CAMERAS:
            self.seen.pop(next(iter(self.seen)))
        self.seen[spot] = now_ms

    def seats_seen(self, sitting: str, now_ms: int) -> frozenset[str]:
        """Seats of a sitting whose camera sent something of late."""
        return frozenset(
            seat
            for (of, _, seat), at_ms in self.seen.items()
            if of == sitting and seat is not None and now_ms - at_ms <= SHOWN_FOR_MS
        )
