"""The workflow at real pages: reviewers drawn, a verdict form filled in, items enrolled, the bank declared ready."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.staff import Desk, open_desk, serve
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows, workbook

SHOTS = os.environ.get("SHOTS_OF_PAGES", "")


@pytest.fixture(scope="module")
def house(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bank, Desk]]:
    folder = tmp_path_factory.mktemp("workflow")
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 60, "B": 40}, 2))).status_code == 200
    units = {name: bank.admin.post("/api/bank/units", {"name": name}).json["id"] for name in ("甲学院", "乙公司")}
    for login, role, unit in (("author", "item_author", "甲学院"), ("near", "item_reviewer", "乙公司")):
        person = bank.world.signed_in("bank", login, role)
        account = person.get("/api/bank/me").json["account_id"]
        bank.admin.post(f"/api/bank/members/{account}/unit", {"unit": units[unit]})
        if login == "author":
            bank = bank.with_persons(author=person)
    assert bank.keeper.login and bank.approver.login
    bank.take(workbook([item_row(n, f"A-A-{n % 2 + 1:03d}") for n in range(1, 3)]))
    assign(bank, units["甲学院"])
    stage = serve(folder)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        yield bank, desk
    finally:
        desk.close()
        stage.stop()


def assign(bank: Bank, unit: str) -> None:
    """An assignment the author's institution has accepted."""
    asked: dict[str, Any] = {"unit": unit, "title": "A 领域命题", "due_on": "2099-12-31"}
    asked["wishes"] = [{"area": "A", "type": "", "wanted": 4}]
    assert bank.keeper.post(f"/api/bank/banks/{bank.id}/assignments", asked).status_code == 200


def shot(page: Page, name: str) -> None:
    """A picture of the page for whoever wants to look at it (SHOTS_OF_PAGES names the folder)."""
    if SHOTS:
        page.wait_for_timeout(300)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def test_reviewers_are_drawn_and_one_fills_in_the_verdict_form(house: tuple[Bank, Desk]) -> None:
    bank, desk = house
    page = desk.signed_in(f"/desk#/banks/{bank.id}/draws", "keeper")
    expect(page.get_by_text("2 道待审试题尚未抽取审题人")).to_be_visible()
    page.get_by_role("button", name="抽取审题人").click()
    page.locator("dialog").get_by_role("button", name="抽取审题人").click()
    expect(page.locator("[data-open]")).to_have_count(2)
    shot(page, "draws")
    desk.change_person(page, "near")
    page.goto(f"{desk.base}/desk#/work")
    expect(page.locator("[data-review]")).to_have_count(2)
    page.get_by_label("查阅用途").select_option("质量抽查")
    shot(page, "work")
    page.locator("[data-review]").first.get_by_role("link", name="审题").click()
    expect(page.get_by_role("heading", name="审题意见表")).to_be_visible()
    page.get_by_role("button", name="其余各项合格").click()
    page.locator("[data-criterion=wording]").get_by_text("有问题").click()
    expect(page.get_by_role("button", name="通过")).to_be_disabled()
    page.get_by_label("文字表述 理由").fill("“复核”应改为“核对”")
    shot(page, "review")
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_text("审题意见已提交")).to_be_visible()
    expect(page.locator("[data-review]")).to_have_count(1)
    page.locator("[data-review]").first.get_by_role("link", name="审题").click()
    page.get_by_role("button", name="请辞").click()
    page.get_by_label("请辞理由").fill("与命题人共事")
    shot(page, "decline")
    page.locator("dialog").get_by_role("button", name="取消").click()
    page.get_by_role("button", name="其余各项合格").click()
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_text("没有待审的试题")).to_be_visible()
    assert desk.faults == []


def test_the_author_finds_the_returned_item_with_its_reason(house: tuple[Bank, Desk]) -> None:
    _, desk = house
    page = desk.signed_in("/desk", "author")
    expect(page.get_by_text("文字表述：“复核”应改为“核对”")).to_be_visible()
    expect(page.locator("[data-assignment]")).to_contain_text("A 领域命题")
    shot(page, "author")


def test_items_are_enrolled_and_the_bank_is_declared_ready(house: tuple[Bank, Desk]) -> None:
    bank, desk = house
    reviewed = bank.approver.get(f"/api/bank/banks/{bank.id}/items", query_string={"state": "reviewed"}).json["items"]
    verdict = {"item_ids": [one["id"] for one in reviewed], "verdict": "accept"}
    assert bank.approver.post("/api/bank/items/approve", verdict).json["changed"] == 1
    page = desk.signed_in(f"/desk#/banks/{bank.id}/programme", "keeper")
    expect(page.get_by_role("button", name="宣布就绪")).to_be_disabled()
    page.get_by_role("button", name="将已批准的试题入库").click()
    expect(page.get_by_text("1 题已入库")).to_be_visible()
    shot(page, "programme")
    page.get_by_role("button", name="规划下一阶段").click()
    page.get_by_label("阶段名称").fill("首期")
    page.locator("dialog").get_by_label("领域或鉴定点").fill(reviewed[0]["point"])
    page.get_by_label("每个鉴定点题量").fill("1")
    page.locator("dialog").get_by_role("button", name="规划下一阶段").click()
    page.get_by_role("button", name="宣布就绪").click()
    page.locator("dialog").get_by_role("button", name="宣布就绪").click()
    expect(page.locator(".badge.done", has_text="就绪")).to_be_visible()
    expect(page.get_by_text("本阶段目标已全部达到")).to_be_visible()
    shot(page, "ready")
    assert desk.faults == []


def test_the_administrator_sees_who_read_what_and_why(house: tuple[Bank, Desk]) -> None:
    _, desk = house
    page = desk.signed_in("/desk#/reads", "admin")
    line = page.locator("[data-read]", has_text="质量抽查").first
    expect(line).to_contain_text("Near")
    expect(line).to_contain_text("打开审题")
    shot(page, "reads")
    page.goto(f"{desk.base}/")
    expect(page.locator("[data-bank]")).to_contain_text("电工四级题库")
    shot(page, "catalogue")
