"""What can be done with the step log: open a session's chain, save responses, wait until everything is durable.

`save_responses` is the one action behind both carriers.  Heads of live sessions are kept in memory and rebuilt from
the log; a decision is made on the newest head, even one still on its way to the disk, and is told to the candidate
only after the commit that carries it.  Duplicates too: a repeated step is acknowledged only when it is durable.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from examserver.kernel.errors import Invalid, Missing
from examserver.plumbing.database import Database
from examserver.plumbing.runtime import RoleRuntime
from examserver.responses.answers import ItemState, apply_step, count_answered, well_formed
from examserver.responses.schemas import SaveAnswer, StepIn, StepResult
from examserver.responses.steps import (
    Accepted,
    Duplicate,
    Gap,
    Head,
    Moment,
    Outcome,
    Phase,
    Step,
    accept_step,
    first_hash,
    hash_text,
)
from examserver.responses.store import LONGEST_WAIT_S, GroupCommit, NotStored, Waiter, wait_stored
from examserver.responses.tables import load_entries, step_row
from examserver.responses.values import MOST_BYTES, normalised, too_large


class NoChain(Missing):
    """The session has no chain yet: it has not started."""

    code = "responses.no_session"
    message_zh = "考试尚未开始"
    message_en = "The session has not started"
    next_zh = "请等待开考"
    next_en = "Wait for the start"


class BadValue(Invalid):
    """A value does not fit its kind."""

    code = "responses.bad_value"
    message_zh = "第 {seq} 步的答案格式不对"
    message_en = "The value of step {seq} does not fit its kind"
    next_zh = "请刷新页面后重试"
    next_en = "Reload the page and try again"


class NotNormalised(Invalid):
    """Text in another form of Unicode than evidence is written in."""

    code = "responses.not_normalised"
    message_zh = "第 {seq} 步的文字不是规范的 Unicode 形式（NFC）"
    message_en = "The text of step {seq} is not in Unicode normalisation form C"
    next_zh = "请更新考试机上的页面；此步未写入，之前的作答不受影响"
    next_en = "Update the workstation's page; the step was not taken, earlier answers stand"


class ValueTooLarge(Invalid):
    """An answer longer than a step carries."""

    code = "responses.value_too_large"
    message_zh = "第 {seq} 步的答案过长，最多 {most} 字节"
    message_en = "The answer of step {seq} is too long: at most {most} bytes"
    next_zh = "请缩短作答；此步未写入，之前的作答不受影响"
    next_en = "Shorten the answer; the step was not taken, earlier answers stand"


@dataclass(slots=True)
class Chain:
    """A live session's chain: every hash so far, what the items look like, and how many saves are in flight."""

    header: Mapping[str, object]
    lease: int
    epoch: int
    hashes: list[bytes]
    items: dict[str, ItemState] = field(default_factory=dict)
    received_ms: int = 0
    in_flight: int = 0

    def head(self, session: str) -> Head:
        """Give the newest head, durable or on its way."""
        return Head(session, self.lease, len(self.hashes) - 1, self.hashes[-1])


@dataclass(frozen=True)
class Standing:
    """What the log holds for a session, all of it durable."""

    head: str
    seq: int
    items: Mapping[str, ItemState]


