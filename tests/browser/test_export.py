"""The items of a bank leave from the list in a real Chromium: format, keys, purpose, progress, file."""

import pytest
from playwright.sync_api import Playwright, expect
from pypdf import PdfReader

from tests.browser.staff import WAIT_MS, open_desk, serve
from tests.itembank.bank import item_row, open_bank, spec_csv, spec_rows, workbook

PURPOSE = "送省级专家审定"


def test_an_approver_exports_the_list_for_a_purpose(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("export")
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, 5))).status_code == 200
    bank.take(workbook([item_row(n, f"A-A-{n % 5 + 1:03d}") for n in range(1, 31)]))
    assert bank.approver.login
    stage = serve(folder, worker=True)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        page = desk.signed_in(f"/desk#/banks/{bank.id}/items", "approver")
        page.get_by_role("button", name="导出试题").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("当前筛选结果，共 30 道")).to_be_visible()
        start = dialog.get_by_role("button", name="生成文件")
        expect(start).to_be_disabled()
        dialog.get_by_text("打印清单（PDF）").click()
        expect(dialog.get_by_label("含答案和评分标准")).not_to_be_checked()
        dialog.get_by_label("导出用途").fill(PURPOSE)
        page.screenshot(path=folder / "asked.png")
        start.click()
        link = dialog.get_by_role("button", name="下载")
        expect(link).to_be_visible(timeout=WAIT_MS)
        page.screenshot(path=folder / "ready.png")
        with page.expect_download() as waiting:
            link.click()
        saved = folder / "items.pdf"
        waiting.value.save_as(saved)
        said = PdfReader(saved).pages[0].extract_text()
        assert "共 30 道" in said and PURPOSE in said and "答案：" not in said
        assert desk.faults == []
    finally:
        desk.close()
        stage.stop()
