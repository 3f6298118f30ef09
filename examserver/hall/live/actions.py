"""What the hall does by itself, by its own clock: heartbeat, outage marks, closing at the deadline, console updates.

After a start the gap since the last heartbeat is recorded as an outage of every running sitting: a marker, not a silent
gap.  Whether it gives time back is the policy's word (`outage_credit`).
"""

import contextlib
import importlib
import importlib.util
import logging

import gevent
from sqlalchemy import select

from examserver.hall.closing.actions import close_sessions, close_sitting
from examserver.hall.console.actions import credit_time
from examserver.hall.console.cards import seat_card, sitting_view
from examserver.hall.console.schemas import AlarmPush, SeatUpdate, SittingUpdate
from examserver.hall.live.clock import LaterClock, not_before
from examserver.hall.live.sockets import CONSOLE, console_room
from examserver.hall.live.store import HallLive, LiveSitting, hall_live
from examserver.hall.schemas import SeatCard
from examserver.hall.sittings.actions import note, order_of
from examserver.hall.store import OtherServer, hold_database
from examserver.hall.tables import HeartbeatRow, IncidentRow, OutageRow, SittingRow
from examserver.hall.timing import closes_at, may_enter
from examserver.kernel.access import system_actor
from examserver.kernel.errors import ExamError
from examserver.plumbing.contract import on_start
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.sockets import pusher
from examserver.plumbing.work import Work, open_work
from examserver.responses.steps import Moment

logger = logging.getLogger("exam.hall")
CLOCK = system_actor("hall-clock")
TICK_S = 0.5
HOLD_TRIES = 20
HEARTBEAT_MS = 2_000
CATCH_UP_MS = 1_500
WALL_JUMP_MS = 5_000


class Pace:
    """When the clock last did each of its duties, and what it has already reported."""

    def __init__(self) -> None:
        self.beat_ms = 0
        self.caught_up_ms = 0
        self.refusals: dict[str, int] = {}
        self.wrong_clocks: set[str] = set()
        self.wall_reported = False


@on_start("hall")
def start_hall(runtime: RoleRuntime) -> None:
    """Rebuild the memory from the rows, mark the outage, and let the clock run."""
    _become_the_server(runtime)
    continue_clock(runtime)
    hall = hall_live(runtime)
    if importlib.util.find_spec("proctor.capture.actions") is not None:
        seen = importlib.import_module("proctor.capture.actions").seats_seen
        hall.cameras = lambda sitting, now_ms: seen(runtime, sitting, now_ms)
    mark_outages(runtime)
    gevent.spawn(_run, hall)


def _run(hall: HallLive) -> None:
    pace = Pace()
    while True:
        gevent.sleep(TICK_S)
        try:
            tick(hall, pace)
        except ExamError as error:
            logger.warning("clock", extra={"facts": {"code": error.code}})
        except Exception:  # the clock must not stop for one bad round; the fault is logged whole
            logger.exception("clock failed")


def tick(hall: HallLive, pace: Pace) -> None:
    """One round of everything the clock does."""
    now_ms = hall.runtime.clock.now_ms()
    for sitting in list(hall.sittings):
        close_due(hall, sitting, now_ms)
    if now_ms - pace.beat_ms >= HEARTBEAT_MS and any(_running(live) for live in hall.sittings.values()):
        pace.beat_ms = now_ms
        beat(hall, pace)
    if now_ms - pace.caught_up_ms >= CATCH_UP_MS:
        pace.caught_up_ms = now_ms
        hall.catch_up()
    for sitting in list(hall.watched):
        show_changes(hall, sitting, now_ms)


def _running(live: LiveSitting) -> bool:
    return live.row.started_ms is not None and live.row.closed_ms is None


def close_due(hall: HallLive, sitting: str, now_ms: int) -> None:
    """Close what the clock closes: sessions past deadline and grace, then the sitting when nobody can come."""
    live = hall.sittings[sitting]
    if not _running(live):
        return
    still = [one for one in live.sessions.values() if one.row.closed_ms is None]
    due = [one for one in still if one.row.header and hall.phase(live, one, now_ms).moment is Moment.CLOSED]
    due = [one for one in due if one.row.id not in hall.frozen]
    if due:
        close_sessions(hall, CLOCK, live, due, "time_up", lambda: gevent.sleep(0))
        return
    open_still = [one for one in still if one.row.header is not None]
    if not open_still and not may_enter(now_ms, live.schedule) and _over(live, now_ms):
        close_sessions(hall, CLOCK, live, still, "time_up", lambda: gevent.sleep(0))
        close_sitting(hall, CLOCK, sitting, "time_up")


def _over(live: LiveSitting, now_ms: int) -> bool:
    """Say whether the sitting's own time is up."""
    started = live.row.started_ms or 0
    return now_ms > closes_at(started + 1000 * live.schedule.duration_s, live.schedule)


def beat(hall: HallLive, pace: Pace) -> None:
    """Write the heartbeat, and what seats were refused since the last one."""
    with open_work(hall.runtime, CLOCK) as work:
        row = work.session.get(HeartbeatRow, 1)
        if row is None:
            work.session.add(HeartbeatRow(id=1, at_ms=work.now_ms))
        else:
            row.at_ms = work.now_ms
        _record_refusals(work, hall, pace)
        _record_clocks(work, hall, pace)
        _record_wall_jump(work, pace)


def _record_refusals(work: Work, hall: HallLive, pace: Pace) -> None:
    for station, contact in hall.contacts.items():
        new = contact.refusals - pace.refusals.get(station, 0)
        if not new:
            continue
        pace.refusals[station] = contact.refusals
        found = hall.seated_at(station)
        seat = found[1].row.seat if found else ""
        work.record("seat.messages_refused", station, seat=seat, count=new)
        if found:
            note(work, found[1].row.id, "messages_refused", work.now_ms, count=new)


