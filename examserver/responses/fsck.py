"""Decides whether the step log of a session is whole: every hash recomputed, every fault named with step and time.

For `exam hall fsck`: after a crash, before a hand-over, or when somebody doubts the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from examserver.kernel.canonical import digest_of
from examserver.kernel.checks import Check
from examserver.responses.steps import Step, first_hash, hash_text, next_hash


@dataclass(frozen=True)
class Stored:
    """A row of the log: the step without its `prev`, and what the server added."""

    step: Step
    received_ms: int
    late: bool
    carrier: str
    head: bytes


@dataclass(frozen=True)
class Sealed:
    """What was fixed when the session closed."""

    steps: int
    head: str
    entries_digest: str


def check_session(
    session: str, header: Mapping[str, object], rows: Sequence[Stored], sealed: Sealed | None
) -> list[Check]:
    """One failed check per fault, or a single passed one saying how many steps hold."""
    faults = [*_chain_faults(session, header, rows), *_seal_faults(session, header, rows, sealed)]
    return faults or [Check("steps_whole", True, f"{len(rows)} steps", f"session {session}")]


def _chain_faults(session: str, header: Mapping[str, object], rows: Sequence[Stored]) -> Iterator[Check]:
    last, expected, received = first_hash(header), 1, 0
    for row in rows:
        place = f"session {session} step {row.step.seq} received {row.received_ms}"
        if row.step.seq != expected:
            kind = "step_missing" if row.step.seq > expected else "step_doubled"
            yield Check(kind, False, f"step {expected} was expected here", place)
        body = replace(row.step, prev=hash_text(last)).body()
        if row.step.seq == expected and next_hash(last, body) != row.head:
            yield Check("step_altered", False, "its hash does not follow from the step and the one before", place)
        if row.received_ms < received:
            yield Check("step_reordered", False, "it was received before the step it follows", place)
        last, expected, received = row.head, row.step.seq + 1, row.received_ms


def _seal_faults(
    session: str, header: Mapping[str, object], rows: Sequence[Stored], sealed: Sealed | None
) -> Iterator[Check]:
    """Compare with what was fixed at the close: also arrival times, lateness and carrier are covered by it."""
    if sealed is None:
        return
    place = f"session {session}"
    if len(rows) != sealed.steps:
        yield Check("steps_counted", False, f"{len(rows)} steps are stored, {sealed.steps} were closed", place)
    first = first_hash(header)
    if hash_text(rows[-1].head if rows else first) != sealed.head:
        yield Check("head_kept", False, "the last head is not the one that was closed", place)
    if digest_of(_entries(first, rows), "exam.session-entries", 1) != sealed.entries_digest:
        yield Check("entries_kept", False, "the entries are not those that were closed", place)


def _entries(first: bytes, rows: Sequence[Stored]) -> list[dict[str, object]]:
    last, found = first, []
    for row in rows:
        step = replace(row.step, prev=hash_text(last)).body()
        found.append({"step": step, "received_ms": row.received_ms, "late": row.late, "carrier": row.carrier})
        last = row.head
    return found
