"""What can be done with recordings: receive a segment, close a sitting's video, list recordings and times.

A segment is encrypted and on storage before its row is written, and acknowledged after both; no database transaction
is open meanwhile. Bytes in flight are bounded: past the bound clients are told to come again, so that video waits
before answers do.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from examserver.kernel.access import Actor
from examserver.kernel.canonical import digest
from examserver.kernel.crypto.seal import new_key
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.errors import Refused, Unavailable
from examserver.plumbing.identity import offload
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.telemetry import METRICS
from examserver.plumbing.work import Work, open_work
from proctor.segments.chain import Linked, Segment, chain_faults, first_link, next_link, order_faults
from proctor.segments.container import check_webm
from proctor.segments.intake import Offer, SegmentConflict, Standing, check_offer, follows
from proctor.segments.manifest import MANIFEST_TYPE, VERSION, build_body
from proctor.segments.sealing import seal_segment, unwrap_key, wrap_key
from proctor.segments.store import clear_leftovers, manifest_path, remove_segment, write_manifest, write_segment
from proctor.segments.tables import (
    ClosingRow,
    RecordingRow,
    SegmentRow,
    chain_of,
    is_closed,
    load_recording,
    recordings_in,
)

MEDIA_TYPE = "video/webm"
MAX_IN_FLIGHT = 64 * 1024 * 1024
MAX_SERIES = 20
TRACE_EVERY = 30
Entry = dict[str, Any]


class VideoBusy(Unavailable):
    """Too much video at once: come again, answers go first."""

    code = "video.busy"
    message_zh = "录像上传繁忙，将自动重试"
    message_en = "Too much video at once; it is tried again by itself"
    next_zh = "无需操作"
    next_en = "Nothing to do"


class VideoClosed(Refused):
    """The sitting's video is closed."""

    code = "video.closed"
    message_zh = "本场考试的录像已封存，不能再添加"
    message_en = "The sitting's video is closed; nothing can be added"
    next_zh = "请停止采集"
    next_en = "Stop capturing"


class TooManySeries(Refused):
    """One device opened more recordings than any sitting needs."""

    code = "video.too_many_series"
    message_zh = "该设备的录像数量超出上限（{most}）"
    message_en = "The device has opened too many recordings (at most {most})"
    next_zh = "请通知监考员更换工作站"
    next_en = "Have the invigilator change the workstation"


@dataclass(frozen=True)
class Place:
    """Whose picture it is: sitting, camera, seat (None for the room), device, and the series of numbers."""

    sitting: str
    camera: str
    seat: str | None
    device: str
    series: str = ""


@dataclass(frozen=True)
class Received:
    """The answer to an offered segment."""

    recording: str
    n: int
    stored: bool
    link: str
    next_n: int


@dataclass
class Intake:
    """Video on its way through this process: bytes in flight, recordings being written, their keys."""

    bytes_in_flight: int = 0
    busy: set[Place] = field(default_factory=set)
    keys: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def turn(self, place: Place, size: int) -> Iterator[None]:
        """One segment of one recording at a time, within the bound of bytes; raises VideoBusy."""
        if place in self.busy or self.bytes_in_flight + size > MAX_IN_FLIGHT:
            METRICS.count("exam_video_busy_total")
            raise VideoBusy(retry_after_s=2)
        self.busy.add(place)
        self.bytes_in_flight += size
        try:
            yield
        finally:
            self.busy.discard(place)
            self.bytes_in_flight -= size


def intake_of(runtime: RoleRuntime) -> Intake:
    """The runtime's intake."""
    return runtime.part(Intake, Intake)


def receive_segment(runtime: RoleRuntime, actor: Actor, place: Place, offer: Offer, data: bytes) -> Received:
    """Store a segment once; raises NotWebm, BadSegment, SegmentConflict, VideoClosed, VideoBusy, DiskFull."""
    check_offer(offer, len(data), runtime.clock.now_ms())
    check_webm(data)
    with intake_of(runtime).turn(place, len(data)):
        recording = _recording_for(runtime, actor, place)
        plain_digest = offload(lambda: digest(data))
        known = _known(runtime, recording, offer, plain_digest)
        if known is not None:
            return known
        segment = _seal_and_write(runtime, recording, offer, data, plain_digest)
        try:
            with open_work(runtime, actor) as work:
                received = _append(work, recording, segment)
        except VideoClosed:
            # Never acknowledged, and nothing unlisted may lie beside the signed segments.
            remove_segment(runtime, recording, offer.n)
            raise
        except IntegrityError:
            raise VideoBusy(retry_after_s=1) from None
    METRICS.count("exam_video_segments_total")
    METRICS.count("exam_video_bytes_total", len(data))
    return received


