"""Checking a hall's whole database: every chain, every closed session, the audit chain, steps without a session."""

from sqlalchemy import select

from examserver.hall.tables import SessionRow
from examserver.kernel.audit import verify_chain
from examserver.kernel.checks import Check
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.work import Work
from examserver.responses.fsck import Sealed, Stored, check_session
from examserver.responses.steps import Step
from examserver.responses.tables import STEP_TABLE, read_value


def fsck_hall(work: Work) -> list[Check]:
    """Give every check of the hall's evidence, failed ones named with session, step and time."""
    checks = verify_chain(read_events(work.session, work.role))
    known: set[str] = set()
    for row in work.session.scalars(select(SessionRow).order_by(SessionRow.sitting, SessionRow.ticket)):
        known.add(row.id)
        checks += _session(work, row)
    return [*checks, *_orphans(work, known)]


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
