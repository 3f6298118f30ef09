"""The paper desk in a real Chromium: import in four steps, review by different persons, assembly and sealing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Playwright, expect

from examserver.demo.stage import Stage
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair, write_key_file
from tests.browser.staff import Desk, open_desk, serve, upload
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows, workbook

BLUEPRINT = "电工四级理论试卷"
PERSONS = {
    "assembler": "paper_assembler",
    "releaser": "paper_approver",
    "sealer": "paper_sealer",
}


@dataclass
class Office:
    """A bank with a specification, its people, and a browser."""

    bank: Bank
    stage: Stage
    desk: Desk

    @property
    def address(self) -> str:
        """The bank's page."""
        return f"/desk#/banks/{self.bank.id}"


@pytest.fixture(scope="module")
def office(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("desk")
    bank = open_bank(folder)
    assert bank.specify(spec_csv(spec_rows({"A": 100}, 5))).status_code == 200
    for person in (bank.author, bank.reviewer, bank.approver):
        assert person.login
    for login, role in PERSONS.items():
        bank.world.signed_in("bank", login, role)
    trust_the_authority(bank)
    stage = serve(folder, worker=True)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        yield Office(bank, stage, desk)
    finally:
        desk.close()
        stage.stop()


def trust_the_authority(bank: Bank) -> None:
    """Keys go to the authority: a bank that does not know it cannot seal."""
    pair = KeyPair.generate()
    body = {
        "role": "authority",
        "name": "样例主管部门",
        "signing_key": b64u(pair.signing.public_raw),
        "sealing_key": b64u(pair.sealing.public_raw),
    }
    assert bank.admin.post("/api/bank/trusted-keys", body).status_code == 200


def rows(count: int) -> list[dict[str, object]]:
    return [item_row(n, f"A-A-{n % 5 + 1:03d}") for n in range(1, count + 1)]


def counted(office: Office) -> int:
    items: int = office.bank.author.get(f"/api/bank/banks/{office.bank.id}/items").json["total"]
    return items


def test_nothing_goes_in_before_the_faults_were_seen(office: Office) -> None:
    page = office.desk.signed_in(f"{office.address}/import", "author")
    upload(page, "items.xlsx", workbook([*rows(30), item_row(31, "A-A-001", 答案="E"), item_row(32, "Z-Z-999")]))
    page.get_by_role("button", name="上传并识别").click()
    expect(page.get_by_text("已识别版式：考试系统试题工作簿")).to_be_visible()
    page.get_by_role("button", name="逐题核对").click()
    expect(page.get_by_text("有误 2 题")).to_be_visible()
    expect(page.locator("details").first.locator("tbody tr")).to_have_count(2)
    assert counted(office) == 0
    page.get_by_role("button", name="接收无误的 30 题").click()
    expect(page.get_by_text("30 题已进入题库，等待审题。")).to_be_visible()
    assert counted(office) == 30
    page.get_by_role("link", name="查看这些试题").click()
    expect(page.locator("tbody tr")).to_have_count(30)
    assert office.desk.faults == []


def test_items_are_reviewed_and_approved_in_bulk_by_different_persons(office: Office) -> None:
    page = office.desk.signed_in(f"{office.address}/items?state=draft", "reviewer")
    judge(page, "审题通过")
    office.desk.change_person(page, "approver")
    page.goto(f"{office.desk.base}{office.address}/items?state=reviewed")
    judge(page, "批准通过")
    page.goto(f"{office.desk.base}{office.address}/items?state=approved")
    expect(page.locator("tbody tr")).to_have_count(30)
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="考生所见")).to_be_visible()
    page.get_by_label("显示标准答案").check()
    expect(page.locator(".option.keyed")).to_have_count(1)
    enrol = {"bank": office.bank.id, "verdict": "accept"}
    assert office.bank.keeper.post("/api/bank/items/enrol", enrol).json["changed"] == 30
    office.bank.make_ready()


