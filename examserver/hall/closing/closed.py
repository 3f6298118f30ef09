"""Decides what is fixed when a session closes: its entries, its head, and the digest that is a leaf of the record.

For the hall (receipt, hand-over).  Source: docs/formats.md, sitting record (`exam.session-closed/1`).
"""

from collections.abc import Sequence
from typing import Any

from examserver.kernel.canonical import digest_of

CLOSED_TYPE = "exam.session-closed"
ENTRIES_TYPE = "exam.session-entries"
VERSION = 1


def entries_digest(entries: Sequence[dict[str, Any]]) -> str:
    """Give the digest of a session's entries, in order."""
    return digest_of(list(entries), ENTRIES_TYPE, VERSION)


def closed_body(
    session: str, steps: int, head: str, entries: str, submitted_ms: int | None, closed_ms: int
) -> dict[str, Any]:
    """Give the closed statement of a session; its canonical encoding is the Merkle leaf."""
    return {
        "session": session, "steps": steps, "head": head, "entries_digest": entries, "submitted_ms": submitted_ms,
        "closed_ms": closed_ms,
    }  # fmt: skip


def closed_digest(body: dict[str, Any]) -> str:
    """Give the digest of a closed statement."""
    return digest_of(body, CLOSED_TYPE, VERSION)
