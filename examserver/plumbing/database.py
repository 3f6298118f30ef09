"""One database per role: SQLite by default (WAL, synchronous FULL) or PostgreSQL through the same SQLAlchemy code.

Writes of a role happen one after the other on both: an act that reads and then decides must not be overtaken between
the two. SQLite takes its lock at once (BEGIN IMMEDIATE), PostgreSQL an advisory lock, both behind a cooperative lock of
this process, so that no greenlet blocks the loop or empties the pool while another writes. Pools have explicit sizes;
the wait for a connection is measured (`exam_pool_wait_seconds`), because a starving pool is how such servers die.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session

from examserver.kernel.errors import Unavailable
from examserver.plumbing.schema import upgrade
from examserver.plumbing.telemetry import METRICS

WRITE_LOCK = 0x6578616D

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class BankBase(DeclarativeBase):
    """Rows of the item bank role."""

    metadata = MetaData(naming_convention=CONVENTION)


class AuthorityBase(DeclarativeBase):
    """Rows of the authority role."""

    metadata = MetaData(naming_convention=CONVENTION)


class HallBase(DeclarativeBase):
    """Rows of the hall role."""

    metadata = MetaData(naming_convention=CONVENTION)


METADATA: dict[str, MetaData] = {
    "bank": BankBase.metadata,
    "authority": AuthorityBase.metadata,
    "hall": HallBase.metadata,
}


class DatabaseBusy(Unavailable):
    """No connection or lock within the time allowed, or the storage refused."""

    code = "database.busy"
    message_zh = "数据库繁忙或存储不可写，请稍候"
    message_en = "The database is busy or its storage refuses writes"
    next_zh = "系统将自动重试；持续出现请通知管理员"
    next_en = "It is tried again by itself; if it goes on, tell the administrator"


class Database:
    """A role's engine and its transactions."""

    def __init__(self, role: str, url: str, pool_size: int = 8, timeout_s: int = 10) -> None:
        self.role, self.url = role, url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._timeout_s = timeout_s
        self._write_lock = threading.Lock()
        self.engine = self._engine(pool_size, timeout_s)
        self._writing = self.engine.execution_options(exam_write=True)

    def _engine(self, pool_size: int, timeout_s: int) -> Engine:
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": timeout_s}
        if not self.is_sqlite:
            engine = create_engine(self.url, pool_pre_ping=True, **options)
            event.listen(engine, "connect", _configure_postgres)
            return engine
        Path(make_url(self.url).database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, connect_args={"check_same_thread": False, "timeout": timeout_s}, **options)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def transaction(self, write: bool = True) -> Iterator[Session]:
        """A session whose changes are committed on leaving, or rolled back on an error; raises DatabaseBusy."""
        with self._turn(write), Session(self._writing if write else self.engine, expire_on_commit=False) as session:
            try:
                with METRICS.timed("exam_pool_wait_seconds", role=self.role):
                    session.connection()
                if write and not self.is_sqlite:
                    self._wait_for_writers(session)
                yield session
                session.commit()
            except (OperationalError, TimeoutError) as error:
                session.rollback()
                raise DatabaseBusy() from error
            except BaseException:
                session.rollback()
                raise

    def _wait_for_writers(self, session: Session) -> None:
        session.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": f"{self._timeout_s}s"})
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})

    @contextmanager
    def _turn(self, write: bool) -> Iterator[None]:
        if not write:
            yield
            return
        if not self._write_lock.acquire(timeout=self._timeout_s):
            raise DatabaseBusy()
        try:
            yield
        finally:
            self._write_lock.release()

    def prepare(self) -> None:
        """Bring the schema to the newest version of the role's history."""
        upgrade(self.role, METADATA[self.role], self.engine)

    def close(self) -> None:
        """Return every connection."""
        self.engine.dispose()


def _configure_postgres(connection: Any, _record: Any) -> None:
    """An acknowledgement means durable here too, whatever the server's default is."""
    asked, connection.autocommit = connection.autocommit, True
    if connection.execute("SHOW synchronous_commit").fetchone()[0] == "off":
        connection.execute("SET synchronous_commit TO on")
    connection.autocommit = asked


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("exam_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
