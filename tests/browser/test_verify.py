"""The public page in a real Chromium against a real register: what it says of good, false, voided and unreachable."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, Playwright, expect

from examserver.demo.stage import Stage
from tests.browser.staff import Desk, open_desk, serve
from tests.examserver.authority import make_authority, ok
from tests.examserver.certification.test_certificates import issued, read_qr_of

NAME = "陈晓"


@dataclass(frozen=True)
class Printed:
    """A certificate as its holder has it in hand."""

    number: str
    qr: str
    picture: str


@dataclass
class Register:
    """A served register with two certificates, the second of them voided."""

    stage: Stage
    desk: Desk
    good: Printed
    void: Printed

    def page(self, fragment: str = "") -> Page:
        """The public page on a telephone's screen."""
        return self.desk.page(f"/verify{fragment}", 390, 844)


@pytest.fixture(scope="module")
def register(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    folder = tmp_path_factory.mktemp("register")
    with ThreadPoolExecutor(1) as aside:  # signing a PDF needs an event loop of its own, and Playwright has one here
        good, void = aside.submit(make_certificates, folder).result()
    stage = serve(folder)
    desk = open_desk(playwright, stage, folder / "browser")
    try:
        yield Register(stage, desk, good, void)
    finally:
        desk.close()
        stage.stop()


def make_certificates(folder: Path) -> tuple[Printed, Printed]:
    authority = make_authority(folder)
    lines = issued(authority, authority.approved(2, names={1: NAME, 2: NAME}))
    printed = []
    for line in lines:
        pdf = authority["certifier"].get(f"/api/authority/certificates/{line['number']}/pdf").data
        picture = folder / f"{line['number']}.png"
        page_picture(pdf, picture)
        printed.append(Printed(number=line["number"], qr=read_qr_of(pdf), picture=str(picture)))
    ok(authority["other_certifier"].post(f"/api/authority/certificates/{printed[1].number}/void", {"reason": "冒名"}))
    for runtime in authority.world.runtimes.values():
        runtime.close()
    return printed[0], printed[1]


def page_picture(pdf: bytes, target: Path) -> None:
    pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("RGB").save(target)


def verdict(page: Page, expected: str) -> None:
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", expected)


def fragment_of(qr: str) -> str:
    return "#" + qr.split("#", 1)[1]


def renamed(qr: str, name: str) -> str:
    """The same code with another name on it."""
    body, signature = qr.split("#", 1)[1].split(".")
    facts = json.loads(base64.urlsafe_b64decode(body + "=="))
    text = json.dumps(facts | {"m": name}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "#" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") + "." + signature


def test_number_and_name_give_an_answer_in_large_words(register: Register) -> None:
    page = register.page()
    page.locator("[name=number]").fill(register.good.number)
    page.locator("[name=name]").fill(NAME)
    page.get_by_role("button", name="查验", exact=True).click()
    verdict(page, "valid")
    expect(page.get_by_role("heading", name="证书有效")).to_be_visible()
    expect(page.get_by_text("查验了什么")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert register.desk.faults == []


def test_another_name_finds_nothing(register: Register) -> None:
    page = register.page()
    page.locator("[name=number]").fill(register.good.number)
    page.locator("[name=name]").fill("王五")
    page.get_by_role("button", name="查验", exact=True).click()
    verdict(page, "unknown")


def test_the_qr_link_needs_no_typing_and_the_browser_checks_the_signature(register: Register) -> None:
    page = register.page(fragment_of(register.good.qr))
    verdict(page, "valid")
    expect(page.get_by_text("本机用签发机构的公钥核对了二维码签名：一致")).to_be_visible()


def test_a_code_with_another_name_is_a_forgery(register: Register) -> None:
    page = register.page(renamed(register.good.qr, "李四"))
    verdict(page, "forged")
    expect(page.get_by_text("李四")).to_have_count(0)


def test_a_voided_certificate_is_said_to_be_void(register: Register) -> None:
    verdict(register.page(fragment_of(register.void.qr)), "void")


def test_a_photo_of_the_certificate_is_enough(register: Register) -> None:
    page = register.page()
    page.locator("input[type=file]").set_input_files(register.good.picture)
    verdict(page, "valid")


def test_without_the_server_a_known_key_still_proves_the_signature(register: Register) -> None:
    page = register.page(fragment_of(register.good.qr))
    verdict(page, "valid")
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("button", name="查验另一张证书").click()
    page.evaluate("fragment => { location.hash = fragment }", fragment_of(register.good.qr))
    verdict(page, "offline")
    expect(page.get_by_role("heading", name="签名真实，状态未知")).to_be_visible()


def test_any_other_code_is_refused_in_words(register: Register) -> None:
    page = register.page("#hello")
    expect(page.get_by_role("alert")).to_contain_text("不是本系统的证书码")


def test_english_is_complete(register: Register) -> None:
    page = register.page()
    page.get_by_role("button", name="切换到英文").click()
    expect(page.get_by_role("heading", name="Verify a certificate")).to_be_visible()
    assert not any("\u4e00" <= c <= "\u9fff" for c in page.locator("main").inner_text())
    page.get_by_role("button", name="Switch to Chinese").click()
