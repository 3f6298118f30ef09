"""Staff and the public at real browsers: a Chromium that trusts the hall's CA, a server in a process of its own."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, expect

from examserver.demo.browser_trust import chromium_program, trust_flags
from examserver.demo.stage import Stage, free_port
from examserver.hall.store import ensure_tls
from examserver.plumbing.settings import load_settings
from tests.kit import PASSWORD

FLAGS = (
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--no-default-browser-check", "--disable-features=Translate",
)  # fmt: skip
WAIT_MS = 45_000


@dataclass
class Desk:
    """One person's Chromium."""

    base: str
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def page(self, path: str, width: int = 1366, height: int = 768) -> Page:
        """A page at this address."""
        page = self.context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note_policy)
        page.goto(self.base + path)
        return page

    def signed_in(self, path: str, login: str, password: str = PASSWORD) -> Page:
        """A staff page after signing in; whoever was signed in before is not any more."""
        for old in self.context.pages:
            old.close()
        self.context.clear_cookies()
        page = self.page(path)
        type_credentials(page, login, password)
        expect(page.locator("[name=login]")).to_have_count(0, timeout=WAIT_MS)
        return page

    def change_person(self, page: Page, login: str) -> None:
        """Sign out and in again as somebody else, on the same page."""
        page.get_by_role("button", name="退出").click()
        type_credentials(page, login)
        expect(page.locator("[name=login]")).to_have_count(0, timeout=WAIT_MS)

    def close(self) -> None:
        """Close the browser."""
        self.context.close()

    def _note_policy(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)


def type_credentials(page: Page, login: str, password: str = PASSWORD) -> None:
    """Fill the sign-in form and send it."""
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="登录").click()


def open_desk(playwright: Playwright, stage: Stage, folder: Path) -> Desk:
    """A Chromium with a profile and a home of its own."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    context = playwright.chromium.launch_persistent_context(
        str(folder / "profile"), executable_path=chromium_program(), locale="zh-CN", accept_downloads=True,
        args=[*FLAGS, *trust_flags(stage.ca, home, stage.base)], env={**os.environ, "HOME": str(home)},
    )  # fmt: skip
    return Desk(stage.base, context)


def serve(folder: Path, worker: bool = False) -> Stage:
    """`exam serve` over this data directory, and a worker where jobs are to be done."""
    stage = Stage(folder, free_port())
    ensure_tls(folder / "hall" / "tls", load_settings(env={}, data_dir=folder).hall.names)
    stage.serve()
    if worker:
        stage.start("worker", "examserver.cli", "worker")
    return stage


def upload(page: Page, name: str, data: bytes, at: int = 0) -> None:
    """Choose a file in the page's file field number `at`."""
    page.locator("input[type=file]").nth(at).set_input_files({"name": name, "mimeType": "", "buffer": data})
