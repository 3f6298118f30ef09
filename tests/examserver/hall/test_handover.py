"""After the close: the record is built from the rows, countersigned by two persons, and anybody can check it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from examserver.hall.fsck.actions import fsck_hall
from examserver.hall.handover.actions import build_record
from examserver.hall.tables import RecordRow
from examserver.hall.verify import verify_record
from examserver.kernel.access import system_actor
from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import unb64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.documents import Trust, TrustedKey, read_document
from examserver.kernel.opener import Opener
from examserver.plumbing.work import open_work
from examserver.responses.verify import verify_receipt
from tests.examserver.hall.rig import SITTING
from tests.examserver.hall.seats import HallRig, running_hall
from tests.kit import PASSWORD


def closed_hall(folder: Path) -> HallRig:
    """A hall with answers, a credit and a move, collected."""
    hall = running_hall(folder)
    for at, seat in enumerate(hall.seats):
        seat.save(*[seat.step(f"i{n:03}", "ABCD"[(n + at) % 4]) for n in range(1, 9)])
    credit = {"sessions": [hall.seats[0].session], "seconds": 60, "reason": "equipment", "note": "换鼠标"}
    hall.invigilator.post(hall.sitting("credit"), credit)
    move = {"to_seat": "04", "reason": "equipment", "note": "黑屏"}
    hall.invigilator.post(f"/api/hall/sessions/{hall.seats[1].session}/move", move)
    first = hall.seats[0]
    first.post("/api/hall/seat/submit", {"head": f"sha256:{first.head.hex()}", "seq": first.seq})
    hall.clock.advance(60_000)
    hall.chief.post(hall.sitting("collect"), {"early": True, "reason": "environment", "note": ""})
    return hall


@pytest.fixture
def hall(tmp_path: Path) -> HallRig:
    return closed_hall(tmp_path / "data")


def signed_record(hall: HallRig, folder: Path) -> tuple[Path, Trust]:
    """The countersigned record as a file, and the trust list of this installation."""
    assert hall.chief.post(hall.sitting("hand-over")).status_code == 200
    hall.world.run_jobs()
    assert hall.chief.get(hall.sitting()).get_json()["record"] == "ready"
    for person in (hall.chief, hall.supervisor):
        answer = person.post(hall.sitting("countersign"), {"password": PASSWORD})
        assert answer.status_code == 200, answer.text
    path = folder / f"{SITTING}.record.zip"
    path.write_bytes(hall.chief.get(hall.sitting("record")).data)
    keys = hall.chief.get("/api/hall/staff-keys").get_json()["keys"]
    staff = [TrustedKey(one["role"], one["name"], unb64u(one["public_key"])) for one in keys]
    hall_key = TrustedKey("hall", "hall", hall.runtime.keys.signing.public_raw)
    authority = TrustedKey("authority", "样例主管部门", hall.rig.authority.signing.public_raw)
    return path, Trust((hall_key, authority, *staff))


def test_the_record_passes_the_independent_verifier_with_the_grading_key(hall: HallRig, tmp_path: Path) -> None:
    path, trust = signed_record(hall, tmp_path)
    order = tmp_path / f"{SITTING}.order.json"
    order.write_bytes(hall.rig.order)
    report = verify_record(path, trust, Opener((hall.rig.grading,), (order,)))
    assert report.ok, report.failures()
    body = read_document(read_archive(path.read_bytes())["record.json"]).body
    assert [one["state"] for one in body["sessions"]] == ["submitted", "closed", "closed"]
    assert [one["steps"] for one in body["sessions"]] == [8, 8, 8]
    assert body["credits"][0]["seconds"] == 60 and body["moves"][0]["to_seat"] == "04"
    assert [one["outcome"] for one in body["releases"]] == ["waiting", "released"]
    assert hall.chief.get(hall.sitting()).get_json()["phase"] == "signed"


def test_a_stranger_without_the_grading_key_reads_no_answer(hall: HallRig, tmp_path: Path) -> None:
    path, trust = signed_record(hall, tmp_path)
    report = verify_record(path, trust, Opener((KeyPair.generate(),), ()))
    assert not any(check.name.startswith("answers") and check.ok for check in report.checks)
    sealed = [data for name, data in read_archive(path.read_bytes()).items() if name.endswith(".bin")]
    assert all(b'"step"' not in data for data in sealed)


def test_an_altered_record_is_named(hall: HallRig, tmp_path: Path) -> None:
    path, trust = signed_record(hall, tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"sessions/") + 300] ^= 1
    path.write_bytes(bytes(data))
    assert not verify_record(path, trust, None).ok


def test_handing_over_before_the_close_is_refused_and_twice_is_the_same_job(tmp_path: Path) -> None:
    hall = running_hall(tmp_path / "data", 1)
    assert hall.chief.post(hall.sitting("hand-over")).get_json()["code"] == "record.not_closed"
    hall.chief.post(hall.sitting("collect"), {"early": True, "reason": "staff"})
    first = hall.chief.post(hall.sitting("hand-over")).get_json()["job"]
    assert hall.chief.post(hall.sitting("hand-over")).get_json()["job"] == first
    assert hall.chief.get(hall.sitting()).get_json()["record"] == "building"


def test_one_person_signs_once_with_the_right_password_and_an_invigilator_not_at_all(
    hall: HallRig, tmp_path: Path
) -> None:
    hall.chief.post(hall.sitting("hand-over"))
    assert hall.chief.post(hall.sitting("countersign"), {"password": PASSWORD}).get_json()["code"] == "record.not_built"
    hall.world.run_jobs()
    wrong = hall.chief.post(hall.sitting("countersign"), {"password": "not the password"})
    assert wrong.status_code == 403 and wrong.get_json()["code"] == "staff_key.wrong_password"
    signed = hall.chief.post(hall.sitting("countersign"), {"password": PASSWORD}).get_json()
    assert signed == {"signed": ["chief_invigilator"], "missing": ["quality_supervisor"]}
    again = hall.chief.post(hall.sitting("countersign"), {"password": PASSWORD})
    assert again.get_json()["code"] == "record.already_signed"
    assert hall.invigilator.post(hall.sitting("countersign"), {"password": PASSWORD}).status_code == 403


def test_guessing_a_password_to_sign_with_is_slowed(hall: HallRig) -> None:
    wrong = {"password": "not the password"}
    codes = [hall.invigilator.post("/api/hall/staff-keys", wrong).get_json()["code"] for _ in range(9)]
    assert codes == ["staff_key.wrong_password"] * 8 + ["sign_in.throttled"]


def test_a_receipt_holds_against_the_record(hall: HallRig, tmp_path: Path) -> None:
    path, trust = signed_record(hall, tmp_path)
    receipt = hall.seats[0].call("GET", "/api/hall/seat/receipt").get_json()
    qr, document = tmp_path / "receipt.txt", tmp_path / "receipt.json"
    qr.write_text(receipt["qr"])
    document.write_text(receipt["document"])
    for file in (qr, document):
        report = verify_receipt(file, trust, Opener((), (path,)))
        assert report.ok, report.failures()


def test_the_timeline_tells_times_and_not_values(hall: HallRig) -> None:
    path = hall.sitting(f"sessions/{hall.seats[1].session}/timeline")
    view = hall.invigilator.get(path).get_json()
    kinds = [one["kind"] for one in view["entries"]]
    assert kinds.count("answer") == 8 and "moved" in kinds and "admitted" in kinds
    assert all("value" not in one for one in view["entries"])


def fsck(hall: HallRig) -> list[str]:
    """Names and places of what the check of the database finds."""
    with open_work(hall.runtime, system_actor("test"), write=False) as work:
        return [f"{check.name} {check.place}" for check in fsck_hall(work) if not check.ok]


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        ("UPDATE response_step SET value = '\"D\"' WHERE seq = 3", "step_altered"),
        ("DELETE FROM response_step WHERE seq = 4", "step_missing"),
        ("DELETE FROM response_step WHERE seq = 8", "head_kept"),
        ("UPDATE response_step SET received_ms = received_ms + 1 WHERE seq = 8", "entries_kept"),
        ("UPDATE response_step SET session = 'ses_x' || substr(session, 6)", "step_without_session"),
        ("UPDATE audit_event SET facts = '{}' WHERE seq = 5", "audit_chain"),
        ("DELETE FROM audit_event WHERE seq = 7", "audit_sequence"),
        ("UPDATE hall_credit SET seconds = 3600", "credit_recorded"),
        ("DELETE FROM hall_move", "move_recorded"),
        ("UPDATE hall_release SET custodian = 'cus_x' WHERE outcome = 'released'", "release_recorded"),
        ("UPDATE hall_sitting SET started_ms = started_ms - 60000", "sitting_time_recorded"),
        ("UPDATE hall_session SET head = 'sha256:0' WHERE seat = '01'", "closing_recorded"),
    ],
)
def test_whatever_somebody_does_to_the_database_is_named(hall: HallRig, damage: str, name: str) -> None:
    assert fsck(hall) == []
    with hall.runtime.database.transaction() as session:
        session.execute(text(damage))
    found = fsck(hall)
    assert any(one.startswith(name) for one in found), found
    if name.startswith("step_altered"):
        assert "step 3" in found[0] and json.dumps(found)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE response_step SET value = '\"D\"' WHERE seq = 3",
        "DELETE FROM response_step WHERE seq = 8",
        "UPDATE response_step SET late = 1 WHERE seq = 8",
    ],
)
def test_what_was_changed_after_the_close_is_not_handed_over(hall: HallRig, damage: str) -> None:
    execute(hall, damage)
    job = hall.chief.post(hall.sitting("hand-over")).get_json()["job"]
    hall.world.run_jobs()
    done = hall.chief.get(f"/api/hall/jobs/{job}").get_json()
    assert done["state"] == "failed" and done["error"]["code"] == "handover.session_altered"


def execute(hall: HallRig, statement: str) -> None:
    """Run one statement on the hall's database."""
    with hall.runtime.database.transaction() as session:
        session.execute(text(statement))


