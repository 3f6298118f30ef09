"""What can be done with workstations: enrol, prove the key, bind to a seat.  Binding is a new lease."""

import hashlib
import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from examserver.hall.live.sockets import tell_seat
from examserver.hall.live.store import HallLive, hall_live
from examserver.hall.stations.pairing import check_answer, check_challenge, make_challenge, read_station_key
from examserver.hall.tables import (
    SeatRow,
    SessionEventRow,
    SessionRow,
    SittingRow,
    StationRow,
    TokenRow,
    load_seat,
    load_sitting,
)
from examserver.kernel.access import Actor
from examserver.kernel.errors import Missing, Refused, Unavailable
from examserver.plumbing.contract import resolves_tokens
from examserver.plumbing.identity import hash_token
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import Work

TOKEN_MS = 24 * 3_600_000
MOST_UNBOUND = 5_000


class NoSuchStation(Missing):
    """No workstation of this id or code."""

    code = "station.missing"
    message_zh = "没有找到这台考试机"
    message_en = "No such workstation"
    next_zh = "请核对屏幕上的配对码，或刷新考试机页面"
    next_en = "Check the code on its screen, or reload the workstation's page"


class StationElsewhere(Refused):
    """The workstation is bound to another seat of this sitting."""

    code = "station.elsewhere"
    message_zh = "这台考试机已绑定座位 {seat}"
    message_en = "This workstation is bound to seat {seat}"
    next_zh = "请使用另一台考试机，或先把该座位绑定到其他机器"
    next_en = "Use another workstation, or bind that seat to another one first"


class TooManyStations(Unavailable):
    """More unbound enrolments than any hall has machines."""

    code = "station.too_many"
    message_zh = "待绑定的考试机过多，请稍后再试"
    message_en = "Too many workstations wait to be bound; try again later"
    next_zh = "请监考员先绑定已登记的考试机"
    next_en = "Bind the enrolled workstations first"


def challenge_secret(runtime: RoleRuntime) -> bytes:
    """Derive this hall's secret for challenges."""
    return hashlib.sha256(b"exam.station-challenge-secret/1\n" + runtime.keys.signing.raw).digest()


def new_challenge(work: Work, station: str) -> str:
    """Give a fresh challenge; raises NoSuchStation."""
    if work.session.get(StationRow, station) is None:
        raise NoSuchStation()
    return make_challenge(challenge_secret(work.runtime), station, work.now_ms, secrets.token_bytes(16))


def enrol_station(work: Work, public_key: str, label: str) -> StationRow:
    """Enrol a workstation's key; the same key again is the same workstation."""
    read_station_key(public_key)
    known = work.session.scalar(select(StationRow).where(StationRow.public_key == public_key))
    if known is not None:
        return known
    _make_room(work)
    row = StationRow(
        id=work.new_id("stn"),
        public_key=public_key,
        label=label,
        pairing_code=_free_code(work.session),
        enrolled_ms=work.now_ms,
    )
    work.session.add(row)
    work.record("station.enrolled", row.id, label=label)
    return row


def _make_room(work: Work) -> None:
    """Forget unbound enrolments of other days; raises TooManyStations when there are still too many."""
    bound = select(SeatRow.station).where(SeatRow.station.is_not(None))
    unbound = select(StationRow.id).where(StationRow.id.not_in(bound), StationRow.fenced_ms.is_(None))
    waiting = work.session.scalars(unbound.order_by(StationRow.enrolled_ms)).all()
    if len(waiting) < MOST_UNBOUND:
        return
    old = StationRow.enrolled_ms < work.now_ms - TOKEN_MS
    work.session.execute(delete(StationRow).where(old, StationRow.id.in_(waiting)))
    if not work.session.scalar(select(StationRow.id).where(old)):
        raise TooManyStations(retry_after_s=60)


def _free_code(session: Session) -> str:
    while True:
        code = f"{secrets.randbelow(1_000_000):06}"
        if session.scalar(select(StationRow.id).where(StationRow.pairing_code == code)) is None:
            return code


