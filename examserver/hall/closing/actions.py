"""Closing sessions: by the candidate, by the clock, by the chief.  The last acknowledged answers are the submission.

A session is frozen first (no more steps), then everything on its way to the disk is awaited, then the entries are
read back from the database - never from memory - and fixed by digest together with a signed receipt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examserver.hall.closing.closed import entries_digest
from examserver.hall.live.sockets import tell_card, tell_seat
from examserver.hall.live.store import HallLive, LiveSitting, Seated
from examserver.hall.sittings.actions import note
from examserver.hall.tables import SessionRow, load_session, load_sitting
from examserver.kernel.access import Actor
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.errors import Refused
from examserver.plumbing.work import Work, open_work
from examserver.responses.answers import count_answered, replay
from examserver.responses.receipt import make_receipt, receipt_body
from examserver.responses.schemas import ReceiptView
from examserver.responses.steps import first_hash, hash_text, session_header
from examserver.responses.tables import load_entries


class HeadDiffers(Refused):
    """The candidate believes in another last step than the server holds."""

    code = "session.head_differs"
    message_zh = "还有答案没有保存到服务器，请稍候再交卷"
    message_en = "Some answers have not reached the server yet"
    next_zh = "系统会先补传未保存的答案"
    next_en = "Send what is missing, then submit again"


class NotRunning(Refused):
    """The session is not running."""

    code = "session.not_running"
    message_zh = "考试尚未开始或已结束"
    message_en = "The session is not running"
    next_zh = "请等待开考，或查看交卷回执"
    next_en = "Wait for the start, or look at the receipt"


@dataclass(frozen=True)
class Fixed:
    """A frozen session as read back from the log."""

    session: str
    header: dict[str, str | int]
    steps: int
    answered: int
    head: str
    entries_digest: str


def submit_session(hall: HallLive, actor: Actor, live: LiveSitting, seated: Seated, head: str, seq: int) -> ReceiptView:
    """Close at the candidate's wish; raises HeadDiffers, NotRunning; again: gives the same receipt."""
    row = seated.row
    if row.receipt is not None:
        return receipt_view(row)
    if row.header is None:
        raise NotRunning()
    standing = hall.log.standing(row.id)
    if (standing.head, standing.seq) != (head, seq):
        raise HeadDiffers(head=standing.head, seq=standing.seq)
    close_sessions(hall, actor, live, [seated], "submitted", lambda: None)
    return receipt_view(hall.sittings[live.row.id].sessions[row.id].row)


def receipt_view(row: SessionRow) -> ReceiptView:
    """Give a closed session's receipt; raises NotRunning while there is none."""
    if row.receipt is None:
        raise NotRunning()
    return ReceiptView.model_validate_json(row.receipt)


def close_sessions(
    hall: HallLive, actor: Actor, live: LiveSitting, sessions: Sequence[Seated], kind: str, rest: Callable[[], None]
) -> int:
    """Close these sessions, `rest()` between them so that sockets go on; returns how many were closed now."""
    closed = 0
    for seated in sessions:
        with hall.closing_turn(seated.row.id):
            closed += _close_one(hall, actor, live, seated, kind)
        _tell(hall, live.row.id, seated.row.id)
        rest()
    return closed


def _close_one(hall: HallLive, actor: Actor, live: LiveSitting, seated: Seated, kind: str) -> int:
    session = seated.row.id
    if hall.sittings[live.row.id].sessions[session].row.closed_ms is not None:
        return 0
    hall.frozen.add(session)
    try:
        hall.log.freeze(session)
        fixed = _fix(hall, live, seated)
        with open_work(hall.runtime, actor) as work:
            return _close(work, fixed, kind)
    finally:
        hall.frozen.discard(session)
        _follow_row(hall, live.row.id, session)


def _follow_row(hall: HallLive, sitting: str, session: str) -> None:
    """Whatever became of the attempt, the row decides: closed takes no steps ever again, open takes them again.

    While the row can't be read the log stays frozen: an answer acknowledged into a closed session would be lost.
    """
    row = hall.refresh_session(sitting, session).sessions[session].row
    if row.closed_ms is None:
        hall.log.thaw(session)
    else:
        hall.log.forget(session)


def _tell(hall: HallLive, sitting: str, session_id: str) -> None:
    live = hall.sittings[sitting]
    row = live.sessions[session_id].row
    seat = live.seats.get(row.seat)
    if seat is not None:
        tell_seat(hall, seat.station)
        tell_card(hall, live, row.seat)


def _fix(hall: HallLive, live: LiveSitting, seated: Seated) -> Fixed:
    row = seated.row
    started = live.row.started_ms or 0
    header = row.header or session_header(row.id, row.sitting, row.ticket, row.form, row.paper, started)
    first = first_hash(header)
    with hall.runtime.database.engine.connect() as connection:
        entries = list(load_entries(connection, row.id, first))
    head = hash_text(entries[-1].head if entries else first)
    answered = count_answered(replay(entry.step for entry in entries))
    return Fixed(row.id, header, len(entries), answered, head, entries_digest([entry.body() for entry in entries]))


def _close(work: Work, fixed: Fixed, kind: str) -> int:
    row = load_session(work.session, fixed.session)
    if row.closed_ms is not None:
        return 0
    row.header, row.closed_ms = fixed.header, work.now_ms
    row.submitted_ms = work.now_ms if kind == "submitted" else None
    row.steps, row.answered = fixed.steps, fixed.answered
    row.head, row.entries_digest = fixed.head, fixed.entries_digest
    row.receipt = _receipt(work, row).model_dump_json().encode()
    work.record("session.closed", row.id, kind=kind, steps=fixed.steps, head=fixed.head)
    note(work, row.id, kind, work.now_ms, steps=fixed.steps, head=fixed.head)
    return 1


def _receipt(work: Work, row: SessionRow) -> ReceiptView:
    body = receipt_body(row.id, row.ticket, row.sitting, row.steps or 0, row.head or "", work.now_ms)
    made = make_receipt(body, Signer("hall", "hall", work.runtime.keys.signing))
    return ReceiptView(
        session=row.id, ticket=row.ticket, sitting=row.sitting, steps=row.steps or 0, head=row.head or "",
        at_ms=work.now_ms, code=made.code, qr=made.qr, document=made.document.decode(),
    )  # fmt: skip


def close_sitting(hall: HallLive, actor: Actor, sitting_id: str, kind: str) -> None:
    """Close the sitting itself once every session is closed; again: changes nothing."""
    with open_work(hall.runtime, actor) as work:
        row = load_sitting(work.session, sitting_id)
        if row.closed_ms is None:
            row.closed_ms = work.now_ms
            work.record("sitting.closed", sitting_id, kind=kind)
    hall.refresh(sitting_id)
