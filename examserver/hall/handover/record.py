"""Decides what a sitting record says: the body that is signed, and the sealed document of each session.

Source: `exam.sitting-record/1` in docs/formats.md.  Sessions are sorted by ticket; the Merkle leaves are the canonical
bytes of their closed statements in that order.  Answers travel sealed to the grading key; the body shows digests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from examserver.hall.closing.closed import CLOSED_TYPE, closed_body, closed_digest, entries_digest
from examserver.kernel.canonical import b64u, digest, encode, to_json
from examserver.kernel.crypto.seal import seal_bytes, seal_to
from examserver.kernel.merkle import leaf_hash, root

RECORD_TYPE = "exam.sitting-record"
VERSION = 1
RECORD_NAME = "record.json"


@dataclass(frozen=True)
class Closing:
    """One closed session with everything that goes into its document."""

    session: str
    candidate: str
    ticket: str
    seat: str
    form: str
    state: str
    header: dict[str, Any]
    entries: list[dict[str, Any]]
    head: str
    events: list[dict[str, Any]]
    submitted_ms: int | None
    closed_ms: int

    def closed(self) -> dict[str, Any]:
        """Give the closed statement."""
        found = entries_digest(self.entries)
        return closed_body(self.session, len(self.entries), self.head, found, self.submitted_ms, self.closed_ms)

    def document(self) -> dict[str, Any]:
        """Give the session document that is sealed."""
        return {
            "session": self.session, "header": self.header, "entries": self.entries, "head": self.head,
            "events": self.events, "submitted_ms": self.submitted_ms, "closed_ms": self.closed_ms,
        }  # fmt: skip


def entry_name(session: str) -> str:
    """Give the place of a sealed session in the archive."""
    return f"sessions/{session}.bin"


def session_aad(sitting: str, session: str) -> bytes:
    """Give what a sealed session is bound to."""
    return encode({"sitting": sitting, "session": session}, "exam.session-aad", 1)


def wrap_key(record_key: bytes, grading_key: bytes, sitting: str) -> str:
    """Seal the record's key to the grading role."""
    return b64u(seal_to(grading_key, record_key, encode({"sitting": sitting}, "exam.record-info", 1)))


def seal_session(record_key: bytes, sitting: str, closing: Closing) -> bytes:
    """Seal one session document."""
    return seal_bytes(record_key, to_json(closing.document()), session_aad(sitting, closing.session))


def session_entry(closing: Closing, sealed: bytes) -> dict[str, Any]:
    """Give the session's line in the signed body."""
    return {
        "session": closing.session, "candidate": closing.candidate, "ticket": closing.ticket, "seat": closing.seat,
        "form": closing.form, "state": closing.state, "steps": len(closing.entries), "head": closing.head,
        "closed_digest": closed_digest(closing.closed()), "cipher_digest": digest(sealed),
    }  # fmt: skip


def merkle_root(closings: Sequence[Closing]) -> str:
    """Give the root over the closed statements."""
    leaves = [leaf_hash(encode(closing.closed(), CLOSED_TYPE, 1)) for closing in closings]
    return f"sha256:{root(leaves).hex()}"
