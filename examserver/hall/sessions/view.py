"""Decides what one workstation may see: its seat, its candidate, its session - never a key before the start.

The form key is shown only while the sitting runs and the session is neither submitted nor closed.
"""

from collections.abc import Mapping

from examserver.hall.live.store import Credit, HallLive, LiveSitting, Seated
from examserver.hall.schemas import (
    CreditView,
    MessageView,
    SeatCandidate,
    SeatSession,
    SeatSitting,
    SeatView,
    SittingPhase,
)
from examserver.hall.sitting import SittingFacts, phase_of
from examserver.kernel.canonical import b64u
from examserver.responses.actions import Standing
from examserver.responses.answers import ItemState
from examserver.responses.schemas import AnswerState


def sitting_phase(live: LiveSitting) -> SittingPhase:
    """Give the stage of the sitting from its rows alone."""
    row = live.row
    facts = SittingFacts(
        0, row.starts_ms, 0, 0, 0, 0, 0, 0, False, 0, 0, row.opened_ms, row.started_ms, row.closed_ms,
        row.recorded_ms, row.signed_ms,
    )  # fmt: skip
    return phase_of(facts).value


def seat_view(hall: HallLive, station: str, standing: Standing | None, now_ms: int) -> SeatView:
    """Give the whole view of a workstation; `standing` is the log's durable state of its session."""
    place = hall.place_of(station)
    if station in hall.fenced or place is None:
        phase = "moved" if station in hall.fenced else "unbound"
        return SeatView(
            phase=phase, station=station, seat=None, lease=None, sitting=None, candidate=None, session=None,
            refusal=None, messages=[], server_ms=now_ms,
        )  # fmt: skip
    live, seat = place
    seated = live.seated(seat.seat)
    return SeatView(
        phase=hall.seat_phase(live, seat),
        station=station,
        seat=seat.seat,
        lease=seat.lease,
        sitting=_sitting(live),
        candidate=_candidate(live, seated) if seated else None,
        session=_session(live, seated, standing) if seated and seated.row.admitted_ms else None,
        refusal=seated.row.refusal if seated and seated.row.refused_ms else None,
        messages=_messages(live, seated) if seated else [],
        server_ms=now_ms,
    )


def _sitting(live: LiveSitting) -> SeatSitting:
    order = live.order
    shown = order.policy.get("player", {})
    return SeatSitting(
        sitting=order.sitting,
        title=order.title,
        occupation=order.occupation,
        level=order.level,
        starts_ms=order.schedule.starts_ms,
        duration_s=order.schedule.duration_s,
        state=sitting_phase(live),
        policy=dict(shown) if isinstance(shown, Mapping) else {},
    )


def _candidate(live: LiveSitting, seated: Seated) -> SeatCandidate | None:
    entrant = live.order.entrant(seated.row.ticket)
    if entrant is None:
        return None
    return SeatCandidate(
        name=entrant.name,
        ticket=entrant.ticket,
        document_tail=entrant.document_tail,
        photo=entrant.photo,
        confirmed=seated.row.confirmed_ms is not None,
    )


def _session(live: LiveSitting, seated: Seated, standing: Standing | None) -> SeatSession:
    row = seated.row
    form = live.forms.get(row.form)
    running = row.header is not None and row.submitted_ms is None and row.closed_ms is None
    key = live.keys.get(row.form) if running and row.ready_ms else None
    return SeatSession(
        session=row.id,
        header=row.header,
        form=row.form,
        paper=row.paper,
        lease=row.lease,
        head=standing.head if standing else row.head,
        seq=standing.seq if standing else (row.steps or 0),
        started_ms=live.row.started_ms if row.header else None,
        deadline_ms=live.deadline(seated) if row.header else None,
        grace_s=live.schedule.grace_s,
        extra_s=row.extra_s,
        credits=[credit_view(credit) for credit in seated.credits],
        answers={item: answer_state(state) for item, state in (standing.items if standing else {}).items()},
        form_key=b64u(key) if key else None,
        cipher_digest=form.cipher_digest if form else "sha256:" + "0" * 64,
        cipher_size=form.cipher_size if form else 0,
        submitted_ms=row.submitted_ms,
    )


def credit_view(credit: Credit) -> CreditView:
    """Give a credit as everybody sees it."""
    return CreditView(
        credit=credit.credit, seconds=credit.seconds, reason=credit.reason, note=credit.note, by=credit.by,
        at_ms=credit.at_ms,
    )  # fmt: skip


def answer_state(state: ItemState) -> AnswerState:
    """Give an item's state as a message."""
    value = list(state.value) if isinstance(state.value, tuple) else state.value
    return AnswerState(value=value, flag=state.flag, seq=state.seq)


def _messages(live: LiveSitting, seated: Seated) -> list[MessageView]:
    return [
        MessageView(
            message=one.message,
            text=one.text,
            at_ms=one.at_ms,
            to_all=one.session is None,
            read_ms=live.read.get((one.message, seated.row.id)),
        )
        for one in live.messages
        if one.session in (None, seated.row.id)
    ]
