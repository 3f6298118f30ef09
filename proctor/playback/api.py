"""Endpoints of the review: recordings of a sitting, one recording, a moment in it, a segment's pictures."""

from examserver.kernel.access import Actor, Permit
from examserver.kernel.crypto.seal import CannotOpen
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work
from proctor.playback.actions import (
    NotSignedYet,
    SegmentAltered,
    list_recordings,
    moment_in,
    play_segment,
    recording_view,
    signed_manifest,
)
from proctor.playback.schemas import MomentQuery, MomentView, PlaybackQuery, RecordingList, RecordingView
from proctor.segments.actions import MEDIA_TYPE
from proctor.segments.store import SegmentLost
from proctor.segments.tables import NoSuchRecording, NoSuchSegment

READ = Permit("video.read")


@endpoint(
    "GET",
    "/api/hall/sittings/{sitting_id}/recordings",
    role="hall",
    access=READ,
    answer=RecordingList,
    summary="The recordings of a sitting",
)
def sitting_recordings(work: Work, sitting_id: str) -> RecordingList:
    """List."""
    return list_recordings(work, sitting_id)


@endpoint(
    "GET",
    "/api/hall/video/{recording}",
    role="hall",
    access=READ,
    answer=RecordingView,
    errors=(NoSuchRecording,),
    summary="One recording: segments, gaps, coverage",
)
def show_recording(work: Work, recording: str) -> RecordingView:
    """Show."""
    return recording_view(work, recording)


@endpoint(
    "GET",
    "/api/hall/video/{recording}/manifest",
    role="hall",
    access=READ,
    answer=FileAnswer,
    errors=(NoSuchRecording, NotSignedYet),
    summary="The signed manifest, after the hand-over",
)
def recording_manifest(work: Work, recording: str) -> FileAnswer:
    """Download."""
    return FileAnswer(signed_manifest(work, recording), "application/json", f"{recording}.video.json")


@endpoint(
    "GET",
    "/api/hall/video/{recording}/moment",
    role="hall",
    access=READ,
    answer=MomentView,
    errors=(NoSuchRecording,),
    summary="Which segment shows a moment",
)
def recording_moment(work: Work, recording: str, query: MomentQuery) -> MomentView:
    """Seek."""
    moment = moment_in(work, recording, query.at_ms)
    return MomentView(n=moment.n, offset_ms=moment.offset_ms, next_n=moment.next_n)


@endpoint(
    "GET",
    "/api/hall/video/{recording}/{n}",
    role="hall",
    access=READ,
    answer=FileAnswer,
    errors=(NoSuchRecording, NoSuchSegment, SegmentAltered, SegmentLost, CannotOpen),
    summary="A segment's pictures, decrypted; the look is recorded",
    hot=True,
)
def play_recording(runtime: RoleRuntime, actor: Actor, recording: str, n: str, query: PlaybackQuery) -> FileAnswer:
    """Play."""
    if not (n.isascii() and n.isdigit() and len(n) <= 6):
        raise NoSuchSegment(n=n[:20])
    return FileAnswer(play_segment(runtime, actor, recording, int(n), query.purpose), MEDIA_TYPE)
