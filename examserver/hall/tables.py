"""The hall's rows: sittings, papers, seats, workstations, candidate sessions, and what happened to them.

One live session per ticket, one station per seat and one seat per session are database constraints.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.kernel.errors import Missing
from examserver.plumbing.database import HallBase


class NoSuchSitting(Missing):
    """No sitting of this id in the hall."""

    code = "sitting.missing"
    message_zh = "没有这个场次：{sitting}"
    message_en = "No such sitting: {sitting}"
    next_zh = "请先导入场次指令"
    next_en = "Import the sitting order first"


class NoSuchSession(Missing):
    """No candidate session of this id."""

    code = "session.missing"
    message_zh = "没有这个考试会话：{session}"
    message_en = "No such candidate session: {session}"
    next_zh = "请刷新座位图后重新选择"
    next_en = "Reload the seat map and choose again"


class NoSuchSeat(Missing):
    """The room has no such seat."""

    code = "seat.missing"
    message_zh = "考场没有这个座位：{seat}"
    message_en = "The room has no such seat: {seat}"
    next_zh = "请核对座位号"
    next_en = "Check the seat number"


class SittingRow(HallBase):
    """One sitting: its order and how far it has come."""

    __tablename__ = "hall_sitting"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_file: Mapped[bytes] = mapped_column(LargeBinary)
    order_digest: Mapped[str] = mapped_column(String(80))
    starts_ms: Mapped[int] = mapped_column(BigInteger)
    last_lease: Mapped[int] = mapped_column(Integer, default=0)
    imported_ms: Mapped[int] = mapped_column(BigInteger)
    opened_ms: Mapped[int | None] = mapped_column(BigInteger)
    released_ms: Mapped[int | None] = mapped_column(BigInteger)
    started_ms: Mapped[int | None] = mapped_column(BigInteger)
    closed_ms: Mapped[int | None] = mapped_column(BigInteger)
    record_job: Mapped[str | None] = mapped_column(String(40))
    recorded_ms: Mapped[int | None] = mapped_column(BigInteger)
    signed_ms: Mapped[int | None] = mapped_column(BigInteger)


class PaperRow(HallBase):
    """A sealed package in the hall."""

    __tablename__ = "hall_paper"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    manifest: Mapped[bytes] = mapped_column(LargeBinary)
    manifest_digest: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    imported_ms: Mapped[int] = mapped_column(BigInteger)


class FormRow(HallBase):
    """A form of a package; its ciphertext lies in the vault under its digest."""

    __tablename__ = "hall_form"
    paper: Mapped[str] = mapped_column(String(40), primary_key=True)
    form: Mapped[str] = mapped_column(String(40), primary_key=True)
    cipher_digest: Mapped[str] = mapped_column(String(80))
    cipher_size: Mapped[int] = mapped_column(Integer)
    items: Mapped[int] = mapped_column(Integer)


class FormKeyRow(HallBase):
    """A released form key, sealed to the hall's own key: a restart needs no custodian."""

    __tablename__ = "hall_form_key"
    sitting: Mapped[str] = mapped_column(String(40), primary_key=True)
    form: Mapped[str] = mapped_column(String(40), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReleaseRow(HallBase):
    """One attempt to release, accepted or refused."""

    __tablename__ = "hall_release"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    paper: Mapped[str] = mapped_column(String(40))
    custodian: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    device: Mapped[str] = mapped_column(String(200))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(400))
    file: Mapped[bytes] = mapped_column(LargeBinary)


class SeatRow(HallBase):
    """One seat of a sitting's room and the workstation bound to it."""

    __tablename__ = "hall_seat"
    __table_args__ = (UniqueConstraint("sitting", "station"),)
    sitting: Mapped[str] = mapped_column(String(40), primary_key=True)
    seat: Mapped[str] = mapped_column(String(8), primary_key=True)
    row: Mapped[int] = mapped_column(Integer)
    column: Mapped[int] = mapped_column(Integer)
    spare: Mapped[bool] = mapped_column(Boolean)
    station: Mapped[str | None] = mapped_column(String(40), index=True)
    lease: Mapped[int | None] = mapped_column(Integer)


class StationRow(HallBase):
    """An enrolled workstation: its public key, its pairing code while unbound, and whether it was fenced."""

    __tablename__ = "hall_station"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(100), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    pairing_code: Mapped[str] = mapped_column(String(6), index=True)
    enrolled_ms: Mapped[int] = mapped_column(BigInteger)
    fenced_ms: Mapped[int | None] = mapped_column(BigInteger)


class TokenRow(HallBase):
    """A workstation's bearer token, kept as its hash."""

    __tablename__ = "hall_token"
    token_hash: Mapped[str] = mapped_column(String(80), primary_key=True)
    station: Mapped[str] = mapped_column(String(40), index=True)
    expires_ms: Mapped[int] = mapped_column(BigInteger)


