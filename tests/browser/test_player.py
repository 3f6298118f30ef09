"""The player in a real Chromium against a real hall: what a candidate does, and what may go wrong meanwhile."""

import re
import time
from pathlib import Path

from playwright.sync_api import Playwright, expect

from examserver.demo.browser_seat import BrowserSeat
from tests.browser.room import Room, open_room, until
from tests.examserver.hall.rig import document_number, ticket


def working(room: Room) -> BrowserSeat:
    """A candidate in front of item 1."""
    seat = room.seat_candidate()
    room.start()
    seat.wait_started()
    return seat


def chosen(seat: BrowserSeat) -> list[str]:
    """Options chosen on the item shown."""
    found = seat.page.locator('[data-option][data-chosen="true"]').all()
    return [option.get_attribute("data-option") or "" for option in found]


def press(seat: BrowserSeat, *keys: str) -> None:
    for key in keys:
        seat.page.keyboard.press(key)


def go(seat: BrowserSeat, number: int) -> None:
    seat.page.locator(f'[data-cell="{number}"]').click()


def test_a_candidate_goes_from_pairing_code_to_receipt_by_keyboard(room: Room) -> None:
    seat = working(room)
    total = seat.page.locator("[data-cell]").count()
    for _ in range(total):
        press(seat, "b" if seat.item_shown()["type"] != "true_false" else "2", "ArrowRight")
    seat.wait_saved()
    expect(seat.page.get_by_test_id("saved-state")).to_contain_text(re.compile(r"已保存 \d\d:\d\d:\d\d"))
    assert room.card("01")["answered"] == total
    seat.submit()
    code = seat.wait_receipt()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", code)
    assert room.card("01")["phase"] == "submitted"
    assert len(seat.acknowledged.heads) == room.card("01")["seq"]
    assert seat.faults == []


def test_a_wrong_document_is_refused_in_words_and_nothing_is_lost(room: Room) -> None:
    seat = room.browser()
    room.bind(seat.open(), "01")
    seat.page.get_by_test_id("ticket").fill(ticket(1))
    seat.page.get_by_test_id("document").fill("110105194912310021")
    seat.page.get_by_test_id("check-in").click()
    expect(seat.page.get_by_role("alert")).to_be_visible()
    expect(seat.page.get_by_test_id("ticket")).to_have_value(ticket(1))
    seat.check_in(ticket(1), document_number(1))


def test_a_reload_in_the_middle_keeps_answers_flags_and_place(room: Room) -> None:
    seat = working(room)
    press(seat, "a", "c", "f", "ArrowRight", "2", "ArrowRight", "d")
    seat.wait_saved()
    before = [chosen(seat)]
    seat.page.wait_for_timeout(600)
    seat.reload()
    expect(seat.page.get_by_test_id("item")).to_have_attribute("data-number", "3")
    assert [chosen(seat)] == before
    go(seat, 1)
    assert chosen(seat) == ["A", "C"]
    expect(seat.page.locator('[data-cell="1"]')).to_have_class(re.compile("flagged"))
    press(seat, "c")
    seat.wait_saved()
    assert seat.faults == []


def test_answers_made_while_the_server_is_dead_arrive_after_its_restart(room: Room) -> None:
    seat = working(room)
    press(seat, "a", "ArrowRight", "1")
    seat.wait_saved()
    room.stage.kill_server()
    press(seat, "ArrowRight", "d", "ArrowRight", "a", "b")
    seat.page.wait_for_timeout(4500)
    assert seat.unsaved() > 0
    expect(seat.page.get_by_test_id("saved-state")).to_contain_text("未保存，正在重试")
    expect(seat.page.locator('[data-trouble="offline"]')).to_be_visible()
    room.stage.serve()
    seat.wait_saved()
    expect(seat.page.locator('[data-trouble="offline"]')).to_be_hidden()
    until(lambda: room.card("01")["answered"] == 4)
    assert seat.faults == []


def test_offline_changes_survive_a_closed_browser(room: Room) -> None:
    seat = working(room)
    press(seat, "a")
    seat.wait_saved()
    seat.context.set_offline(True)
    press(seat, "ArrowRight", "2", "ArrowRight", "b")
    seat.page.wait_for_timeout(800)
    assert seat.unsaved() == 2
    seat.page.close()
    seat.context.set_offline(False)
    seat.page = seat.new_page()
    seat.page.goto(f"{room.stage.base}/seat")
    seat.wait_started()
    seat.wait_saved()
    until(lambda: room.card("01")["answered"] == 3)
    go(seat, 3)
    assert chosen(seat) == ["B"]


def test_a_second_tab_waits_and_may_take_over_without_losing_an_answer(room: Room) -> None:
    seat = working(room)
    press(seat, "a")
    seat.wait_saved()
    first, second = seat.page, seat.new_page()
    second.goto(f"{room.stage.base}/seat")
    expect(second.locator('.player[data-stage="second_tab"]')).to_be_visible()
    second.get_by_role("button", name="在此页继续").click()
    second.get_by_test_id("item").wait_for()
    expect(first.locator('.player[data-stage="second_tab"]')).to_be_visible()
    seat.page = second
    press(seat, "ArrowRight", "2")
    seat.wait_saved()
    go(seat, 1)
    assert chosen(seat) == ["A"]


