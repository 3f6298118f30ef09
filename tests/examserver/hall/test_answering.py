"""Answers, time, moves and closing, through the endpoints of a running sitting."""

from pathlib import Path

import pytest

from examserver.hall.live.actions import Pace, continue_clock, mark_outages, tick
from examserver.hall.live.store import hall_live
from examserver.kernel.clock import FixedClock
from examserver.plumbing.audit_store import read_events
from tests.examserver.hall.seats import START_MS, HallRig, ready, running_hall


@pytest.fixture
def hall(tmp_path: Path) -> HallRig:
    return running_hall(tmp_path)


def statuses(answer: object) -> list[str]:
    """The statuses of a save."""
    return [one["status"] for one in answer.get_json()["results"]]  # type: ignore[attr-defined]


def test_answers_are_acknowledged_with_the_head_the_client_computes_too(hall: HallRig) -> None:
    seat = hall.seats[0]
    answer = seat.save(seat.step("i001", "A"), seat.step("i002", ["A", "C"]), seat.step("i001", True, kind="flag"))
    body = answer.get_json()
    assert statuses(answer) == ["accepted"] * 3
    assert body["head"] == f"sha256:{seat.head.hex()}" and body["deadline_ms"] == START_MS + 3_600_000
    answers = seat.view()["session"]["answers"]
    assert answers["i001"] == {"value": "A", "flag": True, "seq": 1}
    assert answers["i002"] == {"value": ["A", "C"], "flag": False, "seq": 2}
    assert hall.seat_map()["01"]["answered"] == 2


def test_a_repeated_save_is_a_duplicate_and_doubles_nothing(hall: HallRig) -> None:
    seat = hall.seats[0]
    steps = [seat.step("i001", "A"), seat.step("i001", "B")]
    seat.save(*steps)
    assert statuses(seat.save(*steps)) == ["duplicate", "duplicate"]
    assert seat.view()["session"]["seq"] == 2


def test_another_sessions_steps_are_fenced_and_the_console_hears_of_it(hall: HallRig) -> None:
    one, two = hall.seats[:2]
    step = two.step("i001", "A")
    assert statuses(one.save(step)) == ["fenced"]
    kinds = [alarm["kind"] for alarm in hall.seat_map()["01"]["alarms"]]
    assert "hostile" in kinds


def test_malformed_steps_are_refused_and_nothing_of_them_is_kept(hall: HallRig) -> None:
    seat = hall.seats[0]
    good = seat.step("i001", "A")
    for field, value in (("item", "../x"), ("value", {"a": 1}), ("seq", 0), ("prev", "x"), ("value", 3)):
        answer = seat.save({**good, field: value})
        assert answer.status_code == 422, field
    assert seat.save({**good, "value": True}).get_json()["code"] == "responses.bad_value"
    assert seat.save({**good, "value": "A\u0301"}).get_json()["code"] == "responses.not_normalised"
    assert seat.save({**good, "value": ["伏" * 10_000] * 3}).get_json()["code"] == "responses.value_too_large"
    assert seat.save({**good, "value": "伏" * 20_001}).status_code == 422
    assert seat.save({**good, "value": ["1"] * 257}).status_code == 422
    assert seat.save({**good, "extra": 1}).status_code == 422
    assert statuses(seat.save(good)) == ["accepted"]


def test_a_flood_is_slowed_down_and_the_queue_goes_through_later(hall: HallRig) -> None:
    seat = hall.seats[0]
    steps = [seat.step("i001", "AB"[at % 2]) for at in range(600)]
    assert seat.save(*steps[:200]).status_code == 200
    assert seat.save(*steps[200:400]).status_code == 200
    answer = seat.save(*steps[400:])
    assert answer.status_code == 503 and answer.get_json()["code"] == "responses.slow_down"
    hall.clock.advance(10_000)
    assert seat.save(*steps[400:]).status_code == 200
    assert hall.seats[1].save(hall.seats[1].step("i001", "A")).status_code == 200


def test_late_answers_are_kept_in_grace_and_refused_after_it(hall: HallRig) -> None:
    seat, deadline = hall.seats[0], START_MS + 3_600_000
    hall.clock.advance(3_600_000 + 10_000)
    in_time, too_late = seat.step("i001", "A", deadline - 5), seat.step("i001", "B", deadline + 5)
    assert statuses(seat.save(in_time, too_late)) == ["accepted", "closed"]
    hall.clock.advance(21_000)
    seat.seq, seat.head = 1, seat.head
    answer = seat.save(too_late)
    assert statuses(answer) == ["closed"]


