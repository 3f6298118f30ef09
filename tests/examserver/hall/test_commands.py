"""`exam hall …` from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from examserver.cli import exam
from examserver.hall.store import OtherServer, hold_database
from examserver.plumbing.runtime import RoleRuntime
from tests.examserver.hall.rig import SITTING
from tests.examserver.hall.seats import HallRig, make_hall, running_hall


def run(hall: HallRig, *words: str) -> tuple[int, str]:
    """Exit status and output."""
    result = CliRunner().invoke(exam, ["--data", str(hall.world.settings.data_dir), "hall", *words])
    return result.exit_code, result.output


def test_init_makes_a_ca_and_keeps_it(tmp_path: Path) -> None:
    hall = make_hall(tmp_path)
    status, first = run(hall, "init", "--name", "exam.hall", "--name", "10.0.0.5")
    assert status == 0 and hall.runtime.keys.signing.id in first
    assert run(hall, "init")[1] == first


def test_files_come_in_by_hand_and_are_judged_by_the_real_clock(tmp_path: Path) -> None:
    hall = make_hall(tmp_path / "data")
    order, package, release = tmp_path / "a.order.json", tmp_path / "a.paper.zip", tmp_path / "a.release.json"
    order.write_bytes(hall.rig.order)
    package.write_bytes(hall.rig.paper.package)
    release.write_bytes(hall.rig.release(0, "laptop", hall.clock.now_ms()))
    assert run(hall, "order", str(order)) == (0, f"{SITTING}\n")
    assert run(hall, "paper", str(package))[0] == 1, "this package has expired by the real clock"
    assert run(hall, "release", SITTING, str(release))[0] == 1, "the real clock is outside this order's window"


def test_a_second_server_on_the_same_database_is_refused(tmp_path: Path) -> None:
    hall = make_hall(tmp_path)
    held = hold_database(hall.runtime)
    assert hold_database(hall.runtime) is held
    second = RoleRuntime("hall", hall.world.settings)
    with pytest.raises(OtherServer):
        hold_database(second)
    assert held.file is not None
    held.file.close()
    assert hold_database(second).file is not None


def test_fsck_names_the_altered_step_and_ends_with_status_1(tmp_path: Path) -> None:
    hall = running_hall(tmp_path)
    seat = hall.seats[0]
    seat.save(*[seat.step(f"i{n:03}", "A") for n in range(1, 6)])
    assert run(hall, "fsck")[0] == 0
    with hall.runtime.database.transaction() as session:
        session.execute(text("UPDATE response_step SET value = '\"B\"' WHERE seq = 2"))
    status, output = run(hall, "fsck")
    assert status == 1 and f"session {seat.session} step 2" in output
    status, output = run(hall, "fsck", "--json")
    assert status == 1 and not json.loads(output)["ok"]
