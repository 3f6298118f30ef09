"""What staff send, and what only staff see: acts with their reasons, the timeline, hand-over, identity."""

from typing import Annotated, Any, Literal

from pydantic import Field

from examserver.hall.schemas import AlarmView, ReasonCode, SeatCard, SeatNumber, SittingView, Text, Words
from examserver.plumbing.contract import Schema

Targets = Literal["all"] | Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=2000)]


class AdmitRequest(Schema):
    """`confirmed_by`: the second person, where the policy or an exception needs one."""

    confirmed_by: Annotated[Text, Field(max_length=80)] | None = None


class RefuseRequest(Schema):
    """Why the candidate is not admitted."""

    reason: ReasonCode
    note: Words = ""


class StartRequest(Schema):
    """No fields: one press."""


class OpenRequest(Schema):
    """No fields."""


class CreditRequest(Schema):
    """Give time back to some or all sessions."""

    sessions: Targets
    seconds: Annotated[int, Field(ge=1, le=14_400)]
    reason: ReasonCode
    note: Words = ""


class MoveRequest(Schema):
    """Move a candidate to another seat."""

    to_seat: SeatNumber
    reason: ReasonCode
    note: Words = ""


class NoteRequest(Schema):
    """A coded note on one session; misconduct, illness, identity, equipment, environment, other."""

    kind: Literal["misconduct", "illness", "identity", "equipment", "environment", "other"]
    text: Words


class MessageRequest(Schema):
    """A message to some or all."""

    sessions: Targets
    text: Annotated[Text, Field(min_length=1, max_length=500)]


class MessageAnswer(Schema):
    """How many sessions it went to."""

    message: str
    sessions: int


class CreditAnswer(Schema):
    """How many sessions got the time."""

    credit: str
    sessions: int


class CollectRequest(Schema):
    """Collect what is past its deadline; `early` needs a reason and closes everybody."""

    early: bool = False
    reason: ReasonCode | None = None
    note: Words = ""


class CollectAnswer(Schema):
    """How many sessions were closed now, and how many are still open."""

    closed: int
    open: int


class HandOverRequest(Schema):
    """No fields."""


class HandOverAnswer(Schema):
    """The job that builds the record."""

    job: str


class CountersignRequest(Schema):
    """The password opens the signer's own key for this one signature."""

    password: Annotated[str, Field(min_length=1, max_length=200)]


class CountersignAnswer(Schema):
    """Who has signed, who is missing."""

    signed: list[str]
    missing: list[str]


class TimelineEntry(Schema):
    """One moment of a session; step values only for those permitted."""

    at_ms: int
    kind: str
    item: str | None = None
    seq: int | None = None
    late: bool | None = None
    text_zh: str | None = None
    text_en: str | None = None


class TimelineSegment(Schema):
    """One stretch of video."""

    n: int
    from_ms: int
    to_ms: int


class TimelineRecording(Schema):
    """One camera's recording of this seat or room."""

    recording: str
    camera: str
    seat: str | None
    segments: list[TimelineSegment]


class TimelineView(Schema):
    """Everything that happened to one session, in order."""

    session: str
    ticket: str
    name: str
    seat: str
    entries: list[TimelineEntry]
    recordings: list[TimelineRecording]


class IdentityView(Schema):
    """The hall's public names and keys; `binding` is its signature over both keys (formats.md, "Key release").

    `ca_fingerprint` is the SHA-256 of its CA certificate.
    """

    name: str
    signing_key: str
    signing_key_id: str
    sealing_key: str
    sealing_key_id: str
    binding: str
    ca_fingerprint: str | None


class StaffKeyView(Schema):
    """The public half of a staff member's personal signing key."""

    account: str
    name: str
    role: str
    key: str
    public_key: str


class StaffKeyList(Schema):
    """Personal signing keys of the hall's staff."""

    keys: list[StaffKeyView]


class StaffKeyRequest(Schema):
    """The present password seals the private half."""

    password: Annotated[str, Field(min_length=1, max_length=200)]


class PaperImportView(Schema):
    """A sealed package that passed every check."""

    paper: str
    title: str
    manifest_digest: str
    forms: int
    checks: list[dict[str, Any]]


class WatchRequest(Schema):
    """Which sitting a console wants to follow."""

    sitting: Annotated[str, Field(max_length=40)]


class SeatUpdate(Schema):
    """One seat changed."""

    sitting: str
    card: SeatCard
    server_ms: int


class SittingUpdate(Schema):
    """The sitting changed."""

    sitting: SittingView


class AlarmPush(Schema):
    """An alarm was raised."""

    sitting: str
    seat: str
    alarm: AlarmView


class ThumbnailPush(Schema):
    """A small picture (JPEG, base64)."""

    seat: str | None
    camera: str
    jpeg: str
