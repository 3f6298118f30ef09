"""A sitting through its endpoints: what each step needs, refuses, keeps and says."""

import io
from pathlib import Path

import pytest

from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from tests.examserver.hall.rig import RESERVE, document_number, ticket
from tests.examserver.hall.seats import START_MS, HallRig, check_in, make_hall, ready, release, running_hall


@pytest.fixture
def hall(tmp_path: Path) -> HallRig:
    return make_hall(tmp_path)


def test_an_order_by_a_stranger_is_refused(hall: HallRig) -> None:
    stranger = KeyPair.generate()
    order = sign_document(hall.rig.order_body, "exam.sitting-order", 1, [Signer("authority", "甲", stranger.signing)])
    answer = hall.upload("/api/hall/orders", order)
    assert answer.status_code == 500 and answer.get_json()["code"] == "document.signature"


def test_an_order_for_another_hall_is_refused(hall: HallRig) -> None:
    body = {**hall.rig.order_body, "hall_key": "ed25519:0000000000000000"}
    order = sign_document(body, "exam.sitting-order", 1, [Signer("authority", "甲", hall.rig.authority.signing)])
    answer = hall.upload("/api/hall/orders", order)
    assert answer.status_code == 409 and answer.get_json()["code"] == "order.other_hall"


def test_one_changed_byte_in_the_package_is_caught(hall: HallRig) -> None:
    data = bytearray(hall.rig.paper.package)
    at = data.index(b"forms/") + 200
    data[at] ^= 1
    answer = hall.upload("/api/hall/papers", bytes(data))
    assert answer.status_code in (422, 500)


def test_importing_twice_changes_nothing(hall: HallRig) -> None:
    assert hall.upload("/api/hall/orders", hall.rig.order).status_code == 200
    assert hall.upload("/api/hall/papers", hall.rig.paper.package).status_code == 200
    assert len(hall.seat_map()) == 5


def test_an_unbound_workstation_can_do_nothing_but_ask_where_it_is(hall: HallRig) -> None:
    seat = hall.seat()
    assert seat.view()["phase"] == "unbound"
    answer = seat.post("/api/hall/seat/check-in", {"ticket": "x", "document_number": "y"})
    assert answer.status_code == 409 and answer.get_json()["code"] == "seat.not_bound"
    assert seat.client.get("/api/hall/seat", base_url="https://localhost").status_code == 401


def test_a_token_needs_the_workstations_own_signature(hall: HallRig) -> None:
    seat, other = hall.seat(), hall.seat()
    challenge = seat.post(f"/api/hall/stations/{seat.station}/challenge").get_json()["challenge"]
    foreign = {"challenge": challenge, "signature": other.sign(challenge)}
    assert seat.post(f"/api/hall/stations/{seat.station}/token", foreign).status_code == 401
    hall.clock.advance(301_000)
    old = {"challenge": challenge, "signature": seat.sign(challenge)}
    assert seat.post(f"/api/hall/stations/{seat.station}/token", old).status_code == 401


def test_check_in_needs_both_ticket_and_document_and_is_throttled_per_workstation(hall: HallRig) -> None:
    one, two = hall.seat(), hall.seat()
    hall.bind(one, "01")
    hall.bind(two, "02")
    hall.chief.post(hall.sitting("open"))
    wrong = {"ticket": ticket(1), "document_number": document_number(2)}
    codes = [one.post("/api/hall/seat/check-in", wrong).get_json()["code"] for _ in range(7)]
    assert codes == ["check_in.wrong"] * 6 + ["check_in.throttled"]
    good = {"ticket": ticket(2), "document_number": document_number(2)}
    assert two.post("/api/hall/seat/check-in", good).status_code == 200
    hall.clock.advance(61_000)
    good = {"ticket": ticket(1), "document_number": document_number(1)}
    assert one.post("/api/hall/seat/check-in", good).status_code == 200


def test_a_ticket_has_one_session_and_a_seat_one_candidate(hall: HallRig) -> None:
    one, spare = hall.seat(), hall.seat()
    hall.bind(one, "01")
    hall.bind(spare, "04")
    hall.chief.post(hall.sitting("open"))
    first = {"ticket": ticket(1), "document_number": document_number(1)}
    assert one.post("/api/hall/seat/check-in", first).status_code == 200
    assert one.post("/api/hall/seat/check-in", first).get_json()["candidate"]["name"] == "考生1"
    assert spare.post("/api/hall/seat/check-in", first).get_json()["code"] == "check_in.already_elsewhere"
    second = {"ticket": ticket(2), "document_number": document_number(2)}
    assert one.post("/api/hall/seat/check-in", second).get_json()["code"] == "check_in.seat_taken"


def test_a_candidate_is_admitted_only_after_confirming_and_may_be_refused(hall: HallRig) -> None:
    seat = hall.seat()
    hall.bind(seat, "01")
    hall.chief.post(hall.sitting("open"))
    view = seat.post("/api/hall/seat/check-in", {"ticket": ticket(1), "document_number": document_number(1)}).get_json()
    assert view["phase"] == "check_in" and view["candidate"]["confirmed"] is False and view["session"] is None
    session = hall.session_at("01")
    assert hall.invigilator.post(f"/api/hall/sessions/{session}/admit").get_json()["code"] == "session.not_confirmed"
    assert seat.post("/api/hall/seat/confirm").get_json()["phase"] == "waiting_admission"
    refusal = {"reason": "candidate", "note": "证件与本人不符"}
    assert hall.invigilator.post(f"/api/hall/sessions/{session}/refuse", refusal).get_json()["phase"] == "refused"
    assert seat.view()["refusal"] == "证件与本人不符"
    assert hall.invigilator.post(f"/api/hall/sessions/{session}/admit").get_json()["phase"] == "admitted"


