"""Endpoints of a seat.  Everything here answers for the calling workstation alone."""

from examserver.hall.closing.actions import HeadDiffers, NotRunning, receipt_view, submit_session
from examserver.hall.live.save import SlowDown, save_from_seat, touch_http
from examserver.hall.live.sockets import tell_card, view_of
from examserver.hall.live.store import hall_live
from examserver.hall.schemas import CheckInRequest, Done, ReadyRequest, RemarkRequest, SeatView
from examserver.hall.sessions.actions import (
    AdmissionClosed,
    AlreadyElsewhere,
    NoSession,
    NotAdmitted,
    NotBound,
    OtherSeat,
    SeatTaken,
    TooLate,
    TooManyTries,
    WrongCipher,
    WrongTicket,
    check_in,
    confirm_identity,
    confirm_message,
    load_seated,
    remark_item,
    report_ready,
)
from examserver.hall.sittings.actions import SittingOver, vault
from examserver.hall.tables import FormRow, PaperRow
from examserver.kernel.access import SEAT, Actor
from examserver.kernel.errors import Missing
from examserver.plumbing.contract import FileAnswer, NoContent, endpoint
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work, open_work
from examserver.responses.actions import BadValue, NoChain, NotNormalised, ValueTooLarge
from examserver.responses.schemas import ReceiptView, SaveAnswer, SaveRequest, SubmitRequest
from examserver.responses.store import NotStored, Overloaded


class NoSuchPaper(Missing):
    """The sitting of this seat uses no such paper or form."""

    code = "paper.missing"
    message_zh = "本场次没有这份试卷"
    message_en = "The sitting of this seat uses no such paper"
    next_zh = "请刷新页面"
    next_en = "Reload the page"


def after_act(runtime: RoleRuntime, actor: Actor) -> SeatView:
    """The seat's view once its act is committed; the consoles see the card."""
    hall = hall_live(runtime)
    touch_http(hall, actor.device)
    view = view_of(hall, actor.device)
    if view.sitting is not None and view.seat is not None:
        tell_card(hall, hall.sittings[view.sitting.sitting], view.seat)
    return view


@endpoint("GET", "/api/hall/seat", role="hall", access=SEAT, answer=SeatView, hot=True, errors=(NotStored,))
def show_seat_endpoint(runtime: RoleRuntime, actor: Actor) -> SeatView:
    """Where am I."""
    hall = hall_live(runtime)
    touch_http(hall, actor.device)
    return view_of(hall, actor.device)


@endpoint(
    "POST",
    "/api/hall/seat/check-in",
    role="hall",
    access=SEAT,
    answer=SeatView,
    hot=True,
    errors=(
        NotBound,
        AdmissionClosed,
        SittingOver,
        TooLate,
        WrongTicket,
        TooManyTries,
        OtherSeat,
        AlreadyElsewhere,
        SeatTaken,
    ),
    summary="Check in with ticket and document number",
)
def check_in_endpoint(runtime: RoleRuntime, actor: Actor, body: CheckInRequest) -> SeatView:
    """Check in."""
    with open_work(runtime, actor) as work:
        check_in(work, body.ticket, body.document_number)
    return after_act(runtime, actor)


@endpoint(
    "POST",
    "/api/hall/seat/confirm",
    role="hall",
    access=SEAT,
    answer=SeatView,
    hot=True,
    errors=(NotBound, NoSession),
    summary="The candidate confirms the identity shown",
)
def confirm_identity_endpoint(runtime: RoleRuntime, actor: Actor, body: NoContent) -> SeatView:
    """Confirm."""
    with open_work(runtime, actor) as work:
        confirm_identity(work)
    return after_act(runtime, actor)


@endpoint(
    "POST",
    "/api/hall/seat/ready",
    role="hall",
    access=SEAT,
    answer=SeatView,
    hot=True,
    errors=(NotBound, NoSession, NotAdmitted, WrongCipher, SittingOver),
    summary="The workstation holds the ciphertext of its form",
)
def report_ready_endpoint(runtime: RoleRuntime, actor: Actor, body: ReadyRequest) -> SeatView:
    """Ready."""
    with open_work(runtime, actor) as work:
        report_ready(work, body.cipher_digest, dict(body.checks))
    return after_act(runtime, actor)


