"""A unit of work: the act and its trace together or not at all, on both databases."""

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from examserver.kernel.access import system_actor
from examserver.kernel.audit import verify_chain
from examserver.kernel.errors import Refused
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.files import DiskFull, FileAltered, NoSuchFile, Vault, write_durably
from examserver.plumbing.identity import LoginTaken, create_account
from examserver.plumbing.log import append_leaf
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import BadSettings, load_settings
from examserver.plumbing.shared_tables import SHARED
from examserver.plumbing.work import open_work

ME = system_actor("test")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> RoleRuntime:
    """The authority role on a fresh database of each kind."""
    urls = {} if request.param == "sqlite" else {"authority": request.getfixturevalue("postgres_url")}
    made = RoleRuntime("authority", load_settings(env={}, data_dir=tmp_path, database_urls=urls))
    made.database.prepare()
    yield made
    if urls:
        with made.database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    made.close()


def test_an_act_and_its_trace_are_committed_together(runtime: RoleRuntime) -> None:
    with open_work(runtime, ME) as work:
        create_account(work, "zhang", "张三", ["plan_officer"], "a long password")
    with open_work(runtime, ME, write=False) as work:
        events = list(read_events(work.session, "authority"))
    assert [event.action for event in events] == ["account.created"]
    assert all(check.ok for check in verify_chain(events))


def test_a_refused_act_leaves_nothing_but_its_recorded_attempt(runtime: RoleRuntime) -> None:
    with pytest.raises(Refused), open_work(runtime, ME) as work:
        create_account(work, "li", "李四", ["plan_officer"], "a long password")
        work.attempt("release.attempted", "sit_1", custodian="甲")
        raise Refused()
    with open_work(runtime, ME, write=False) as work:
        assert [event.action for event in read_events(work.session, "authority")] == ["release.attempted"]
        assert work.session.execute(select(func.count()).select_from(SHARED["authority"].account)).scalar() == 0


def test_parallel_acts_keep_one_unbroken_chain_and_log(runtime: RoleRuntime) -> None:
    def act(number: int) -> None:
        for turn in range(5):
            with open_work(runtime, ME) as work:
                work.record("counted", f"thread {number}", turn=turn)
                append_leaf(work, "approval", {"thread": number, "turn": turn})

    threads = [threading.Thread(target=act, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_work(runtime, ME, write=False) as work:
        events = list(read_events(work.session, "authority"))
        indexes = [row[0] for row in work.session.execute(text('SELECT "index" FROM log_leaf ORDER BY "index"'))]
    assert sum(event.action == "counted" for event in events) == 30
    assert [check.ok for check in verify_chain(events)] == [True]
    assert indexes == list(range(30))


def test_a_row_altered_in_the_database_is_named_by_the_chain(runtime: RoleRuntime) -> None:
    for number in range(3):
        with open_work(runtime, ME) as work:
            work.record("counted", "x", number=number)
    table = SHARED["authority"].audit
    with runtime.database.transaction() as session:
        session.execute(update(table).where(table.c.seq == 2).values(facts=json.dumps({"number": 7})))
    with open_work(runtime, ME, write=False) as work:
        failed = [check for check in verify_chain(read_events(work.session, "authority")) if not check.ok]
    assert "audit event 2 counted" in failed[0].place


def test_a_login_is_taken_once(runtime: RoleRuntime) -> None:
    with open_work(runtime, ME) as work:
        create_account(work, "wang", "王五", ["plan_officer"], "a long password")
    with pytest.raises(LoginTaken), open_work(runtime, ME) as work:
        create_account(work, "wang", "王六", ["plan_officer"], "a long password")


def test_settings_refuse_names_nobody_knows(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text("prot = 8443\n")
    for wrong in (lambda: load_settings([file], env={}), lambda: load_settings(env={"EXAM_HALL__NAMS": "x"})):
        with pytest.raises(BadSettings):
            wrong()
    assert load_settings(env={"EXAM_PORT": "9000", "EXAM_POOL__SIZE": "3"}).pool.size == 3


def test_stored_files_are_checked_on_every_read(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    name = vault.put("试题".encode())
    assert vault.get(name).decode() == "试题" and vault.put("试题".encode()) == name
    vault.path(name).write_bytes(b"other")
    with pytest.raises(FileAltered):
        vault.get(name)
    for absent in ("sha256:" + "0" * 64, "sha256:../../etc/passwd", "x"):
        with pytest.raises(NoSuchFile):
            vault.get(absent)


def test_a_write_that_fails_leaves_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_durably(target, b"old")
    with pytest.raises(DiskFull):
        write_durably(tmp_path / "file" / "below-a-file", b"new")
    assert target.read_bytes() == b"old" and [path.name for path in tmp_path.iterdir()] == ["file"]