class StepLog:
    """The live chains of a hall and the writer behind them."""

    def __init__(self, database: Database) -> None:
        self._reading = database.engine
        self._own = Database(database.role, database.url, pool_size=1)
        self.writer = GroupCommit(self._own.engine.execution_options(exam_write=True))
        self._chains: dict[str, Chain] = {}
        self._frozen: set[str] = set()
        self._lock = threading.Lock()

    def open_chain(self, session: str, header: Mapping[str, object], lease: int) -> None:
        """Make the session's chain live under this lease; steps already in the log are folded in."""
        with self._lock:
            known = self._chains.get(session)
            if known is None:
                self._chains[session] = self._loaded(session, header, lease)
            else:
                known.lease = lease

    def is_open(self, session: str) -> bool:
        """Say whether the session's chain is live."""
        return session in self._chains

    def forget(self, session: str) -> None:
        """Drop a chain from memory; the log keeps it."""
        with self._lock:
            self._chains.pop(session, None)

    def freeze(self, session: str) -> None:
        """Take no more steps of a session; return when every step taken is durable or refused. Raises NotStored.

        Decided under the same lock as the steps: a save that waited with an older phase in hand comes too late.
        """
        with self._lock:
            self._frozen.add(session)
            waiter = self.writer.submit([], self.writer.epoch)
        if not waiter.done.wait(LONGEST_WAIT_S):
            raise NotStored()

    def thaw(self, session: str) -> None:
        """Take steps again: the closing did not come about."""
        with self._lock:
            self._frozen.discard(session)

    def save(
        self, session: str, steps: Sequence[Step], phase: Phase, now_ms: int, carrier: str
    ) -> tuple[list[Outcome], Head]:
        """Decide steps in order; return when accepted and repeated ones are durable. NotStored, Overloaded."""
        self.writer.check_room()
        with self._lock:
            chain = self._current(session)
            if session in self._frozen:
                phase = Phase(Moment.CLOSED, phase.deadline_ms)
            outcomes, rows = _decide(chain, session, steps, phase, now_ms, carrier)
            waiter = self._queued(chain, rows)
            head = chain.head(session)
        self._settle(chain, waiter)
        return outcomes, head

    def standing(self, session: str) -> Standing:
        """Give what is durable for a session, after waiting for what is on its way; raises NoChain, NotStored."""
        with self._lock:
            chain = self._current(session)
            waiter = self._queued(chain, [])
            head, items = chain.head(session), dict(chain.items)
        self._settle(chain, waiter)
        return Standing(hash_text(head.hash), head.seq, items)

    def progress(self, session: str) -> tuple[int, int]:
        """Give (answered items, newest step) for the console, without waiting."""
        chain = self._chains.get(session)
        return (count_answered(chain.items), len(chain.hashes) - 1) if chain else (0, 0)

    def stop(self) -> None:
        """Commit what is queued and end the writer."""
        self.writer.stop()
        self._own.close()

    def _queued(self, chain: Chain, rows: list[dict[str, object]]) -> Waiter | None:
        if not rows and not chain.in_flight:
            return None
        waiter = self.writer.submit(rows, chain.epoch)
        chain.in_flight += 1
        return waiter

    def _settle(self, chain: Chain, waiter: Waiter | None) -> None:
        if waiter is None:
            return
        try:
            wait_stored(waiter)
        except NotStored:
            chain.epoch = -1
            raise
        finally:
            chain.in_flight -= 1

    def _current(self, session: str) -> Chain:
        chain = self._chains.get(session)
        if chain is None:
            raise NoChain(session=session)
        if chain.epoch != self.writer.epoch:
            chain = self._chains[session] = self._loaded(session, chain.header, chain.lease)
        return chain

    def _loaded(self, session: str, header: Mapping[str, object], lease: int) -> Chain:
        first = first_hash(header)
        chain = Chain(header, lease, self.writer.epoch, [first])
        try:
            with self._reading.connect() as connection:
                for entry in load_entries(connection, session, first):
                    chain.hashes.append(entry.head)
                    chain.items[entry.step.item] = apply_step(chain.items, entry.step)
                    chain.received_ms = entry.received_ms
        except SQLAlchemyError as error:
            raise NotStored() from error
        return chain


def _decide(
    chain: Chain, session: str, steps: Sequence[Step], phase: Phase, now_ms: int, carrier: str
) -> tuple[list[Outcome], list[dict[str, object]]]:
    """Extend the chain by what is acceptable; after the first refusal the rest is a gap."""
    outcomes: list[Outcome] = []
    rows: list[dict[str, object]] = []
    refused = False
    for step in steps:
        head = chain.head(session)
        outcome: Outcome = Gap(head) if refused else accept_step(head, step, phase, chain.hashes)
        outcomes.append(outcome)
        refused = refused or not isinstance(outcome, Accepted | Duplicate)
        if isinstance(outcome, Accepted):
            chain.hashes.append(outcome.head.hash)
            chain.items[step.item] = apply_step(chain.items, step)
            # Times of one chain never run backwards, or the authority would refuse the whole record: not when a save
            # overtakes another, not when the wall was set back a second between two servers.
            chain.received_ms = max(chain.received_ms, now_ms)
            rows.append(step_row(step, outcome.head, chain.received_ms, outcome.late, carrier))
    return outcomes, rows


def step_log(runtime: RoleRuntime) -> StepLog:
    """Give the one step log of this runtime."""
    return runtime.part(StepLog, lambda: StepLog(runtime.database))


def save_responses(
    log: StepLog, session: str, steps: Sequence[StepIn], phase: Phase, now_ms: int, carrier: str
) -> SaveAnswer:
    """Save a candidate's steps: the one action behind the socket and the HTTP carrier."""
    outcomes, head = log.save(session, [read_step(one) for one in steps], phase, now_ms, carrier)
    results = [
        StepResult(seq=step.seq, status=outcome.status.value, head=hash_text(outcome.head.hash))
        for step, outcome in zip(steps, outcomes, strict=True)
    ]
    return SaveAnswer(
        results=results, head=hash_text(head.hash), seq=head.seq, server_ms=now_ms, deadline_ms=phase.deadline_ms
    )


def read_step(one: StepIn) -> Step:
    """Turn a message into a step; raises BadValue, NotNormalised, ValueTooLarge."""
    value = tuple(one.value) if isinstance(one.value, list) else one.value
    step = Step(one.session, one.lease, one.seq, one.item, one.kind, value, one.made_ms, one.prev)
    if not well_formed(step.kind, value):
        raise BadValue(seq=one.seq)
    if too_large(value):
        raise ValueTooLarge(seq=one.seq, most=MOST_BYTES)
    if not normalised(value):
        raise NotNormalised(seq=one.seq)
    return step