def _recording_for(runtime: RoleRuntime, actor: Actor, place: Place) -> str:
    """The recording of this place, opened now if it is the first time."""
    with open_work(runtime, actor, write=False) as work:
        row = _find(work, place)
        if row is not None:
            return row.id
    key = new_key()
    try:
        with open_work(runtime, actor) as work:
            return (_find(work, place) or _open_recording(work, place, key)).id
    except IntegrityError:
        raise VideoBusy(retry_after_s=1) from None


def _find(work: Work, place: Place) -> RecordingRow | None:
    if is_closed(work.session, place.sitting):
        raise VideoClosed()
    query = select(RecordingRow).where(
        RecordingRow.sitting == place.sitting,
        RecordingRow.camera == place.camera,
        RecordingRow.seat == (place.seat or ""),
        RecordingRow.device == place.device,
        RecordingRow.series == place.series,
    )
    return work.session.scalars(query).one_or_none()


def _open_recording(work: Work, place: Place, key: bytes) -> RecordingRow:
    opened = select(func.count()).where(RecordingRow.sitting == place.sitting, RecordingRow.device == place.device)
    if (work.session.scalar(opened) or 0) >= MAX_SERIES:
        raise TooManySeries(most=MAX_SERIES)
    recording, review = work.new_id("rec"), work.runtime.keys.sealing
    row = RecordingRow(
        id=recording,
        sitting=place.sitting,
        camera=place.camera,
        seat=place.seat or "",
        device=place.device,
        series=place.series,
        review_key=review.id,
        wrapped_key=wrap_key(review.public_raw, recording, key),
        opened_ms=work.now_ms,
        segments=0,
        last_n=0,
        last_from_ms=0,
        last_to_ms=0,
    )
    row.head = first_link(row.header())
    work.session.add(row)
    work.session.flush()
    work.record("video.opened", recording, sitting=place.sitting, camera=place.camera, seat=place.seat, head=row.head)
    return row


def recording_key(runtime: RoleRuntime, row: RecordingRow) -> bytes:
    """The recording's key, unwrapped with the role's own sealing key once per process; raises CannotOpen."""
    keys = intake_of(runtime).keys
    if row.id not in keys:
        keys[row.id] = unwrap_key(runtime.keys.sealing, row.id, row.wrapped_key)
    return keys[row.id]


def _known(runtime: RoleRuntime, recording: str, offer: Offer, plain_digest: str) -> Received | None:
    """The former answer where these very bytes are stored under this number; None where the offer is new."""
    with runtime.database.transaction(write=False) as session:
        row = load_recording(session, recording)
        recording_key(runtime, row)
        held = session.get(SegmentRow, (recording, offer.n))
        if held is None:
            follows(_standing(row), offer)
            return None
        if held.plain_digest != plain_digest:
            raise SegmentConflict(n=offer.n, next_n=row.last_n + 1)
        return Received(recording, offer.n, False, held.link, row.last_n + 1)


def _standing(row: RecordingRow) -> Standing:
    return Standing(row.last_n, row.last_from_ms, row.last_to_ms)


def _seal_and_write(runtime: RoleRuntime, recording: str, offer: Offer, data: bytes, plain_digest: str) -> Segment:
    key = intake_of(runtime).keys[recording]

    def seal() -> tuple[str, int]:
        sealed = seal_segment(key, recording, offer.n, data, plain_digest)
        write_segment(runtime, recording, offer.n, sealed)
        return digest(sealed), len(sealed)

    cipher_digest, size = offload(seal)
    return Segment(
        n=offer.n,
        from_ms=offer.from_ms,
        to_ms=offer.to_ms,
        received_ms=runtime.clock.now_ms(),
        media_type=MEDIA_TYPE,
        plain_digest=plain_digest,
        cipher_digest=cipher_digest,
        size=size,
    )


def _append(work: Work, recording: str, segment: Segment) -> Received:
    """Link a stored segment to its chain; now and then the head goes into the audit log too."""
    query = select(RecordingRow).where(RecordingRow.id == recording).with_for_update()
    row = work.session.scalars(query).one()
    if is_closed(work.session, row.sitting):
        raise VideoClosed()
    follows(_standing(row), Offer(segment.n, segment.from_ms, segment.to_ms))
    link = next_link(row.head, segment)
    work.session.add(SegmentRow(recording=recording, prev=row.head, link=link, **segment.body()))
    row.head, row.segments, row.last_n = link, row.segments + 1, segment.n
    row.last_from_ms, row.last_to_ms = segment.from_ms, max(row.last_to_ms, segment.to_ms)
    if row.segments % TRACE_EVERY == 0:
        work.record("video.reached", recording, n=segment.n, head=link)
    return Received(recording, segment.n, True, link, segment.n + 1)


