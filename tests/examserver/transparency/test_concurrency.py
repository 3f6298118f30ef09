"""Many acts at once: indices without gaps, one tree, whatever the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from examserver.kernel.access import system_actor
from examserver.plumbing.log import append_leaf
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import load_settings
from examserver.plumbing.work import open_work
from examserver.transparency import actions
from examserver.transparency.fsck import check_audit, check_log_of


def opened(folder: Path, **settings: Any) -> RoleRuntime:
    runtime = RoleRuntime("authority", load_settings(env={}, data_dir=folder, **settings))
    runtime.database.prepare()
    return runtime


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[RoleRuntime]:
    runtime = opened(tmp_path)
    yield runtime
    runtime.close()


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_database: str) -> Iterator[RoleRuntime]:
    runtime = opened(tmp_path, database_urls={"authority": postgres_database})
    yield runtime
    runtime.close()


def act(runtime: RoleRuntime, n: int) -> None:
    with open_work(runtime, system_actor("test")) as work:
        for part in range(1 + n % 3):
            append_leaf(work, "certificate", {"number": f"{n}.{part}"})
        work.record("certificate.issued", str(n))
        if n % 10 == 9:
            raise KeyError(n)


def check_crowd(runtime: RoleRuntime) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(act, runtime, n) for n in range(60)]
    assert sum(one.exception() is not None for one in done) == 6
    actions.publish(runtime)
    with open_work(runtime, system_actor("fsck"), write=False) as work:
        checks = check_log_of(work) + check_audit(work)
        assert [check for check in checks if not check.ok] == []
        leaves = actions.leaves(work, "certificate")
    assert [leaf.index for leaf in leaves] == list(range(len(leaves)))
    assert {leaf.body["number"].partition(".")[0] for leaf in leaves} == {str(n) for n in range(60) if n % 10 != 9}


def test_a_crowd_of_acts_leaves_one_log_without_gaps(on_sqlite: RoleRuntime) -> None:
    check_crowd(on_sqlite)


def test_a_crowd_of_acts_leaves_one_log_without_gaps_on_postgres(on_postgres: RoleRuntime) -> None:
    check_crowd(on_postgres)
