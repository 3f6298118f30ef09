"""The console in a real Chromium beside real candidates: what invigilators see and do from binding to hand-over."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from examserver.app import build_runtimes
from examserver.kernel.access import system_actor
from examserver.plumbing.identity import create_account
from examserver.plumbing.settings import load_settings
from examserver.plumbing.work import open_work
from tests.browser.room import PASSWORD, Room
from tests.browser.staff import Desk, open_desk, type_credentials, upload
from tests.examserver.hall.rig import SITTING, document_number, ticket

SITTING_PAGE = f"/console#/sittings/{SITTING}"


@pytest.fixture
def desk(room: Room, playwright: Playwright, tmp_path: Path) -> Iterator[Desk]:
    """The invigilators' browser."""
    made = open_desk(playwright, room.stage, tmp_path / "console-browser")
    try:
        yield made
    finally:
        made.close()


def tile(page: Page, seat: str) -> Locator:
    return page.locator(f'[data-seat="{seat}"]')


def state(page: Page, seat: str, expected: str) -> None:
    expect(tile(page, seat)).to_have_attribute("data-state", expected, timeout=30_000)


def release_file(room: Room, at: int) -> bytes:
    return room.rig.release(at, f"laptop-{at}", int(time.time() * 1000))


def press_step(page: Page, words: str) -> None:
    """The one primary button of the phase."""
    button = page.locator("[data-primary]")
    expect(button).to_contain_text(words, timeout=20_000)
    button.click()


def test_a_wrong_password_is_said_and_the_right_one_opens_the_sittings(desk: Desk) -> None:
    page = desk.page("/console")
    type_credentials(page, "chief", "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    type_credentials(page, "chief")
    page.get_by_role("link", name="进入监考").click()
    expect(page.locator("[data-seat]")).to_have_count(5)
    assert desk.faults == []


def test_a_sitting_is_run_from_the_console_alone(room: Room, desk: Desk) -> None:
    page = desk.signed_in(SITTING_PAGE, "chief")
    seat = room.browser()
    code = seat.open()
    page.get_by_role("tab", name="待绑定考试机").click()
    page.locator("li button", has_text=code).click()
    page.get_by_role("button", name="绑定", exact=True).click()
    state(page, "01", "bound")

    seat.check_in(ticket(1), document_number(1))
    seat.confirm()
    page.locator("section.strip button", has_text="01").click(timeout=30_000)
    page.get_by_role("button", name=re.compile("准予入场")).click()
    seat.wait_ready()
    state(page, "01", "ready")

    press_step(page, "解密授权")
    upload(page, "a.release.json", release_file(room, 0))
    page.get_by_role("button", name="提交授权").click()
    expect(page.get_by_text("只有一份授权，不能解密")).to_be_visible()
    upload(page, "again.release.json", release_file(room, 0))
    page.get_by_role("button", name="提交授权").click()
    expect(page.get_by_text("已拒绝")).to_be_visible()
    upload(page, "b.release.json", release_file(room, 1))
    page.get_by_role("button", name="提交授权").click()
    expect(page.get_by_text("授权齐备，试卷已可在开考时解密")).to_be_visible()
    page.locator("dialog footer").get_by_role("button", name="关闭").click()

    press_step(page, "开考")
    page.get_by_role("button", name="全场开考").click()
    seat.wait_started()
    seat.page.keyboard.press("2")
    state(page, "01", "answering")
    expect(tile(page, "01")).to_contain_text("1/12", timeout=20_000)
    assert desk.faults == []


def test_time_messages_notes_and_moves_reach_the_candidate_and_the_record(room: Room, desk: Desk) -> None:
    seat = room.seat_candidate()
    spare = room.browser("spare")
    room.bind(spare.open(), "04")
    room.start()
    seat.wait_started()
    page = desk.signed_in(SITTING_PAGE, "chief")
    tile(page, "01").click()
    before = room.card("01")["deadline_ms"]

    page.keyboard.press("c")
    page.get_by_label("补时分钟数").fill("7")
    page.get_by_role("button", name="补时 7 分钟").click()
    expect(page.get_by_text("已为 1 名考生补时 7 分钟")).to_be_visible()
    assert room.card("01")["deadline_ms"] == before + 7 * 60_000

    page.keyboard.press("m")
    page.get_by_label("消息内容").fill("请把手机放到讲台。")
    page.get_by_role("button", name=re.compile("发送给")).click()
    expect(seat.page.get_by_text("请把手机放到讲台。")).to_be_visible()

    page.get_by_role("button", name="记录情况").click()
    page.get_by_label("情况经过").fill("键盘失灵，换机。")
    page.get_by_role("button", name="记入情况记录").click()
    expect(page.get_by_text("已记入情况记录")).to_be_visible()

    page.get_by_role("button", name="换到备用机").click()
    page.get_by_role("button", name="换到 04").click()
    spare.wait_started()
    state(page, "04", "answering")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="情况记录").click()
    expect(page.get_by_text("键盘失灵，换机。")).to_be_visible()


