"""What invigilators can do: admit, refuse, give time back, move, note, write messages.  Every act has its reason.

Moving is one transaction: the old seat is emptied and its workstation locked out, the session takes the new seat
under a new lease, and form, answers and clock go with it untouched.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from examserver.hall.live.sockets import SEAT, tell_card, tell_seat
from examserver.hall.live.store import HallLive, hall_live
from examserver.hall.schemas import CreditedPush, MessageView, MovedPush
from examserver.hall.sessions.actions import TooLate
from examserver.hall.sessions.view import credit_view
from examserver.hall.sittings.actions import SittingOver, note
from examserver.hall.stations.actions import fence
from examserver.hall.tables import (
    CreditRow,
    IncidentRow,
    MessageRow,
    MoveRow,
    SeatRow,
    SessionRow,
    load_seat,
    load_session,
    load_sitting,
    sessions_of,
)
from examserver.hall.timing import may_enter
from examserver.kernel.errors import Refused
from examserver.plumbing.sockets import pusher
from examserver.plumbing.work import Work


class NotConfirmed(Refused):
    """The candidate has not confirmed the identity shown."""

    code = "session.not_confirmed"
    message_zh = "考生尚未在本机确认身份信息"
    message_en = "The candidate has not confirmed the identity shown"
    next_zh = "请考生先在屏幕上确认"
    next_en = "Have the candidate confirm on the screen"


class SessionOver(Refused):
    """The session is submitted or closed."""

    code = "session.over"
    message_zh = "该考生已交卷或已收卷"
    message_en = "The session is submitted or closed"
    next_zh = "如有争议请登记情况说明"
    next_en = "Write a note if there is a dispute"


class SeatOccupied(Refused):
    """Somebody sits there."""

    code = "seat.occupied"
    message_zh = "座位 {seat} 已有考生"
    message_en = "Seat {seat} is taken"
    next_zh = "请选择空座位或备用机"
    next_en = "Choose a free or spare seat"


class NobodyChosen(Refused):
    """No session is left to act on."""

    code = "session.nobody_chosen"
    message_zh = "没有可以操作的考生"
    message_en = "There is no session to act on"
    next_zh = "请重新选择考生"
    next_en = "Choose again"


def admit_candidate(work: Work, session_id: str, confirmed_by: str | None) -> SessionRow:
    """Admit after the identity check; clears an earlier refusal; again: changes nothing."""
    row, hall = load_session(work.session, session_id), hall_live(work.runtime)
    live = hall.sittings[row.sitting]
    _check_running(row)
    if row.confirmed_ms is None:
        raise NotConfirmed()
    if row.admitted_ms is None or row.refused_ms is not None:
        if not may_enter(work.now_ms, live.schedule):
            raise TooLate()
        row.admitted_ms, row.refused_ms, row.refusal = work.now_ms, None, None
        work.record("session.admitted", row.id, ticket=row.ticket, seat=row.seat, confirmed_by=confirmed_by)
        note(work, row.id, "admitted", work.now_ms, confirmed_by=confirmed_by)
        work.after_commit(lambda: tell_changed(hall, row.sitting, [row.id]))
    return row


def refuse_candidate(work: Work, session_id: str, reason: str, text: str) -> SessionRow:
    """Refuse admission; a later admit undoes it."""
    row, hall = load_session(work.session, session_id), hall_live(work.runtime)
    _check_running(row)
    if row.header is not None:
        raise SessionOver()
    row.refused_ms, row.refusal = work.now_ms, text or reason
    work.record("session.refused", row.id, ticket=row.ticket, reason=reason, note=text)
    note(work, row.id, "refused", work.now_ms, reason=reason, note=text)
    work.after_commit(lambda: tell_changed(hall, row.sitting, [row.id]))
    return row


def _check_running(row: SessionRow) -> None:
    if row.closed_ms is not None or row.submitted_ms is not None:
        raise SessionOver()


def tell_changed(hall: HallLive, sitting: str, sessions: Sequence[str]) -> None:
    """After a commit: read these sessions anew and push them to seat and console."""
    for session_id in sessions:
        live = hall.refresh_session(sitting, session_id)
        seat = live.seats.get(live.sessions[session_id].row.seat)
        if seat is not None:
            tell_seat(hall, seat.station)
            tell_card(hall, live, seat.seat)


def _chosen(work: Work, sitting_id: str, targets: Sequence[str] | str) -> list[SessionRow]:
    """The open sessions meant; raises NoSuchSession, NobodyChosen."""
    rows = sessions_of(work.session, load_sitting(work.session, sitting_id).id)
    if targets != "all":
        known = {row.id: row for row in rows}
        rows = [known[one] if one in known else load_session(work.session, one) for one in targets]
    rows = [row for row in rows if row.sitting == sitting_id and row.closed_ms is None]
    if not rows:
        raise NobodyChosen()
    return rows


def credit_time(
    work: Work, sitting_id: str, targets: Sequence[str] | str, seconds: int, reason: str, text: str
) -> tuple[str, int]:
    """Give time back; returns the credit and how many sessions got it."""
    if load_sitting(work.session, sitting_id).closed_ms is not None:
        raise SittingOver()
    credit, hall = work.new_id("crd"), hall_live(work.runtime)
    rows = _chosen(work, sitting_id, targets)
    for row in rows:
        work.session.add(
            CreditRow(
                credit=credit, session=row.id, sitting=sitting_id, seconds=seconds, reason=reason, note=text,
                by=work.actor.name, at_ms=work.now_ms,
            )
        )  # fmt: skip
        note(work, row.id, "credited", work.now_ms, credit=credit, seconds=seconds, reason=reason, note=text)
    ids = [row.id for row in rows]
    work.record("time.credited", credit, sessions=ids, seconds=seconds, reason=reason, note=text)
    work.after_commit(lambda: _tell_credit(hall, sitting_id, ids, credit))
    return credit, len(ids)


def _tell_credit(hall: HallLive, sitting: str, sessions: Sequence[str], credit: str) -> None:
    tell_changed(hall, sitting, sessions)
    live, send = hall.sittings[sitting], pusher(hall.runtime)
    for session_id in sessions:
        seated = live.sessions[session_id]
        given = next((one for one in seated.credits if one.credit == credit), None)
        seat = live.seats.get(seated.row.seat)
        if given is None or seat is None or seat.station is None:
            continue
        body = CreditedPush(
            session=session_id,
            credit=credit_view(given),
            deadline_ms=live.deadline(seated),
            server_ms=hall.runtime.clock.now_ms(),
        )
        send.emit(SEAT, "session:credited", body, seat.station)


def move_candidate(work: Work, session_id: str, to_seat: str, reason: str, text: str) -> MoveRow:
    """Move a session to another seat in one transaction; the old workstation is locked out."""
    row, hall = load_session(work.session, session_id), hall_live(work.runtime)
    _check_running(row)
    sitting = load_sitting(work.session, row.sitting)
    target = load_seat(work.session, row.sitting, to_seat)
    taken = select(SessionRow.id).where(SessionRow.sitting == row.sitting, SessionRow.seat == to_seat)
    if work.session.scalar(taken) is not None:
        raise SeatOccupied(seat=to_seat)
    left = work.session.get(SeatRow, (row.sitting, row.seat))
    sitting.last_lease += 1
    move = MoveRow(
        id=work.new_id("mov"), sitting=row.sitting, session=row.id, from_seat=row.seat, to_seat=to_seat,
        lease=sitting.last_lease, reason=reason, note=text, by=work.actor.name, at_ms=work.now_ms,
    )  # fmt: skip
    work.session.add(move)
    old_station = left.station if left is not None else None
    if left is not None and old_station is not None:
        left.station = left.lease = None
        fence(work, old_station)
    target.lease = row.lease = sitting.last_lease
    row.seat = to_seat
    row.ready_ms = row.ready_ms if row.header is not None else None
    facts = {"from_seat": move.from_seat, "to_seat": to_seat, "lease": move.lease, "reason": reason}
    work.record("session.moved", row.id, **facts, note=text)
    note(work, row.id, "moved", work.now_ms, **facts, note=text)
    work.after_commit(lambda: _tell_move(hall, row.sitting, row.id, old_station, move.from_seat))
    return move


def _tell_move(hall: HallLive, sitting: str, session_id: str, old_station: str | None, from_seat: str) -> None:
    live = hall.refresh(sitting)
    to_seat = live.sessions[session_id].row.seat
    if old_station is not None:
        body = MovedPush(session=session_id, to_seat=to_seat, server_ms=hall.runtime.clock.now_ms())
        pusher(hall.runtime).emit(SEAT, "session:moved", body, old_station)
        tell_seat(hall, old_station)
    tell_seat(hall, live.seats[to_seat].station)
    for seat in (from_seat, to_seat):
        tell_card(hall, live, seat)


def note_incident(work: Work, session_id: str, kind: str, text: str) -> IncidentRow:
    """Keep a coded note about a session."""
    row = load_session(work.session, session_id)
    incident = IncidentRow(
        id=work.new_id("inc"), sitting=row.sitting, session=row.id, seat=row.seat, kind=kind, text=text,
        by=work.actor.name, at_ms=work.now_ms,
    )  # fmt: skip
    work.session.add(incident)
    work.record("incident.noted", incident.id, session=row.id, kind=kind, text=text)
    note(work, row.id, "noted", work.now_ms, incident=incident.id, about=kind)
    work.after_commit(_refresher(hall_live(work.runtime), row.sitting))
    return incident


def _refresher(hall: HallLive, sitting: str) -> Callable[[], None]:
    def refresh() -> None:
        hall.refresh(sitting)

    return refresh


def send_message(work: Work, sitting_id: str, targets: Sequence[str] | str, text: str) -> tuple[str, int]:
    """Send a message to some or all; late entrants see a message to all as well."""
    load_sitting(work.session, sitting_id)
    message, hall = work.new_id("msg"), hall_live(work.runtime)
    to_all = targets == "all"
    ids = [row.id for row in sessions_of(work.session, sitting_id)] if to_all else list(targets)
    for one in [None] if to_all else ids:
        if one is not None:
            load_session(work.session, one)
        work.session.add(
            MessageRow(
                message=message, sitting=sitting_id, session=one, text=text, by=work.actor.name, at_ms=work.now_ms
            )
        )
    work.record("message.sent", message, sitting=sitting_id, sessions="all" if to_all else ids, text=text)
    view = MessageView(message=message, text=text, at_ms=work.now_ms, to_all=to_all, read_ms=None)
    work.after_commit(lambda: _tell_message(hall, sitting_id, ids, view))
    return message, len(ids)


def _tell_message(hall: HallLive, sitting: str, sessions: Sequence[str], view: MessageView) -> None:
    live, send = hall.refresh(sitting), pusher(hall.runtime)
    for session_id in sessions:
        seated = live.sessions.get(session_id)
        seat = live.seats.get(seated.row.seat) if seated else None
        if seat is not None and seat.station is not None:
            send.emit(SEAT, "message:sent", view, seat.station)
