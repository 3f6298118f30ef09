"""The authority's append-only log: a leaf gets its index in the same transaction as the act it speaks of
(*sequenced*).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import func, insert, select, text

from examserver.kernel.canonical import digest, encode
from examserver.plumbing.audit_store import AUDIT_LOCK
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.shared_tables import LOG_LEAF
from examserver.plumbing.work import Work

# One lock for both chains: with two, an act that records first and one that appends first would deadlock.
LOG_LOCK = AUDIT_LOCK
# What happens once a transaction that appended is durable: the slice that keeps the tree publishes its new state.
PUBLISHERS: list[Callable[[RoleRuntime], None]] = []
_LATER: ContextVar[bool] = ContextVar("exam_log_published_later", default=False)


def append_leaf(work: Work, kind: str, body: dict[str, Any]) -> int:
    """Append encode({"kind", "at_ms", "body"}, "exam.log-leaf", 1) as the next leaf and return its index."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOG_LOCK})
    last = work.session.execute(select(func.max(LOG_LEAF.c.index))).scalar()
    index = 0 if last is None else int(last) + 1
    data = encode({"kind": kind, "at_ms": work.now_ms, "body": body}, "exam.log-leaf", 1)
    row = {"index": index, "kind": kind, "digest": digest(data), "data": data.decode(), "at_ms": work.now_ms}
    work.session.execute(insert(LOG_LEAF).values(**row))
    if not work.session.info.setdefault("log_appended", False):
        work.session.info["log_appended"] = True
        work.after_commit(lambda: _publish(work.runtime))
    return index


def _publish(runtime: RoleRuntime) -> None:
    for publish in () if _LATER.get() else PUBLISHERS:
        publish(runtime)


@contextmanager
def published_together(runtime: RoleRuntime) -> Iterator[None]:
    """Acts in here are sequenced one by one as always, and published together at the end (a job's many acts)."""
    before = _LATER.set(True)
    try:
        yield
    finally:
        _LATER.reset(before)
        if runtime.role == "authority":
            _publish(runtime)
