"""Segments are stored once, in order, encrypted; what is refused changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from examserver.kernel.audit import verify_chain
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import open_work
from proctor.segments.actions import (
    MAX_IN_FLIGHT,
    MAX_SERIES,
    Place,
    TooManySeries,
    VideoBusy,
    VideoClosed,
    intake_of,
    receive_segment,
    recordings_of,
    segments_of,
    timeline_of,
)
from proctor.segments.container import NotWebm, frames_in
from proctor.segments.intake import BadSegment, Offer, SegmentConflict
from proctor.segments.verify import verify_video
from tests.kit import make_world
from tests.proctor.clips import ACTOR, CLERK, ROOM, SEAT, SITTING, START_MS, Recorder, make_recorder


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return make_recorder(tmp_path)


def listed(recorder: Recorder) -> list[dict[str, object]]:
    """What the sitting record would say."""
    with open_work(recorder.runtime, CLERK, write=False) as work:
        return recordings_of(work, SITTING)


def test_a_segment_offered_twice_is_stored_once_and_answered_alike(recorder: Recorder) -> None:
    first, again = recorder.take(1), recorder.take(1)
    assert (first.stored, again.stored) == (True, False)
    assert (first.recording, first.link, first.next_n) == (again.recording, again.link, again.next_n)
    assert [entry["segments"] for entry in listed(recorder)] == [1]


def test_nothing_recorded_is_replaced(recorder: Recorder) -> None:
    kept = recorder.take(1)
    with pytest.raises(SegmentConflict) as refusal:
        recorder.take(1, clip=recorder.clips[3])
    assert refusal.value.fields["next_n"] == 2
    with open_work(recorder.runtime, CLERK, write=False) as work:
        assert recordings_of(work, SITTING)[0]["head"] == kept.link


def test_numbers_may_leave_holes_but_never_go_back(recorder: Recorder) -> None:
    recorder.take(1)
    recorder.take(4)
    with pytest.raises(SegmentConflict):
        recorder.take(2)
    assert recorder.take(4).stored is False


@pytest.mark.parametrize(
    ("n", "from_ms", "to_ms"),
    [
        (0, 0, 10_000),
        (1_000_000, 0, 10_000),
        (1, 10_000, 10_000),
        (1, 10_000, 0),
        (1, 0, 500_000),
        (1, 200_000, 210_000),
        (1, -90_000_000, -89_990_000),
    ],
)
def test_impossible_numbers_and_times_are_refused(recorder: Recorder, n: int, from_ms: int, to_ms: int) -> None:
    offer = Offer(n, START_MS + from_ms, START_MS + to_ms)
    with pytest.raises(BadSegment):
        receive_segment(recorder.runtime, ACTOR, SEAT, offer, recorder.clips[0])
    assert listed(recorder) == []


def test_time_is_recorded_once(recorder: Recorder) -> None:
    recorder.take(1)
    with pytest.raises(BadSegment):
        recorder.take(2, from_ms=START_MS + 5_000)
    assert recorder.take(2, from_ms=START_MS + 9_700).stored


@pytest.mark.parametrize("data", [b"", b"\x1aE\xdf\xa3", b"<html>webm</html>" * 100, b"\x00" * 5000])
def test_what_is_no_webm_is_refused(recorder: Recorder, data: bytes) -> None:
    with pytest.raises(NotWebm):
        recorder.take(1, clip=data)
    assert listed(recorder) == []


def test_more_bytes_than_the_time_can_hold_are_refused(recorder: Recorder) -> None:
    offer = Offer(1, START_MS, START_MS + 100)
    with pytest.raises(BadSegment):
        receive_segment(recorder.runtime, ACTOR, SEAT, offer, recorder.clips[0] + b"\x00" * 500_000)


def test_past_the_bound_of_bytes_in_flight_video_waits(recorder: Recorder) -> None:
    intake = intake_of(recorder.runtime)
    intake.bytes_in_flight = MAX_IN_FLIGHT
    with pytest.raises(VideoBusy):
        recorder.take(1)
    intake.bytes_in_flight = 0
    assert recorder.take(1).stored and intake.bytes_in_flight == 0 and not intake.busy


def test_one_segment_of_a_recording_at_a_time(recorder: Recorder) -> None:
    with intake_of(recorder.runtime).turn(SEAT, 1), pytest.raises(VideoBusy):
        recorder.take(1)
    assert recorder.take(1).stored


def test_each_series_is_a_recording_and_their_number_is_bounded(recorder: Recorder) -> None:
    for number in range(MAX_SERIES):
        place = Place(SITTING, "seat", "03", "stn_1", f"ses_{number}/1")
        assert recorder.take(1, place).next_n == 2
    with pytest.raises(TooManySeries):
        recorder.take(1, Place(SITTING, "seat", "03", "stn_1", "one more"))
    assert len(listed(recorder)) == MAX_SERIES


def test_segments_lie_encrypted_on_disk(recorder: Recorder) -> None:
    received = recorder.take(1)
    sealed = (recorder.folder / received.recording / "000001.seg").read_bytes()
    assert recorder.clips[1][:64] not in sealed and len(sealed) == len(recorder.clips[1]) + 28
    assert frames_in(sealed) == 0 and frames_in(recorder.clips[1]) == 10


def test_after_a_restart_the_recording_goes_on(recorder: Recorder) -> None:
    first = recorder.take(1)
    world = make_world(recorder.runtime.settings.data_dir, recorder.clock, roles=("hall",))
    recorder.runtime = world.runtimes["hall"]
    second = recorder.take(2)
    assert second.recording == first.recording and second.link != first.link
    assert recorder.take(1).stored is False


def test_after_the_close_nothing_is_added_and_closing_again_changes_nothing(recorder: Recorder) -> None:
    recorder.take(1)
    recorder.take(1, ROOM)
    manifests = {path: path.read_bytes() for path in recorder.close()}
    with pytest.raises(VideoClosed):
        recorder.take(2)
    with pytest.raises(VideoClosed):
        recorder.take(1, Place(SITTING, "seat", "09", "stn_9"))
    manifests_again = {path: path.read_bytes() for path in recorder.close()}
    assert len(manifests) == 2 and manifests == manifests_again
    assert all(entry["manifest_digest"] for entry in listed(recorder))


def test_a_lost_manifest_file_is_written_again_from_the_row(recorder: Recorder) -> None:
    recorder.take(1)
    path = recorder.close()[0]
    kept = path.read_bytes()
    path.unlink()
    assert recorder.close()[0].read_bytes() == kept


def test_what_a_crash_left_unacknowledged_is_cleared_and_told(recorder: Recorder) -> None:
    received = recorder.take(1)
    folder = recorder.folder / received.recording
    (folder / "000002.seg").write_bytes(b"never acknowledged")
    (folder / ".000003.seg.ab12").write_bytes(b"half")
    recorder.close()
    assert [path.name for path in folder.iterdir()] == ["000001.seg"]
    with open_work(recorder.runtime, CLERK, write=False) as work:
        events = list(read_events(work.session, "hall"))
    signed = next(event for event in events if event.action == "video.manifest_signed")
    assert signed.facts["leftovers"] == [".000003.seg.ab12", "000002.seg"] and signed.facts["faults"] == []
    assert all(check.ok for check in verify_chain(events))


def test_the_review_sees_the_seats_held_and_the_room(recorder: Recorder) -> None:
    recorder.take(1)
    recorder.take(2)
    recorder.take(1, Place(SITTING, "seat", "05", "stn_5"))
    recorder.take(1, ROOM)
    with open_work(recorder.runtime, CLERK, write=False) as work:
        own, both = timeline_of(work, SITTING, "03"), timeline_of(work, SITTING, "03", "05", "03")
        room = segments_of(work, SITTING, None)
    assert [(entry["seat"], len(entry["segments"])) for entry in own] == [("03", 2), (None, 1)]
    assert [entry["seat"] for entry in both] == ["03", "05", None]
    assert room[0]["segments"] == [{"n": 1, "from_ms": START_MS, "to_ms": START_MS + 10_000}]


def test_on_postgresql_many_cameras_at_once_give_whole_chains(postgres_database: str, tmp_path: Path) -> None:
    recorder = make_recorder(tmp_path, database_url=postgres_database)
    recorder.clock.advance(60_000)

    def camera(seat: int) -> None:
        for n in range(1, 5):
            place = Place(SITTING, "seat", f"{seat:02}", f"stn_{seat}")
            begin = START_MS + n * 10_000
            receive_segment(recorder.runtime, ACTOR, place, Offer(n, begin, begin + 9_900), recorder.clips[n])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(camera, range(1, 7)))
    reports = [verify_video(manifest, recorder.trust, recorder.opener) for manifest in recorder.close()]
    assert len(reports) == 6 and all(report.ok for report in reports)
