"""Checking a hall's whole database: chains, closed sessions, the audit chain and its acts, steps without a session."""

from collections import Counter

from sqlalchemy import select

from examserver.hall.fsck.acts import Acts, acts_of, compare_acts, credit_act, move_act
from examserver.hall.tables import CreditRow, MoveRow, ReleaseRow, SessionRow, SittingRow
from examserver.kernel.audit import verify_chain
from examserver.kernel.checks import Check
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import Work
from examserver.responses.fsck import Sealed, Stored, check_session
from examserver.responses.steps import Step
from examserver.responses.tables import STEP_TABLE, read_value


def fsck_hall(work: Work) -> list[Check]:
    """Give every check of the hall's evidence, failed ones named with session, step and time."""
    events = list(read_events(work.session, work.role))
    checks = [*verify_chain(events), *compare_acts(_acts(work), acts_of(events))]
    known: set[str] = set()
    for row in work.session.scalars(select(SessionRow).order_by(SessionRow.sitting, SessionRow.ticket)):
        known.add(row.id)
        checks += _session(work, row)
    return [*checks, *_orphans(work, known)]


def _acts(work: Work) -> Acts:
    """What the rows say was done."""
    load = work.session.scalars
    credits: dict[tuple[str, int], list[str]] = {}
    for credit in load(select(CreditRow)):
        credits.setdefault((credit.credit, credit.seconds), []).append(credit.session)
    times = [
        (row.id, name, str(at_ms))
        for row in load(select(SittingRow))
        for name, at_ms in (("opened", row.opened_ms), ("started", row.started_ms), ("closed", row.closed_ms))
        if at_ms is not None
    ]
    closed = load(select(SessionRow).where(SessionRow.closed_ms.is_not(None)))
    return {
        "credit": Counter(credit_act(*key, sessions) for key, sessions in credits.items()),
        "move": Counter(move_act(row.session, row.from_seat, row.to_seat, row.lease) for row in load(select(MoveRow))),
        "release": Counter(
            (row.sitting, row.paper, row.custodian, row.device, row.outcome) for row in load(select(ReleaseRow))
        ),
        "sitting_time": Counter(times),
        "closing": Counter((row.id, str(row.steps), str(row.head)) for row in closed),
    }


def _session(work: Work, row: SessionRow) -> list[Check]:
    rows = _stored(work, row.id)
    if row.header is None:
        return [Check("no_steps_before_start", not rows, f"{len(rows)} steps", f"session {row.id}")]
    sealed = None
    if row.closed_ms is not None:
        sealed = Sealed(row.steps or 0, row.head or "", row.entries_digest or "")
    return check_session(row.id, row.header, rows, sealed)


def _stored(work: Work, session: str) -> list[Stored]:
    query = select(STEP_TABLE).where(STEP_TABLE.c.session == session).order_by(STEP_TABLE.c.seq)
    return [
        Stored(
            Step(
                row.session, row.lease, row.seq, row.item, row.kind, read_value(row.value), row.made_ms, ""
            ),
            row.received_ms, bool(row.late), row.carrier, bytes(row.head),
        )
        for row in work.session.execute(query)
    ]  # fmt: skip


def _orphans(work: Work, known: set[str]) -> list[Check]:
    found = work.session.scalars(select(STEP_TABLE.c.session).distinct())
    return [
        Check("step_without_session", False, "no candidate session of this id", f"session {session}")
        for session in sorted(found)
        if session not in known
    ]
