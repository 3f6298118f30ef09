"""SIGKILL at random instants under load: nothing acknowledged is lost, doubled, changed or reordered."""

import random
import time
from pathlib import Path

import pytest

from tests.faults.hall_server import HallServer, Room, Staff, compare, prepare, running, seat_everybody

CANDIDATES = 12
KILLS = 8


@pytest.mark.timeout(170)
def test_kills_at_random_instants_lose_no_acknowledged_answer(tmp_path: Path) -> None:
    rig = prepare(tmp_path, CANDIDATES, 90)
    chance = random.Random(20261122)
    with running(HallServer(tmp_path)) as server:
        room = Room(server)
        try:
            seat_everybody(Staff(server), room, rig, range(1, CANDIDATES + 1))
            room.do("work", seconds=20)
            Staff(server).act("start")
            before = room.do("progress")
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.3, 1.8))
                server.kill()
                server.start()
            settled = room.do("settle", seconds=40)
            report = room.report()
        finally:
            room.end()
        outages = Staff(server).get("/api/hall/sittings")["sittings"][0]["incidents"]
    found = compare(tmp_path, report["acked"])
    assert before["shown"] <= settled["shown"] == CANDIDATES
    assert settled["pending"] == 0 and settled["finished"] == CANDIDATES, settled
    assert found["lost"] == found["changed"] == found["doubled"] == 0, found
    assert found["acked"] > 90 * CANDIDATES and found["stored"] >= found["acked"]
    assert all(one["kind"] == "outage" for one in outages)
