"""The audit chain of a role in its database: appended within the act's own transaction, read back for verification."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from examserver.kernel.audit import GENESIS, AuditEvent, chained
from examserver.kernel.canonical import to_json
from examserver.plumbing.database import WRITE_LOCK
from examserver.plumbing.shared_tables import SHARED

AUDIT_LOCK = WRITE_LOCK


def append_event(
    session: Session, role: str, at_ms: int, actor: str, action: str, subject: str, facts: dict[str, Any]
) -> AuditEvent:
    """The event as the chain's new head; one writer at a time per role."""
    table = SHARED[role].audit
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": AUDIT_LOCK})
    last = session.execute(select(table.c.seq, table.c.digest).order_by(table.c.seq.desc()).limit(1)).first()
    seq, prev = (last.seq + 1, last.digest) if last else (1, GENESIS)
    event = chained(prev, AuditEvent(seq, at_ms, actor, action, subject, facts))
    session.execute(
        insert(table).values(
            seq=seq,
            at_ms=at_ms,
            actor=actor,
            action=action,
            subject=subject,
            facts=to_json(facts).decode(),
            prev=event.prev,
            digest=event.digest,
        )
    )
    return event


def read_events(session: Session, role: str, subject: str | None = None) -> Iterator[AuditEvent]:
    """All events in order, or those of one subject."""
    table = SHARED[role].audit
    query = select(table).order_by(table.c.seq)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    for row in session.execute(query):
        yield AuditEvent(
            row.seq, row.at_ms, row.actor, row.action, row.subject, json.loads(row.facts), row.prev, row.digest
        )


def audit_head(session: Session, role: str) -> tuple[int, str]:
    """Number of events and the chain's head."""
    table = SHARED[role].audit
    last = session.execute(select(table.c.seq, table.c.digest).order_by(table.c.seq.desc()).limit(1)).first()
    return (last.seq, last.digest) if last else (0, GENESIS)
