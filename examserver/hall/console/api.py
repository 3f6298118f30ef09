"""Endpoints of the console's acts on sessions, messages, hand-over, identity."""

from examserver.hall.console.actions import (
    NobodyChosen,
    NotConfirmed,
    SeatOccupied,
    SessionOver,
    admit_candidate,
    credit_time,
    move_candidate,
    note_incident,
    refuse_candidate,
    send_message,
)
from examserver.hall.console.cards import seat_card
from examserver.hall.console.schemas import (
    AdmitRequest,
    CountersignAnswer,
    CountersignRequest,
    CreditAnswer,
    CreditRequest,
    HandOverAnswer,
    HandOverRequest,
    IdentityView,
    MessageAnswer,
    MessageRequest,
    MoveRequest,
    NoteRequest,
    RefuseRequest,
    StaffKeyList,
    StaffKeyRequest,
    StaffKeyView,
    TimelineView,
)
from examserver.hall.console.timeline.actions import timeline_view
from examserver.hall.handover.actions import NoRecord, NotClosed, countersign, hand_over, record_file, watched
from examserver.hall.handover.signing import COUNTERSIGNERS, AlreadySigned, NotACountersigner
from examserver.hall.handover.staff_keys.actions import (
    PublicHalf,
    WrongPassword,
    enrol_staff_key,
    open_staff_key,
    staff_keys,
)
from examserver.hall.identity import fingerprint
from examserver.hall.live.store import hall_live
from examserver.hall.schemas import IncidentView, SeatCard
from examserver.hall.sessions.actions import TooLate
from examserver.hall.sittings.actions import SittingOver
from examserver.hall.store import tls_files
from examserver.hall.tables import NoSuchSeat, NoSuchSession, NoSuchSitting
from examserver.kernel.access import PUBLIC, SIGNED_IN, Actor, Permit
from examserver.kernel.canonical import b64u
from examserver.kernel.errors import Missing
from examserver.plumbing.contract import FileAnswer, endpoint
from examserver.plumbing.identity import TooManyAttempts
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from itembank.papers.manifest import hall_identity


class NoCa(Missing):
    """The hall has no CA of its own (another proxy ends TLS)."""

    code = "hall.no_ca"
    message_zh = "本考场没有自己的根证书"
    message_en = "This hall has no CA of its own"
    next_zh = "请先运行 exam hall init"
    next_en = "Run `exam hall init` first"


def card_of(runtime: RoleRuntime, session_id: str) -> SeatCard:
    """The card of a session after an act."""
    hall = hall_live(runtime)
    for live in hall.sittings.values():
        if session_id in live.sessions:
            seat = live.seats[live.sessions[session_id].row.seat]
            return seat_card(hall, live, seat, runtime.clock.now_ms())
    raise NoSuchSession(session=session_id)


@endpoint(
    "POST",
    "/api/hall/sessions/{session_id}/admit",
    role="hall",
    access=Permit("sessions.admit"),
    answer=SeatCard,
    hot=True,
    errors=(NoSuchSession, NotConfirmed, SessionOver, TooLate),
    summary="Admit after the identity check",
)
def admit_endpoint(runtime: RoleRuntime, actor: Actor, session_id: str, body: AdmitRequest) -> SeatCard:
    """Admit."""
    with open_work(runtime, actor) as work:
        admit_candidate(work, session_id, body.confirmed_by)
    return card_of(runtime, session_id)


@endpoint(
    "POST",
    "/api/hall/sessions/{session_id}/refuse",
    role="hall",
    access=Permit("sessions.admit"),
    answer=SeatCard,
    hot=True,
    errors=(NoSuchSession, SessionOver),
    summary="Refuse admission, with a reason",
)
def refuse_endpoint(runtime: RoleRuntime, actor: Actor, session_id: str, body: RefuseRequest) -> SeatCard:
    """Refuse."""
    with open_work(runtime, actor) as work:
        refuse_candidate(work, session_id, body.reason, body.note)
    return card_of(runtime, session_id)


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/credit",
    role="hall",
    access=Permit("sessions.credit"),
    answer=CreditAnswer,
    errors=(NoSuchSitting, NoSuchSession, NobodyChosen, SittingOver),
    summary="Give time back to one, several or all",
)
def credit_endpoint(work: Work, sitting_id: str, body: CreditRequest) -> CreditAnswer:
    """Credit."""
    credit, sessions = credit_time(work, sitting_id, body.sessions, body.seconds, body.reason, body.note)
    return CreditAnswer(credit=credit, sessions=sessions)


@endpoint(
    "POST",
    "/api/hall/sessions/{session_id}/move",
    role="hall",
    access=Permit("sessions.move"),
    answer=SeatCard,
    hot=True,
    errors=(NoSuchSession, NoSuchSeat, SeatOccupied, SessionOver),
    summary="Move a candidate to another seat in one act",
)
def move_endpoint(runtime: RoleRuntime, actor: Actor, session_id: str, body: MoveRequest) -> SeatCard:
    """Move."""
    with open_work(runtime, actor) as work:
        move_candidate(work, session_id, body.to_seat, body.reason, body.note)
    return card_of(runtime, session_id)


