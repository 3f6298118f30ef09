"""A candidate at a real browser: Chromium opens the player and somebody's hands press its keys.

`python -m examserver.demo.browser_seat --url https://… --ca ca.pem --folder DIR [--clip camera.mjpeg]` takes orders
as JSON lines like the virtual seats do: open, check_in, confirm, wait_ready, wait_started, answer, screenshot,
reload, submit, wait_receipt, report, quit. Everything is done through what the page shows.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from examserver.demo.beliefs import Value
from examserver.demo.browser_acks import Acknowledged
from examserver.demo.browser_composed import give_answer, interaction_shown
from examserver.demo.browser_trust import available, chromium_program, trust_flags
from examserver.demo.virtual_plan import CHOICES, final_answers

if TYPE_CHECKING:  # Playwright is a tool of demo and tests; `available` must answer without it
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

__all__ = ["BrowserSeat", "available"]

Json = dict[str, Any]
QUIET = (
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--no-default-browser-check", "--disable-features=Translate",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip
WAIT_MS = 60_000
READING_MS = 20_000


class BrowserSeat:
    """One Chromium with a profile, home and camera of its own, showing `/seat`."""

    def __init__(
        self,
        playwright: "Playwright",
        url: str,
        ca: Path,
        folder: Path,
        clip: Path | None = None,
        seed: str = "browser",
    ) -> None:
        self._url, self._seed, self.ticket = url, seed, ""
        self.acknowledged = Acknowledged()
        self.faults: list[str] = []
        self.context = _launch(playwright, url, ca, folder, clip)
        self.page = self.new_page()

    def new_page(self) -> "Page":
        """A further page of the same workstation."""
        page = self.context.new_page()
        page.set_default_timeout(WAIT_MS)
        self.acknowledged.watch(page)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note_policy)
        return page

    def _note_policy(self, message: "ConsoleMessage") -> None:
        """What the content-security policy forbids is said on the console only."""
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def open(self) -> str:
        """Open the player; gives the pairing code on the screen."""
        self.page.goto(f"{self._url}/seat")
        code = self.page.get_by_test_id("pairing-code")
        code.wait_for()
        return "".join(character for character in code.inner_text() if character.isdigit())

    def check_in(self, ticket: str, document_number: str) -> None:
        """Type ticket and document number once admission is open."""
        self.ticket = ticket
        self.page.get_by_test_id("ticket").fill(ticket)
        self.page.get_by_test_id("document").fill(document_number)
        self.page.get_by_test_id("check-in").click()
        self.page.get_by_test_id("confirm").wait_for()

    def confirm(self) -> None:
        """Confirm the identity shown."""
        self.page.get_by_test_id("confirm").click()
        self.page.locator('.player[data-phase="waiting_admission"]').wait_for()

    def wait_ready(self) -> None:
        """Read the rules, try the practice item, wait until the hall counts this seat ready."""
        self.page.get_by_test_id("rules-read").click(timeout=WAIT_MS + READING_MS)
        self.page.locator(".option").first.click()
        self.page.get_by_test_id("practice-next").click()
        self.page.locator('[data-testid="ready"][data-ready="true"]').wait_for()

    def wait_started(self) -> None:
        """Wait for item 1."""
        self.page.get_by_test_id("item").wait_for(timeout=10 * WAIT_MS)

    def answer(self, beliefs: Mapping[str, Sequence[str]], seconds: float) -> int:
        """Answer every item with the keyboard, spread over this time; gives how many were answered."""
        total = self.page.locator("[data-cell]").count()
        answered = 0
        for _ in range(total):
            answered += self._answer_shown(beliefs)
            self.page.wait_for_timeout(1000 * seconds / max(1, total))
            self.page.keyboard.press("ArrowRight")
        return answered

    def item_shown(self) -> Json:
        """The item on the screen: id, code, type, options with their texts."""
        item = self.page.get_by_test_id("item")
        options = [
            {"id": option.get_attribute("data-option") or "", "text": option.locator(".content").inner_text().strip()}
            for option in item.locator("[data-option]").all()
        ]
        found = {name: item.get_attribute(f"data-{name}") or "" for name in ("code", "type", "number")}
        return {"id": item.get_attribute("data-item") or "", "options": options, **found}

    def _answer_shown(self, beliefs: Mapping[str, Sequence[str]]) -> int:
        item = self.item_shown()
        if item["type"] not in CHOICES:
            return self._compose(item, beliefs)
        believed = {item["code"]: _presented(item, beliefs.get(item["code"], ()))}
        final = self._final(item, believed)
        for key in _keys(item, final):
            self.page.keyboard.press(key)
        return int(final is not None and final != [])

    def _final(self, item: Json, beliefs: Mapping[str, Sequence[str]]) -> Value:
        form = {"sections": [{"items": [item]}]}
        return final_answers(self._seed, self.ticket, form, beliefs)[item["id"]]

    def _compose(self, item: Json, beliefs: Mapping[str, Sequence[str]]) -> int:
        """Write, sort, match or point as the type asks for."""
        shown = self.page.get_by_test_id("item")
        final = self._final(interaction_shown(shown, item), beliefs)
        given = isinstance(final, list) and not self._locked() and give_answer(self.page, shown, item["type"], final)
        self.page.evaluate("document.activeElement?.blur()")
        return int(given)

    def _locked(self) -> bool:
        """Whether the time is up: on a busy machine it may be before the last item."""
        return self.page.get_by_test_id("flag").is_disabled()

    def unsaved(self) -> int:
        """How many changes the page says are not saved."""
        return int(self.page.get_by_test_id("saved-state").get_attribute("data-unsaved") or 0)

    def wait_saved(self) -> None:
        """Wait until the page says that everything is saved."""
        self.page.locator('[data-testid="saved-state"][data-unsaved="0"]').wait_for()

    def screenshot(self, path: Path) -> None:
        """Keep what the candidate sees as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))

    def reload(self) -> None:
        """Reload in the middle of the exam; gives back when an item is shown again."""
        self.page.reload()
        self.wait_started()

    def submit(self) -> None:
        """Review, hand in, say yes."""
        self.page.get_by_test_id("review").click()
        self.page.get_by_test_id("submit").click()
        self.page.get_by_test_id("submit-confirm").click()

    def wait_receipt(self) -> str:
        """The receipt's short code."""
        code = self.page.get_by_test_id("receipt-code")
        code.wait_for()
        return code.inner_text().strip()

    def close(self) -> None:
        """Close the browser."""
        self.context.close()


