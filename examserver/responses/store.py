"""The durable end of the step log: one real thread that commits whatever queued while its last commit ran.

Nothing is acknowledged before its commit returned.  A failed commit fails everybody who waited on it and raises the
epoch: whatever was decided on heads that never became durable is refused unwritten, and heads are read again from
the database.  The thread is a real one even under gevent, so that a slow disk never stops the sockets.
"""

import contextlib
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gevent
import gevent.event
import gevent.monkey
from sqlalchemy import Connection, Engine, insert

from examserver.kernel.errors import Unavailable
from examserver.responses.tables import STEP_TABLE

MOST_WAITING = 20_000
MOST_PER_COMMIT = 2_000
LONGEST_WAIT_S = 20
# The writer asks for the interpreter after each commit; the default of 5 ms would be most of the acknowledgement.
SWITCH_S = 0.001

_start_thread = gevent.monkey.get_original("_thread", "start_new_thread")
_RealQueue = gevent.monkey.get_original("queue", "SimpleQueue")


class NotStored(Unavailable):
    """The storage did not take the answers; they stay in the workstation's queue and are sent again."""

    code = "responses.not_stored"
    message_zh = "服务器暂时无法保存，答案保留在本机，将自动重试"
    message_en = "The server can't save right now; answers stay on this workstation and are sent again"
    next_zh = "请继续作答，无需任何操作"
    next_en = "Keep working; nothing needs to be done"


class Overloaded(Unavailable):
    """Too many saves wait already."""

    code = "responses.overloaded"
    message_zh = "保存请求过多，将自动重试"
    message_en = "Too many saves are waiting; it is tried again by itself"
    next_zh = "请继续作答，无需任何操作"
    next_en = "Keep working; nothing needs to be done"


@dataclass(slots=True)
class Waiter:
    """One save on its way to the disk."""

    rows: Sequence[dict[str, Any]]
    epoch: int
    bell: "Bell"
    done: gevent.event.Event = field(default_factory=gevent.event.Event)
    failed: bool = False


class Bell:
    """Wakes greenlets of one event loop from the writer's thread."""

    def __init__(self) -> None:
        self._rung: deque[Waiter] = deque()
        self._watcher = gevent.get_hub().loop.async_()
        self._watcher.start(self._wake)

    def ring(self, waiters: Sequence[Waiter]) -> None:
        """Say, from any thread, that these waiters have their outcome."""
        self._rung.extend(waiters)
        self._watcher.send()

    def _wake(self) -> None:
        while self._rung:
            self._rung.popleft().done.set()


class GroupCommit:
    """The writer; `epoch` counts failed commits."""

    def __init__(self, engine: Engine) -> None:
        self.epoch = 0
        self.commits = 0
        self._engine = engine
        self._queue: Any = _RealQueue()
        self._bells: dict[object, Bell] = {}
        self._connection: Connection | None = None
        sys.setswitchinterval(SWITCH_S)
        _start_thread(self._run, ())

    def submit(self, rows: Sequence[dict[str, Any]], epoch: int) -> Waiter:
        """Queue rows decided under `epoch` (none: only wait for those before)."""
        waiter = Waiter(rows, epoch, self._bell())
        self._queue.put(waiter)
        return waiter

    def check_room(self) -> None:
        """Raise Overloaded while too many saves wait: better said before deciding than after."""
        if self._queue.qsize() > MOST_WAITING:
            raise Overloaded()

    def stop(self) -> None:
        """Commit what is queued and end the thread."""
        last = Waiter((), self.epoch, self._bell())
        self._queue.put(last)
        last.done.wait(LONGEST_WAIT_S)
        final = Waiter((), -1, self._bell())
        self._queue.put((final,))
        final.done.wait(LONGEST_WAIT_S)

    def _bell(self) -> Bell:
        hub = gevent.get_hub()
        if hub not in self._bells:
            self._bells[hub] = Bell()
        return self._bells[hub]

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < MOST_PER_COMMIT and not self._queue.empty():
                batch.append(self._queue.get())
            final = next((one[0] for one in batch if isinstance(one, tuple)), None)
            self._commit([one for one in batch if isinstance(one, Waiter)])
            if final is not None:
                self._drop_connection()
                final.bell.ring([final])
                return

    def _commit(self, batch: list[Waiter]) -> None:
        current = [waiter for waiter in batch if waiter.epoch == self.epoch]
        rows = [row for waiter in current for row in waiter.rows]
        stored = not rows or self._store(rows)
        good = set(map(id, current)) if stored else set()
        for waiter in batch:
            waiter.failed = id(waiter) not in good
        for bell in {id(waiter.bell): waiter.bell for waiter in batch}.values():
            bell.ring([waiter for waiter in batch if waiter.bell is bell])

    def _store(self, rows: list[dict[str, Any]]) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            self._connection.execute(insert(STEP_TABLE), rows)
            self._connection.commit()
        except Exception:  # noqa: BLE001 - whatever the storage says, the answer is the same: not stored
            self._drop_connection()
            self.epoch += 1
            return False
        self.commits += 1
        return True

    def _drop_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.invalidate()
                self._connection.close()
        self._connection = None


def wait_stored(waiter: Waiter) -> None:
    """Return once the waiter's rows are durable; raises NotStored."""
    if not waiter.done.wait(LONGEST_WAIT_S) or waiter.failed:
        raise NotStored()