def test_nothing_can_be_started_before_the_custodians_released(hall: HallRig) -> None:
    hall.bind(hall.seat(), "01")
    hall.chief.post(hall.sitting("open"))
    check_in(hall, hall.seats[0], 1)
    answer = hall.chief.post(hall.sitting("start"))
    assert answer.status_code == 409 and answer.get_json()["fields"]["gate"] == "release"
    assert hall.seats[0].view()["session"]["form_key"] is None


def test_one_custodian_alone_waits_and_is_recorded_and_the_same_device_is_refused(hall: HallRig) -> None:
    file = hall.rig.release(0, "laptop", START_MS)
    view = hall.upload(hall.sitting("release"), file).get_json()
    assert (view["state"], view["shares_present"], view["needed"]) == ("waiting", 1, 2)
    answer = hall.upload(hall.sitting("release"), file)
    assert answer.status_code == 409
    same_device = hall.rig.release(1, "laptop", START_MS)
    assert hall.upload(hall.sitting("release"), same_device).status_code == 409
    view = hall.upload(hall.sitting("release"), hall.rig.release(1, "tablet", START_MS)).get_json()
    assert view["state"] == "released"
    assert [one["outcome"] for one in view["by"]] == ["waiting", "refused", "refused", "released"]


def test_a_release_outside_the_window_or_for_another_sitting_is_refused_and_recorded(tmp_path: Path) -> None:
    hall = make_hall(tmp_path, release_opens_ms=START_MS + 10_000)
    assert hall.upload(hall.sitting("release"), hall.rig.release(0, "laptop", START_MS)).status_code == 409
    foreign = hall.rig.release(0, "laptop", START_MS, sitting="sit_other")
    assert hall.upload(hall.sitting("release"), foreign).status_code == 409
    by = hall.chief.get(hall.sitting()).get_json()["release"]["by"]
    assert [one["outcome"] for one in by] == ["refused", "refused"]


def test_a_second_press_on_start_changes_nothing(tmp_path: Path) -> None:
    hall = running_hall(tmp_path)
    before = hall.chief.get(hall.sitting()).get_json()
    hall.clock.advance(5_000)
    again = hall.chief.post(hall.sitting("start")).get_json()
    assert again["started_ms"] == before["started_ms"] == START_MS and again["phase"] == "running"
    assert all(seat.view()["session"]["head"] == f"sha256:{seat.head.hex()}" for seat in hall.seats)


def test_a_late_entrant_gets_the_key_when_ready_and_nobody_after_the_cut_off(tmp_path: Path) -> None:
    hall = make_hall(tmp_path)
    for number in (1, 2, 3):
        hall.bind(hall.seat(), f"{number:02}")
    hall.chief.post(hall.sitting("open"))
    check_in(hall, hall.seats[0], 1)
    release(hall)
    hall.chief.post(hall.sitting("start"))
    hall.clock.advance(1_000_000)
    check_in(hall, hall.seats[1], 2)
    view = hall.seats[1].view()
    assert view["phase"] == "answering" and len(view["session"]["form_key"]) == 43
    assert view["session"]["deadline_ms"] == START_MS + 3_600_000
    hall.clock.advance(801_000)
    late = {"ticket": ticket(3), "document_number": document_number(3)}
    assert hall.seats[2].post("/api/hall/seat/check-in", late).get_json()["code"] == "check_in.too_late"


def test_a_wrong_ciphertext_is_not_ready(hall: HallRig) -> None:
    hall.bind(hall.seat(), "01")
    hall.chief.post(hall.sitting("open"))
    seat = hall.seats[0]
    seat.post("/api/hall/seat/check-in", {"ticket": ticket(1), "document_number": document_number(1)})
    seat.post("/api/hall/seat/confirm")
    hall.invigilator.post(f"/api/hall/sessions/{hall.session_at('01')}/admit")
    wrong = {"cipher_digest": "sha256:" + "0" * 64, "checks": {}}
    assert seat.post("/api/hall/seat/ready", wrong).get_json()["code"] == "seat.wrong_cipher"
    view = seat.view()["session"]
    other = seat.call("GET", f"/api/hall/papers/{view['paper']}/forms/{RESERVE}")
    assert other.status_code == 404
    ready(seat)


def test_an_invigilator_may_not_start(hall: HallRig) -> None:
    answer = hall.invigilator.post(hall.sitting("start"))
    assert answer.status_code == 403
    assert hall.invigilator.post("/api/hall/orders", data={"file": (io.BytesIO(b""), "x")}).status_code == 403


def test_nothing_is_collected_before_the_start(hall: HallRig) -> None:
    early = {"early": True, "reason": "staff", "note": ""}
    assert hall.chief.post(hall.sitting("collect"), early).get_json()["code"] == "session.not_running"
