"""What a seat can do: check in, confirm, report ready, report a problem, confirm a message, submit.

Wrong tickets are throttled per workstation, never per address: a hall of identical computers must not lock itself
out.  A ticket has one session; the database holds that, not this code.
"""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from examserver.hall.live.store import HallLive, LiveSitting, Seated, hall_live
from examserver.hall.roster import Entrant, document_check
from examserver.hall.sittings.actions import SittingOver, begin, note
from examserver.hall.tables import (
    IncidentRow,
    MessageReadRow,
    MessageRow,
    SeatRow,
    SessionRow,
    load_session,
    load_sitting,
)
from examserver.hall.timing import may_enter
from examserver.kernel.errors import Invalid, Refused, Unavailable
from examserver.plumbing.database import DatabaseBusy
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work

WRONG_PER_MINUTE = 6


class NotBound(Refused):
    """The workstation serves no seat."""

    code = "seat.not_bound"
    message_zh = "本机尚未绑定座位，或已停用"
    message_en = "This workstation serves no seat, or was locked out"
    next_zh = "请举手联系监考员"
    next_en = "Ask an invigilator to bind it"


class AdmissionClosed(Refused):
    """Nobody can check in yet, or any more."""

    code = "check_in.closed"
    message_zh = "现在不能签到"
    message_en = "Check-in is not open"
    next_zh = "请等待监考员开放签到"
    next_en = "Wait for the invigilator"


class TooLate(Refused):
    """The late-entry cut-off has passed."""

    code = "check_in.too_late"
    message_zh = "已超过允许迟到的时间，不能入场"
    message_en = "Entry has closed for late candidates"
    next_zh = "请向监考员说明情况"
    next_en = "Speak to the invigilator"


class WrongTicket(Refused):
    """Ticket and document number do not belong together in this sitting."""

    code = "check_in.wrong"
    message_zh = "准考证号或证件号码不正确"
    message_en = "Ticket number or document number is wrong"
    next_zh = "请核对准考证和身份证件后重新输入"
    next_en = "Check both and enter them again"


class TooManyTries(Unavailable):
    """Too many wrong entries on this workstation within a minute."""

    code = "check_in.throttled"
    message_zh = "本机输入错误次数过多，请一分钟后再试"
    message_en = "Too many wrong entries on this workstation; wait a minute"
    next_zh = "请核对证件，或举手联系监考员"
    next_en = "Check your documents, or ask an invigilator"


class OtherSeat(Refused):
    """The candidate sits elsewhere."""

    code = "check_in.other_seat"
    message_zh = "您的座位是 {seat} 号"
    message_en = "Your seat is {seat}"
    next_zh = "请到自己的座位签到"
    next_en = "Go to your own seat"


class AlreadyElsewhere(Refused):
    """The ticket has a session at another seat."""

    code = "check_in.already_elsewhere"
    message_zh = "该准考证已在 {seat} 号座位签到"
    message_en = "This ticket is already checked in at seat {seat}"
    next_zh = "请举手联系监考员"
    next_en = "Ask an invigilator"


class SeatTaken(Refused):
    """Somebody else has checked in here."""

    code = "check_in.seat_taken"
    message_zh = "本座位已有考生签到"
    message_en = "Another candidate has checked in at this seat"
    next_zh = "请举手联系监考员"
    next_en = "Ask an invigilator"


class NoSession(Refused):
    """Nobody has checked in at this seat."""

    code = "session.none"
    message_zh = "本座位还没有考生签到"
    message_en = "Nobody has checked in at this seat"
    next_zh = "请先签到"
    next_en = "Check in first"


class NotAdmitted(Refused):
    """The invigilator has not admitted the candidate."""

    code = "session.not_admitted"
    message_zh = "监考员尚未准许入场"
    message_en = "The invigilator has not admitted the candidate"
    next_zh = "请等待监考员核验"
    next_en = "Wait for the invigilator"


