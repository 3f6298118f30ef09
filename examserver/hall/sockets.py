"""Socket events: a seat saves, resumes, submits and pulses; a console watches a sitting."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

from examserver.hall.closing.actions import submit_session
from examserver.hall.console.cards import seat_map
from examserver.hall.console.schemas import WatchRequest
from examserver.hall.live.save import note_refusal, save_from_seat
from examserver.hall.live.sockets import CONSOLE, console_room, tell_card, view_of
from examserver.hall.live.store import hall_live
from examserver.hall.schemas import PulseAnswer, PulseRequest, ResumeRequest, SeatMap, SeatView
from examserver.hall.sessions.actions import load_seated
from examserver.hall.tables import NoSuchSitting
from examserver.kernel.access import SEAT, Actor, Permit, check_access
from examserver.kernel.errors import NotSignedIn
from examserver.plumbing.contract import connects, disconnects, event, refuses
from examserver.plumbing.identity import actor_of_token, staff_of_cookie
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.sockets import pusher
from examserver.plumbing.web import cookie_name
from examserver.responses.schemas import ReceiptView, SaveAnswer, SaveRequest, SubmitRequest

WATCH = Permit("sitting.read")


@connects("/seat", role="hall")
def seat_connects(runtime: RoleRuntime, auth: dict[str, Any], environ: dict[str, Any], sid: str) -> Actor:
    """A workstation connects with its token and listens in its own room."""
    token = auth.get("token")
    with runtime.database.transaction(write=False) as session:
        actor = actor_of_token(runtime, session, token) if isinstance(token, str) else None
    if actor is None or actor.kind != "seat":
        raise NotSignedIn()
    pusher(runtime).server.enter_room(sid, actor.device, namespace="/seat")
    hall = hall_live(runtime)
    contact = hall.contact(actor.device)
    contact.sockets.add(sid)
    contact.last_ms, contact.lost_ms = runtime.clock.now_ms(), None
    _card_changed(runtime, actor.device)
    return actor


@disconnects("/seat", role="hall")
def seat_disconnects(runtime: RoleRuntime, actor: Actor, sid: str) -> None:
    """A workstation's socket is gone; without another one it counts as lost from now."""
    contact = hall_live(runtime).contact(actor.device)
    contact.sockets.discard(sid)
    if not contact.sockets:
        contact.lost_ms, contact.unsaved, contact.http_ms = runtime.clock.now_ms(), 0, None
        _card_changed(runtime, actor.device)


def _card_changed(runtime: RoleRuntime, station: str) -> None:
    hall = hall_live(runtime)
    place = hall.place_of(station)
    if place is not None:
        tell_card(hall, place[0], place[1].seat)


@refuses("/seat")
def seat_malformed(runtime: RoleRuntime, actor: Actor, _event: str) -> None:
    """A malformed event: refused, counted, shown."""
    note_refusal(hall_live(runtime), actor.device, runtime.clock.now_ms())


@event(
    "/seat",
    "response:save",
    role="hall",
    access=SEAT,
    body=SaveRequest,
    answer=SaveAnswer,
    hot=True,
    summary="Save steps; the answer comes after they are durable",
)
def response_save(runtime: RoleRuntime, actor: Actor, body: SaveRequest, _sid: str) -> SaveAnswer:
    """Save."""
    return save_from_seat(runtime, actor, body, "socket")


@event(
    "/seat",
    "session:resume",
    role="hall",
    access=SEAT,
    body=ResumeRequest,
    answer=SeatView,
    hot=True,
    summary="Where am I, after a reconnect",
)
def session_resume(runtime: RoleRuntime, actor: Actor, _body: ResumeRequest, _sid: str) -> SeatView:
    """Resume."""
    return view_of(hall_live(runtime), actor.device)


@event(
    "/seat",
    "session:submit",
    role="hall",
    access=SEAT,
    body=SubmitRequest,
    answer=ReceiptView,
    hot=True,
    summary="Submit early",
)
def session_submit(runtime: RoleRuntime, actor: Actor, body: SubmitRequest, _sid: str) -> ReceiptView:
    """Submit."""
    hall, live, seated = load_seated(runtime, actor.device)
    return submit_session(hall, actor, live, seated, body.head, body.seq)


@event(
    "/seat",
    "seat:pulse",
    role="hall",
    access=SEAT,
    body=PulseRequest,
    answer=PulseAnswer,
    hot=True,
    summary="I am here; so many changes wait unsaved",
)
def seat_pulse(runtime: RoleRuntime, actor: Actor, body: PulseRequest, sid: str) -> PulseAnswer:
    """Pulse."""
    now_ms = runtime.clock.now_ms()
    contact = hall_live(runtime).contact(actor.device)
    contact.sockets.add(sid)
    contact.pulse(body.unsaved, body.focus, body.clock_offset_ms, now_ms)
    return PulseAnswer(server_ms=now_ms)


@connects(CONSOLE, role="hall")
def console_connects(runtime: RoleRuntime, auth: dict[str, Any], environ: dict[str, Any], sid: str) -> Actor:
    """Staff connect with their session cookie."""
    try:
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(cookie_name(runtime.role))
    except CookieError:
        morsel = None
    with runtime.database.transaction(write=False) as session:
        found = staff_of_cookie(runtime, session, morsel.value) if morsel is not None else None
    if found is None:
        raise NotSignedIn()
    check_access(found[0], WATCH)
    return found[0]


@event(
    CONSOLE,
    "console:watch",
    role="hall",
    access=WATCH,
    body=WatchRequest,
    answer=SeatMap,
    hot=True,
    summary="Follow a sitting; the answer is the whole map, changes are pushed",
)
def console_watch(runtime: RoleRuntime, actor: Actor, body: WatchRequest, sid: str) -> SeatMap:
    """Watch."""
    hall = hall_live(runtime)
    live = hall.sittings.get(body.sitting)
    if live is None:
        raise NoSuchSitting(sitting=body.sitting)
    pusher(runtime).server.enter_room(sid, console_room(body.sitting), namespace=CONSOLE)
    hall.watched.add(body.sitting)
    return seat_map(hall, live, runtime.clock.now_ms())