def test_a_chain_that_could_not_be_opened_at_the_start_is_opened_by_the_first_save(hall: HallRig) -> None:
    seat = hall.seats[0]
    seat.save(seat.step("i001", "A"))
    hall_live(hall.runtime).log.forget(seat.session)
    assert statuses(seat.save(seat.step("i002", "B"))) == ["accepted"]
    hall_live(hall.runtime).log.forget(seat.session)
    assert seat.view()["session"]["seq"] == 2


def test_time_credits_move_the_deadline_of_those_they_are_given_to(hall: HallRig) -> None:
    credit = {"sessions": [hall.seats[0].session], "seconds": 300, "reason": "equipment", "note": "更换键盘"}
    answer = hall.invigilator.post(hall.sitting("credit"), credit)
    assert answer.get_json()["sessions"] == 1
    session = hall.seats[0].view()["session"]
    assert session["deadline_ms"] == START_MS + 3_900_000 and session["credits"][0]["seconds"] == 300
    assert hall.seats[1].view()["session"]["deadline_ms"] == START_MS + 3_600_000
    assert hall.invigilator.post(hall.sitting("credit"), {**credit, "sessions": "all"}).get_json()["sessions"] == 3


def test_a_moved_candidate_keeps_form_answers_and_clock_and_the_old_machine_is_locked_out(hall: HallRig) -> None:
    seat = hall.seats[0]
    for item in ("i001", "i002", "i003"):
        seat.save(seat.step(item, "A"))
    before = seat.view()["session"]
    spare = hall.seat()
    assert hall.bind(spare, "04").status_code == 200
    move = {"to_seat": "04", "reason": "equipment", "note": "死机"}
    card = hall.invigilator.post(f"/api/hall/sessions/{seat.session}/move", move).get_json()
    assert card["seat"] == "04" and card["answered"] == 3
    assert seat.view()["phase"] == "moved"
    assert seat.save(seat.step("i004", "A")).get_json()["code"] == "seat.not_bound"
    view = spare.view()
    after = view["session"]
    assert view["phase"] == "answering" and after["lease"] > before["lease"]
    for name in ("session", "form", "head", "seq", "deadline_ms", "form_key", "answers"):
        assert after[name] == before[name], name
    spare.resume()
    old = {**spare.step("i004", "B"), "lease": before["lease"]}
    assert statuses(spare.save(old)) == ["fenced"]
    spare.resume()
    assert statuses(spare.save(spare.step("i004", "B"))) == ["accepted"]
    assert (
        hall.invigilator.post(f"/api/hall/sessions/{seat.session}/move", {**move, "to_seat": "02"}).status_code == 409
    )


def test_submitting_needs_the_servers_head_and_gives_a_receipt_that_stays(hall: HallRig) -> None:
    seat = hall.seats[0]
    seat.save(seat.step("i001", "A"))
    wrong = {"head": "sha256:" + "0" * 64, "seq": 1}
    answer = seat.post("/api/hall/seat/submit", wrong)
    assert answer.status_code == 409 and answer.get_json()["fields"]["seq"] == 1
    right = {"head": f"sha256:{seat.head.hex()}", "seq": 1}
    receipt = seat.post("/api/hall/seat/submit", right).get_json()
    assert receipt["steps"] == 1 and receipt["qr"].startswith("EXAMRECEIPT:1:")
    assert seat.post("/api/hall/seat/submit", right).get_json() == receipt
    assert seat.call("GET", "/api/hall/seat/receipt").get_json() == receipt
    assert hall.seat_map()["01"]["answered"] == 1 and hall.seat_map()["01"]["seq"] == 1
    assert seat.view()["phase"] == "submitted" and seat.view()["session"]["form_key"] is None
    refused = seat.save(seat.step("i002", "A"))
    assert refused.status_code == 404


def test_the_clock_closes_everybody_and_then_the_sitting(hall: HallRig) -> None:
    live, pace = hall_live(hall.runtime), Pace()
    seat = hall.seats[0]
    seat.save(seat.step("i001", "A"))
    hall.clock.advance(3_600_000 + 29_000)
    tick(live, pace)
    assert seat.view()["phase"] == "answering"
    hall.clock.advance(2_000)
    tick(live, pace)
    assert {seat.view()["phase"] for seat in hall.seats} == {"closed"}
    tick(live, pace)
    assert hall.chief.get(hall.sitting()).get_json()["phase"] == "closed"
    assert seat.call("GET", "/api/hall/seat/receipt").get_json()["steps"] == 1