def close_recordings(runtime: RoleRuntime, actor: Actor, sitting_id: str) -> list[Entry]:
    """Close a sitting's video and sign one manifest per recording; again: the same manifests.

    Opens its own transactions, each short: never call it inside one. A broken chain is signed as it is and told in
    the audit log, so that the record says so instead of waiting.
    """
    with open_work(runtime, actor) as work:
        if not is_closed(work.session, sitting_id):
            work.session.add(ClosingRow(sitting=sitting_id, closed_ms=work.now_ms))
            work.record("video.closed", sitting_id)
    with open_work(runtime, actor, write=False) as work:
        recordings = [row.id for row in recordings_in(work.session, sitting_id)]
    for recording in recordings:
        _close_one(runtime, actor, recording)
    with open_work(runtime, actor, write=False) as work:
        return recordings_of(work, sitting_id)


def _close_one(runtime: RoleRuntime, actor: Actor, recording: str) -> None:
    with open_work(runtime, actor, write=False) as work:
        # Waits for a segment that is being appended at this moment (PostgreSQL); on SQLite writers queue anyway.
        query = select(RecordingRow).where(RecordingRow.id == recording).with_for_update()
        row, now_ms = work.session.scalars(query).one(), work.now_ms
        chain, document = chain_of(work.session, recording), row.manifest
    if document is not None:
        if not manifest_path(runtime, recording).exists():
            write_manifest(runtime, recording, document)
        return
    faults = [f"{one.n}: {one.reason}" for one in (*chain_faults(row.header(), chain), *order_faults(chain))]
    leftovers = clear_leftovers(runtime, recording, [linked.segment.n for linked in chain])
    document = _signed(runtime, row, chain, now_ms)
    write_manifest(runtime, recording, document)
    with open_work(runtime, actor) as work:
        kept = load_recording(work.session, recording)
        if kept.manifest is None:
            kept.manifest, kept.manifest_digest, kept.closed_ms = document, digest(document), now_ms
            facts = {"faults": faults[:20], "leftovers": leftovers[:20], "digest": digest(document)}
            work.record("video.manifest_signed", recording, **facts)


def _signed(runtime: RoleRuntime, row: RecordingRow, chain: Sequence[Linked], now_ms: int) -> bytes:
    body = build_body(row.header(), chain, now_ms)
    return sign_document(body, MANIFEST_TYPE, VERSION, [Signer("hall", "hall", runtime.keys.signing)])


def recordings_of(work: Work, sitting_id: str) -> list[Entry]:
    """For the sitting record: every recording with its head and, once closed, the digest of its manifest file."""
    return [
        {
            "recording": row.id,
            "camera": row.camera,
            "seat": row.seat or None,
            "segments": row.segments,
            "head": row.head,
            "manifest_digest": row.manifest_digest,
        }
        for row in recordings_in(work.session, sitting_id)
    ]


def segments_of(work: Work, sitting_id: str, seat: str | None) -> list[Entry]:
    """Recordings of exactly this seat (None: of the room), each with the times of its segments."""
    rows = [row for row in recordings_in(work.session, sitting_id) if row.seat == (seat or "")]
    return [_with_times(work, row) for row in rows]


def segments_of_recording(work: Work, recording: str) -> list[dict[str, int]]:
    """Number and times of every segment of a recording."""
    columns = select(SegmentRow.n, SegmentRow.from_ms, SegmentRow.to_ms)
    found = work.session.execute(columns.where(SegmentRow.recording == recording).order_by(SegmentRow.n))
    return [{"n": n, "from_ms": from_ms, "to_ms": to_ms} for n, from_ms, to_ms in found]


def _with_times(work: Work, row: RecordingRow) -> Entry:
    segments = segments_of_recording(work, row.id)
    return {"recording": row.id, "camera": row.camera, "seat": row.seat or None, "segments": segments}


def timeline_of(work: Work, sitting_id: str, *seats: str) -> list[Entry]:
    """What a review shows beside a candidate's answers: the recordings of the seats held, then those of the room."""
    own = [entry for seat in dict.fromkeys(seats) for entry in segments_of(work, sitting_id, seat)]
    return own + segments_of(work, sitting_id, None)
