"""A full disk: nothing is acknowledged that is not stored, nothing acknowledged is lost, and it goes on by itself."""

import resource
import time
from pathlib import Path

import pytest

from tests.faults.hall_server import HallServer, Room, Staff, compare, prepare, running, seat_everybody

CANDIDATES = 10


def limit_files(server: HallServer, size: int) -> None:
    """Let no file of the server grow beyond this size: a write past it fails like one on a full disk."""
    assert server.process is not None
    hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, hard))


@pytest.mark.timeout(150)
def test_a_full_disk_stops_acknowledging_and_loses_nothing(tmp_path: Path) -> None:
    rig = prepare(tmp_path, CANDIDATES, 90)
    with running(HallServer(tmp_path)) as server:
        room = Room(server)
        try:
            seat_everybody(Staff(server), room, rig, range(1, CANDIDATES + 1))
            room.do("work", seconds=12)
            Staff(server).act("start")
            time.sleep(3)
            wal = tmp_path / "hall" / "hall.db-wal"
            limit_files(server, wal.stat().st_size // 2)
            time.sleep(1)
            stuck = room.do("progress")
            time.sleep(3)
            still = room.do("progress")
            limit_files(server, resource.RLIM_INFINITY)
            settled = room.do("settle", seconds=40)
            report = room.report()
        finally:
            room.end()
    assert still["acked"] == stuck["acked"] and still["pending"] > stuck["pending"], (stuck, still)
    assert settled["pending"] == 0 and settled["finished"] == CANDIDATES
    found = compare(tmp_path, report["acked"])
    assert found["lost"] == found["changed"] == found["doubled"] == 0
