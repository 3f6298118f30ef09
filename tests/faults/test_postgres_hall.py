"""A hall on PostgreSQL keeps the same promise: killed under load, nothing acknowledged is lost or doubled."""

import time
from pathlib import Path

import pytest

from tests.faults.hall_server import HallServer, Room, Staff, compare, prepare, running, seat_everybody

CANDIDATES = 8


@pytest.mark.timeout(170)
def test_kills_on_postgresql_lose_no_acknowledged_answer(tmp_path: Path, postgres_database: str) -> None:
    rig = prepare(tmp_path, CANDIDATES, 60, postgres_database)
    server = HallServer(tmp_path, env={"EXAM_DATABASE_URLS__HALL": postgres_database})
    with running(server):
        room = Room(server)
        try:
            seat_everybody(Staff(server), room, rig, range(1, CANDIDATES + 1))
            room.do("work", seconds=10)
            Staff(server).act("start")
            for pause in (1.5, 0.7, 2.1):
                time.sleep(pause)
                server.kill()
                server.start()
            settled = room.do("settle", seconds=40)
            report = room.report()
        finally:
            room.end()
    found = compare(tmp_path, report["acked"], postgres_database)
    assert settled["pending"] == 0 and settled["finished"] == CANDIDATES, settled
    assert found["lost"] == found["changed"] == found["doubled"] == 0, found
    assert found["acked"] > 55 * CANDIDATES
