"""What a review page reads of a recording."""

from typing import Annotated

from pydantic import AfterValidator, Field

from examserver.kernel.canonical import nfc
from examserver.plumbing.contract import Schema


class RecordingSegment(Schema):
    """One segment's number, server time and size in bytes."""

    n: int
    from_ms: int
    to_ms: int
    size: int


class RecordingGap(Schema):
    """Time between segments that nobody recorded."""

    from_ms: int
    to_ms: int


class RecordingSummary(Schema):
    """One recording of a sitting; `manifest_digest` once its manifest is signed."""

    recording: str
    camera: str
    seat: str | None
    segments: int
    from_ms: int | None
    to_ms: int | None
    head: str
    manifest_digest: str | None


class RecordingList(Schema):
    """A sitting's recordings: seats, then the room."""

    recordings: list[RecordingSummary]


class RecordingView(Schema):
    """Everything a review needs to play a recording."""

    recording: str
    sitting: str
    camera: str
    seat: str | None
    segments: list[RecordingSegment]
    gaps: list[RecordingGap]
    covered_ms: int
    span_ms: int
    head: str
    manifest_digest: str | None


class PlaybackQuery(Schema):
    """Why the person looks; goes into the audit log."""

    purpose: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(nfc)] = "review"


class MomentQuery(Schema):
    """A server time."""

    at_ms: Annotated[int, Field(ge=0, le=2**53 - 1)]


class MomentView(Schema):
    """The segment that shows the moment and how far into it, or null; `next_n` is the segment after."""

    n: int | None
    offset_ms: int
    next_n: int | None
