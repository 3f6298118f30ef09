"""The item editor in a real Chromium: faults at their fields, what is taken out, areas drawn on a picture."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Playwright, expect

from tests.browser.staff import Desk, open_desk, serve, upload
from tests.itembank.bank import Bank, open_bank, spec_csv, spec_rows


def panel() -> bytes:
    picture = Image.new("RGB", (600, 300), "white")
    ImageDraw.Draw(picture).ellipse((260, 110, 340, 190), fill="red", outline="black", width=3)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def desk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Bank]]:
    folder = tmp_path_factory.mktemp("editor")
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, 3))).status_code == 200
    assert bank.author.login
    stage = serve(folder)
    browser = open_desk(playwright, stage, folder / "browser")
    try:
        yield browser, bank
    finally:
        browser.close()
        stage.stop()


def newest(bank: Bank, code: str) -> dict[str, object]:
    lines = bank.author.get(f"/api/bank/banks/{bank.id}/items", query_string={"search": code}).json["items"]
    version: dict[str, object] = bank.author.get(f"/api/bank/items/{lines[0]['id']}").json["versions"][0]
    return version


def begin(page: Page, kind: str, code: str) -> None:
    page.locator("#item-editor select").first.select_option(kind)
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=point]").fill("A-A-001")


def test_an_author_writes_items_and_sees_what_the_candidate_will_see(desk: tuple[Desk, Bank]) -> None:
    browser, bank = desk
    page = browser.signed_in(f"/desk#/banks/{bank.id}/items", "author")
    page.get_by_role("link", name="新建试题").click()
    begin(page, "text_entry", "HAND-1")
    stem = page.get_by_label("题干", exact=True).get_by_role("textbox")
    stem.fill("水的化学式是 H2O，俗称")
    page.get_by_role("button", name="插入空").click()
    stem.evaluate("field => field.setSelectionRange(8, 9)")
    page.get_by_role("button", name="下标").first.click()
    expect(page.locator(".side .stem sub")).to_have_text("2")
    expect(page.get_by_text("缺少可接受的答案").first).to_be_visible()
    stem.fill(stem.input_value() + "<script>alert(1)</script>")
    expect(page.get_by_text("以下内容不允许，已清除：script")).to_be_visible()
    page.get_by_label("可接受的答案 1").fill("水\n纯水")
    expect(page.get_by_text("没有问题，可以保存")).to_be_visible()
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.get_by_role("heading", name="HAND-1")).to_be_visible()
    version = newest(bank, "HAND-1")
    assert version["content"]["stem"] == [{"kind": "html", "html": "水的化学式是 H<sub>2</sub>O，俗称{{1}}"}]  # type: ignore[index]
    assert version["scoring"]["blanks"][0]["accept"] == ["水", "纯水"]  # type: ignore[index]
    assert browser.faults == []


def test_areas_are_drawn_on_the_picture_by_mouse_and_moved_by_keyboard(desk: tuple[Desk, Bank]) -> None:
    browser, bank = desk
    page = browser.signed_in(f"/desk#/banks/{bank.id}/new-item", "author")
    begin(page, "hotspot", "HAND-2")
    page.get_by_label("题干", exact=True).get_by_role("textbox").fill("点出红色的急停按钮。")
    upload(page, "面板.png", panel(), at=1)
    board = page.locator("svg[role=application]")
    expect(board).to_be_visible()
    page.get_by_label("替代文字").fill("一个红色按钮")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    scale = box["width"] / 600
    page.mouse.move(box["x"] + 300 * scale, box["y"] + 150 * scale)
    page.mouse.down()
    page.mouse.move(box["x"] + 344 * scale, box["y"] + 150 * scale, steps=4)
    page.mouse.up()
    expect(page.get_by_label("坐标 1")).to_have_value("300, 150, 44")
    board.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_label("坐标 1")).to_have_value("301, 160, 44")
    expect(page.get_by_text("没有问题，可以保存")).to_be_visible()
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.get_by_role("heading", name="HAND-2")).to_be_visible()
    page.get_by_label("显示标准答案").check()
    expect(page.locator(".work svg circle").first).to_be_visible()
    assert newest(bank, "HAND-2")["scoring"] == {"areas": [{"shape": "circle", "coords": [301, 160, 44]}]}
    page.get_by_role("link", name="修改").click()
    expect(page.get_by_label("坐标 1")).to_have_value("301, 160, 44")
    page.get_by_label("坐标 1").fill("590, 160, 44")
    page.get_by_label("坐标 1").press("Tab")
    expect(page.get_by_text("热区超出图片").first).to_be_visible()
    assert browser.faults == []
