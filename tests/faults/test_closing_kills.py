"""Kills around the deadline: all are closed exactly once, and the signed record holds every acknowledged answer."""

import subprocess
import time
from pathlib import Path

import pytest

from examserver.hall.verify import verify_record
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import encode, unb64u
from examserver.kernel.crypto.seal import open_bytes, open_with
from examserver.kernel.documents import Trust, TrustedKey, read_document
from examserver.kernel.fields import parse_json
from examserver.kernel.opener import Opener
from tests.conftest import ROOT
from tests.examserver.hall.rig import SITTING, Rig
from tests.faults.hall_server import PYTHON, HallServer, Room, Staff, compare, prepare, running, seat_everybody

CANDIDATES = 8


def recorded_heads(data: bytes, rig: Rig) -> dict[tuple[str, int], str]:
    """The `prev` of every step in the record, by session and the number of the step before; and the last head."""
    entries = read_archive(data)
    body = read_document(entries["record.json"]).body
    info = encode({"sitting": SITTING}, "exam.record-info", 1)
    key = open_with(rig.grading.sealing, unb64u(body["wrapped_key"]), info)
    heads = {}
    for line in body["sessions"]:
        aad = encode({"sitting": SITTING, "session": line["session"]}, "exam.session-aad", 1)
        found = parse_json(open_bytes(key, entries[f"sessions/{line['session']}.bin"], aad), "session")
        for entry in found["entries"][1:]:
            heads[line["session"], entry["step"]["seq"] - 1] = entry["step"]["prev"]
        heads[line["session"], line["steps"]] = line["head"]
    return heads


@pytest.mark.timeout(170)
def test_kills_around_the_deadline_leave_one_whole_record(tmp_path: Path) -> None:
    rig = prepare(tmp_path, CANDIDATES, 90, duration_s=25, late_entry_cutoff_s=5, grace_s=8)
    with running(HallServer(tmp_path)) as server:
        room = Room(server)
        try:
            seat_everybody(Staff(server), room, rig, range(1, CANDIDATES + 1))
            room.do("work", seconds=60)
            begun = time.monotonic()
            Staff(server).act("start")
            time.sleep(12)
            server.kill()
            server.start()
            time.sleep(max(0.0, begun + 24 - time.monotonic()))
            server.kill()
            server.start()
            staff = Staff(server)
            view = staff.get("/api/hall/sittings")["sittings"][0]
            while view["phase"] != "closed" and time.monotonic() < begun + 110:
                time.sleep(0.2)
                if view["counts"]["closed"] in range(2, CANDIDATES):
                    server.kill()
                    server.start()
                    staff = Staff(server)
                view = staff.get("/api/hall/sittings")["sittings"][0]
            assert view["phase"] == "closed" and view["counts"]["closed"] == CANDIDATES
            report = room.report()
        finally:
            room.end()
        staff.act("hand-over")
        worker = [PYTHON, "-m", "examserver.cli", "--data", str(tmp_path), "worker", "--role", "hall", "--until-idle"]
        subprocess.run(worker, cwd=ROOT, timeout=90, check=True, capture_output=True)
        data = staff.http.get(f"/api/hall/sittings/{SITTING}/record").content
    found = compare(tmp_path, report["acked"])
    assert found["lost"] == found["changed"] == found["doubled"] == 0 and found["acked"] > 100
    heads = recorded_heads(data, rig)
    assert all(heads[one["session"], one["seq"]] == one["head"] for one in report["acked"])
    path = tmp_path / f"{SITTING}.record.zip"
    path.write_bytes(data)
    key = read_document(read_archive(data)["record.json"]).body["hall"]
    report_of = verify_record(path, Trust((TrustedKey("hall", "hall", b"\0" * 32),)), Opener((rig.grading,), ()))
    inside = [check for check in report_of.failures() if "sign" not in check.name]
    assert not inside and key, inside
