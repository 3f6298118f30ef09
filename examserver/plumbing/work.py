"""A unit of work: one transaction, one actor, one reading of the clock, and the trace of the act within it."""

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from examserver.kernel.access import Actor
from examserver.kernel.audit import AuditEvent
from examserver.kernel.ids import make_id
from examserver.plumbing.audit_store import append_event
from examserver.plumbing.runtime import RoleRuntime

logger = logging.getLogger("exam.work")


class Work:
    """What an action is given: session, actor, now_ms, runtime, request_id; `purpose`: why the person reads."""

    def __init__(self, runtime: RoleRuntime, session: Session, actor: Actor, request_id: str) -> None:
        self.runtime, self.session, self.actor, self.request_id = runtime, session, actor, request_id
        self.now_ms = runtime.clock.now_ms()
        self.purpose = ""
        self._afterwards: list[Callable[[], None]] = []
        self._attempts: list[tuple[str, str, dict[str, Any]]] = []

    @property
    def role(self) -> str:
        """The role whose database this work is in."""
        return self.runtime.role

    def new_id(self, prefix: str) -> str:
        """A fresh identifier."""
        return make_id(prefix, self.now_ms, os.urandom(10))

    def record(self, action: str, subject: str, **facts: Any) -> AuditEvent:
        """Append to the audit chain in this transaction: an act without its trace cannot exist."""
        return append_event(self.session, self.role, self.now_ms, self.actor.id, action, subject, facts)

    def attempt(self, action: str, subject: str, **facts: Any) -> None:
        """A trace that is kept even when the act is then refused and rolled back."""
        self._attempts.append((action, subject, facts))

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do this once the transaction is durable (pushes to screens, waking a worker)."""
        self._afterwards.append(act)

    def _record_attempts(self) -> None:
        for action, subject, facts in self._attempts:
            self.record(action, subject, **facts)

    def _finish(self) -> None:
        for act in self._afterwards:
            act()


@contextmanager
def open_work(runtime: RoleRuntime, actor: Actor, write: bool = True, request_id: str = "") -> Iterator[Work]:
    """A work whose changes are committed on leaving; on an error only its recorded attempts are kept."""
    work: Work | None = None
    try:
        with runtime.database.transaction(write) as session:
            work = Work(runtime, session, actor, request_id or secrets.token_hex(8))
            yield work
            work._record_attempts()
    except BaseException:
        if work is not None and work._attempts:
            _keep_attempts(work)
        raise
    work._finish()


def _keep_attempts(failed: Work) -> None:
    with failed.runtime.database.transaction() as session:
        again = Work(failed.runtime, session, failed.actor, failed.request_id)
        again._attempts = failed._attempts
        again._record_attempts()
    logger.info(
        "attempt refused", extra={"facts": {"actor": failed.actor.id, "acts": [a[0] for a in failed._attempts]}}
    )
