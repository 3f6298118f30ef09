"""The hall's memory: what the server knows of running sittings without asking the database for every event.

Every state here is read from the rows and nothing else, by the same code at start-up and after each act, so that a
restarted server knows exactly what the one before knew.  Contacts (sockets, pulses) are the only thing a restart
forgets.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gevent.lock import BoundedSemaphore
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from examserver.hall.handover.signing import countersigned
from examserver.hall.live.contact import Contact
from examserver.hall.roster import Order, read_order
from examserver.hall.schemas import CountersignView
from examserver.hall.sitting import SeatFacts, seat_phase
from examserver.hall.tables import (
    CreditRow,
    FormKeyRow,
    FormRow,
    IncidentRow,
    MessageReadRow,
    MessageRow,
    OutageRow,
    PaperRow,
    RecordRow,
    ReleaseRow,
    SeatRow,
    SessionRow,
    SittingRow,
    StationRow,
    load_sitting,
    seats_of,
    sessions_of,
)
from examserver.hall.timing import Schedule, SessionTimes, deadline_of, phase_at
from examserver.kernel.canonical import encode
from examserver.kernel.crypto.seal import open_with
from examserver.kernel.documents import read_document
from examserver.plumbing.runtime import RoleRuntime
from examserver.responses.actions import StepLog, step_log
from examserver.responses.steps import Phase
from itembank.papers.manifest import read_manifest

# What tells that another process changed a sitting.
STAMP = (
    "order_digest", "opened_ms", "released_ms", "started_ms", "closed_ms", "record_job", "recorded_ms", "signed_ms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credit:
    """One time credit of a session."""

    credit: str
    seconds: int
    reason: str
    note: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Seated:
    """A candidate session as the rows have it."""

    row: SessionRow
    credits: tuple[Credit, ...]

    @property
    def times(self) -> SessionTimes:
        """What moves this candidate's times."""
        return SessionTimes(
            entered_ms=self.row.entered_ms,
            extra_s=self.row.extra_s,
            credits_s=sum(credit.seconds for credit in self.credits),
            submitted_ms=self.row.submitted_ms,
            closed_ms=self.row.closed_ms,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one session or all, and who has read it."""

    message: str
    session: str | None
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to release, as the console lists it."""

    paper: str
    custodian: str
    name: str
    device: str
    at_ms: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What a workstation must know of its form before the start."""

    paper: str
    items: int
    cipher_digest: str
    cipher_size: int


@dataclass
class LiveSitting:
    """One sitting in memory."""

    row: SittingRow
    order: Order
    schedule: Schedule
    forms: dict[str, FormFacts]
    papers: dict[str, str]
    seats: dict[str, SeatRow] = field(default_factory=dict)
    sessions: dict[str, Seated] = field(default_factory=dict)
    by_seat: dict[str, str] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    read: dict[tuple[str, str], int] = field(default_factory=dict)
    releases: list[Attempt] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    threshold: int = 2
    signed: list[CountersignView] = field(default_factory=list)

    def seated(self, seat: str) -> Seated | None:
        """The session at a seat, if somebody sits there."""
        return self.sessions.get(self.by_seat.get(seat, ""))

    def deadline(self, seated: Seated) -> int | None:
        """The instant the session's time is up."""
        return deadline_of(self.schedule, seated.times)


def form_key_info(sitting: str, form: str) -> bytes:
    """The context under which a released form key is sealed to the hall itself."""
    return encode({"sitting": sitting, "form": form}, "exam.form-key-info", 1)


class HallLive:
    """All sittings and workstations of this hall."""

    def __init__(self, runtime: RoleRuntime) -> None:
        self.runtime = runtime
        self.log: StepLog = step_log(runtime)
        self.sittings: dict[str, LiveSitting] = {}
        self.contacts: dict[str, Contact] = {}
        self.fenced: set[str] = set()
        self.frozen: set[str] = set()
        self.watched: set[str] = set()
        self.shown: dict[tuple[str, str], str] = {}
        self.alarms: dict[tuple[str, str], set[str]] = {}
        self.cameras: Callable[[str, int], frozenset[str]] = _no_cameras
        self._turns: dict[str, BoundedSemaphore] = {}
        self._places: dict[str, list[tuple[str, str]]] = {}
        self._lock = threading.RLock()

    def contact(self, station: str) -> Contact:
        """The contact of a workstation, made on first use."""
        return self.contacts.setdefault(station, Contact())

    def closing_turn(self, session: str) -> BoundedSemaphore:
        """Whoever holds it closes this session; the next one finds it closed, or open because the first failed."""
        return self._turns.setdefault(session, BoundedSemaphore(1))

    def load_all(self) -> None:
        """Read every sitting of the database."""
        with self.runtime.database.transaction(write=False) as session:
            known = list(session.scalars(select(SittingRow.id)))
            self.fenced = set(session.scalars(select(StationRow.id).where(StationRow.fenced_ms.is_not(None))))
        for sitting in known:
            self.refresh(sitting)

    def refresh(self, sitting: str) -> LiveSitting:
        """Read one sitting anew and put its chains under their present leases."""
        with self._lock, self.runtime.database.transaction(write=False) as session:
            live = self._read(session, sitting)
            self.sittings[sitting] = live
            self._index()
        for seated in live.sessions.values():
            self._open_chain(seated)
        return live

    def refresh_session(self, sitting: str, session_id: str) -> LiveSitting:
        """Read one session, its seats and credits anew: cheaper than the whole sitting."""
        live = self.sittings.get(sitting)
        if live is None:
            return self.refresh(sitting)
        with self._lock, self.runtime.database.transaction(write=False) as session:
            row = session.get(SessionRow, session_id)
            if row is None:
                return live
            old = live.sessions.get(session_id)
            seated = Seated(row, _credits(session, sitting, session_id).get(session_id, ()))
            live.sessions[session_id] = seated
            if old is not None:
                live.by_seat.pop(old.row.seat, None)
            live.by_seat[row.seat] = session_id
        self._open_chain(seated)
        return live

    def catch_up(self) -> None:
        """Read sittings anew whose rows another process changed (a worker, the command line)."""
        with self.runtime.database.transaction(write=False) as session:
            rows = session.execute(select(SittingRow.id, *(getattr(SittingRow, name) for name in STAMP))).all()
        for sitting, *stamp in rows:
            live = self.sittings.get(sitting)
            if live is None or [getattr(live.row, name) for name in STAMP] != stamp:
                self.refresh(sitting)

    def place_of(self, station: str) -> tuple[LiveSitting, SeatRow] | None:
        """The sitting and seat a workstation serves now: the open one, else the next, else the last."""
        places = self._places.get(station, [])
        found = [(self.sittings[sitting], self.sittings[sitting].seats[seat]) for sitting, seat in places]
        return max(found, key=lambda one: _urgency(one[0].row), default=None)

    def seated_at(self, station: str) -> tuple[LiveSitting, Seated] | None:
        """The sitting and session a workstation holds now."""
        place = None if station in self.fenced else self.place_of(station)
        seated = place[0].seated(place[1].seat) if place else None
        return (place[0], seated) if place and seated else None

    def phase(self, live: LiveSitting, seated: Seated, now_ms: int) -> Phase:
        """Where the session stands in time; a session being closed takes no more steps."""
        times = seated.times
        if seated.row.id in self.frozen:
            times = SessionTimes(times.entered_ms, times.extra_s, times.credits_s, now_ms, now_ms)
        return phase_at(now_ms, live.schedule, times)

    def seat_phase(self, live: LiveSitting, seat: SeatRow) -> str:
        """The one phase a seat shows."""
        seated = live.seated(seat.seat)
        row = seated.row if seated else None
        facts = SeatFacts(
            bound=seat.station is not None,
            opened=live.row.opened_ms is not None,
            started=live.row.started_ms is not None,
            closed=live.row.closed_ms is not None or (row is not None and row.closed_ms is not None),
            checked_in=row is not None,
            confirmed=row is not None and row.confirmed_ms is not None,
            refused=row is not None and row.refused_ms is not None,
            admitted=row is not None and row.admitted_ms is not None,
            ready=row is not None and row.ready_ms is not None,
            submitted=row is not None and row.submitted_ms is not None,
        )
        return seat_phase(facts)

    def keep_chain(self, seated: Seated) -> None:
        """Open a running session's chain where an earlier attempt failed: a fault at the start must not last."""
        if not self.log.is_open(seated.row.id):
            self._open_chain(seated)

    def _open_chain(self, seated: Seated) -> None:
        if seated.row.header is not None and seated.row.closed_ms is None:
            self.log.open_chain(seated.row.id, seated.row.header, seated.row.lease)

    def _index(self) -> None:
        places: dict[str, list[tuple[str, str]]] = {}
        for live in self.sittings.values():
            for seat in live.seats.values():
                if seat.station is not None:
                    places.setdefault(seat.station, []).append((live.row.id, seat.seat))
        self._places = places

    def _read(self, session: Session, sitting: str) -> LiveSitting:
        row, before = load_sitting(session, sitting), self.sittings.get(sitting)
        same = before is not None and before.row.order_digest == row.order_digest
        order = before.order if before and same else read_order(read_document(row.order_file).body)
        present = _papers(session, [paper.paper for paper in order.papers])
        papers = {paper.id: paper.title for paper in present}
        live = LiveSitting(
            row, order, _schedule(order, row, _resumed(session, sitting)), _forms(session, papers), papers
        )
        credits = _credits(session, sitting)
        live.seats = {seat.seat: seat for seat in seats_of(session, sitting)}
        live.sessions = {one.id: Seated(one, credits.get(one.id, ())) for one in sessions_of(session, sitting)}
        live.by_seat = {one.row.seat: one.row.id for one in live.sessions.values()}
        live.threshold = max((read_manifest(paper.manifest).threshold for paper in present), default=2)
        record = session.get(RecordRow, sitting)
        live.signed = countersigned(record.document) if record is not None else []
        _read_talk(session, live)
        live.keys = dict(before.keys) if before and same else {}
        for key in session.scalars(select(FormKeyRow).where(FormKeyRow.sitting == sitting)):
            if key.form not in live.keys:
                info = form_key_info(sitting, key.form)
                live.keys[key.form] = open_with(self.runtime.keys.sealing, key.sealed, info, f"key of {key.form}")
        return live


def _read_talk(session: Session, live: LiveSitting) -> None:
    """Read messages and their confirmations, release attempts, incidents."""
    sitting = live.row.id
    talk = session.scalars(select(MessageRow).where(MessageRow.sitting == sitting).order_by(MessageRow.n))
    live.messages = [Message(one.message, one.session, one.text, one.at_ms) for one in talk]
    ids = {one.message for one in live.messages}
    read = session.scalars(select(MessageReadRow).where(MessageReadRow.message.in_(ids)))
    live.read = {(one.message, one.session): one.at_ms for one in read}
    tried = session.scalars(select(ReleaseRow).where(ReleaseRow.sitting == sitting).order_by(ReleaseRow.at_ms))
    live.releases = [
        Attempt(one.paper, one.custodian, one.name, one.device, one.at_ms, one.outcome, one.reason) for one in tried
    ]
    notes = select(IncidentRow).where(IncidentRow.sitting == sitting).order_by(IncidentRow.at_ms, IncidentRow.id)
    live.incidents = list(session.scalars(notes))


def _no_cameras(_sitting: str, _now_ms: int) -> frozenset[str]:
    return frozenset()


def _urgency(row: SittingRow) -> tuple[int, int]:
    if row.closed_ms is not None:
        return (0, row.closed_ms)
    return (2 if row.opened_ms is not None else 1, -row.starts_ms)


def _resumed(session: Session, sitting: str) -> int:
    return session.scalar(select(func.max(OutageRow.to_ms)).where(OutageRow.sitting == sitting)) or 0


def _schedule(order: Order, row: SittingRow, resumed_ms: int) -> Schedule:
    plan = order.schedule
    return Schedule(
        plan.starts_ms, plan.duration_s, plan.late_entry_cutoff_s, plan.grace_s, plan.late_entry_deadline,
        row.started_ms, resumed_ms,
    )  # fmt: skip


def _papers(session: Session, wanted: Iterable[str]) -> list[PaperRow]:
    return list(session.scalars(select(PaperRow).where(PaperRow.id.in_(list(wanted)))))


def _forms(session: Session, papers: Iterable[str]) -> dict[str, FormFacts]:
    rows = session.scalars(select(FormRow).where(FormRow.paper.in_(list(papers))))
    return {row.form: FormFacts(row.paper, row.items, row.cipher_digest, row.cipher_size) for row in rows}


def _credits(session: Session, sitting: str, only: str | None = None) -> dict[str, tuple[Credit, ...]]:
    query = select(CreditRow).where(CreditRow.sitting == sitting).order_by(CreditRow.at_ms, CreditRow.credit)
    if only is not None:
        query = query.where(CreditRow.session == only)
    found: dict[str, tuple[Credit, ...]] = {}
    for row in session.scalars(query):
        credit = Credit(row.credit, row.seconds, row.reason, row.note, row.by, row.at_ms)
        found[row.session] = (*found.get(row.session, ()), credit)
    return found


def hall_live(runtime: RoleRuntime) -> HallLive:
    """The one memory of this hall, read from the database on first use."""

    def make() -> HallLive:
        live = HallLive(runtime)
        live.load_all()
        return live

    return runtime.part(HallLive, make)