def test_a_hand_over_that_failed_is_asked_for_again_and_succeeds(hall: HallRig, tmp_path: Path) -> None:
    execute(hall, "UPDATE response_step SET late = 1 WHERE seq = 8")
    failed = hall.chief.post(hall.sitting("hand-over")).get_json()["job"]
    hall.world.run_jobs()
    execute(hall, "UPDATE response_step SET late = 0 WHERE seq = 8")
    assert hall.chief.post(hall.sitting("hand-over")).get_json()["job"] != failed
    path, trust = signed_record(hall, tmp_path)
    assert verify_record(path, trust, None).ok


def test_a_second_builder_leaves_the_first_record_whole(hall: HallRig, tmp_path: Path) -> None:
    path, _ = signed_record(hall, tmp_path)
    record = path.read_bytes()
    with open_work(hall.runtime, system_actor("test")) as work:
        kept = work.session.get_one(RecordRow, SITTING)
        values = {"sitting": SITTING, "document": kept.document, "built_ms": kept.built_ms}
        work.session.delete(kept)

    def first_comes_first(percent: int, _note: str) -> None:
        if percent == 90:
            with open_work(hall.runtime, system_actor("test")) as work:
                work.session.add(RecordRow(**values))

    build_record(hall.runtime, {"sitting": SITTING}, first_comes_first)
    assert hall.chief.get(hall.sitting("record")).data == record
