"""Decides what the console shows: a card per seat with its alarms, the sitting's gates, counts and next act.

A seat is lost when it holds a session that is not over and its workstation has been out of touch for two seconds; a
page reload is shorter, a power cut shows within ten seconds because a silent socket is dropped after eight.
"""

from examserver.hall.live.contact import Contact
from examserver.hall.live.store import HallLive, LiveSitting, Seated
from examserver.hall.schemas import (
    AlarmView,
    CardCandidate,
    GateView,
    IncidentView,
    PaperState,
    ReleaseBy,
    ReleaseView,
    SeatCard,
    SeatMap,
    SittingCounts,
    SittingView,
)
from examserver.hall.sitting import SittingFacts, gates_of, next_act, phase_of
from examserver.hall.tables import SeatRow
from examserver.hall.timing import closes_at
from examserver.responses.steps import Moment

LOST_AFTER_MS = 2_000
HOSTILE_SHOWN_MS = 600_000
OVER = ("submitted", "closed", "refused")


def seat_card(
    hall: HallLive, live: LiveSitting, seat: SeatRow, now_ms: int, cameras: frozenset[str] | None = None
) -> SeatCard:
    """Give one seat as the console shows it; `cameras` are the seats a camera was seen at, where known already."""
    seen = hall.cameras(live.row.id, now_ms) if cameras is None else cameras
    seated = live.seated(seat.seat)
    contact = hall.contacts.get(seat.station or "", Contact())
    phase = hall.seat_phase(live, seat)
    online = seat.station is not None and contact.online(now_ms, hall.runtime.settings.hall.lost_after_s)
    answered, seq = hall.log.progress(seated.row.id) if seated else (0, 0)
    if seated and seated.row.steps is not None:
        answered, seq = seated.row.answered or 0, seated.row.steps
    entrant = live.order.entrant(seated.row.ticket) if seated else None
    form = live.forms.get(seated.row.form) if seated else None
    return SeatCard(
        seat=seat.seat, row=seat.row, column=seat.column, spare=seat.spare, station=seat.station, online=online,
        phase=phase,
        candidate=CardCandidate(name=entrant.name, ticket=entrant.ticket) if entrant else None,
        session=seated.row.id if seated else None,
        answered=answered, total=form.items if form else 0, seq=seq,
        unsaved=contact.unsaved if online else 0,
        last_contact_ms=contact.last_ms,
        deadline_ms=live.deadline(seated) if seated and seated.row.header else None,
        alarms=alarms_of(hall, live, seated, contact, phase, online, now_ms),
        camera=seat.seat in seen, lease=seat.lease,
    )  # fmt: skip


def alarms_of(
    hall: HallLive, live: LiveSitting, seated: Seated | None, contact: Contact, phase: str, online: bool, now_ms: int
) -> list[AlarmView]:
    """Give everything about a seat that needs a hand, oldest first."""
    found: list[AlarmView] = []
    if seated is None:
        return found
    if phase not in OVER and not online:
        since = contact.lost_ms if contact.lost_ms is not None else (contact.last_ms or now_ms)
        if now_ms - since >= LOST_AFTER_MS or contact.last_ms is None:
            found.append(_alarm("lost", since, "失去联系", "out of touch"))
    if phase == "waiting_admission":
        at = seated.row.confirmed_ms or now_ms
        found.append(_alarm("waiting", at, "等待准入", "waits to be admitted"))
    if phase == "answering" and online and contact.unsaved_ms is not None:
        found.append(
            _alarm("unsaved", contact.unsaved_ms, f"{contact.unsaved} 处未保存", f"{contact.unsaved} changes unsaved")
        )
    if phase == "answering" and online and contact.away_ms is not None:
        found.append(_alarm("focus", contact.away_ms, "离开答题页面", "left the exam page"))
    if contact.refused_ms is not None and now_ms - contact.refused_ms < HOSTILE_SHOWN_MS:
        text = f"异常消息 {contact.refusals} 条"
        found.append(_alarm("hostile", contact.refused_ms, text, f"{contact.refusals} refused messages"))
    if hall.phase(live, seated, now_ms).moment is Moment.GRACE:
        deadline = live.deadline(seated)
        if deadline is not None and contact.unsaved:
            closing = (closes_at(deadline, live.schedule) - now_ms) // 1000
            found.append(_alarm("late", deadline, f"{closing} 秒后收卷", f"closes in {closing} s"))
    return sorted(found, key=lambda alarm: alarm.since_ms)


def _alarm(kind: str, since_ms: int, zh: str, en: str) -> AlarmView:
    return AlarmView(kind=kind, since_ms=since_ms, text_zh=zh, text_en=en)


def seat_map(hall: HallLive, live: LiveSitting, now_ms: int) -> SeatMap:
    """Give the whole room."""
    seen = hall.cameras(live.row.id, now_ms)
    return SeatMap(
        sitting=live.row.id,
        rows=max(live.order.rows, *(seat.row for seat in live.seats.values())),
        columns=max(live.order.columns, *(seat.column for seat in live.seats.values())),
        seats=[seat_card(hall, live, seat, now_ms, seen) for seat in live.seats.values()],
        server_ms=now_ms,
    )


