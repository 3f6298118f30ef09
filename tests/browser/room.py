"""A real hall for real browsers: `exam serve` in a process of its own, staff over HTTPS, Chromium at the seats."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright

from examserver.app import build_runtimes
from examserver.demo.browser_seat import BrowserSeat
from examserver.demo.client import Person
from examserver.demo.stage import Stage, free_port
from examserver.hall.store import ensure_tls
from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u
from examserver.plumbing.identity import create_account
from examserver.plumbing.settings import load_settings
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from tests.examserver.hall.rig import SITTING, Rig, document_number, make_rig, ticket

PASSWORD = "a long enough passphrase"
STAFF = {"chief": "chief_invigilator", "invigilator": "invigilator"}


@dataclass
class Room:
    """One sitting: server, staff, candidates at browsers."""

    playwright: Playwright
    stage: Stage
    rig: Rig
    people: dict[str, Person] = field(default_factory=dict)
    seats: list[BrowserSeat] = field(default_factory=list)

    def act(self, who: str, path: str, **body: Any) -> Any:
        """A member of staff posts to the sitting."""
        return self.people[who].post(f"/api/hall/sittings/{SITTING}/{path}", body)

    def card(self, seat: str) -> dict[str, Any]:
        """What the console shows of a seat."""
        cards = self.people["chief"].get(f"/api/hall/sittings/{SITTING}/seats")["seats"]
        return next(card for card in cards if card["seat"] == seat)

    def upload(self, path: str, name: str, data: bytes) -> None:
        """The chief uploads a file."""
        file = self.stage.data / "upload" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        self.people["chief"].upload(path, {"file": file})

    def browser(self, name: str = "seat", clip: Path | None = None) -> BrowserSeat:
        """A workstation with a browser."""
        seat = BrowserSeat(self.playwright, self.stage.base, self.stage.ca, self.stage.data / name, clip)
        self.seats.append(seat)
        return seat

    def seat_candidate(self, number: int = 1, name: str = "seat") -> BrowserSeat:
        """A browser bound to a seat, its candidate checked in, admitted and ready."""
        seat = self.browser(name)
        self.bind(seat.open(), f"{number:02}")
        seat.check_in(ticket(number), document_number(number))
        seat.confirm()
        self.people["invigilator"].post(f"/api/hall/sessions/{self.card(f'{number:02}')['session']}/admit")
        seat.wait_ready()
        return seat

    def bind(self, pairing_code: str, seat: str) -> None:
        """The invigilator binds a workstation."""
        self.act("invigilator", f"seats/{seat}/bind", pairing_code=pairing_code)

    def start(self) -> None:
        """Two custodians release, the chief presses start."""
        for at in (0, 1):
            release = self.rig.release(at, f"laptop-{at}", int(time.time() * 1000))
            self.upload(f"/api/hall/sittings/{SITTING}/release", f"release-{at}.json", release)
        self.act("chief", "start")

    def timeline(self, seat: str = "01") -> dict[str, Any]:
        """What the review page shows of the candidate at a seat."""
        session = self.card(seat)["session"]
        return dict(self.people["chief"].get(f"/api/hall/sittings/{SITTING}/sessions/{session}/timeline"))

    def close(self) -> None:
        """End browsers and server."""
        for seat in self.seats:
            seat.close()
        self.stage.stop()


def open_room(playwright: Playwright, folder: Path, candidates: int = 3, **order: Any) -> Room:
    """A hall with order and papers imported and admission open; `order` replaces fields of the sitting order."""
    stage = Stage(folder, free_port())
    settings = load_settings(env={}, data_dir=folder, roles=("hall",))
    runtime = build_runtimes(settings)["hall"]
    quick = {"policy": {"player": {"rules_s": 0}}}
    rig = make_rig(runtime.keys, int(time.time() * 1000), candidates, **(quick | order))
    with open_work(runtime, system_actor("test")) as work:
        trust_key(work, "bank", "样例题库", b64u(rig.bank.signing.public_raw), None)
        trust_key(work, "authority", "样例主管部门", b64u(rig.authority.signing.public_raw), None)
        for login, role in STAFF.items():
            create_account(work, login, login.title(), [role], PASSWORD)
    runtime.close()
    ensure_tls(folder / "hall" / "tls", settings.hall.names)
    stage.env["EXAM_ROLES"] = "hall"
    stage.serve()
    room = Room(playwright, stage, rig)
    for login in STAFF:
        room.people[login] = Person(stage.base, stage.ca, "hall", login, login, PASSWORD).sign_in()
    room.upload("/api/hall/orders", "order.json", rig.order)
    room.upload("/api/hall/papers", "paper.zip", rig.paper.package)
    room.act("chief", "open")
    return room


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something another process does; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
