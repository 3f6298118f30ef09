"""Every type of item in a real Chromium: answered as people do it, and the record holds the right values."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Playwright, expect

from examserver.demo.browser_seat import BrowserSeat
from examserver.grading.keyed import read_keys, score_answer
from itembank.assembly.content import FormFacts, build_form_content
from itembank.assembly.order import place_items
from tests.browser.room import Room, open_room
from tests.every_type import ASSETS
from tests.examserver.hall.rig import FORMS
from tests.itembank.test_form_documents import OWN, RULES

Json = dict[str, Any]
ESSAY = "上级保护动作时间应大于下级，𬭎字也能写。\n分级配合保证选择性。"


def documents(form: str, name: str) -> tuple[Json, Json]:
    """Content and key of a form with every type."""
    sections = place_items(RULES, {code: (1, one) for code, one in OWN.items()}, list(OWN), "seed", form)
    made = build_form_content(FormFacts(form, name, False, "电工 四级", 3600), sections, OWN, ASSETS)
    return made.content, made.key


CONTENT, KEY = documents(FORMS[1], "B")
KEYED = {one["code"]: one | {"id": item} for item, one in KEY["items"].items()}
PLACES = [item["code"] for section in CONTENT["sections"] for item in section["items"]]


@pytest.fixture
def room(playwright: Playwright, tmp_path: Path) -> Iterator[Room]:
    """A hall whose forms hold every type."""
    made = open_room(playwright, tmp_path, documents=documents)
    try:
        yield made
    finally:
        made.close()


def steps(room: Room) -> list[tuple[str, str]]:
    """Item and value of every answer in the hall's log, in order, read from its file."""
    (path,) = room.stage.data.rglob("hall.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as hall:
        query = "SELECT item, value FROM response_step WHERE kind = 'answer' ORDER BY seq"
        return [(str(item), str(value)) for item, value in hall.execute(query)]


def recorded(room: Room) -> dict[str, Any]:
    """The last answer of every item, by code."""
    code_of = {one["id"]: code for code, one in KEYED.items()}
    return {code_of[item]: json.loads(value) for item, value in steps(room)}


class Hands:
    """A candidate who knows every answer."""

    def __init__(self, seat: BrowserSeat) -> None:
        self.seat, self.page = seat, seat.page
        self.item: Locator = seat.page.get_by_test_id("item")

    def go(self, code: str) -> None:
        self.page.locator(f'[data-cell="{PLACES.index(code) + 1}"]').click()
        expect(self.item).to_have_attribute("data-code", code)

    def photograph(self, code: str) -> None:
        """Keep a picture of each type at both sizes, for whoever asks for them."""
        folder = os.environ.get("KEEP_SCREENSHOTS")
        for width, height in ((1366, 768), (1920, 1080)) if folder else ():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(250)
            self.page.screenshot(path=f"{folder}/{code}-{width}.png")

    def listen(self) -> None:
        """Play the sound twice, then there is nothing left to play."""
        clip = self.item.get_by_test_id("audio")
        for left in ("还可播放 1 次", "播放次数已用完"):
            clip.get_by_role("button", name="播放").click()
            expect(clip).to_contain_text(left)
            expect(clip.locator("progress")).to_have_count(0)

    def choose(self, code: str) -> None:
        if self.item.get_by_test_id("audio").count():
            self.listen()
        for option in KEYED[code]["key"]:
            self.item.locator(f'[data-option="{option}"]').click()

    def order(self, code: str) -> None:
        """Bring each to its place, the first by dragging, the rest by the keyboard."""
        wanted = KEYED[code]["key"]
        first, top = self.item.locator(f'[data-option="{wanted[0]}"]'), self.item.locator("[data-option]").first
        first.hover(position={"x": 60, "y": 10})
        self.page.mouse.down()
        self.page.mouse.move(top.bounding_box()["x"] + 60, top.bounding_box()["y"] - 4, steps=5)  # type: ignore[index]
        self.page.mouse.up()
        for place, option in enumerate(wanted):
            row = self.item.locator(f'[data-option="{option}"]')
            while [one.get_attribute("data-option") for one in self.item.locator("[data-option]").all()].index(
                option
            ) > place:
                row.focus()
                self.page.keyboard.press("ArrowUp")

    def match(self, code: str) -> None:
        """The first pair by pressing both sides, the others from the lists."""
        (left, target), *rest = (pair.split("-") for pair in KEYED[code]["key"])
        self.item.locator(f'[data-option="{left}"]').click(position={"x": 12, "y": 12})
        self.item.locator(f'[data-target="{target}"]').click()
        for left, target in rest:
            self.item.locator(f'[data-option="{left}"] select').select_option(target)

    def compose(self, field: Locator, text: str, half: str) -> None:
        """Type as an input method does: letters first, characters when composed."""
        field.focus()
        session = self.page.context.new_cdp_session(self.page)
        session.send("Input.imeSetComposition", {"text": half, "selectionStart": len(half), "selectionEnd": len(half)})
        self.page.wait_for_timeout(2_300)
        session.send("Input.insertText", {"text": text})

    def blanks(self, code: str) -> None:
        first, second = self.item.locator("[data-gap]").all()
        self.compose(first, "试电笔", "shi'dian'bi")
        second.fill("带电　设备。")

    def number(self, code: str) -> None:
        number = self.item.locator("[data-part=number]")
        number.fill("约10")
        expect(self.item.get_by_role("status")).to_contain_text("应填写一个数")
        number.fill("１０.0")
        if "unit" in KEYED[code]["scoring"]:
            self.item.locator("[data-part=unit]").fill("安")
        else:
            number.fill("25")

    def point(self, code: str) -> None:
        """A slip first, taken back; then the cross-hair by keyboard to the middle, where the red button is."""
        picture = self.item.get_by_test_id("hotspot")
        picture.click(position={"x": 20, "y": 20})
        expect(picture.get_by_role("button")).to_have_count(1)
        picture.get_by_role("button").click()
        expect(picture.get_by_role("button")).to_have_count(0)
        picture.focus()
        for key in ("ArrowRight", "ArrowLeft", "Shift+ArrowUp", "Enter"):
            self.page.keyboard.press(key)
        expect(self.item).to_have_attribute("data-code", code)

    def gaps(self, code: str) -> None:
        for gap, option in zip(self.item.locator("[data-gap]").all(), KEYED[code]["key"], strict=True):
            gap.select_option(option)

    def draw(self, code: str) -> None:
        box = self.item.get_by_test_id("drawing").bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        for line in (0.2, 0.6):
            self.page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * line)
            self.page.mouse.down()
            self.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * line, steps=8)
            self.page.mouse.up()
        self.item.get_by_test_id("draw-undo").click()

    def write(self, text: str) -> Callable[[str], None]:
        return lambda _code: self.item.locator("textarea").fill(text)

    def answer(self, code: str) -> None:
        how = {
            "ordering": self.order, "matching": self.match, "text_entry": self.blanks, "numeric_entry": self.number,
            "hotspot": self.point, "inline_choice": self.gaps, "drawing": self.draw,
            "short_answer": self.write("先在有电处试验。"), "extended_response": self.write(ESSAY),
        }  # fmt: skip
        how.get(KEYED[code]["type"], self.choose)(code)