def test_a_dead_workstation_is_on_the_strip_within_ten_seconds(room: Room, desk: Desk) -> None:
    room.seat_candidate()
    room.start()
    room.seats[0].wait_started()
    page = desk.signed_in(SITTING_PAGE, "invigilator")
    state(page, "01", "answering")
    room.seats.pop(0).close()
    state(page, "01", "lost")
    expect(page.locator("section.strip button", has_text="01")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\)"))


def test_an_early_collection_is_handed_over_with_two_signatures(room: Room, desk: Desk, tmp_path: Path) -> None:
    add_supervisor(room)
    room.stage.start("worker", "examserver.cli", "worker")
    seat = room.seat_candidate()
    room.start()
    seat.wait_started()
    seat.page.keyboard.press("1")
    seat.wait_saved()
    page = desk.signed_in(SITTING_PAGE, "chief")
    press_step(page, "收卷")
    page.get_by_label("提前收卷（全场立即结束）").check()
    expect(page.get_by_role("button", name="立即结束全场并收卷")).to_be_disabled()
    page.get_by_label("说明").fill("停电")
    page.get_by_role("button", name="立即结束全场并收卷").click()
    state(page, "01", "closed")

    press_step(page, "移交")
    dialog = page.locator("dialog")
    for _ in range(2):
        dialog.get_by_role("button", name="下一步").click()
    dialog.get_by_role("button", name="生成场次记录").click()
    expect(dialog.get_by_role("button", name=re.compile("签字"))).to_be_visible(timeout=60_000)
    sign(page)
    dialog.get_by_role("button", name="关闭").first.click()
    desk.change_person(page, "supervisor")
    press_step(page, "签字")
    sign(page)
    with page.expect_download() as got:
        page.get_by_role("link", name="下载场次记录").click()
    assert got.value.suggested_filename.endswith(".record.zip")


def add_supervisor(room: Room) -> None:
    runtime = build_runtimes(load_settings(env={}, data_dir=room.stage.data, roles=("hall",)))["hall"]
    with open_work(runtime, system_actor("test")) as work:
        create_account(work, "supervisor", "Supervisor", ["quality_supervisor"], PASSWORD)
    runtime.close()


def sign(page: Page) -> None:
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("的身份签字")).click()
    expect(page.get_by_text("已签字").first).to_be_visible(timeout=30_000)


def test_shortcuts_are_listed_and_the_room_is_walked_by_keys(desk: Desk) -> None:
    page = desk.signed_in(SITTING_PAGE, "invigilator")
    tile(page, "01").focus()
    page.keyboard.press("ArrowRight")
    expect(tile(page, "02")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("seat=02"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()


def test_an_altered_package_is_refused_with_its_report(room: Room, desk: Desk) -> None:
    package = bytearray(room.rig.paper.package)
    package[len(package) // 2] ^= 1
    page = desk.signed_in("/console", "chief")
    page.get_by_role("button", name="导入任务书、试卷包").click()
    page.get_by_role("radio", name="试卷包").check()
    upload(page, "x.paper.zip", bytes(package))
    page.get_by_role("button", name="核验并导入").click()
    expect(page.get_by_text("核验未通过，没有导入")).to_be_visible()
