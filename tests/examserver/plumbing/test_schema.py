"""The schema: what the histories build is what the tables in code say, on both databases."""

import json
import threading
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from examserver.plumbing.database import METADATA, Database
from examserver.plumbing.schema import alembic_config, differences, upgrade
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


def test_items_used_before_the_ledger_are_counted_when_a_bank_is_upgraded(tmp_path: Path) -> None:
    load_tables()
    engine = Database("bank", f"sqlite:///{tmp_path / 'bank'}.db").engine
    placed = [{"id": "S1", "items": [{"code": "Q1"}, {"code": "Q2"}]}]
    with engine.execution_options(exam_write=True).begin() as connection:
        command.upgrade(alembic_config("bank", METADATA["bank"], connection), "0005")
        for state in ("approved", "assembled"):
            values = {"id": state, "state": state, "sections": json.dumps(placed)}
            connection.execute(text(ASSEMBLY), values)
            connection.execute(text(FORM), values)
    upgrade("bank", METADATA["bank"], engine)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT assembly_id, form_id, code, at_ms FROM item_use ORDER BY code")).all()
    assert [tuple(row) for row in rows] == [("approved", "f", "Q1", 7), ("approved", "f", "Q2", 7)]


ASSEMBLY = """INSERT INTO assembly (id, bank_id, blueprint_id, blueprint_digest, specification_digest, pool_digest,
 seed, forms,
 reserve_forms, state, shortages, overlap, job_id, solver, "by", by_name, created_ms, approver, approver_name,
 approved_ms) VALUES (:id, 'b', '', '', '', '', '', 1, 0, :state, '[]', '[]', '', '', '', '', 1, '', '', 7)"""
FORM = """INSERT INTO assembly_form (assembly_id, form_id, number, name, reserve, sections, items, digest, key_digest,
 checks) VALUES (:id, 'f', 1, 'A', 0, :sections, 2, '', '', '[]')"""
