"""The schema: what the histories build is what the tables in code say, on both databases."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from examserver.plumbing.database import METADATA, Database
from examserver.plumbing.schema import differences
from examserver.slices import load_tables


@pytest.mark.parametrize("role", ["bank", "authority", "hall"])
def test_the_history_builds_what_the_code_says(role: str, tmp_path: Path) -> None:
    load_tables()
    database = Database(role, f"sqlite:///{tmp_path / role}.db")
    database.prepare()
    assert differences(METADATA[role], database.engine) == []


@pytest.mark.postgres
@pytest.mark.parametrize("role", ["bank", "authority", "hall"])
def test_the_history_builds_the_same_on_postgresql(role: str, postgres_url: str) -> None:
    load_tables()
    _empty(postgres_url)
    database = Database(role, postgres_url)
    database.prepare()
    assert differences(METADATA[role], database.engine) == []
    database.close()
    _empty(postgres_url)


def _empty(url: str) -> None:
    with create_engine(url).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def test_processes_that_start_together_prepare_the_schema_once(tmp_path: Path) -> None:
    load_tables()
    faults: list[BaseException] = []

    def start() -> None:
        try:
            Database("hall", f"sqlite:///{tmp_path / 'hall'}.db").prepare()
        except BaseException as error:  # noqa: BLE001 - any fault of a thread is the test's
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
