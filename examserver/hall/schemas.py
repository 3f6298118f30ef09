"""The shapes a seat and the console see.  Nothing here can carry a key, a scoring rule or another candidate's data."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from examserver.kernel.canonical import nfc
from examserver.plumbing.contract import Schema
from examserver.responses.schemas import AnswerState, Digest

SeatNumber = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,8}$")]
# Whatever a person or a workstation writes may end in the record: NFC text and integers of the canonical form only.
Text = Annotated[str, AfterValidator(nfc)]
Words = Annotated[Text, Field(max_length=500)]
Fact = Annotated[Text, Field(max_length=200)] | Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)] | bool | None
ReasonCode = Literal["environment", "candidate", "staff", "equipment"]
SeatPhase = Literal[
    "unbound", "bound", "check_in", "waiting_admission", "refused", "admitted", "ready", "answering", "submitted",
    "closed", "moved",
]  # fmt: skip
SittingPhase = Literal["preparing", "admission", "running", "closed", "recorded", "signed"]


# --- seat -----------------------------------------------------------------------------------------------------
class SeatSitting(Schema):
    """What a candidate may know of the sitting."""

    sitting: str
    title: str
    occupation: str
    level: int
    starts_ms: int
    duration_s: int
    state: SittingPhase
    policy: dict[str, Any]


class SeatCandidate(Schema):
    """The candidate at this seat; `photo` is a digest or null."""

    name: str
    ticket: str
    document_tail: str
    photo: str | None
    confirmed: bool


class CreditView(Schema):
    """One time credit, as candidate, console and record show it."""

    credit: str
    seconds: int
    reason: str
    note: str
    by: str
    at_ms: int


class SeatSession(Schema):
    """Everything a workstation needs to work or to resume; `form_key` only while the sitting runs."""

    session: str
    header: dict[str, str | int] | None
    form: str
    paper: str
    lease: int
    head: Digest | None
    seq: int
    started_ms: int | None
    deadline_ms: int | None
    grace_s: int
    extra_s: int
    credits: list[CreditView]
    answers: dict[str, AnswerState]
    form_key: str | None
    cipher_digest: str
    cipher_size: int
    submitted_ms: int | None


class MessageView(Schema):
    """A message from the invigilators."""

    message: str
    text: str
    at_ms: int
    to_all: bool
    read_ms: int | None


class SeatView(Schema):
    """The one answer to "where am I"."""

    phase: SeatPhase
    station: str
    seat: str | None
    lease: int | None
    sitting: SeatSitting | None
    candidate: SeatCandidate | None
    session: SeatSession | None
    refusal: str | None
    messages: list[MessageView]
    server_ms: int


class CheckInRequest(Schema):
    """Ticket number and the second factor of the roster."""

    ticket: Annotated[str, Field(min_length=1, max_length=40)]
    document_number: Annotated[str, Field(min_length=1, max_length=40)]


class ReadyRequest(Schema):
    """The digest of the ciphertext fetched, and what the workstation found out about itself."""

    cipher_digest: Digest
    checks: Annotated[dict[Text, Fact], Field(max_length=40, default_factory=dict)]


class RemarkRequest(Schema):
    """A candidate's report of a problem with an item."""

    item: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    text: Annotated[Text, Field(min_length=1, max_length=1000)]


class Done(Schema):
    """The act is done; the server's clock."""

    server_ms: int


class PulseRequest(Schema):
    """Sent every few seconds: how many changes wait unsaved, whether the page has the focus."""

    unsaved: Annotated[int, Field(ge=0, le=100_000)]
    focus: bool = True
    battery: Annotated[int, Field(ge=0, le=100)] | None = None
    clock_offset_ms: Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)] | None = None


class PulseAnswer(Schema):
    """The server's clock."""

    server_ms: int


class ResumeRequest(Schema):
    """No fields; the answer is the SeatView."""


class StartedPush(Schema):
    """The start: 32 bytes of key (base64url) and the clock."""

    session: str
    form_key: str
    started_ms: int
    deadline_ms: int
    server_ms: int


class CreditedPush(Schema):
    """Time was added."""

    session: str
    credit: CreditView
    deadline_ms: int | None
    server_ms: int


class MovedPush(Schema):
    """This workstation no longer holds the session."""

    session: str
    to_seat: str
    server_ms: int


# --- sitting --------------------------------------------------------------------------------------------------
class GateView(Schema):
    """One condition of the next step, and why it is still closed."""

    name: str
    ok: bool
    why_zh: str
    why_en: str


class ReleaseBy(Schema):
    """One recorded attempt to release."""

    custodian: str
    name: str
    device: str
    at_ms: int
    outcome: str
    reason: str


class ReleaseView(Schema):
    """How far the release of the papers is; `by` lists every attempt, refused ones too."""

    shares_present: int
    needed: int
    released: bool
    state: Literal["none", "waiting", "released"]
    by: list[ReleaseBy]


class SittingCounts(Schema):
    """Numbers for the console's top line."""

    expected: int
    seats: int
    stations_bound: int
    online: int
    present: int
    admitted: int
    ready: int
    answering: int
    submitted: int
    closed: int
    lost: int
    unsaved: int
    alarms: int


class PaperState(Schema):
    """A paper the order names, and whether its package is in the hall."""

    paper: str
    title: str
    present: bool
    forms: int


class CountersignView(Schema):
    """Who signed the record."""

    role: str
    name: str


class IncidentView(Schema):
    """A coded note."""

    id: str
    session: str | None
    seat: str | None
    kind: str
    text: str
    by: str
    at_ms: int
    resolved: bool


class SittingView(Schema):
    """One sitting as staff see it."""

    id: str
    title: str
    institution: str
    centre: str
    room: str
    rows: int
    columns: int
    occupation_code: str
    occupation: str
    level: int
    phase: SittingPhase
    starts_ms: int
    duration_s: int
    grace_s: int
    opened_ms: int | None
    started_ms: int | None
    deadline_ms: int | None
    closed_ms: int | None
    order_digest: str
    papers: list[PaperState]
    release: ReleaseView
    gates: list[GateView]
    next: Literal["open", "release", "start", "collect", "hand_over", "countersign", "none"]
    counts: SittingCounts
    incidents: list[IncidentView]
    record: Literal["none", "building", "ready"]
    countersigned: list[CountersignView]
    server_ms: int


class SittingList(Schema):
    """Sittings, the next one first."""

    sittings: list[SittingView]


class AlarmView(Schema):
    """Something that needs a hand."""

    kind: str
    since_ms: int
    text_zh: str
    text_en: str


class CardCandidate(Schema):
    """Who sits there."""

    name: str
    ticket: str


class SeatCard(Schema):
    """One seat on the console."""

    seat: str
    row: int
    column: int
    spare: bool
    station: str | None
    online: bool
    phase: SeatPhase
    candidate: CardCandidate | None
    session: str | None
    answered: int
    total: int
    seq: int
    unsaved: int
    last_contact_ms: int | None
    deadline_ms: int | None
    alarms: list[AlarmView]
    camera: bool
    lease: int | None


class SeatMap(Schema):
    """The room."""

    sitting: str
    rows: int
    columns: int
    seats: list[SeatCard]
    server_ms: int
