"""Acts of one role are written one after the other, on SQLite and on PostgreSQL: what was read still holds."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from examserver.plumbing.database import Database, DatabaseBusy


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hall.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def databases(url: str) -> Iterator[list[Database]]:
    """Two processes' views of one database."""
    both = [Database("hall", url, timeout_s=5) for _ in range(2)]
    with both[0].transaction() as session:
        session.execute(text("CREATE TABLE lease (last INTEGER)"))
        session.execute(text("INSERT INTO lease VALUES (0)"))
    yield both
    for database in both:
        database.close()


def take_lease(database: Database, taken: list[int]) -> None:
    """Read the last lease, decide, write the next one."""
    with database.transaction() as session:
        last = session.scalar(text("SELECT last FROM lease")) or 0
        time.sleep(0.05)
        session.execute(text("UPDATE lease SET last = :next"), {"next": last + 1})
    taken.append(last + 1)


def test_no_two_acts_decide_on_the_same_reading(databases: list[Database]) -> None:
    taken: list[int] = []
    threads = [threading.Thread(target=take_lease, args=(databases[at % 2], taken)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == list(range(1, 9))


@pytest.mark.postgres
def test_a_writer_that_waits_too_long_is_told_to_try_again(postgres_database: str) -> None:
    first, hasty = Database("hall", postgres_database), Database("hall", postgres_database, timeout_s=1)
    with first.transaction(), pytest.raises(DatabaseBusy), hasty.transaction():
        pass
    first.close()
    hasty.close()


def test_a_server_that_would_acknowledge_too_early_is_overruled(databases: list[Database], url: str) -> None:
    if url.startswith("sqlite"):
        with databases[0].transaction(write=False) as session:
            assert session.scalar(text("PRAGMA synchronous")) == 2
        return
    with databases[0].engine.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit TO off'))
        connection.commit()
    fresh = Database("hall", url)
    with fresh.transaction(write=False) as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "on"
    fresh.close()
