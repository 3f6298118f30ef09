"""The audit chain: every act of a role as a link, so that a removed or altered entry shows.

Link n = SHA-256(link n-1 ‖ encode(event without digest and prev, "exam.audit-event", 1)); link 0 is 32 zero bytes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from examserver.kernel.canonical import encode, raw_digest
from examserver.kernel.checks import Check

GENESIS = "sha256:" + "0" * 64


@dataclass(frozen=True)
class AuditEvent:
    """One act: when, who, what, on what, with which facts (canonical data)."""

    seq: int
    at_ms: int
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]
    prev: str = GENESIS
    digest: str = ""


def link(prev: str, event: AuditEvent) -> str:
    """The digest of this event after `prev`."""
    body = {
        "seq": event.seq,
        "at_ms": event.at_ms,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "facts": event.facts,
    }
    return "sha256:" + hashlib.sha256(raw_digest(prev) + encode(body, "exam.audit-event", 1)).hexdigest()


def chained(prev: str, event: AuditEvent) -> AuditEvent:
    """The event with `prev` and `digest` filled in."""
    return replace(event, prev=prev, digest=link(prev, event))


def verify_chain(events: Iterable[AuditEvent]) -> list[Check]:
    """One failed check for each missing, reordered or altered event; a single passed one when all hold."""
    failures: list[Check] = []
    prev, expected, count = GENESIS, 1, 0
    for event in events:
        place = f"audit event {event.seq} {event.action} at {event.at_ms}"
        if event.seq != expected:
            failures.append(Check("audit_sequence", False, f"expected event {expected}, found {event.seq}", place))
        if event.prev != prev or event.digest != link(event.prev, event):
            failures.append(Check("audit_chain", False, "the event or the one before it was altered", place))
        prev, expected, count = event.digest, event.seq + 1, count + 1
    return failures or [Check("audit_chain", True, f"{count} events, head {prev}")]