class WrongCipher(Invalid):
    """The workstation fetched other bytes than the manifest names."""

    code = "seat.wrong_cipher"
    message_zh = "试卷密文校验不一致，请重新下载"
    message_en = "The ciphertext's digest is not the one expected; fetch it again"
    next_zh = "请刷新页面重新下载"
    next_en = "Fetch it again"


@dataclass
class Tries:
    """Wrong entries per workstation within the last minute."""

    wrong: dict[str, list[int]] = field(default_factory=dict)

    def check(self, station: str, now_ms: int) -> None:
        """Raise TooManyTries when this workstation has failed too often."""
        recent = [at for at in self.wrong.get(station, []) if now_ms - at < 60_000]
        self.wrong[station] = recent
        if len(recent) >= WRONG_PER_MINUTE:
            raise TooManyTries(retry_after_s=60)


def load_place(runtime: RoleRuntime, station: str) -> tuple[HallLive, LiveSitting, SeatRow]:
    """Give the sitting and seat of a workstation; raises NotBound."""
    hall = hall_live(runtime)
    place = None if station in hall.fenced else hall.place_of(station)
    if place is None:
        raise NotBound()
    return hall, *place


def load_seated(runtime: RoleRuntime, station: str) -> tuple[HallLive, LiveSitting, Seated]:
    """Give the session a workstation holds; raises NotBound or NoSession."""
    hall, live, seat = load_place(runtime, station)
    seated = live.seated(seat.seat)
    if seated is None:
        raise NoSession()
    return hall, live, seated


def check_in(work: Work, ticket: str, document_number: str) -> SessionRow:
    """Open the candidate's session at this seat; the same candidate again gets the same session."""
    hall, live, seat = load_place(work.runtime, work.actor.device)
    _check_open(work, live)
    entrant = _recognised(work, live, ticket.strip(), document_number)
    known = work.session.scalar(
        select(SessionRow).where(SessionRow.sitting == live.row.id, SessionRow.ticket == entrant.ticket)
    )
    if known is not None:
        if known.seat != seat.seat:
            work.attempt("check_in.refused", known.id, reason="already elsewhere", seat=seat.seat)
            raise AlreadyElsewhere(seat=known.seat)
        return known
    _check_seat(live, seat, entrant)
    row = _new_session(work, live, seat, entrant)
    work.after_commit(lambda: _refreshed(hall, live.row.id, row.id))
    return row


def _check_open(work: Work, live: LiveSitting) -> None:
    if live.row.closed_ms is not None:
        raise SittingOver()
    if live.row.opened_ms is None:
        raise AdmissionClosed()
    if not may_enter(work.now_ms, live.schedule):
        work.attempt("check_in.refused", live.row.id, reason="too late", seat=work.actor.name)
        raise TooLate()


def _recognised(work: Work, live: LiveSitting, ticket: str, document_number: str) -> Entrant:
    tries = work.runtime.part(Tries, Tries)
    tries.check(work.actor.device, work.now_ms)
    entrant = live.order.entrant(ticket)
    if entrant is None or document_check(ticket, document_number) != entrant.document_check:
        tries.wrong[work.actor.device].append(work.now_ms)
        work.attempt("check_in.refused", live.row.id, reason="wrong entry", seat=work.actor.name)
        raise WrongTicket()
    return entrant


def _check_seat(live: LiveSitting, seat: SeatRow, entrant: Entrant) -> None:
    if live.seated(seat.seat) is not None:
        raise SeatTaken()
    if entrant.seat != seat.seat and not seat.spare:
        raise OtherSeat(seat=entrant.seat)


