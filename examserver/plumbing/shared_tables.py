"""Tables every role has: audit, accounts, staff sessions, trusted keys, jobs. Each role keeps its own copy."""

from dataclasses import dataclass

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from examserver.plumbing.database import METADATA, AuthorityBase


@dataclass(frozen=True)
class SharedTables:
    """The five tables in one role's metadata."""

    audit: Table
    account: Table
    staff_session: Table
    trusted_key: Table
    job: Table


def _shared(metadata: MetaData) -> SharedTables:
    return SharedTables(
        _audit(metadata), _account(metadata), _staff_session(metadata), _trusted_key(metadata), _job(metadata)
    )


def _audit(metadata: MetaData) -> Table:
    return Table(
        "audit_event",
        metadata,
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("actor", String(120), nullable=False),
        Column("action", String(80), nullable=False),
        Column("subject", String(200), nullable=False, index=True),
        Column("facts", Text, nullable=False),
        Column("prev", String(80), nullable=False),
        Column("digest", String(80), nullable=False),
    )


def _account(metadata: MetaData) -> Table:
    return Table(
        "account",
        metadata,
        Column("id", String(40), primary_key=True),
        Column("login", String(80), nullable=False, unique=True),
        Column("name", String(120), nullable=False),
        Column("roles", JSON, nullable=False),
        Column("scope", String(80)),
        Column("password_hash", String(200), nullable=False),
        Column("key_file", Text),
        Column("state", String(20), nullable=False, default="active"),
        Column("created_ms", BigInteger, nullable=False),
    )


def _staff_session(metadata: MetaData) -> Table:
    return Table(
        "staff_session",
        metadata,
        Column("token_hash", String(80), primary_key=True),
        Column("account_id", String(40), nullable=False, index=True),
        Column("csrf", String(80), nullable=False),
        Column("device", String(200), nullable=False),
        Column("created_ms", BigInteger, nullable=False),
        Column("expires_ms", BigInteger, nullable=False),
    )


def _trusted_key(metadata: MetaData) -> Table:
    return Table(
        "trusted_key",
        metadata,
        Column("key", String(40), primary_key=True),
        Column("role", String(40), primary_key=True),
        Column("name", String(120), nullable=False),
        Column("signing_key", String(80), nullable=False),
        Column("sealing_key", String(80)),
        Column("added_ms", BigInteger, nullable=False),
        Column("added_by", String(120), nullable=False),
    )


def _job(metadata: MetaData) -> Table:
    return Table(
        "job",
        metadata,
        Column("id", String(40), primary_key=True),
        Column("kind", String(60), nullable=False),
        Column("payload", JSON, nullable=False),
        Column("state", String(20), nullable=False),
        Column("percent", Integer, nullable=False, default=0),
        Column("note", String(400), nullable=False, default=""),
        Column("result", JSON),
        Column("error", JSON),
        Column("by", String(120), nullable=False),
        Column("created_ms", BigInteger, nullable=False),
        Column("lease_ms", BigInteger, nullable=False, default=0),
        Column("attempts", Integer, nullable=False, default=0),
        Index("ix_job_state", "state"),
    )


SHARED: dict[str, SharedTables] = {role: _shared(metadata) for role, metadata in METADATA.items()}

LOG_LEAF = Table(
    "log_leaf",
    AuthorityBase.metadata,
    Column("index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("digest", String(80), nullable=False, index=True),
    Column("data", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