def judge(page: Page, words: str) -> None:
    page.locator("thead input[type=checkbox]").check()
    page.get_by_role("button", name=words).click()
    page.locator("dialog").get_by_role("button", name=words).click()
    expect(page.get_by_text("30 题已处理")).to_be_visible()


def test_the_specification_says_what_is_there_and_what_lacks(office: Office) -> None:
    page = office.desk.signed_in(f"{office.address}/specification", "assembler")
    expect(page.locator("tbody tr", has_text="领域A")).to_contain_text("充足")
    page.get_by_role("button", name="展开").first.click()
    expect(page.locator("tbody tr", has_text="范围A")).to_be_visible()


def test_a_blueprint_becomes_checked_forms_and_a_sealed_paper(office: Office) -> None:
    page = office.desk.signed_in(f"{office.address}/blueprints", "assembler")
    page.get_by_role("button", name="新建方案").click()
    page.get_by_label("方案名称").fill(BLUEPRINT)
    page.get_by_role("textbox", name="总分").fill("10")
    page.get_by_role("textbox", name="合格线", exact=True).fill("6")
    page.get_by_role("button", name="取消 判断题").click()
    page.get_by_label("领域A 单选题").fill("10")
    page.get_by_label("领域A 单选题").blur()
    expect(page.get_by_text("各题分值合计与总分一致")).to_be_visible()
    page.get_by_role("button", name="保存方案").click()
    page.get_by_role("button", name="组卷", exact=True).click()
    page.get_by_label("平行卷份数").fill("2")
    page.get_by_role("button", name="开始组卷").click()
    expect(page.get_by_text("已组卷，待批准")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("项检查全部通过"))).to_be_visible()

    where = page.url
    office.desk.change_person(page, "releaser")
    page.goto(where)
    page.get_by_role("button", name="批准使用").click()
    page.locator("dialog").get_by_role("button", name="批准使用").click()
    expect(page.get_by_text("已批准，待封存")).to_be_visible()

    register_custodians(office, page)
    seal(office, page)
    with page.expect_download() as got:
        page.get_by_role("link", name="试卷包").click()
    assert got.value.suggested_filename.endswith(".paper.zip")
    assert office.desk.faults == []


def register_custodians(office: Office, page: Page) -> None:
    """Each from the key file made on the custodian's own device."""
    office.desk.change_person(page, "admin")
    page.goto(f"{office.desk.base}/desk#/custodians")
    for count, name in enumerate(("甲", "乙", "丙"), 1):
        page.get_by_role("button", name="登记保管人").click()
        upload(page, "a.key.json", write_key_file(KeyPair.generate(), name, "a passphrase of the custodian"))
        expect(page.get_by_label("姓名")).to_have_value(name)
        page.locator("dialog").get_by_role("button", name="登记保管人").click()
        expect(page.locator("tbody tr")).to_have_count(count)


def seal(office: Office, page: Page) -> None:
    """Whoever seals chooses by name: the forms themselves are not for their eyes."""
    office.desk.change_person(page, "sealer")
    page.goto(f"{office.desk.base}/desk#/papers")
    page.get_by_role("button", name="从组卷结果封存").click()
    page.locator("dialog button", has_text=BLUEPRINT).click()
    for name in ("甲", "乙", "丙"):
        page.locator("label.pick", has_text=name).click()
    expect(page.get_by_text("3 名保管人中任意 2 人同时授权才能解密", exact=False)).to_be_visible()
    page.locator("dialog").get_by_role("button", name="封存", exact=True).click()
    expect(page.get_by_text("已封存").first).to_be_visible(timeout=60_000)


def test_a_person_without_rights_is_told_so(office: Office) -> None:
    page = office.desk.signed_in("/desk", "sealer")
    expect(page.get_by_role("link", name="试卷封存")).to_be_visible()
    expect(page.get_by_role("link", name="组卷", exact=True)).to_have_count(0)