def _new_session(work: Work, live: LiveSitting, seat: SeatRow, entrant: Entrant) -> SessionRow:
    form = live.forms.get(entrant.form)
    row = SessionRow(
        id=work.new_id("ses"), sitting=live.row.id, ticket=entrant.ticket, candidate=entrant.candidate,
        seat=seat.seat, form=entrant.form, paper=form.paper if form else "", lease=seat.lease or 1,
        checked_in_ms=work.now_ms, extra_s=entrant.extra_s,
    )  # fmt: skip
    work.session.add(row)
    try:
        work.session.flush()
    except IntegrityError as error:
        # Somebody took the seat or the ticket this very moment; asked again, the rules say which.
        raise DatabaseBusy() from error
    work.record("session.checked_in", row.id, ticket=row.ticket, seat=row.seat)
    note(work, row.id, "checked_in", work.now_ms, seat=row.seat, station=seat.station)
    return row


def _refreshed(hall: HallLive, sitting: str, session_id: str) -> None:
    hall.refresh_session(sitting, session_id)


def confirm_identity(work: Work) -> None:
    """The candidate says: this is me; again: changes nothing."""
    hall, live, seated = load_seated(work.runtime, work.actor.device)
    row = load_session(work.session, seated.row.id)
    if row.confirmed_ms is None:
        row.confirmed_ms = work.now_ms
        work.record("session.confirmed", row.id, seat=row.seat)
        note(work, row.id, "confirmed", work.now_ms)
        work.after_commit(lambda: _refreshed(hall, live.row.id, row.id))


def report_ready(work: Work, cipher_digest: str, checks: dict[str, str | int | bool | None]) -> None:
    """The workstation holds the ciphertext; while the sitting runs (late entry) the session begins at once."""
    hall, live, seated = load_seated(work.runtime, work.actor.device)
    row = load_session(work.session, seated.row.id)
    if row.admitted_ms is None or row.refused_ms is not None:
        raise NotAdmitted()
    if row.closed_ms is not None or live.row.closed_ms is not None:
        raise SittingOver()
    form = live.forms.get(row.form)
    if form is None or form.cipher_digest != cipher_digest:
        work.attempt("session.not_ready", row.id, reason="digest differs", given=cipher_digest)
        raise WrongCipher()
    if row.ready_ms is None:
        row.ready_ms, row.ready_checks = work.now_ms, checks
        work.record("session.ready", row.id, seat=row.seat)
        note(work, row.id, "ready", work.now_ms, checks=checks)
        begin(work, load_sitting(work.session, row.sitting), row, work.now_ms)
        work.after_commit(lambda: _refreshed(hall, live.row.id, row.id))


def remark_item(work: Work, item: str, text: str) -> None:
    """Keep a candidate's report of a problem with an item."""
    hall, live, seated = load_seated(work.runtime, work.actor.device)
    row = IncidentRow(
        id=work.new_id("inc"), sitting=live.row.id, session=seated.row.id, seat=seated.row.seat, kind="item_remark",
        text=f"{item}: {text}", by=work.actor.id, at_ms=work.now_ms,
    )  # fmt: skip
    work.session.add(row)
    work.record("item.remarked", seated.row.id, item=item, incident=row.id)
    note(work, seated.row.id, "item_remark", work.now_ms, item=item)
    work.after_commit(lambda: _keep_incident(hall, live.row.id))


def _keep_incident(hall: HallLive, sitting: str) -> None:
    hall.refresh(sitting)


def confirm_message(work: Work, message: str) -> None:
    """The candidate has read a message; again: changes nothing."""
    hall, live, seated = load_seated(work.runtime, work.actor.device)
    known = work.session.scalar(
        select(MessageRow.n).where(MessageRow.message == message, MessageRow.sitting == live.row.id)
    )
    read = work.session.get(MessageReadRow, (message, seated.row.id))
    if known is not None and read is None:
        work.session.add(MessageReadRow(message=message, session=seated.row.id, at_ms=work.now_ms))
        note(work, seated.row.id, "message_read", work.now_ms, message=message)
        work.after_commit(lambda: live.read.update({(message, seated.row.id): work.now_ms}))
        hall.contact(work.actor.device)
