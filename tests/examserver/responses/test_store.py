"""Group commit on a real database: nothing is acknowledged before it is durable, nothing acknowledged is lost."""

from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from sqlalchemy import func, select, text

from examserver.plumbing.database import Database, HallBase
from examserver.responses.actions import StepLog
from examserver.responses.steps import Moment, Phase, Step, first_hash, hash_text, next_hash, session_header
from examserver.responses.store import NotStored
from examserver.responses.tables import STEP_TABLE, load_entries

OPEN = Phase(Moment.OPEN, 10**13)


def header(session: str) -> dict[str, str | int]:
    """A session header."""
    return session_header(session, "sit_1", "T" + session, "frm_1", "ppr_1", 1)


def chain(session: str, length: int) -> list[Step]:
    """Steps of a valid chain."""
    last, steps = first_hash(header(session)), []
    for seq in range(1, length + 1):
        step = Step(session, 1, seq, f"i{seq % 9}", "answer", "AB"[seq % 2], seq, hash_text(last))
        last = next_hash(last, step.body())
        steps.append(step)
    return steps


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'hall.db'}" if sqlite else request.getfixturevalue("postgres_database")
    database = Database("hall", url)
    HallBase.metadata.create_all(database.engine, [STEP_TABLE])
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> Iterator[StepLog]:
    log = StepLog(database)
    yield log
    log.stop()


def stored(database: Database, session: str) -> list[int]:
    """The step numbers on storage."""
    with database.engine.connect() as connection:
        return [entry.step.seq for entry in load_entries(connection, session, first_hash(header(session)))]


def refusal_of_inserts(database: Database) -> tuple[list[str], str]:
    """Statements that make the log refuse every insert, and the one that ends it."""
    if database.is_sqlite:
        act = "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        return [f"CREATE TRIGGER full_disk BEFORE INSERT ON response_step {act}"], "DROP TRIGGER full_disk"
    body = "BEGIN RAISE EXCEPTION 'disk full'; END"
    return [
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON response_step FOR EACH ROW EXECUTE FUNCTION refuse()",
    ], "DROP TRIGGER full_disk ON response_step"


def test_what_is_acknowledged_is_on_storage(log: StepLog, database: Database) -> None:
    log.open_chain("s1", header("s1"), 1)
    outcomes, head = log.save("s1", chain("s1", 5), OPEN, 7, "socket")
    assert [outcome.status.value for outcome in outcomes] == ["accepted"] * 5
    assert stored(database, "s1") == [1, 2, 3, 4, 5] and head.seq == 5


def test_many_sessions_share_commits(log: StepLog, database: Database) -> None:
    sessions = [f"s{n}" for n in range(40)]
    for session in sessions:
        log.open_chain(session, header(session), 1)

    def work(session: str) -> None:
        for step in chain(session, 10):
            log.save(session, [step], OPEN, 7, "socket")

    gevent.joinall([gevent.spawn(work, session) for session in sessions], raise_error=True)
    with database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(STEP_TABLE)).scalar() == 400
    assert log.writer.commits < 400


def test_a_new_process_continues_where_the_log_ends(log: StepLog, database: Database) -> None:
    log.open_chain("s1", header("s1"), 1)
    steps = chain("s1", 6)
    _, head = log.save("s1", steps[:4], OPEN, 7, "socket")
    again = StepLog(database)
    again.open_chain("s1", header("s1"), 1)
    standing = again.standing("s1")
    assert (standing.seq, standing.head) == (4, hash_text(head.hash))
    outcomes, _ = again.save("s1", steps[2:], OPEN, 8, "http")
    assert [outcome.status.value for outcome in outcomes] == ["duplicate", "duplicate", "accepted", "accepted"]
    again.stop()