def test_collecting_early_needs_a_reason(hall: HallRig) -> None:
    assert hall.chief.post(hall.sitting("collect")).get_json() == {"closed": 0, "open": 3}
    assert hall.chief.post(hall.sitting("collect"), {"early": True}).get_json()["code"] == "collect.reason_needed"
    early = {"early": True, "reason": "environment", "note": "停电"}
    assert hall.chief.post(hall.sitting("collect"), early).get_json() == {"closed": 3, "open": 0}
    assert hall.chief.get(hall.sitting()).get_json()["phase"] == "closed"


def test_messages_reach_those_meant_and_reading_is_confirmed(hall: HallRig) -> None:
    sent = hall.invigilator.post(hall.sitting("message"), {"sessions": "all", "text": "还有十分钟"}).get_json()
    assert sent["sessions"] == 3
    message = hall.seats[0].view()["messages"][0]
    assert message["text"] == "还有十分钟" and message["read_ms"] is None
    assert hall.seats[0].post(f"/api/hall/seat/messages/{message['message']}/read").status_code == 200
    assert hall.seats[0].view()["messages"][0]["read_ms"] is not None
    assert hall.seats[1].view()["messages"][0]["read_ms"] is None


def test_everything_staff_did_is_in_the_audit_chain(hall: HallRig) -> None:
    hall.invigilator.post(f"/api/hall/sessions/{hall.seats[0].session}/note", {"kind": "equipment", "text": "鼠标失灵"})
    with hall.runtime.database.transaction(write=False) as session:
        actions = {event.action for event in read_events(session, "hall")}
    assert {"order.imported", "paper.imported", "station.bound", "session.admitted", "release.attempted"} <= actions
    assert {"papers.released", "sitting.opened", "sitting.started", "incident.noted"} <= actions


def test_no_answer_key_ever_reaches_a_seat(hall: HallRig) -> None:
    seen = "".join(seat.call("GET", "/api/hall/seat").text for seat in hall.seats)
    assert "all_or_nothing" not in seen and '"key"' not in seen


def test_a_replaced_workstation_at_the_same_seat_goes_on_under_a_new_lease(hall: HallRig) -> None:
    old, new = hall.seats[0], hall.seat()
    old.save(old.step("i001", "A"))
    assert hall.bind(new, "01").status_code == 200
    assert old.view()["phase"] == "moved"
    new.resume()
    ready(new)
    assert statuses(new.save(new.step("i002", "A"))) == ["accepted"]


def test_a_wrong_workstation_clock_is_noticed_and_harmless(hall: HallRig) -> None:
    live, seat = hall_live(hall.runtime), hall.seats[0]
    live.contact(seat.station).offset_ms = -1_800_000
    tick(live, Pace())
    seat.save(seat.step("i001", "A", START_MS - 1_800_000))
    path = hall.sitting(f"sessions/{seat.session}/timeline")
    kinds = [entry["kind"] for entry in hall.invigilator.get(path).get_json()["entries"]]
    assert "clock_wrong" in kinds and "answer" in kinds
    assert seat.view()["session"]["deadline_ms"] == START_MS + 3_600_000


def test_the_time_the_server_was_away_is_marked_and_credited_where_the_policy_says_so(tmp_path: Path) -> None:
    hall = running_hall(tmp_path, 2, policy={"outage_credit": "auto"})
    tick(hall_live(hall.runtime), Pace())
    hall.clock.advance(45_000)
    mark_outages(hall.runtime)
    view = hall.chief.get(hall.sitting()).get_json()
    assert [one["kind"] for one in view["incidents"]] == ["outage"]
    assert all(seat.view()["session"]["deadline_ms"] == START_MS + 3_645_000 for seat in hall.seats)


def test_what_was_made_before_the_deadline_counts_when_the_server_was_away_over_it(hall: HallRig) -> None:
    live, seat, deadline = hall_live(hall.runtime), hall.seats[0], START_MS + 3_600_000
    hall.clock.advance(3_600_000 - 5_000)
    tick(live, Pace())
    hall.clock.advance(120_000)
    mark_outages(hall.runtime)
    tick(live, Pace())
    assert statuses(seat.save(seat.step("i001", "A", deadline - 1_000))) == ["accepted"]
    hall.clock.advance(31_000)
    tick(live, Pace())
    assert seat.view()["phase"] == "closed"


def test_a_wall_clock_set_back_while_the_server_was_away_gives_nobody_an_hour(hall: HallRig) -> None:
    tick(hall_live(hall.runtime), Pace())
    hall.runtime.clock = FixedClock(START_MS - 3_600_000)
    continue_clock(hall.runtime)
    assert hall.runtime.clock.now_ms() == START_MS
    assert hall.seats[0].view()["server_ms"] == START_MS
    with hall.runtime.database.transaction(write=False) as session:
        assert "clock.set_back" in {event.action for event in read_events(session, "hall")}