def test_one_sitting_answers_every_type_and_the_record_holds_it(room: Room) -> None:
    seat = room.seat_candidate()
    room.start()
    seat.wait_started()
    hands = Hands(seat)
    for code in PLACES:
        hands.go(code)
        hands.answer(code)
        hands.photograph(code)
    reads_beside_its_material_and_reflows(seat, hands)
    seat.page.get_by_test_id("review").click()
    expect(seat.page.get_by_test_id("review-panel")).to_contain_text("都已作答")
    seat.wait_saved()
    found = recorded(room)
    assert found["T-06"] == ["试电笔", "带电　设备。"]
    assert found["T-11"] == ESSAY
    assert len(found["T-12"]) == 1, "one of two strokes was taken back"
    assert all(0 <= int(part) <= 600 for point in found["T-12"][0].split(" ") for part in point.split(","))
    for item, key in read_keys(KEY).items():
        value = found[key.code]
        points = score_answer(key, tuple(value) if isinstance(value, list) else value)
        assert key.marked or points == key.points, f"{item} {key.type} {value}"
    assert_no_half_character(room)
    seat.reload()
    hands.go("T-11")
    expect(hands.item.locator("textarea")).to_have_value(ESSAY)
    hands.go("T-02")
    expect(hands.item.get_by_test_id("audio")).to_contain_text("播放次数已用完")
    seat.submit()
    seat.wait_receipt()
    assert seat.faults == []


def assert_no_half_character(room: Room) -> None:
    """No step holds what was only being composed, and writing makes few steps."""
    values = [value for _, value in steps(room)]
    assert not [value for value in values if "shi'" in value or "dian" in value]
    assert len(values) < 45


def test_the_last_words_are_never_lost(room: Room) -> None:
    seat = room.seat_candidate()
    room.start()
    seat.wait_started()
    hands = Hands(seat)
    hands.go("T-10")
    hands.item.locator("textarea").fill("第一句。")
    seat.wait_saved()
    hands.item.locator("textarea").press_sequentially("第二句。", delay=5)
    hands.go("T-01")
    seat.wait_saved()
    assert recorded(room)["T-10"] == "第一句。第二句。", "leaving the item saves what was written"
    hands.go("T-10")
    seat.context.set_offline(True)
    hands.item.locator("textarea").press_sequentially("第三句。", delay=5)
    seat.page.wait_for_timeout(500)
    seat.page.close(run_before_unload=False)
    seat.context.set_offline(False)
    seat.page = seat.new_page()
    seat.page.goto(f"{room.stage.base}/seat")
    seat.wait_started()
    seat.wait_saved()
    words = "a page closed in mid-sentence loses at most a fifth of a second"
    assert recorded(room)["T-10"] == "第一句。第二句。第三句。", words


def reads_beside_its_material_and_reflows(seat: BrowserSeat, hands: Hands) -> None:
    """A case stands beside its material, resized by keyboard; at 300 % nothing scrolls sideways."""
    hands.go("T-14")
    material, bar = seat.page.locator(".material"), seat.page.get_by_role("separator")
    expect(material.locator("table")).to_be_visible()
    before = material.bounding_box() or {}
    bar.focus()
    for _ in range(3):
        seat.page.keyboard.press("ArrowRight")
    assert (material.bounding_box() or {})["width"] > before["width"]
    expect(hands.item).to_have_attribute("data-code", "T-14")
    for _ in range(6):
        seat.page.keyboard.press("+")
    for code in ("T-04", "T-05", "T-06", "T-08", "T-09", "T-13"):
        seat.page.get_by_role("button", name="打开答题卡").click()
        hands.go(code)
        wide = seat.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{code} scrolls sideways at 300 %"
        if folder := os.environ.get("KEEP_SCREENSHOTS"):
            seat.page.screenshot(path=f"{folder}/{code}-300.png")
    expect(seat.page.locator("dialog[open]")).to_have_count(0)
    for _ in range(6):
        seat.page.keyboard.press("-")
    expect(seat.page.locator("[data-cell]").first).to_be_visible()
