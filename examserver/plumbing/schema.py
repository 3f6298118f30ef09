"""The schema of a role: one Alembic history each, applied at start-up under a lock so that two processes never race."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, text

FOLDER = Path(__file__).parent / "migrations"
SCHEMA_LOCK = 0x736368


def alembic_config(role: str, metadata: MetaData, connection: Connection) -> Config:
    """Alembic's configuration for one role on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(FOLDER / role))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def upgrade(role: str, metadata: MetaData, engine: Engine) -> None:
    """Bring the role's database to the newest version; a second caller waits and finds nothing to do."""
    with engine.execution_options(exam_write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        command.upgrade(alembic_config(role, metadata, connection), "head")


def differences(metadata: MetaData, engine: Engine) -> list[object]:
    """What the database's schema and the tables in code disagree about (empty: nothing)."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def revise(role: str, metadata: MetaData, engine: Engine, message: str, revision: str) -> None:
    """Write a new version file holding what the tables in code have beyond the newest version."""
    upgrade(role, metadata, engine)
    with engine.execution_options(exam_write=True).begin() as connection:
        config = alembic_config(role, metadata, connection)
        command.revision(config, message, autogenerate=True, rev_id=revision, version_path=str(FOLDER / role))
