"""Closings that meet a save, or each other: what was acknowledged is in the closed session."""

from pathlib import Path

import gevent
import pytest
from sqlalchemy import text

from examserver.hall.fsck.actions import fsck_hall
from examserver.hall.tables import SessionRow
from examserver.kernel.access import system_actor
from examserver.plumbing.work import open_work
from tests.examserver.hall.seats import HallRig, running_hall

FAILING = (
    "CREATE TRIGGER no_closing BEFORE INSERT ON audit_event WHEN NEW.action = 'session.closed' "
    "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
)


@pytest.fixture
def hall(tmp_path: Path) -> HallRig:
    return running_hall(tmp_path)


def execute(hall: HallRig, statement: str) -> None:
    """Run one statement on the hall's database."""
    with hall.runtime.database.transaction() as session:
        session.execute(text(statement))


def closed_steps(hall: HallRig, session_id: str) -> int | None:
    """How many steps the closed session holds."""
    with hall.runtime.database.transaction(write=False) as session:
        return session.get_one(SessionRow, session_id).steps


def test_a_save_between_a_failed_and_a_waiting_closing_is_in_the_closed_session(hall: HallRig) -> None:
    seat = hall.seats[0]
    seat.save(seat.step("i001", "A"))
    right = {"head": f"sha256:{seat.head.hex()}", "seq": 1}
    execute(hall, FAILING)
    saved = []

    def fails_then_goes_on() -> None:
        assert seat.post("/api/hall/seat/submit", right).status_code == 500
        execute(hall, "DROP TRIGGER no_closing")
        saved.append(seat.save(seat.step("i002", "B")).get_json()["results"][0]["status"])

    collect = {"early": True, "reason": "environment", "note": "停电"}
    first = gevent.spawn(fails_then_goes_on)
    second = gevent.spawn(hall.chief.post, hall.sitting("collect"), collect)
    gevent.joinall([first, second], timeout=20, raise_error=True)
    assert saved == ["accepted"] and closed_steps(hall, seat.session) == 2
    with open_work(hall.runtime, system_actor("fsck"), write=False) as work:
        assert [check for check in fsck_hall(work) if not check.ok] == []


def test_a_closing_that_failed_lets_the_candidate_go_on(hall: HallRig) -> None:
    seat = hall.seats[0]
    execute(hall, FAILING)
    right = {"head": seat.view()["session"]["head"], "seq": 0}
    assert seat.post("/api/hall/seat/submit", right).status_code == 500
    assert seat.save(seat.step("i001", "A")).get_json()["results"][0]["status"] == "accepted"
    execute(hall, "DROP TRIGGER no_closing")
    right = {"head": f"sha256:{seat.head.hex()}", "seq": 1}
    assert seat.post("/api/hall/seat/submit", right).get_json()["steps"] == 1


def test_submitting_twice_at_once_gives_one_receipt(hall: HallRig) -> None:
    seat = hall.seats[0]
    seat.save(seat.step("i001", "A"))
    right = {"head": f"sha256:{seat.head.hex()}", "seq": 1}
    both = [gevent.spawn(seat.post, "/api/hall/seat/submit", right) for _ in range(2)]
    gevent.joinall(both, timeout=20, raise_error=True)
    one, two = (answer.value.get_json() for answer in both)
    assert one["code"] == two["code"] and one["at_ms"] == two["at_ms"]