def test_a_moved_candidate_finds_everything_at_the_new_seat_and_the_old_one_is_out(room: Room) -> None:
    seat = working(room)
    press(seat, "a", "f", "ArrowRight", "2")
    seat.wait_saved()
    spare = room.browser("spare")
    room.bind(spare.open(), "04")
    session, lease = room.card("01")["session"], room.card("01")["lease"]
    room.people["invigilator"].post(
        f"/api/hall/sessions/{session}/move", {"to_seat": "04", "reason": "equipment", "note": "屏幕故障"}
    )
    expect(seat.page.locator('.player[data-phase="moved"]')).to_be_visible()
    spare.wait_started()
    assert chosen(spare) == ["A"]
    press(spare, "ArrowRight", "ArrowRight", "c")
    spare.wait_saved()
    assert room.card("04")["answered"] == 3 and room.card("04")["lease"] > lease


def test_credited_time_and_messages_reach_the_candidate(room: Room) -> None:
    seat = working(room)
    room.act("invigilator", "credit", sessions="all", seconds=300, reason="environment", note="停电")
    expect(seat.page.locator('[data-trouble="credit"]')).to_contain_text("5 分钟")
    room.act("invigilator", "message", sessions="all", text="请检查准考证号。")
    expect(seat.page.get_by_role("dialog")).to_contain_text("请检查准考证号。")
    seat.page.get_by_test_id("message-read").click()
    expect(seat.page.get_by_role("dialog")).to_be_hidden()
    seat.reload()
    seat.page.wait_for_timeout(500)
    expect(seat.page.get_by_role("dialog")).to_be_hidden()


def test_the_clock_closes_without_a_click_and_the_receipt_counts_what_was_saved(room: Room) -> None:
    seat = working(room)
    press(seat, "a", "ArrowRight", "2")
    seat.wait_saved()
    room.act("chief", "collect", early=True, reason="staff", note="测试提前收卷")
    assert seat.wait_receipt()
    expect(seat.page.get_by_test_id("receipt")).to_contain_text("2")


def test_at_the_deadline_the_answers_are_locked_and_the_receipt_comes_by_itself(
    playwright: Playwright, tmp_path: Path
) -> None:
    room = open_room(playwright, tmp_path, duration_s=12, grace_s=3)
    try:
        seat = working(room)
        press(seat, "a", "ArrowRight", "2")
        seat.wait_saved()
        expect(seat.page.get_by_role("dialog")).to_contain_text("考试时间到", timeout=20_000)
        press(seat, "ArrowLeft", "b")
        assert seat.wait_receipt()
        expect(seat.page.get_by_test_id("receipt")).to_contain_text("自动收卷")
        assert len(seat.acknowledged.heads) == 2
    finally:
        room.close()


def test_a_late_candidate_gets_the_paper_after_the_start(room: Room) -> None:
    working(room)
    seat = room.browser("late")
    room.bind(seat.open(), "02")
    seat.check_in(ticket(2), document_number(2))
    seat.confirm()
    room.people["invigilator"].post(f"/api/hall/sessions/{room.card('02')['session']}/admit")
    seat.wait_started()
    press(seat, "a")
    seat.wait_saved()
    assert room.card("02")["answered"] == 1


def test_text_of_three_hundred_per_cent_reflows_without_sideways_scrolling(room: Room) -> None:
    seat = working(room)
    for _ in range(6):
        press(seat, "+")
        sideways = seat.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways
    seat.page.locator("[data-option]").nth(1).click()
    seat.wait_saved()
    assert len(chosen(seat)) == 1
    press(seat, "r")
    seat.page.get_by_test_id("submit").click()
    seat.page.get_by_test_id("submit-confirm").click()
    assert seat.wait_receipt()


def test_nothing_of_the_paper_is_kept_on_the_machine(room: Room) -> None:
    seat = working(room)
    press(seat, "a")
    seat.wait_saved()
    stem = seat.page.locator(".stem").inner_text()
    seat.submit()
    seat.wait_receipt()
    seat.page.wait_for_timeout(500)
    kept = seat.page.evaluate(
        """async () => {
          const open = indexedDB.open("exam-seat");
          const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
          const count = (name) => new Promise((done) => {
            const asked = db.transaction(name).objectStore(name).count();
            asked.onsuccess = () => done(asked.result);
          });
          return [await count("outbox"), await count("papers"), (await caches.keys()).length];
        }"""
    )
    assert kept == [0, 0, 0]
    assert stem not in seat.page.content()


def test_the_seats_camera_is_recorded_in_segments_that_play_by_themselves(room: Room) -> None:
    seat = working(room)
    seat.page.wait_for_timeout(21_000)
    recordings = room.timeline()["recordings"]
    assert [one["camera"] for one in recordings] == ["seat"]
    segments = recordings[0]["segments"]
    assert [one["n"] for one in segments] == [1, 2]
    assert abs(segments[0]["to_ms"] - segments[1]["from_ms"]) < 100
    file = room.people["chief"].download(
        f"/api/hall/video/{recordings[0]['recording']}/2", room.stage.data / "second.webm"
    )
    assert file.read_bytes()[:4] == bytes.fromhex("1a45dfa3")
    assert room.card("01")["camera"] is True


def test_the_key_of_a_workstation_can_not_be_taken_away(room: Room) -> None:
    seat = room.browser()
    seat.open()
    exported = seat.page.evaluate(
        """async () => {
          const open = indexedDB.open("exam-seat");
          const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
          const asked = db.transaction("keys").objectStore("keys").get("station");
          const pair = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          return crypto.subtle.exportKey("pkcs8", pair.privateKey).then(() => "exported", (error) => error.name);
        }"""
    )
    assert exported == "InvalidAccessError"


def test_quick_answers_of_a_whole_paper_stay_in_order(room: Room) -> None:
    seat = working(room)
    began = time.monotonic()
    for _ in range(8):
        press(seat, "1", "2", "1", "f", "ArrowRight")
    seat.wait_saved()
    assert time.monotonic() - began < 30
    assert len(seat.acknowledged.heads) == room.card("01")["seq"]