def _launch(playwright: "Playwright", url: str, ca: Path, folder: Path, clip: Path | None) -> "BrowserContext":
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    flags = [*QUIET, *trust_flags(ca, home, url)]
    if clip is not None:
        flags.append(f"--use-file-for-fake-video-capture={clip}")
    context = playwright.chromium.launch_persistent_context(
        str(folder / "profile"), executable_path=chromium_program(), args=flags, locale="zh-CN",
        viewport={"width": 1366, "height": 768}, env={**os.environ, "HOME": str(home)},
    )  # fmt: skip
    for page in context.pages:
        page.close()
    return context


def _presented(item: Json, believed: Sequence[str]) -> list[str]:
    """Believed answers, given as option texts or ids, as the ids this form presents."""
    by_text = {option["text"]: option["id"] for option in item["options"]}
    ids = {option["id"] for option in item["options"]}
    return [by_text.get(one, one) for one in believed if one in by_text or one in ids]


def _keys(item: Json, final: Value) -> list[str]:
    """The keys that choose these options: their place on the screen as a digit."""
    chosen = final if isinstance(final, list) else [final]
    return [str(at) for at, option in enumerate(item["options"], 1) if option["id"] in chosen]


def _obey(seat: BrowserSeat, order: Json) -> Json:
    match order["do"]:
        case "open":
            return {"pairing_code": seat.open()}
        case "check_in":
            seat.check_in(order["ticket"], order["document_number"])
        case "answer":
            beliefs = json.loads(Path(order["beliefs"]).read_text("utf-8"))
            answered = seat.answer(beliefs, order["seconds"])
            seat.wait_saved()
            return {"answered": answered}
        case "screenshot":
            seat.screenshot(Path(order["path"]))
        case "wait_receipt":
            return {"code": seat.wait_receipt()}
        case "report":
            return {"acked": seat.acknowledged.rows(seat.ticket), "faults": seat.faults}
        case "confirm" | "wait_ready" | "wait_started" | "reload" | "submit":
            getattr(seat, order["do"])()
        case other:
            raise ValueError(f"no such order: {other}")
    return {}


def _answers(seat: BrowserSeat) -> Iterator[Json]:
    from playwright.sync_api import Error

    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "quit":
            return
        try:
            yield {"done": order["do"], **_obey(seat, order)}
        except (Error, KeyError, ValueError, OSError) as error:
            yield {"failed": order.get("do"), "reason": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="A candidate at a real browser, directed by JSON lines")
    parser.add_argument("--url", required=True)
    parser.add_argument("--ca", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--seed", default="browser")
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        seat = BrowserSeat(playwright, asked.url, asked.ca, asked.folder, asked.clip, asked.seed)
        for answer in _answers(seat):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        seat.close()


if __name__ == "__main__":
    main()
