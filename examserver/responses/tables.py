"""The step log: one narrow append-only table, clustered by session and number, without any secondary index.

Its primary key is the last line of defence: whatever a process believes, a session can't hold two steps of one number.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, LargeBinary, String, Table, Text, select

from examserver.kernel.canonical import to_json
from examserver.plumbing.database import HallBase
from examserver.responses.steps import Head, Step, Value, hash_text

STEP_TABLE = Table(
    "response_step",
    HallBase.metadata,
    Column("session", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("lease", Integer, nullable=False),
    Column("item", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("value", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("carrier", String(8), nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A step as the log holds it."""

    step: Step
    received_ms: int
    late: bool
    carrier: str
    head: bytes

    def body(self) -> dict[str, Any]:
        """Give the entry as the sitting record lists it."""
        return {
            "step": self.step.body(),
            "received_ms": self.received_ms,
            "late": self.late,
            "carrier": self.carrier,
        }


def read_value(text: str) -> Value:
    """Read a stored value."""
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value


def step_row(step: Step, head: Head, received_ms: int, late: bool, carrier: str) -> dict[str, Any]:
    """Give the row of an accepted step."""
    value = list(step.value) if isinstance(step.value, tuple) else step.value
    return {
        "session": step.session, "seq": step.seq, "lease": step.lease, "item": step.item, "kind": step.kind,
        "value": to_json(value).decode(), "made_ms": step.made_ms, "received_ms": received_ms, "late": late,
        "carrier": carrier, "head": head.hash,
    }  # fmt: skip


def load_entries(connection: Connection, session: str, first: bytes) -> Iterator[Entry]:
    """Give a session's entries in order; `prev` of each is the stored head of the one before."""
    rows = connection.execute(select(STEP_TABLE).where(STEP_TABLE.c.session == session).order_by(STEP_TABLE.c.seq))
    before = first
    for row in rows:
        step = Step(
            row.session, row.lease, row.seq, row.item, row.kind, read_value(row.value), row.made_ms,
            hash_text(before),
        )  # fmt: skip
        before = bytes(row.head)
        yield Entry(step, row.received_ms, bool(row.late), row.carrier, before)
