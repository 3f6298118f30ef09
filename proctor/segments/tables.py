"""The hall's video rows: recordings, their segments in a chain, and the sittings whose video is closed.

Rows hold facts and digests; pictures lie in files, encrypted. One recording per sitting, camera, seat, device and
series is a database constraint, one segment per number too.
"""

from sqlalchemy import BigInteger, Integer, LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.seal import HPKE_SUITE, SUITE
from examserver.kernel.errors import Missing
from examserver.plumbing.database import HallBase
from proctor.segments.chain import Header, Linked, Segment


class NoSuchRecording(Missing):
    """No recording of this name."""

    code = "video.no_recording"
    message_zh = "没有这个录像：{recording}"
    message_en = "No such recording: {recording}"
    next_zh = "请从录像列表中选择"
    next_en = "Choose from the list of recordings"


class NoSuchSegment(Missing):
    """The recording has no segment of this number."""

    code = "video.no_segment"
    message_zh = "该录像没有第 {n} 段"
    message_en = "The recording has no segment {n}"
    next_zh = "请选择其他时间"
    next_en = "Choose another moment"


class RecordingRow(HallBase):
    """One camera's recording and how far it has come; `seat` is empty for a camera of the room."""

    __tablename__ = "video_recording"
    __table_args__ = (UniqueConstraint("sitting", "camera", "seat", "device", "series"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    camera: Mapped[str] = mapped_column(String(40))
    seat: Mapped[str] = mapped_column(String(8))
    device: Mapped[str] = mapped_column(String(40))
    series: Mapped[str] = mapped_column(String(80))
    review_key: Mapped[str] = mapped_column(String(40))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    opened_ms: Mapped[int] = mapped_column(BigInteger)
    segments: Mapped[int] = mapped_column(Integer)
    last_n: Mapped[int] = mapped_column(Integer)
    last_from_ms: Mapped[int] = mapped_column(BigInteger)
    last_to_ms: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[str] = mapped_column(String(80))
    closed_ms: Mapped[int | None] = mapped_column(BigInteger)
    manifest_digest: Mapped[str | None] = mapped_column(String(80))
    manifest: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))

    def header(self) -> Header:
        """The header as evidence holds it."""
        return Header(
            recording=self.id,
            sitting=self.sitting,
            camera=self.camera,
            seat=self.seat or None,
            device=self.device,
            opened_ms=self.opened_ms,
            suite=SUITE,
            hpke_suite=HPKE_SUITE,
            review_key=self.review_key,
            wrapped_key=b64u(self.wrapped_key),
        )


class SegmentRow(HallBase):
    """One acknowledged segment and its links."""

    __tablename__ = "video_segment"
    recording: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    from_ms: Mapped[int] = mapped_column(BigInteger)
    to_ms: Mapped[int] = mapped_column(BigInteger)
    received_ms: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(60))
    plain_digest: Mapped[str] = mapped_column(String(80))
    cipher_digest: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)
    prev: Mapped[str] = mapped_column(String(80))
    link: Mapped[str] = mapped_column(String(80))

    def segment(self) -> Segment:
        """Its facts."""
        return Segment(
            n=self.n,
            from_ms=self.from_ms,
            to_ms=self.to_ms,
            received_ms=self.received_ms,
            media_type=self.media_type,
            plain_digest=self.plain_digest,
            cipher_digest=self.cipher_digest,
            size=self.size,
        )


class ClosingRow(HallBase):
    """A sitting whose video is closed: nothing is added any more."""

    __tablename__ = "video_closing"
    sitting: Mapped[str] = mapped_column(String(40), primary_key=True)
    closed_ms: Mapped[int] = mapped_column(BigInteger)


def load_recording(session: Session, recording: str) -> RecordingRow:
    """The recording; raises NoSuchRecording."""
    row = session.get(RecordingRow, recording)
    if row is None:
        raise NoSuchRecording(recording=recording[:60])
    return row


def load_segment(session: Session, recording: str, n: int) -> SegmentRow:
    """One segment; raises NoSuchSegment."""
    row = session.get(SegmentRow, (recording, n))
    if row is None:
        raise NoSuchSegment(n=n)
    return row


def recordings_in(session: Session, sitting: str) -> list[RecordingRow]:
    """A sitting's recordings: seats first in their order, then cameras of the room, each in order of opening."""
    query = select(RecordingRow).where(RecordingRow.sitting == sitting)
    rows = session.scalars(query).all()
    return sorted(rows, key=lambda row: (not row.seat, row.seat, row.camera, row.opened_ms, row.id))


def chain_of(session: Session, recording: str) -> list[Linked]:
    """The stored chain of a recording, by number."""
    query = select(SegmentRow).where(SegmentRow.recording == recording).order_by(SegmentRow.n)
    return [Linked(row.segment(), row.prev, row.link) for row in session.scalars(query)]


def first_ms(session: Session, recording: str) -> int | None:
    """When the recording's first segment starts; None while there is none."""
    return session.scalar(select(func.min(SegmentRow.from_ms)).where(SegmentRow.recording == recording))


def is_closed(session: Session, sitting: str) -> bool:
    """Whether the sitting's video is closed."""
    return session.get(ClosingRow, sitting) is not None
