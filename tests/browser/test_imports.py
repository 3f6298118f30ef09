"""The mapping screen in a real Chromium: a messy file is mapped, mended and taken in; alike items are decided about."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.staff import WAIT_MS, Desk, open_desk, serve, upload
from tests.itembank.bank import Bank, open_bank, spec_csv, spec_rows

STEMS = {
    "三相异步电动机直接起动时电流过大，可以采取的措施是（　）": "1",
    "三相异步电动机直接起动时电流过大，应当采取的措施是（　）": "1",
    "触电急救的第一步是（　）": "9",
    "兆欧表用来测量（　）": "3",
}
LINES = [f"{n},{stem},甲{n}**乙{n}**丙{n}**丁{n},{key}" for n, (stem, key) in enumerate(STEMS.items(), 1)]
MESSY = "\n".join(["电工题库,,,", "序号,题目内容,备选答案,正确答案", *LINES, ""]).encode("gb18030")


@pytest.fixture
def office(playwright: Playwright, tmp_path: Path) -> Iterator[tuple[Desk, Bank]]:
    bank = open_bank(tmp_path)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, 5))).status_code == 200
    assert bank.author.login and bank.reviewer.login
    stage = serve(tmp_path, worker=True)
    desk = open_desk(playwright, stage, tmp_path / "browser")
    try:
        yield desk, bank
    finally:
        desk.close()
        stage.stop()


def test_a_messy_file_is_mapped_mended_and_compared(office: tuple[Desk, Bank]) -> None:
    desk, bank = office
    page = desk.signed_in(f"/desk#/banks/{bank.id}/import", "author")
    upload(page, "旧题库.csv", MESSY)
    page.get_by_role("button", name="上传并识别").click()
    expect(page.get_by_text("没有认出版式")).to_be_visible()
    expect(page.get_by_text("还没有对应：鉴定点")).to_be_visible()
    page.get_by_label("鉴定点", exact=True).fill("A-A-001")
    page.get_by_label("鉴定点", exact=True).blur()
    expect(page.locator("ol.items > li")).to_have_count(4)
    save_layout(page)
    page.get_by_role("button", name="逐题核对").click()
    expect(page.get_by_text("有误 1 题")).to_be_visible()
    page.get_by_role("button", name="改正第 5 行").click()
    page.locator("dialog").get_by_label("正确答案").fill("2")
    page.get_by_role("button", name="记下改正").click()
    page.get_by_role("button", name="重新核对（1 行改正）").click()
    page.get_by_role("button", name="接收无误的 4 题").click()
    expect(page.get_by_text("4 题已进入题库，等待审题。")).to_be_visible()
    decide_about_the_pair(desk, bank, page)
    assert desk.faults == []


def save_layout(page: Page) -> None:
    page.get_by_role("button", name="保存版式").click()
    page.locator("[name=mapping-name]").fill("old-bank")
    page.locator("[name=mapping-title]").fill("旧题库")
    page.locator("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name="下载 TOML")).to_be_visible()
    page.locator("dialog").get_by_role("button", name="关闭").last.click()


def decide_about_the_pair(desk: Desk, bank: Bank, page: Page) -> None:
    desk.change_person(page, "reviewer")
    page.goto(f"{desk.base}/desk#/banks/{bank.id}/duplicates")
    page.get_by_role("button", name="开始查重").click()
    card = page.locator("article.pair")
    expect(card).to_have_count(1, timeout=WAIT_MS)
    assert card.locator("mark").first.inner_text() in ("可以", "应当")
    page.get_by_role("button", name="处理").click()
    page.get_by_label("互斥").check()
    page.locator("dialog [name=reason]").fill("问法不同，不宜同卷")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("没有待处理的近似题")).to_be_visible()
