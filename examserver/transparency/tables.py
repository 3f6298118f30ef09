"""Rows of published checkpoints, and how the log's entries are read."""

from sqlalchemy import BigInteger, Integer, String, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.plumbing.database import AuthorityBase
from examserver.plumbing.log import LOG_LOCK
from examserver.plumbing.shared_tables import LOG_LEAF


class CheckpointRow(AuthorityBase):
    """A state of the tree that was signed and published."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    root: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at_ms: Mapped[int] = mapped_column(BigInteger)


def lock_log(session: Session) -> None:
    """Nobody else sequences or publishes until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOG_LOCK})


def leaf_rows(session: Session) -> list[tuple[int, str, str, str, int]]:
    """(index, kind, digest, data, at_ms) of every entry, in order."""
    query = select(LOG_LEAF.c.index, LOG_LEAF.c.kind, LOG_LEAF.c.digest, LOG_LEAF.c.data, LOG_LEAF.c.at_ms)
    return [
        (int(row[0]), str(row[1]), str(row[2]), str(row[3]), int(row[4]))
        for row in session.execute(query.order_by(LOG_LEAF.c.index))
    ]


def leaf_count(session: Session) -> tuple[int, int]:
    """How many entries there are, and how many the highest index promises: they differ where one was deleted."""
    row = session.execute(select(func.count(), func.max(LOG_LEAF.c.index)).select_from(LOG_LEAF)).one()
    return int(row[0]), 0 if row[1] is None else int(row[1]) + 1


def last_checkpoint(session: Session) -> CheckpointRow | None:
    """The newest published checkpoint."""
    return session.scalars(select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)).first()


def all_checkpoints(session: Session) -> list[CheckpointRow]:
    """Every published checkpoint, smallest tree first."""
    return list(session.scalars(select(CheckpointRow).order_by(CheckpointRow.size)))