def counts_of(live: LiveSitting, cards: list[SeatCard]) -> SittingCounts:
    """Count what the top line shows."""
    phases = [card.phase for card in cards]
    return SittingCounts(
        expected=len(live.order.entrants),
        seats=len(cards),
        stations_bound=sum(card.station is not None for card in cards),
        online=sum(card.online for card in cards),
        present=sum(card.session is not None for card in cards),
        admitted=sum(one.row.admitted_ms is not None for one in live.sessions.values()),
        ready=phases.count("ready"),
        answering=phases.count("answering"),
        submitted=phases.count("submitted"),
        closed=phases.count("closed"),
        lost=sum(any(alarm.kind == "lost" for alarm in card.alarms) for card in cards),
        unsaved=sum(card.unsaved for card in cards),
        alarms=sum(len(card.alarms) for card in cards),
    )


def sitting_facts(hall: HallLive, live: LiveSitting, now_ms: int) -> SittingFacts:
    """Collect what the gates look at."""
    row, phases = live.row, [hall.seat_phase(live, seat) for seat in live.seats.values()]
    return SittingFacts(
        now_ms=now_ms,
        starts_ms=row.starts_ms,
        papers_needed=len(live.order.papers),
        papers_present=len(live.papers),
        seats_needed=len(live.order.entrants),
        seats_bound=sum(1 for seat in live.seats.values() if seat.station is not None),
        custodians_needed=live.threshold,
        shares_present=shares_present(live),
        released=row.released_ms is not None,
        ready=phases.count("ready"),
        admitted=phases.count("admitted") + phases.count("ready"),
        opened_ms=row.opened_ms,
        started_ms=row.started_ms,
        closed_ms=row.closed_ms,
        recorded_ms=row.recorded_ms,
        signed_ms=row.signed_ms,
    )


def shares_present(live: LiveSitting) -> int:
    """Give how many custodians have released, at the paper that has fewest."""
    papers = [paper.paper for paper in live.order.papers]
    accepted = [one for one in live.releases if one.outcome != "refused"]
    return min((len({one.custodian for one in accepted if one.paper == paper}) for paper in papers), default=0)


def release_view(live: LiveSitting) -> ReleaseView:
    """Give how far the release is, with every attempt."""
    present = shares_present(live)
    released = live.row.released_ms is not None
    return ReleaseView(
        shares_present=present,
        needed=live.threshold,
        released=released,
        state="released" if released else ("waiting" if present else "none"),
        by=[
            ReleaseBy(
                custodian=one.custodian, name=one.name, device=one.device, at_ms=one.at_ms, outcome=one.outcome,
                reason=one.reason,
            )
            for one in live.releases
        ],
    )  # fmt: skip


def sitting_view(hall: HallLive, live: LiveSitting, now_ms: int, shown: list[SeatCard] | None = None) -> SittingView:
    """Give the sitting as staff see it; `shown` are the cards where they are at hand."""
    row, order, facts = live.row, live.order, sitting_facts(hall, live, now_ms)
    cards = shown or [seat_card(hall, live, seat, now_ms, frozenset()) for seat in live.seats.values()]
    deadlines = [card.deadline_ms for card in cards if card.deadline_ms is not None]
    record = "ready" if row.recorded_ms else ("building" if row.record_job else "none")
    return SittingView(
        id=row.id, title=order.title, institution=order.institution, centre=order.centre, room=order.room,
        rows=order.rows, columns=order.columns, occupation_code=order.occupation_code,
        occupation=order.occupation, level=order.level,
        phase=phase_of(facts).value,
        starts_ms=order.schedule.starts_ms, duration_s=order.schedule.duration_s, grace_s=order.schedule.grace_s,
        opened_ms=row.opened_ms, started_ms=row.started_ms, deadline_ms=max(deadlines, default=None),
        closed_ms=row.closed_ms, order_digest=row.order_digest,
        papers=[
            PaperState(
                paper=one.paper, title=live.papers.get(one.paper, ""), present=one.paper in live.papers,
                forms=sum(1 for form in live.forms.values() if form.paper == one.paper),
            )
            for one in order.papers
        ],
        release=release_view(live),
        gates=[GateView(name=g.name, ok=g.ok, why_zh=g.why_zh, why_en=g.why_en) for g in gates_of(facts)],
        next=next_act(facts),
        counts=counts_of(live, cards),
        incidents=incident_views(live),
        record=record, countersigned=live.signed, server_ms=now_ms,
    )  # fmt: skip


def incident_views(live: LiveSitting) -> list[IncidentView]:
    """Give the incidents, oldest first."""
    return [
        IncidentView(
            id=one.id, session=one.session, seat=one.seat, kind=one.kind, text=one.text, by=one.by,
            at_ms=one.at_ms, resolved=one.resolved_ms is not None,
        )
        for one in live.incidents
    ]  # fmt: skip
