"""Statistics, remarks and public release in a real Chromium: from the signed matrix to what the public reads."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Playwright, expect

from examserver.demo.stage import Stage
from tests.browser.staff import Desk, open_desk, serve, upload
from tests.itembank.psychometrics.sat import Sat


@dataclass
class Office:
    """A bank whose form was sat, and a browser."""

    sat: Sat
    stage: Stage
    desk: Desk

    @property
    def address(self) -> str:
        """The bank's page."""
        return f"/desk#/banks/{self.sat.bank.id}"


@pytest.fixture(scope="module")
def office(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("statistics")
    sat = Sat(folder)
    stage = serve(folder, worker=True)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        yield Office(sat, stage, desk)
    finally:
        desk.close()
        stage.stop()


def test_responses_become_figures_and_a_remark_is_decided(office: Office) -> None:
    code = office.sat.places[0]["code"]
    matrix = office.sat.matrix(300, [{"code": code, "version": 1, "text": "图中端子编号看不清"}])
    page = office.desk.signed_in(f"{office.address}/statistics", "analyst")
    page.get_by_role("button", name="导入作答矩阵").first.click()
    upload(page, "x.matrix.json", matrix)
    page.get_by_role("dialog").get_by_role("button", name="导入作答矩阵").click()
    expect(page.get_by_text("300", exact=True).first).to_be_visible()
    page.get_by_role("button", name="重新统计").click()
    expect(page.locator("[data-statistics] tbody tr")).to_have_count(10)
    expect(page.get_by_text("试卷信度")).to_be_visible()
    page.get_by_role("button", name="处理", exact=True).click()
    page.get_by_label("退回修订", exact=True).check()
    page.get_by_label("处理说明").fill("图已重绘")
    page.get_by_role("dialog").get_by_role("button", name="处理", exact=True).click()
    expect(page.get_by_text("图已重绘")).to_be_visible()
    page.locator("[data-statistics] tbody tr a").nth(3).click()
    expect(page.locator("[data-item-statistics]").get_by_text("与总分相关")).to_be_visible()
    assert office.desk.faults == []


def test_two_persons_release_items_and_the_public_reads_them(office: Office) -> None:
    page = office.desk.signed_in(f"{office.address}/release", "keeper")
    page.get_by_role("button", name="提出公开").click()
    page.get_by_label("公开比例").fill("0.2")
    page.get_by_label("理由").fill("条件成熟")
    page.get_by_role("dialog").get_by_role("button", name="提出公开").click()
    expect(page.get_by_text("待抽取")).to_be_visible()
    office.desk.change_person(page, "approver")
    page.goto(office.desk.base + f"{office.address}/release")
    page.get_by_role("button", name="抽取并公开").click()
    page.get_by_label("抽取用语").fill("今日天气晴朗")
    page.get_by_role("dialog").get_by_role("button", name="抽取并公开").click()
    expect(page.get_by_text("已公开", exact=True)).to_be_visible()
    public = office.desk.page("/released", 390, 844)
    public.get_by_role("link", name="电工四级题库").click()
    expect(public.locator("[data-released]").first).to_be_visible()
    expect(public.get_by_text("答案：").first).to_be_visible()
    assert office.desk.faults == []