def issue_token(work: Work, station: str, challenge: str, signature: str) -> tuple[str, int]:
    """Give a bearer token and its end for a signed challenge; raises ChallengeFailed, NoSuchStation."""
    row = work.session.get(StationRow, station)
    if row is None:
        raise NoSuchStation()
    check_challenge(challenge_secret(work.runtime), station, challenge, work.now_ms)
    check_answer(row.public_key, station, challenge, signature)
    work.session.execute(delete(TokenRow).where(TokenRow.expires_ms < work.now_ms))
    token, expires_ms = secrets.token_urlsafe(32), work.now_ms + TOKEN_MS
    work.session.add(TokenRow(token_hash=hash_token(token), station=station, expires_ms=expires_ms))
    return token, expires_ms


@resolves_tokens("hall")
def resolve_seat_token(runtime: RoleRuntime, session: Session, token: str) -> Actor | None:
    """Give the seat behind a workstation's token: id and device are the station, name the seat, scope the sitting."""
    row = session.get(TokenRow, hash_token(token))
    if row is None or row.expires_ms < runtime.clock.now_ms():
        return None
    hall = hall_live(runtime)
    place = None if row.station in hall.fenced else hall.place_of(row.station)
    seat, scope = (place[1].seat, place[0].row.id) if place else ("", None)
    return Actor(row.station, seat, "seat", frozenset(), scope, row.station)


def bind_station(work: Work, sitting_id: str, seat_number: str, pairing_code: str) -> SeatRow:
    """Bind the workstation showing this code to a seat; a candidate sitting there goes on under the new lease."""
    sitting = load_sitting(work.session, sitting_id)
    seat = load_seat(work.session, sitting_id, seat_number)
    station = work.session.scalar(select(StationRow).where(StationRow.pairing_code == pairing_code))
    if station is None:
        work.attempt("station.bind_refused", f"{sitting_id}/{seat_number}", reason="unknown code")
        raise NoSuchStation()
    elsewhere = select(SeatRow).where(SeatRow.sitting == sitting_id, SeatRow.station == station.id)
    other = work.session.scalar(elsewhere)
    if other is not None and other.seat != seat_number:
        raise StationElsewhere(seat=other.seat)
    if other is None or station.fenced_ms is not None:
        _take_seat(work, sitting, seat, station)
    return seat


def _take_seat(work: Work, sitting: SittingRow, seat: SeatRow, station: StationRow) -> None:
    before = seat.station
    sitting.last_lease += 1
    seat.station, seat.lease, station.fenced_ms = station.id, sitting.last_lease, None
    seated = work.session.scalar(
        select(SessionRow).where(SessionRow.sitting == sitting.id, SessionRow.seat == seat.seat)
    )
    if seated is not None:
        seated.lease = sitting.last_lease
        facts = {"seat": seat.seat, "station": station.id, "lease": sitting.last_lease}
        work.session.add(
            SessionEventRow(
                session=seated.id, at_ms=work.now_ms, kind="workstation_replaced", by=work.actor.id, facts=facts
            )
        )
        if before is not None:
            fence(work, before)
    work.record(
        "station.bound", f"{sitting.id}/{seat.seat}", station=station.id, lease=sitting.last_lease, before=before
    )
    hall = hall_live(work.runtime)
    work.after_commit(lambda: _bound(hall, sitting.id, station.id))


def _bound(hall: HallLive, sitting: str, station: str) -> None:
    hall.fenced.discard(station)
    hall.refresh(sitting)
    tell_seat(hall, station)


def fence(work: Work, station_id: str) -> None:
    """Lock a workstation out until it is bound again."""
    row = work.session.get(StationRow, station_id)
    if row is not None:
        row.fenced_ms = work.now_ms
    hall = hall_live(work.runtime)
    work.after_commit(lambda: hall.fenced.add(station_id))