def test_a_failed_commit_acknowledges_nobody_and_the_same_steps_go_through_later(
    log: StepLog, database: Database
) -> None:
    log.open_chain("s1", header("s1"), 1)
    log.open_chain("s2", header("s2"), 1)
    one, two = chain("s1", 3), chain("s2", 2)
    log.save("s1", one[:1], OPEN, 7, "socket")
    refuse, allow = refusal_of_inserts(database)
    with database.transaction() as session:
        for statement in refuse:
            session.execute(text(statement))
    jobs = [
        gevent.spawn(log.save, "s1", one[1:], OPEN, 7, "socket"),
        gevent.spawn(log.save, "s2", two, OPEN, 7, "http"),
    ]
    gevent.joinall(jobs)
    assert all(isinstance(job.exception, NotStored) for job in jobs)
    assert stored(database, "s1") == [1] and stored(database, "s2") == []
    with database.transaction() as session:
        session.execute(text(allow))
    outcomes, _ = log.save("s1", one, OPEN, 8, "socket")
    assert [outcome.status.value for outcome in outcomes] == ["duplicate", "accepted", "accepted"]
    log.save("s2", two, OPEN, 8, "socket")
    assert stored(database, "s1") == [1, 2, 3] and stored(database, "s2") == [1, 2]


def test_two_processes_on_one_log_never_double_a_step(log: StepLog, database: Database) -> None:
    other = StepLog(database)
    for one in (log, other):
        one.open_chain("s1", header("s1"), 1)
    steps = chain("s1", 3)
    log.save("s1", steps[:2], OPEN, 7, "socket")
    with pytest.raises(NotStored):
        other.save("s1", steps[:1], OPEN, 7, "socket")
    outcomes, _ = other.save("s1", steps, OPEN, 7, "socket")
    assert [outcome.status.value for outcome in outcomes] == ["duplicate", "duplicate", "accepted"]
    assert stored(database, "s1") == [1, 2, 3]
    other.stop()


def test_an_old_lease_is_fenced_after_a_move(log: StepLog) -> None:
    log.open_chain("s1", header("s1"), 1)
    steps = chain("s1", 3)
    log.save("s1", steps[:2], OPEN, 7, "socket")
    log.open_chain("s1", header("s1"), 2)
    outcomes, _ = log.save("s1", steps[2:], OPEN, 7, "socket")
    assert [outcome.status.value for outcome in outcomes] == ["fenced"]


def test_a_frozen_session_takes_no_step_whatever_phase_the_save_brought(log: StepLog, database: Database) -> None:
    log.open_chain("s1", header("s1"), 1)
    steps = chain("s1", 3)
    log.save("s1", steps[:1], OPEN, 7, "socket")
    log.freeze("s1")
    outcomes, _ = log.save("s1", steps, OPEN, 8, "socket")
    assert [outcome.status.value for outcome in outcomes] == ["duplicate", "closed", "gap"]
    assert stored(database, "s1") == [1]
    log.thaw("s1")
    outcomes, _ = log.save("s1", steps[1:], OPEN, 9, "socket")
    assert [outcome.status.value for outcome in outcomes] == ["accepted"] * 2


def test_freezing_waits_for_everything_on_its_way_to_the_disk(log: StepLog, database: Database) -> None:
    log.open_chain("s1", header("s1"), 1)
    waiting = gevent.spawn(log.save, "s1", chain("s1", 4), OPEN, 7, "socket")
    gevent.sleep(0)
    log.freeze("s1")
    assert stored(database, "s1") == [1, 2, 3, 4]
    assert waiting.get(timeout=5)[1].seq == 4


def test_times_of_a_chain_never_run_backwards(log: StepLog, database: Database) -> None:
    log.open_chain("s1", header("s1"), 1)
    steps = chain("s1", 3)
    log.save("s1", steps[:1], OPEN, 100, "socket")
    log.save("s1", steps[1:2], OPEN, 99, "http")
    again = StepLog(database)
    again.open_chain("s1", header("s1"), 1)
    again.save("s1", steps[2:], OPEN, 50, "socket")
    again.stop()
    with database.engine.connect() as connection:
        entries = load_entries(connection, "s1", first_hash(header("s1")))
        assert [entry.received_ms for entry in entries] == [100, 100, 100]