@endpoint(
    "POST",
    "/api/hall/sessions/{session_id}/note",
    role="hall",
    access=Permit("sessions.note"),
    answer=IncidentView,
    errors=(NoSuchSession,),
    summary="Keep a coded note",
)
def note_endpoint(work: Work, session_id: str, body: NoteRequest) -> IncidentView:
    """Note."""
    one = note_incident(work, session_id, body.kind, body.text)
    return IncidentView(
        id=one.id,
        session=one.session,
        seat=one.seat,
        kind=one.kind,
        text=one.text,
        by=one.by,
        at_ms=one.at_ms,
        resolved=False,
    )


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/message",
    role="hall",
    access=Permit("sessions.note"),
    answer=MessageAnswer,
    errors=(NoSuchSitting, NoSuchSession),
    summary="Send a message to some or all",
)
def message_endpoint(work: Work, sitting_id: str, body: MessageRequest) -> MessageAnswer:
    """Message."""
    message, sessions = send_message(work, sitting_id, body.sessions, body.text)
    return MessageAnswer(message=message, sessions=sessions)


@endpoint(
    "GET",
    "/api/hall/sittings/{sitting_id}/sessions/{session_id}/timeline",
    role="hall",
    access=Permit("sitting.read"),
    answer=TimelineView,
    errors=(NoSuchSession, NoSuchSitting),
    summary="Everything that happened to one session, without answer values",
)
def timeline_endpoint(work: Work, sitting_id: str, session_id: str) -> TimelineView:
    """Timeline."""
    return timeline_view(work, sitting_id, session_id, watched)


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/hand-over",
    role="hall",
    access=Permit("sitting.hand_over"),
    answer=HandOverAnswer,
    errors=(NoSuchSitting, NotClosed),
    summary="Build the sitting record (a job)",
)
def hand_over_endpoint(work: Work, sitting_id: str, body: HandOverRequest) -> HandOverAnswer:
    """Hand over."""
    return HandOverAnswer(job=hand_over(work, sitting_id))


@endpoint(
    "POST",
    "/api/hall/sittings/{sitting_id}/countersign",
    role="hall",
    access=Permit("sitting.countersign"),
    answer=CountersignAnswer,
    errors=(NoRecord, WrongPassword, TooManyAttempts, AlreadySigned, NotACountersigner),
    summary="Countersign the record with the personal key",
    hot=True,
)
def countersign_endpoint(
    runtime: RoleRuntime, actor: Actor, sitting_id: str, body: CountersignRequest
) -> CountersignAnswer:
    """Countersign."""
    holder = open_staff_key(runtime, actor, body.password)
    with open_work(runtime, actor) as work:
        signed = countersign(work, sitting_id, holder)
    return CountersignAnswer(signed=signed, missing=[role for role in COUNTERSIGNERS if role not in signed])


@endpoint(
    "GET",
    "/api/hall/sittings/{sitting_id}/record",
    role="hall",
    access=Permit("sitting.read"),
    answer=FileAnswer,
    errors=(NoRecord,),
    summary="The sitting record as one file",
)
def record_endpoint(work: Work, sitting_id: str) -> FileAnswer:
    """Record."""
    return FileAnswer(record_file(work, sitting_id), "application/zip", f"{sitting_id}.record.zip")


@endpoint("GET", "/api/hall/identity", role="hall", access=PUBLIC, answer=IdentityView)
def identity_endpoint(work: Work) -> IdentityView:
    """Identity."""
    pair, ca = work.runtime.keys, tls_files(work.runtime.files / "tls").ca
    return IdentityView(
        name=", ".join(work.runtime.settings.hall.names),
        signing_key=b64u(pair.signing.public_raw),
        signing_key_id=pair.signing.id,
        sealing_key=b64u(pair.sealing.public_raw),
        sealing_key_id=pair.sealing.id,
        binding=b64u(pair.signing.sign(hall_identity(pair.signing.public_raw, pair.sealing.public_raw))),
        ca_fingerprint=fingerprint(ca.read_bytes()) if ca.exists() else None,
    )


@endpoint("GET", "/hall-ca.pem", role="hall", access=PUBLIC, answer=FileAnswer, errors=(NoCa,))
def hall_ca_endpoint(work: Work) -> FileAnswer:
    """CA."""
    ca = tls_files(work.runtime.files / "tls").ca
    if not ca.exists():
        raise NoCa()
    return FileAnswer(ca, "application/x-pem-file", "hall-ca.pem")


@endpoint(
    "POST",
    "/api/hall/staff-keys",
    role="hall",
    access=SIGNED_IN,
    answer=StaffKeyView,
    errors=(WrongPassword, TooManyAttempts),
    summary="Make the personal signing key of the signed-in person",
    hot=True,
)
def enrol_staff_key_endpoint(runtime: RoleRuntime, actor: Actor, body: StaffKeyRequest) -> StaffKeyView:
    """Staff key."""
    return staff_key_view(enrol_staff_key(runtime, actor, body.password))


@endpoint("GET", "/api/hall/staff-keys", role="hall", access=PUBLIC, answer=StaffKeyList)
def list_staff_keys_endpoint(work: Work) -> StaffKeyList:
    """Staff keys."""
    return StaffKeyList(keys=[staff_key_view(one) for one in staff_keys(work)])


def staff_key_view(one: PublicHalf) -> StaffKeyView:
    """A public half as an answer."""
    role = next((role for role in COUNTERSIGNERS if role in one.roles), one.roles[0])
    return StaffKeyView(account=one.account, name=one.name, role=role, key=one.key, public_key=one.public_key)
