"""Decides what becomes of one response step: the hash chain of a candidate session and the rule that extends it.

A step is one change a candidate made (an answer or a flag).  Steps of one session form a chain:
``h0 = SHA-256(encode(header))`` and ``hn = SHA-256(h(n-1) || encode(step n))``; whoever holds ``hn`` holds proof of
every step before it.  The rule is the same for every carrier and never looks at a clock: the phase of the session is
an argument.  Source: the project's response chain (docs/formats.md, "Response chain").
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from examserver.kernel.canonical import encode

SESSION_TYPE = "exam.session"
STEP_TYPE = "exam.step"
VERSION = 1

Value = str | bool | None | tuple[str, ...]


class Moment(StrEnum):
    """Where a session stands in time, by the server clock."""

    BEFORE = "before"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


class Status(StrEnum):
    """The six possible answers to a step."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    STALE = "stale"
    GAP = "gap"
    CLOSED = "closed"
    FENCED = "fenced"


@dataclass(frozen=True, slots=True)
class Phase:
    """The moment of a session together with the deadline it was decided by."""

    moment: Moment
    deadline_ms: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One change by a candidate, as the workstation made and chained it."""

    session: str
    lease: int
    seq: int
    item: str
    kind: str
    value: Value
    made_ms: int
    prev: str

    def body(self) -> dict[str, object]:
        """Give the JSON object that is hashed."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {
            "session": self.session, "lease": self.lease, "seq": self.seq, "item": self.item,
            "kind": self.kind, "value": value, "made_ms": self.made_ms, "prev": self.prev,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a session's chain: how many steps, the last hash, and the lease that may extend it."""

    session: str
    lease: int
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The step extends the chain; ``late`` when it arrived in the grace after the deadline."""

    head: Head
    late: bool
    status: Status = Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The very same step is in the chain already; its own head is given again."""

    head: Head
    status: Status = Status.DUPLICATE


@dataclass(frozen=True, slots=True)
class Stale:
    """The chain already holds another step there; the client must rebase on the present head."""

    head: Head
    status: Status = Status.STALE


@dataclass(frozen=True, slots=True)
class Gap:
    """A step before this one is missing."""

    head: Head
    status: Status = Status.GAP


@dataclass(frozen=True, slots=True)
class Closed:
    """The session takes no more steps, or not yet."""

    head: Head
    status: Status = Status.CLOSED


@dataclass(frozen=True, slots=True)
class Fenced:
    """The step was made under a lease that has been given to another workstation."""

    head: Head
    status: Status = Status.FENCED


Outcome = Accepted | Duplicate | Stale | Gap | Closed | Fenced


def hash_text(value: bytes) -> str:
    """Write a 32-byte hash the way every document writes it."""
    return f"sha256:{value.hex()}"


def hash_bytes(text: str) -> bytes:
    """Read ``sha256:<hex>`` back to 32 bytes; raises ValueError for anything else."""
    prefix, _, digits = text.partition(":")
    if prefix != "sha256" or len(digits) != 64:
        raise ValueError("not a sha256 digest")
    return bytes.fromhex(digits)


def session_header(
    session: str, sitting: str, ticket: str, form: str, paper: str, started_ms: int
) -> dict[str, str | int]:
    """Give the header every chain of this session starts from."""
    return {
        "session": session, "sitting": sitting, "ticket": ticket, "form": form, "paper": paper,
        "started_ms": started_ms,
    }  # fmt: skip


def first_hash(header: Mapping[str, object]) -> bytes:
    """Give h0 of a session."""
    return hashlib.sha256(encode(dict(header), SESSION_TYPE, VERSION)).digest()


def next_hash(before: bytes, step: Mapping[str, object]) -> bytes:
    """Give hn from h(n-1) and the step's JSON object."""
    return hashlib.sha256(before + encode(dict(step), STEP_TYPE, VERSION)).digest()


def accept_step(head: Head, step: Step, phase: Phase, seen: Sequence[bytes]) -> Outcome:
    """Decide one step; ``seen[n]`` is hn of the chain so far, so ``seen[head.seq] == head.hash``.

    A fenced lease is refused before anything else; a step already in the chain is a duplicate at any time, even after
    closing, so that a candidate whose acknowledgement got lost hears it again.
    """
    if step.session != head.session or step.lease != head.lease:
        return Fenced(head)
    if step.seq <= head.seq:
        return _known(head, step, seen)
    late = _late(step, phase)
    if late is None:
        return Closed(head)
    if step.seq > head.seq + 1:
        return Gap(head)
    if step.prev != hash_text(head.hash):
        return Stale(head)
    return Accepted(Head(head.session, head.lease, step.seq, next_hash(head.hash, step.body())), late)


def _known(head: Head, step: Step, seen: Sequence[bytes]) -> Outcome:
    """Tell a repeated step from another one with the same number."""
    if step.seq < 1:
        return Stale(head)
    before = seen[step.seq - 1]
    again = next_hash(before, step.body())
    if step.prev == hash_text(before) and again == seen[step.seq]:
        return Duplicate(Head(head.session, head.lease, step.seq, again))
    return Stale(head)


def _late(step: Step, phase: Phase) -> bool | None:
    """Say whether a new step would be late, or None when the session takes none."""
    if phase.moment is Moment.OPEN:
        return False
    made_in_time = phase.deadline_ms is not None and step.made_ms <= phase.deadline_ms
    return True if phase.moment is Moment.GRACE and made_in_time else None
