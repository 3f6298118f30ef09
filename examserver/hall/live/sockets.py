"""What the server sends by itself: to one workstation, to the consoles of a sitting.

A push is a courtesy, never the truth: whoever misses one learns the same from `GET /api/hall/seat` or
`session:resume`.
"""

from collections.abc import Iterable

from examserver.hall.console.cards import seat_card
from examserver.hall.console.schemas import AlarmPush, SeatUpdate, SittingUpdate, ThumbnailPush
from examserver.hall.live.store import HallLive, LiveSitting, Seated
from examserver.hall.schemas import CreditedPush, MessageView, MovedPush, SeatCard, SeatView, StartedPush
from examserver.hall.sessions.view import seat_view
from examserver.kernel.canonical import b64u
from examserver.plumbing.contract import pushed
from examserver.plumbing.sockets import pusher
from examserver.responses.actions import Standing

SEAT = "/seat"
CONSOLE = "/console"

pushed(SEAT, "seat:changed", body=SeatView, summary="The seat's whole view after anything changed")
pushed(SEAT, "sitting:started", body=StartedPush, summary="The start: the form key and the clock")
pushed(SEAT, "message:sent", body=MessageView, summary="A message from the invigilators")
pushed(SEAT, "session:credited", body=CreditedPush, summary="Time was added")
pushed(SEAT, "session:moved", body=MovedPush, summary="This workstation no longer holds the session")
pushed(CONSOLE, "seat:update", body=SeatUpdate, summary="One seat's card changed")
pushed(CONSOLE, "sitting:update", body=SittingUpdate, summary="The sitting changed: phase, gates, counts, release")
pushed(CONSOLE, "alarm:raised", body=AlarmPush, summary="A seat raised an alarm")
pushed(CONSOLE, "thumbnail:taken", body=ThumbnailPush, summary="A small picture of a seat or room camera")


def standing_of(hall: HallLive, seated: Seated) -> Standing | None:
    """Give what is durable of a running session, None before the start or after the close."""
    hall.keep_chain(seated)
    return hall.log.standing(seated.row.id) if hall.log.is_open(seated.row.id) else None


def view_of(hall: HallLive, station: str) -> SeatView:
    """Give a workstation's view with everything durable in it."""
    found = hall.seated_at(station)
    standing = standing_of(hall, found[1]) if found else None
    return seat_view(hall, station, standing, hall.runtime.clock.now_ms())


def tell_seat(hall: HallLive, station: str | None) -> None:
    """Push the whole view to a workstation, if it listens."""
    if station and hall.contact(station).sockets:
        pusher(hall.runtime).emit(SEAT, "seat:changed", view_of(hall, station), station)


def tell_seats(hall: HallLive, live: LiveSitting) -> None:
    """Push its view to every bound workstation of a sitting."""
    for seat in live.seats.values():
        tell_seat(hall, seat.station)


def tell_start(hall: HallLive, live: LiveSitting, sessions: Iterable[Seated]) -> None:
    """Push the form key to each of these sessions' workstations: 32 bytes, the clock, nothing else."""
    send, now_ms = pusher(hall.runtime), hall.runtime.clock.now_ms()
    for seated in sessions:
        seat, key = live.seats.get(seated.row.seat), live.keys.get(seated.row.form)
        deadline = live.deadline(seated)
        if seat is None or seat.station is None or key is None or deadline is None:
            continue
        body = StartedPush(
            session=seated.row.id,
            form_key=b64u(key),
            started_ms=live.row.started_ms or now_ms,
            deadline_ms=deadline,
            server_ms=now_ms,
        )
        send.emit(SEAT, "sitting:started", body, seat.station)


def console_room(sitting: str) -> str:
    """The room of the consoles following a sitting."""
    return f"sitting:{sitting}"


def tell_card(hall: HallLive, live: LiveSitting, seat: str) -> SeatCard | None:
    """Push one seat's card to the consoles."""
    row = live.seats.get(seat)
    if row is None:
        return None
    now_ms = hall.runtime.clock.now_ms()
    card = seat_card(hall, live, row, now_ms)
    update = SeatUpdate(sitting=live.row.id, card=card, server_ms=now_ms)
    pusher(hall.runtime).emit(CONSOLE, "seat:update", update, console_room(live.row.id))
    return card