class SessionRow(HallBase):
    """One candidate session: who, where, and every moment of its life."""

    __tablename__ = "hall_session"
    __table_args__ = (
        UniqueConstraint("sitting", "ticket"),
        UniqueConstraint("sitting", "seat", name="uq_hall_session_seat"),
    )
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    ticket: Mapped[str] = mapped_column(String(40))
    candidate: Mapped[str] = mapped_column(String(40))
    seat: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(40))
    paper: Mapped[str] = mapped_column(String(40))
    lease: Mapped[int] = mapped_column(Integer)
    header: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    checked_in_ms: Mapped[int] = mapped_column(BigInteger)
    confirmed_ms: Mapped[int | None] = mapped_column(BigInteger)
    admitted_ms: Mapped[int | None] = mapped_column(BigInteger)
    refused_ms: Mapped[int | None] = mapped_column(BigInteger)
    refusal: Mapped[str | None] = mapped_column(String(600))
    ready_ms: Mapped[int | None] = mapped_column(BigInteger)
    ready_checks: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    entered_ms: Mapped[int | None] = mapped_column(BigInteger)
    extra_s: Mapped[int] = mapped_column(Integer, default=0)
    submitted_ms: Mapped[int | None] = mapped_column(BigInteger)
    closed_ms: Mapped[int | None] = mapped_column(BigInteger)
    steps: Mapped[int | None] = mapped_column(Integer)
    answered: Mapped[int | None] = mapped_column(Integer)
    head: Mapped[str | None] = mapped_column(String(80))
    entries_digest: Mapped[str | None] = mapped_column(String(80))
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)


class SessionEventRow(HallBase):
    """Something that happened to a session, append-only; it goes into the sealed session document."""

    __tablename__ = "hall_session_event"
    n: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    session: Mapped[str] = mapped_column(String(40), index=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class CreditRow(HallBase):
    """Time given back to one session; one act for several shares its credit id."""

    __tablename__ = "hall_credit"
    credit: Mapped[str] = mapped_column(String(40), primary_key=True)
    session: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    seconds: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class MoveRow(HallBase):
    """A candidate moved to another seat."""

    __tablename__ = "hall_move"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    session: Mapped[str] = mapped_column(String(40))
    from_seat: Mapped[str] = mapped_column(String(8))
    to_seat: Mapped[str] = mapped_column(String(8))
    lease: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class IncidentRow(HallBase):
    """A coded note, a candidate's remark on an item, or trouble the system noticed by itself."""

    __tablename__ = "hall_incident"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    session: Mapped[str | None] = mapped_column(String(40))
    seat: Mapped[str | None] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    resolved_ms: Mapped[int | None] = mapped_column(BigInteger)


class MessageRow(HallBase):
    """A message to one session (or all: session null)."""

    __tablename__ = "hall_message"
    n: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    message: Mapped[str] = mapped_column(String(40))
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    session: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(120))
    at_ms: Mapped[int] = mapped_column(BigInteger)


class MessageReadRow(HallBase):
    """A candidate confirmed having read a message."""

    __tablename__ = "hall_message_read"
    message: Mapped[str] = mapped_column(String(40), primary_key=True)
    session: Mapped[str] = mapped_column(String(40), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)


class HeartbeatRow(HallBase):
    """One row: when this hall was last alive."""

    __tablename__ = "hall_heartbeat"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)


class OutageRow(HallBase):
    """A stretch of time the hall server was down while a sitting ran."""

    __tablename__ = "hall_outage"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    from_ms: Mapped[int] = mapped_column(BigInteger)
    to_ms: Mapped[int] = mapped_column(BigInteger)


class RecordRow(HallBase):
    """The sitting record: the signed document, grown by countersignatures, and the archive's other parts."""

    __tablename__ = "hall_record"
    sitting: Mapped[str] = mapped_column(String(40), primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    built_ms: Mapped[int] = mapped_column(BigInteger)


def load_sitting(session: Session, sitting: str) -> SittingRow:
    """Give the sitting; raises NoSuchSitting."""
    row = session.get(SittingRow, sitting)
    if row is None:
        raise NoSuchSitting(sitting=sitting)
    return row


def load_session(session: Session, session_id: str) -> SessionRow:
    """Give the candidate session; raises NoSuchSession."""
    row = session.get(SessionRow, session_id)
    if row is None:
        raise NoSuchSession(session=session_id)
    return row


def load_seat(session: Session, sitting: str, seat: str) -> SeatRow:
    """Give the seat; raises NoSuchSeat."""
    row = session.get(SeatRow, (sitting, seat))
    if row is None:
        raise NoSuchSeat(seat=seat)
    return row


def sessions_of(session: Session, sitting: str) -> list[SessionRow]:
    """Give all candidate sessions of a sitting, by ticket."""
    query = select(SessionRow).where(SessionRow.sitting == sitting).order_by(SessionRow.ticket)
    return list(session.scalars(query))


def seats_of(session: Session, sitting: str) -> list[SeatRow]:
    """Give all seats of a sitting, by number."""
    return list(session.scalars(select(SeatRow).where(SeatRow.sitting == sitting).order_by(SeatRow.seat)))
