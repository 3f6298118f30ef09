"""Marking at a real Chromium: one assessor marks what is offered, the run page says what still waits."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.staff import Desk, open_desk, serve
from tests.examserver.authority import Authority, make_authority
from tests.examserver.grading.test_marking import graded, held, with_prose


@pytest.fixture
def office(playwright: Playwright, tmp_path: Path) -> Iterator[tuple[Authority, str, Desk]]:
    """An authority with a run that awaits marks, served, and a browser."""
    authority = with_prose(make_authority(tmp_path))
    run = graded(authority, held(authority))["id"]
    for login in ("one", "grader"):
        assert authority[login].login == login
    stage = serve(tmp_path, worker=False)
    desk = open_desk(playwright, stage, tmp_path / "browser")
    try:
        yield authority, run, desk
    finally:
        desk.close()
        stage.stop()


def test_an_assessor_marks_answer_after_answer_by_criterion(office: tuple[Authority, str, Desk]) -> None:
    _, run, desk = office
    page = desk.signed_in("/authority", "one")
    page.get_by_role("link", name="开始评阅").click()
    response, points = page.get_by_test_id("response"), page.get_by_test_id("points")
    expect(response).to_contain_text("简述验电")
    for _ in range(2):
        before = response.locator("textarea").input_value()
        assert before in ("先在有电处试验电器。", "看看再说")
        points.locator("[data-criterion='1']").fill("9")
        expect(points.get_by_role("button", name="提交并评下一份")).to_be_disabled()
        points.locator(".band").click()
        points.locator("[data-criterion='2']").fill("0.5")
        expect(points).to_contain_text("合计 3.5 / 4")
        if folder := os.environ.get("KEEP_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/marking.png")
        points.get_by_role("button", name="提交并评下一份").click()
        expect(page.get_by_text("已提交：3.5 分").first).to_be_visible()
        expect(page.get_by_text(before)).to_have_count(0)
    expect(page.get_by_text("这道题您已全部评完")).to_be_visible()
    desk.change_person(page, "grader")
    page.goto(page.url.split("#")[0] + f"#/runs/{run}")
    expect(page.get_by_test_id("awaiting")).to_contain_text("2 个主观题作答尚未评阅")
    expect(page.get_by_test_id("awaiting")).to_contain_text("0/2 已定分")
    if folder := os.environ.get("KEEP_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/awaiting.png")
    assert desk.faults == []
