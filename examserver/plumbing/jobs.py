"""Long work outside the server process: queued in the role's database, taken by `exam worker`, watched by id.

A job is taken under a lease the worker renews; when a worker dies its job is taken again, so every job must be
safe to run twice. After three tries it stays failed with its reason.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, insert, or_, select, update

from examserver.kernel.access import system_actor
from examserver.kernel.errors import ExamError, Missing
from examserver.plumbing.log import published_together
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import Work, open_work

logger = logging.getLogger("exam.jobs")
Progress = Callable[[int, str], None]
Runner = Callable[[RoleRuntime, dict[str, Any], Progress], dict[str, Any]]
LEASE_MS = 30_000
MAX_ATTEMPTS = 3
RUNNERS: dict[tuple[str, str], Runner] = {}


class NoSuchJob(Missing):
    """No job with this id."""

    code = "job.missing"


def job(kind: str, *, role: str) -> Callable[[Runner], Runner]:
    """Declare what runs a kind of job: run(runtime, payload, progress) → result."""

    def declare(runner: Runner) -> Runner:
        RUNNERS[role, kind] = runner
        return runner

    return declare


def enqueue(work: Work, kind: str, payload: dict[str, Any]) -> str:
    """Queue a job in this transaction; returns its id."""
    job_id = work.new_id("job")
    work.session.execute(
        insert(SHARED[work.role].job).values(
            id=job_id,
            kind=kind,
            payload=payload,
            state="queued",
            percent=0,
            note="",
            by=work.actor.id,
            created_ms=work.now_ms,
            lease_ms=0,
            attempts=0,
        )
    )
    return job_id


def load_job(work: Work, job_id: str) -> Any:
    """The job's row; raises NoSuchJob."""
    table = SHARED[work.role].job
    row = work.session.execute(select(table).where(table.c.id == job_id)).first()
    if row is None:
        raise NoSuchJob(what=job_id)
    return row


@dataclass
class _Lease:
    """Keeps a taken job ours while it runs."""

    runtime: RoleRuntime
    job_id: str
    stop: threading.Event

    def renew(self) -> None:
        while not self.stop.wait(LEASE_MS / 3000):
            self.save(lease_ms=self.runtime.clock.now_ms() + LEASE_MS)

    def save(self, **values: Any) -> None:
        table = SHARED[self.runtime.role].job
        with self.runtime.database.transaction() as session:
            session.execute(update(table).where(table.c.id == self.job_id).values(**values))

    def progress(self, percent: int, note: str) -> None:
        self.save(percent=max(0, min(100, percent)), note=note[:400])


def _take(runtime: RoleRuntime) -> Any:
    """The oldest job nobody holds, now ours; None when there is none."""
    table, now_ms = SHARED[runtime.role].job, runtime.clock.now_ms()
    free = or_(table.c.state == "queued", (table.c.state == "running") & (table.c.lease_ms < now_ms))
    with runtime.database.transaction(write=False) as session:
        row = session.execute(select(table).where(free).order_by(table.c.created_ms).limit(1)).first()
    if row is None:
        return None
    with runtime.database.transaction() as session:
        taken = session.execute(
            update(table)
            .where(table.c.id == row.id, table.c.lease_ms == row.lease_ms, free)
            .values(state="running", lease_ms=now_ms + LEASE_MS, attempts=row.attempts + 1)
        )
        return row if cast(CursorResult[Any], taken).rowcount == 1 else None


def run_one(runtime: RoleRuntime) -> bool:
    """Take and run one job; False when there was none."""
    row = _take(runtime)
    if row is None:
        return False
    lease = _Lease(runtime, row.id, threading.Event())
    keeper = threading.Thread(target=lease.renew, daemon=True)
    keeper.start()
    try:
        _run(runtime, row, lease)
    finally:
        lease.stop.set()
        keeper.join()
    return True


def _run(runtime: RoleRuntime, row: Any, lease: _Lease) -> None:
    try:
        with published_together(runtime):
            result = RUNNERS[runtime.role, row.kind](runtime, row.payload, lease.progress)
        lease.save(state="done", percent=100, result=result)
    except ExamError as error:
        lease.save(state="failed", error=error.as_json())
        logger.info("job refused", extra={"facts": {"job": row.id, "kind": row.kind, "code": error.code}})
    except Exception:  # a job's fault must end in the job's row, not in the worker's death
        logger.exception("job failed", extra={"facts": {"job": row.id, "kind": row.kind}})
        failed = row.attempts + 1 >= MAX_ATTEMPTS
        error_json = ExamError().as_json(request_id=row.id) | {"code": "job.failed"}
        lease.save(state="failed" if failed else "queued", lease_ms=0, error=error_json)
    with open_work(runtime, system_actor("worker")) as work:
        work.record("job.ended", row.id, kind=row.kind)


def run_all(runtime: RoleRuntime) -> int:
    """Run queued jobs until there is none; returns how many ran (tests, command lines without a worker)."""
    count = 0
    while run_one(runtime):
        count += 1
    return count