@endpoint(
    "GET",
    "/api/hall/papers/{paper}/manifest",
    role="hall",
    access=SEAT,
    answer=FileAnswer,
    errors=(NotBound, NoSession, NoSuchPaper),
    summary="The signed manifest of the seat's paper",
)
def paper_manifest_endpoint(work: Work, paper: str) -> FileAnswer:
    """Manifest."""
    _, live, _ = load_seated(work.runtime, work.actor.device)
    row = work.session.get(PaperRow, paper)
    if row is None or paper not in live.papers:
        raise NoSuchPaper()
    return FileAnswer(row.manifest, "application/json", immutable=True)


@endpoint(
    "GET",
    "/api/hall/papers/{paper}/forms/{form}",
    role="hall",
    access=SEAT,
    answer=FileAnswer,
    errors=(NotBound, NoSession, NotAdmitted, NoSuchPaper),
    summary="The ciphertext of the seat's own form",
)
def form_cipher_endpoint(work: Work, paper: str, form: str) -> FileAnswer:
    """Ciphertext."""
    _, _, seated = load_seated(work.runtime, work.actor.device)
    row = work.session.get(FormRow, (paper, form))
    if row is None or (seated.row.paper, seated.row.form) != (paper, form):
        raise NoSuchPaper()
    if seated.row.admitted_ms is None:
        raise NotAdmitted()
    path = vault(work.runtime).path(row.cipher_digest)
    return FileAnswer(path, "application/octet-stream", immutable=True)


@endpoint(
    "POST",
    "/api/hall/seat/responses",
    role="hall",
    access=SEAT,
    answer=SaveAnswer,
    hot=True,
    max_bytes=262_144,
    errors=(NotBound, NoSession, NoChain, BadValue, NotNormalised, ValueTooLarge, SlowDown, NotStored, Overloaded),
    summary="Save steps (the HTTP carrier; same action as the socket event response:save)",
)
def save_responses_endpoint(runtime: RoleRuntime, actor: Actor, body: SaveRequest) -> SaveAnswer:
    """Save."""
    touch_http(hall_live(runtime), actor.device)
    return save_from_seat(runtime, actor, body, "http")


@endpoint(
    "POST",
    "/api/hall/seat/submit",
    role="hall",
    access=SEAT,
    answer=ReceiptView,
    hot=True,
    errors=(NotBound, NoSession, HeadDiffers, NotRunning, NotStored),
    summary="Submit early; the head must be the one the server holds",
)
def submit_endpoint(runtime: RoleRuntime, actor: Actor, body: SubmitRequest) -> ReceiptView:
    """Submit."""
    hall, live, seated = load_seated(runtime, actor.device)
    return submit_session(hall, actor, live, seated, body.head, body.seq)


@endpoint(
    "GET",
    "/api/hall/seat/receipt",
    role="hall",
    access=SEAT,
    answer=ReceiptView,
    hot=True,
    errors=(NotBound, NoSession, NotRunning),
    summary="The signed receipt, after submission or collection",
)
def receipt_endpoint(runtime: RoleRuntime, actor: Actor) -> ReceiptView:
    """Receipt."""
    _, _, seated = load_seated(runtime, actor.device)
    return receipt_view(seated.row)


@endpoint(
    "POST",
    "/api/hall/seat/remarks",
    role="hall",
    access=SEAT,
    answer=Done,
    errors=(NotBound, NoSession),
    summary="Report a problem with an item",
)
def remark_item_endpoint(work: Work, body: RemarkRequest) -> Done:
    """Remark."""
    remark_item(work, body.item, body.text)
    return Done(server_ms=work.now_ms)


@endpoint(
    "POST",
    "/api/hall/seat/messages/{message}/read",
    role="hall",
    access=SEAT,
    answer=Done,
    errors=(NotBound, NoSession),
    summary="Confirm having read a message",
)
def confirm_message_endpoint(work: Work, message: str, body: NoContent) -> Done:
    """Read."""
    confirm_message(work, message)
    return Done(server_ms=work.now_ms)
