"""What reviewers do: list recordings, find a moment, look at a segment - and every look leaves a trace."""

from examserver.kernel.access import Actor
from examserver.kernel.canonical import digest
from examserver.kernel.errors import Broken, Refused
from examserver.plumbing.identity import offload
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from proctor.playback.schemas import (
    RecordingGap,
    RecordingList,
    RecordingSegment,
    RecordingSummary,
    RecordingView,
)
from proctor.playback.seek import Moment, Stretch, find_moment
from proctor.segments.actions import recording_key, segments_of_recording
from proctor.segments.chain import covered_ms, gaps, span_ms
from proctor.segments.sealing import open_segment
from proctor.segments.store import read_segment
from proctor.segments.tables import RecordingRow, chain_of, first_ms, load_recording, load_segment, recordings_in


class SegmentAltered(Broken):
    """A segment's file is not the one that was acknowledged."""

    code = "video.segment_altered"
    message_zh = "录像 {recording} 的第 {n} 段已被改动"
    message_en = "Segment {n} of recording {recording} was altered"
    next_zh = "请停止操作并通知监督人员"
    next_en = "Stop and tell the supervisors"


class NotSignedYet(Refused):
    """The manifest is signed when the sitting is handed over."""

    code = "video.not_signed"
    message_zh = "录像清单在移交场次记录时签署，目前尚未生成"
    message_en = "The manifest is signed at hand-over and does not exist yet"
    next_zh = "请在移交后下载"
    next_en = "Fetch it after the hand-over"


def play_segment(runtime: RoleRuntime, actor: Actor, recording: str, n: int, purpose: str) -> bytes:
    """The WebM bytes of a segment, after the look is recorded; raises SegmentAltered, SegmentLost, CannotOpen."""
    with runtime.database.transaction(write=False) as session:
        row = load_recording(session, recording)
        segment = load_segment(session, recording, n).segment()
    key = recording_key(runtime, row)

    def opened() -> bytes:
        sealed = read_segment(runtime, recording, n)
        if digest(sealed) != segment.cipher_digest:
            raise SegmentAltered(recording=recording, n=n)
        return open_segment(key, recording, n, sealed)

    plain = offload(opened)
    with open_work(runtime, actor) as work:
        work.record("video.read", recording, n=n, purpose=purpose, sitting=row.sitting)
    return plain


def list_recordings(work: Work, sitting_id: str) -> RecordingList:
    """A sitting's recordings and the time each spans."""
    return RecordingList(recordings=[_summary(work, row) for row in recordings_in(work.session, sitting_id)])


def _summary(work: Work, row: RecordingRow) -> RecordingSummary:
    from_ms = first_ms(work.session, row.id)
    return RecordingSummary(
        recording=row.id,
        camera=row.camera,
        seat=row.seat or None,
        segments=row.segments,
        from_ms=from_ms,
        to_ms=None if from_ms is None else row.last_to_ms,
        head=row.head,
        manifest_digest=row.manifest_digest,
    )


def recording_view(work: Work, recording: str) -> RecordingView:
    """One recording with its segments, gaps and coverage."""
    row = load_recording(work.session, recording)
    segments = [linked.segment for linked in chain_of(work.session, recording)]
    return RecordingView(
        recording=row.id,
        sitting=row.sitting,
        camera=row.camera,
        seat=row.seat or None,
        segments=[RecordingSegment(n=s.n, from_ms=s.from_ms, to_ms=s.to_ms, size=s.size) for s in segments],
        gaps=[RecordingGap(from_ms=gap.from_ms, to_ms=gap.to_ms) for gap in gaps(segments)],
        covered_ms=covered_ms(segments),
        span_ms=span_ms(segments),
        head=row.head,
        manifest_digest=row.manifest_digest,
    )


def moment_in(work: Work, recording: str, at_ms: int) -> Moment:
    """Which segment shows a moment."""
    load_recording(work.session, recording)
    return find_moment([Stretch(**one) for one in segments_of_recording(work, recording)], at_ms)


def signed_manifest(work: Work, recording: str) -> bytes:
    """The manifest file; raises NotSignedYet."""
    row = load_recording(work.session, recording)
    if row.manifest is None:
        raise NotSignedYet()
    return row.manifest
