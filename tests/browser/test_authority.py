"""The authority in a real Chromium: from the directory to a signed order, from graded results to certificates."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from examserver.demo.stage import Stage
from tests.browser.staff import Desk, open_desk, serve, upload
from tests.examserver.authority import STARTS, Authority, Graded, make_authority, roster_rows, workbook

PEOPLE = ("officer", "approver", "first", "second", "certifier", "other_certifier", "admin")
TITLE = "2026 年第 1 场电工四级"


@dataclass
class Office:
    """An authority with a graded sitting, served, and a browser."""

    authority: Authority
    graded: Graded
    stage: Stage
    desk: Desk


@pytest.fixture(scope="module")
def office(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("authority")
    authority = make_authority(folder)
    graded = authority.graded(6, {1: 10, 2: 8, 3: 3})
    for login in PEOPLE:
        assert authority[login].login == login
    stage = serve(folder, worker=True)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        yield Office(authority, graded, stage, desk)
    finally:
        desk.close()
        stage.stop()


def local(ms: int) -> str:
    """What a `datetime-local` field takes."""
    return time.strftime("%Y-%m-%dT%H:%M", time.localtime(ms / 1000))


def test_a_plan_goes_from_filing_to_the_signed_order(office: Office) -> None:
    page = office.desk.signed_in("/authority#/plans/new", "officer")
    file_plan(page)
    page.get_by_role("link", name="名册").click()
    faulty = [*roster_rows(6), ("无证者", "居民身份证", "123", "男", "", "13800000000")]
    upload(page, "roster.xlsx", workbook(faulty))
    page.get_by_role("button", name="核对名册").click()
    expect(page.get_by_text("有误 1 行")).to_be_visible()
    expect(page.get_by_text("到目前为止没有任何考生进入名册。")).to_be_visible()
    page.get_by_role("button", name="导入无误的 6 行").click()
    expect(page.get_by_text("已导入 6 名考生")).to_be_visible()
    page.get_by_role("link", name="试卷", exact=True).click()
    upload(page, "x.paper.zip", office.authority.sealed.package)
    page.get_by_role("button", name="登记试卷").click()
    expect(page.get_by_text("试卷已登记")).to_be_visible()

    where = page.url.rsplit("/", 1)[0]
    office.desk.change_person(page, "approver")
    page.goto(where)
    page.get_by_role("button", name="批准计划").click()
    page.locator("dialog").get_by_role("button", name="批准计划").click()
    expect(page.get_by_text("计划已批准")).to_be_visible()

    office.desk.change_person(page, "officer")
    draw_seats(page, where)
    issue_order(page, where)
    assert office.desk.faults == []


def file_plan(page: Page) -> None:
    page.get_by_label("评价机构").select_option(index=0)
    page.get_by_label("计划名称").fill(TITLE)
    page.get_by_label("职业编码").fill("6-31-01-03")
    page.get_by_label("职业", exact=True).fill("电工")
    page.get_by_label("考点").fill("余杭考点")
    page.get_by_label("考场").fill("一号机房")
    page.get_by_label("开考时间").fill(local(STARTS))
    page.get_by_label("排", exact=True).fill("2")
    page.get_by_label("列", exact=True).fill("3")
    page.get_by_role("button", name="保存计划").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def draw_seats(page: Page, where: str) -> None:
    page.goto(f"{where}/seating")
    page.get_by_role("button", name="抽取座位").click()
    page.get_by_label(re.compile("随机种子")).fill("seed-7")
    page.locator("dialog").get_by_role("button", name="抽取座位").click()
    expect(page.locator(".seat")).to_have_count(6)
    expect(page.get_by_text("左右、前后相邻的机位试卷均不同")).to_be_visible()
    expect(page.get_by_text("seed-7")).to_be_visible()


def issue_order(page: Page, where: str) -> None:
    page.goto(f"{where}/documents")
    page.get_by_label(re.compile("签发给哪个考场")).select_option(index=0)
    page.get_by_role("button", name="签发任务书").click()
    with page.expect_download() as order:
        page.get_by_role("link", name="下载任务书").click()
    assert order.value.suggested_filename.endswith(".json")
    with page.expect_download() as tickets:
        page.get_by_role("link", name="下载准考证").click()
    assert Path(tickets.value.path()).read_bytes().startswith(b"%PDF")


def test_two_persons_approve_and_certificates_are_issued_and_voided(office: Office) -> None:
    run = f"/authority#/runs/{office.graded.run}"
    page = office.desk.signed_in(run, "first")
    approve(page, 1)
    office.desk.change_person(page, "second")
    page.goto(office.desk.base + run)
    approve(page, 2)
    office.desk.change_person(page, "certifier")
    page.goto(office.desk.base + run)
    page.get_by_role("button", name="颁发证书").click()
    page.locator("dialog").get_by_role("button", name="颁发证书").click()
    expect(page.get_by_text("证书已颁发")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="证书", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(5)

    office.desk.change_person(page, "other_certifier")
    page.goto(office.desk.base + "/authority#/certificates")
    page.get_by_role("button", name="宣布无效").first.click()
    expect(page.locator("dialog").get_by_role("button", name="宣布无效")).to_be_disabled()
    page.get_by_label("原因").fill("冒名顶替")
    page.locator("dialog").get_by_role("button", name="宣布无效").click()
    expect(page.locator("tbody").get_by_text("已宣布无效")).to_be_visible()
    assert office.desk.faults == []


def approve(page: Page, count: int) -> None:
    page.get_by_role("button", name="核定成绩").click()
    page.locator("dialog").get_by_role("button", name="核定成绩").click()
    expect(page.get_by_text(f"已核定 {count} / 2 人")).to_be_visible()


def test_every_point_is_traced_to_a_step(office: Office) -> None:
    page = office.desk.signed_in(f"/authority#/runs/{office.graded.run}", "first")
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="逐题追溯")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.locator("tbody")).to_contain_text(re.compile(r"第 \d+ 步"))


def test_the_grading_officer_alone_takes_records_in(office: Office) -> None:
    page = office.desk.signed_in("/authority#/records", "first")
    expect(page.get_by_text("6 份答卷")).to_be_visible()
    expect(page.get_by_role("button", name="核验并接收")).to_have_count(0)


def test_english_shows_no_chinese_sentence_of_ours(office: Office) -> None:
    page = office.desk.signed_in("/authority#/plans", "officer")
    page.get_by_role("button", name="切换到英文").click()
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()
    words = page.locator("nav.side").inner_text() + page.locator("thead").inner_text()
    assert not re.search(r"[\u4e00-\u9fff]", words)
    page.get_by_role("button", name="Switch to Chinese").click()
