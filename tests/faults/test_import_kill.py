"""SIGKILL while a large import is written: nothing of it is in the bank, and the next try puts all of it in."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from examserver.kernel.access import Actor
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import open_work
from itembank.exchange import actions
from itembank.exchange.reading import Submitted
from itembank.exchange.tables import ACCEPTED, ACCEPTING, load_import
from itembank.items.tables import ItemRow, ItemVersionRow
from tests.bench.imports import POINTS, as_csv, invented_rows
from tests.itembank.bank import open_bank, spec_csv, spec_rows

ROWS = 5_100
PERSON = Actor("author", "Author", "staff")
WORKER = """
import sys
from pathlib import Path
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import load_settings
from examserver.slices import load_slices
from itembank.exchange import actions
load_slices(("bank",))
runtime = RoleRuntime("bank", load_settings(env={}, data_dir=Path(sys.argv[1])))
say = lambda percent, words: print(percent, flush=True)
actions.run_acceptance(runtime, {"import": sys.argv[2]}, say)
"""


def counted(runtime: RoleRuntime) -> tuple[int, int]:
    """Items and versions in the database."""
    with open_work(runtime, PERSON, write=False) as work:
        tables = (ItemRow, ItemVersionRow)
        items, versions = (work.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
        return items, versions


@pytest.mark.timeout(120)
def test_a_killed_import_leaves_nothing_and_the_next_try_takes_all(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, POINTS))).status_code == 200
    runtime = bank.world.runtimes["bank"]
    with open_work(runtime, PERSON) as work:
        import_id = actions.check_file(work, bank.id, Submitted("items.csv", as_csv(list(invented_rows(ROWS))))).id
    assert bank.world.run_jobs() <= 1
    with open_work(runtime, PERSON) as work:
        assert actions.accept_import(work, import_id, take_good_rows=False).state == ACCEPTING
    kill_while_writing(tmp_path, import_id, 0.15)
    assert counted(runtime) == (0, 0)
    with open_work(runtime, PERSON, write=False) as work:
        assert load_import(work.session, import_id).state == ACCEPTING
    bank.world.run_jobs()
    assert counted(runtime) == (ROWS, ROWS)
    with open_work(runtime, PERSON, write=False) as work:
        row = load_import(work.session, import_id)
        assert (row.state, row.good) == (ACCEPTED, ROWS)


def kill_while_writing(folder: Path, import_id: str, delay: float) -> None:
    """Starts the writing in a process of its own and kills it so long after it began to write."""
    command = [sys.executable, "-c", WORKER, str(folder), import_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.strip() == "60" for line in process.stdout), "the writing began"
        time.sleep(delay)
        assert process.poll() is None, "the process is still writing"
        process.kill()