def _record_clocks(work: Work, hall: HallLive, pace: Pace) -> None:
    """Note once per workstation that its own clock is wrong: harmless, but part of the story."""
    for station, contact in hall.contacts.items():
        wrong = contact.offset_ms is not None and abs(contact.offset_ms) > WALL_JUMP_MS
        found = hall.seated_at(station) if wrong and station not in pace.wrong_clocks else None
        if found:
            pace.wrong_clocks.add(station)
            work.record("seat.clock_wrong", station, seat=found[1].row.seat, offset_ms=contact.offset_ms)
            note(work, found[1].row.id, "clock_wrong", work.now_ms, offset_ms=contact.offset_ms)


def _record_wall_jump(work: Work, pace: Pace) -> None:
    drift = getattr(work.runtime.clock, "wall_drift_ms", lambda: 0)()
    if abs(drift) > WALL_JUMP_MS and not pace.wall_reported:
        work.record("clock.wall_jumped", "hall", drift_ms=drift)
    pace.wall_reported = abs(drift) > WALL_JUMP_MS


def _become_the_server(runtime: RoleRuntime) -> None:
    """Hold the database, with some patience for a process that is just ending; raises OtherServer."""
    for _ in range(HOLD_TRIES):
        with contextlib.suppress(OtherServer):
            hold_database(runtime)
            return
        gevent.sleep(TICK_S)
    hold_database(runtime)


def continue_clock(runtime: RoleRuntime) -> None:
    """Go on from the last heartbeat when the wall clock was set back while the server was away."""
    with runtime.database.transaction(write=False) as session:
        beat_row = session.get(HeartbeatRow, 1)
        clock = not_before(runtime.clock, beat_row.at_ms if beat_row else None)
    if isinstance(clock, LaterClock) and clock is not runtime.clock:
        runtime.clock = clock
        with open_work(runtime, CLOCK) as work:
            work.record("clock.set_back", "hall", ahead_ms=clock.ahead_ms)


def mark_outages(runtime: RoleRuntime) -> None:
    """Record the time this server was away as an outage of every sitting that was running."""
    with open_work(runtime, CLOCK) as work:
        beat_row = work.session.get(HeartbeatRow, 1)
        running = select(SittingRow).where(SittingRow.started_ms.is_not(None), SittingRow.closed_ms.is_(None))
        sittings = list(work.session.scalars(running))
        if beat_row is None or not sittings:
            return
        for row in sittings:
            _mark(work, row, max(beat_row.at_ms, row.started_ms or 0))
        beat_row.at_ms = work.now_ms
    for row in sittings:
        hall_live(runtime).refresh(row.id)


def _mark(work: Work, row: SittingRow, from_ms: int) -> None:
    seconds = -(-(work.now_ms - from_ms) // 1000)
    work.session.add(OutageRow(id=work.new_id("out"), sitting=row.id, from_ms=from_ms, to_ms=work.now_ms))
    work.session.add(
        IncidentRow(
            id=work.new_id("inc"), sitting=row.id, session=None, seat=None, kind="outage",
            text=f"考场服务器中断 {seconds} 秒 / the hall server was away for {seconds} s", by=CLOCK.id,
            at_ms=work.now_ms,
        )
    )  # fmt: skip
    work.record("hall.outage", row.id, from_ms=from_ms, to_ms=work.now_ms)
    policy = order_of(row).policy.get("outage_credit", work.runtime.settings.hall.outage_credit)
    seated = hall_live(work.runtime).sittings[row.id].sessions.values()
    ids = [one.row.id for one in seated if one.row.header and one.row.closed_ms is None]
    if policy == "auto" and ids:
        credit_time(work, row.id, ids, seconds, "equipment", "服务器中断自动补时 / automatic credit for the outage")


def show_changes(hall: HallLive, sitting: str, now_ms: int) -> None:
    """Push what looks different from what the consoles were last shown: cards, new alarms, the sitting itself."""
    live = hall.sittings.get(sitting)
    if live is None:
        return
    room, seen, cards = console_room(sitting), hall.cameras(sitting, now_ms), []
    for at, seat in enumerate(list(live.seats.values())):
        card = seat_card(hall, live, seat, now_ms, seen)
        cards.append(card)
        _show_card(hall, room, sitting, card, now_ms)
        if at % 25 == 24:
            gevent.sleep(0)
    view = sitting_view(hall, live, now_ms, cards)
    if _changed(hall, (sitting, ""), view.model_dump_json(exclude={"server_ms"})):
        pusher(hall.runtime).emit(CONSOLE, "sitting:update", SittingUpdate(sitting=view), room)


def _show_card(hall: HallLive, room: str, sitting: str, card: SeatCard, now_ms: int) -> None:
    send, place = pusher(hall.runtime), (sitting, card.seat)
    if not _changed(hall, place, card.model_dump_json(exclude={"last_contact_ms"})):
        return
    send.emit(CONSOLE, "seat:update", SeatUpdate(sitting=sitting, card=card, server_ms=now_ms), room)
    before = hall.alarms.get(place, set())
    hall.alarms[place] = {alarm.kind for alarm in card.alarms}
    for alarm in card.alarms:
        if alarm.kind not in before:
            send.emit(CONSOLE, "alarm:raised", AlarmPush(sitting=sitting, seat=card.seat, alarm=alarm), room)


def _changed(hall: HallLive, place: tuple[str, str], look: str) -> bool:
    changed = hall.shown.get(place) != look
    hall.shown[place] = look
    return changed
