"""Assembly at the desk in a real Chromium: the supply, a conflict accepted with one click, curves, and a swap."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.staff import Desk, open_desk, serve
from tests.itembank.assembly.test_desk_of_forms import SINGLE, blueprint, measure
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows

JOB_MS = 60_000


@pytest.fixture(scope="module")
def office(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bank, Desk]]:
    folder = tmp_path_factory.mktemp("assembly")
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 40, "B": 60}, 3))).status_code == 200
    bank.fill(item_row(n, f"{'AB'[n % 2]}-A-{n // 2 % 3 + 1:03d}", 重要程度="XY"[n // 2 % 2]) for n in range(60))
    measure(bank)
    for person in (bank.assembler, bank.releaser):
        assert person.login
    stage = serve(folder, worker=True)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        yield bank, desk
    finally:
        desk.close()
        stage.stop()


def test_from_blueprint_to_a_swapped_item(office: tuple[Bank, Desk]) -> None:
    bank, desk = office
    cells = [{"area": "A", "type": SINGLE, "count": 40}, {"area": "B", "type": SINGLE, "count": 5}]
    greedy = blueprint(name="电工过量", cells=cells, total_points="45", cut_score="27", max_per_point=None)
    assert bank.assembler.post(f"/api/bank/banks/{bank.id}/blueprints", greedy).status_code == 200
    page = desk.signed_in(f"/desk#/banks/{bank.id}/blueprints", "assembler")
    page.get_by_role("button", name="照此新建").click()
    page.get_by_role("button", name="核对题库存量").click()
    expect(page.get_by_text("存量不足")).to_be_visible(timeout=JOB_MS)
    page.get_by_text("按统计参数", exact=True).click()
    page.get_by_role("button", name="按题库平均水平填入").click()
    expect(page.get_by_label("目标", exact=True)).to_have_count(3)
    page.get_by_text("内容与难度", exact=True).click()
    page.get_by_text("公开与使用次数", exact=True).click()
    page.get_by_text("阅读量、用时与题组", exact=True).click()
    page.get_by_role("button", name="取消", exact=True).click()

    page.get_by_role("button", name="组卷", exact=True).click()
    page.get_by_label("平行卷份数").fill("1")
    page.get_by_label("其中备用卷").fill("0")
    page.get_by_role("button", name="开始组卷").click()
    expect(page.get_by_text("题库不能满足方案：相互冲突的要求")).to_be_visible(timeout=JOB_MS)
    expect(page.locator("tbody tr").first).to_contain_text("40")
    page.get_by_role("button", name="采纳并重新组卷").click()
    page.locator("dialog").get_by_role("button", name="采纳并重新组卷").click()
    expect(page.get_by_text("已组卷，待批准")).to_be_visible(timeout=JOB_MS)
    expect(page.locator("svg[role=img]")).to_have_count(2)

    page.get_by_role("button", name="查看试卷").first.click()
    page.get_by_role("textbox", name="用途").fill("审读")
    page.get_by_role("button", name="打开").click()
    # Codes with an odd number are of area B, of which the form leaves items over.
    page.get_by_role("button", name=re.compile(r"替换 T-\d{4}[13579]$")).first.click()
    page.get_by_label("替换理由").fill("题干过时")
    page.get_by_role("button", name="查找等值试题").click()
    choose = page.get_by_role("button", name="换上这题").first
    expect(choose).to_be_visible(timeout=JOB_MS)
    choose.click()
    expect(page.get_by_text("人工替换记录")).to_be_visible(timeout=JOB_MS)
    assert desk.faults == []
