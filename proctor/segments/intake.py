"""Decides whether an offered segment is taken: numbers grow, times follow, the same bytes twice are one segment.

A segment that was stored may be offered again (the acknowledgement was lost) and is answered as before; other bytes
under its number are refused, because nothing recorded is ever replaced. Numbers may leave holes: what a client had to
drop stays visible as a gap. Times are the server's; a client that lies about them can at most hurt its own recording.
"""

from dataclasses import dataclass

from examserver.kernel.errors import Invalid, Refused

MAX_SEGMENT_BYTES = 8 * 1024 * 1024
MAX_THUMBNAIL_BYTES = 64 * 1024
MAX_NUMBER = 999_999
MAX_SPAN_MS = 120_000
MAX_AHEAD_MS = 60_000
MAX_AGE_MS = 24 * 3_600_000
MAX_OVERLAP_MS = 3_000
FREE_BYTES = 262_144
BYTES_PER_SECOND = 1_000_000


class BadSegment(Invalid):
    """Number, times or size of a segment are impossible."""

    code = "video.bad_segment"
    message_zh = "录像片段的参数不合理：{reason_zh}"
    message_en = "The segment's facts are impossible: {reason_en}"
    next_zh = "请校准采集端时钟后重试"
    next_en = "Set the capturing side's clock by the server's and try again"


class SegmentConflict(Refused):
    """The number is taken by other bytes, or lies behind what was stored."""

    code = "video.conflict"
    message_zh = "片段编号 {n} 已被占用或已过去，下一个编号为 {next_n}"
    message_en = "Segment number {n} is taken or passed; the next one is {next_n}"
    next_zh = "请从 {next_n} 号继续编号"
    next_en = "Go on numbering from {next_n}"


@dataclass(frozen=True)
class Offer:
    """What a client says of a segment it sends."""

    n: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Standing:
    """How far a recording has come: the last number and its times (0 at the start)."""

    last_n: int = 0
    last_from_ms: int = 0
    last_to_ms: int = 0


def check_offer(offer: Offer, size: int, now_ms: int) -> None:
    """Raises BadSegment for a number, time or size no honest camera sends."""
    span_ms = offer.to_ms - offer.from_ms
    if not 1 <= offer.n <= MAX_NUMBER:
        raise BadSegment(reason_zh="编号超出范围", reason_en=f"the number must lie between 1 and {MAX_NUMBER}")
    if not 0 < span_ms <= MAX_SPAN_MS:
        raise BadSegment(reason_zh="时长超出范围", reason_en=f"it must last between 1 and {MAX_SPAN_MS} ms")
    if not now_ms - MAX_AGE_MS <= offer.from_ms <= offer.to_ms <= now_ms + MAX_AHEAD_MS:
        raise BadSegment(reason_zh="时间与服务器时钟相差过大", reason_en="its times are far from the server's clock")
    if size > min(MAX_SEGMENT_BYTES, FREE_BYTES + span_ms * BYTES_PER_SECOND // 1000):
        raise BadSegment(reason_zh="内容过大", reason_en="it is too large for the time it covers")


def follows(standing: Standing, offer: Offer) -> None:
    """Raises SegmentConflict or BadSegment unless the offer comes after everything stored."""
    if offer.n <= standing.last_n:
        raise SegmentConflict(n=offer.n, next_n=standing.last_n + 1)
    if offer.from_ms <= standing.last_from_ms or offer.from_ms < standing.last_to_ms - MAX_OVERLAP_MS:
        raise BadSegment(reason_zh="与上一片段时间重叠", reason_en="its time overlaps the segment before it")
