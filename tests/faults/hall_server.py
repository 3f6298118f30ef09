"""A real hall server in a process of its own, staff who act on it over HTTPS, and a room of virtual candidates.

Everything is started on loopback with a free port, in a folder of the test, and ended by process id.
"""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from examserver.hall.fsck.actions import fsck_hall
from examserver.hall.sittings.actions import import_order, import_paper
from examserver.hall.store import ensure_tls
from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u
from examserver.kernel.clock import SystemClock
from examserver.plumbing.identity import create_account
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings, load_settings
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from examserver.responses.tables import STEP_TABLE
from examserver.slices import load_slices
from tests.conftest import ROOT, free_port
from tests.examserver.hall.rig import SITTING, Rig, document_number, make_rig, ticket
from tests.kit import PASSWORD

PYTHON = sys.executable


def prepare(folder: Path, candidates: int, items: int, database_url: str = "", **changes: Any) -> Rig:
    """A hall's data folder with accounts, trusted keys, order and paper."""
    load_slices()
    runtime = RoleRuntime("hall", settings_of(folder, database_url))
    runtime.database.prepare()
    now_ms = SystemClock().now_ms()
    rig = make_rig(runtime.keys, now_ms, candidates, items, **changes)
    with open_work(runtime, system_actor("test")) as work:
        create_account(work, "chief", "主考", ["chief_invigilator"], PASSWORD)
        trust_key(work, "bank", "样例题库", b64u(rig.bank.signing.public_raw), None)
        trust_key(work, "authority", "样例主管部门", b64u(rig.authority.signing.public_raw), None)
        import_order(work, rig.order)
    with open_work(runtime, system_actor("test")) as work:
        import_paper(work, rig.paper.package)
    ensure_tls(folder / "hall" / "tls", ("localhost", "127.0.0.1"))
    runtime.close()
    return rig


def settings_of(folder: Path, database_url: str = "") -> Settings:
    """The settings of the hall under test."""
    urls = {"database_urls": {"hall": database_url}} if database_url else {}
    return load_settings(env={}, data_dir=folder, roles=("hall",), **urls)


@dataclass
class HallServer:
    """The server process of one data folder; it may be killed and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    before_exec: Any = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        """Its CA."""
        return self.folder / "hall" / "tls" / "ca.pem"

    def tls(self) -> ssl.SSLContext:
        """Trust in its CA."""
        return ssl.create_default_context(cafile=str(self.ca))

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [PYTHON, "-m", "examserver.cli", "--data", str(self.folder), "serve", "--role", "hall"]
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)], cwd=ROOT, stdout=log, stderr=log,
            env={**os.environ, **self.env}, preexec_fn=self.before_exec,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{self.url}/api/hall/identity", verify=self.tls(), timeout=2)
                return
            except httpx.HTTPError:
                assert self.process.poll() is None, (self.folder / "server.log").read_text()[-3000:]
                time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody says goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """End it whatever its state."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


class Staff:
    """The chief at the console, over HTTPS."""

    def __init__(self, server: HallServer) -> None:
        self.http = httpx.Client(base_url=server.url, verify=server.tls(), timeout=30)
        answer = self.http.post("/api/hall/sign-in", json={"login": "chief", "password": PASSWORD})
        answer.raise_for_status()
        self.http.headers["X-Exam-Csrf"] = answer.json()["csrf"]

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """POST and insist."""
        kind = {} if "files" in options else {"json": {} if body is None else body}
        answer = self.http.post(path, **kind, **options)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    def get(self, path: str) -> Any:
        """GET and insist."""
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    def cards(self) -> dict[str, dict[str, Any]]:
        """Seat cards by number."""
        return {card["seat"]: card for card in self.get(f"/api/hall/sittings/{SITTING}/seats")["seats"]}

    def act(self, name: str, body: Any = None) -> Any:
        """An act on the sitting."""
        return self.post(f"/api/hall/sittings/{SITTING}/{name}", body)

    def bind(self, seat: str, code: str) -> None:
        """Bind a workstation."""
        self.act(f"seats/{seat}/bind", {"pairing_code": code})

    def admit_all(self) -> None:
        """Admit everybody who waits."""
        for card in self.cards().values():
            if card["phase"] == "waiting_admission":
                self.post(f"/api/hall/sessions/{card['session']}/admit")

    def release(self, rig: Rig) -> None:
        """Two custodians release."""
        for at in (0, 1):
            file = rig.release(at, f"laptop-{at}", SystemClock().now_ms())
            self.post(f"/api/hall/sittings/{SITTING}/release", files={"file": ("release.json", file)})


class Room:
    """A process of virtual candidates, directed by JSON lines."""

    def __init__(self, server: HallServer, seed: str = "faults") -> None:
        command = [PYTHON, "-m", "examserver.demo.virtual_seats", "--url", server.url, "--ca", str(server.ca)]
        beliefs = server.folder / "beliefs.json"
        beliefs.write_text("{}")
        self.log = (server.folder / "room.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--seed", seed, "--beliefs", str(beliefs)], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
        )  # fmt: skip
        self.folder = server.folder

    def do(self, name: str, **order: Any) -> dict[str, Any]:
        """Give an order and wait until it is done."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": name, **order}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {}
        assert answer.get("done") == name, answer or (self.folder / "room.log").read_text()[-3000:]
        return answer

    def report(self) -> dict[str, Any]:
        """Everything acknowledged, with latencies."""
        out = self.folder / "report.json"
        self.do("report", out=str(out))
        found: dict[str, Any] = json.loads(out.read_text())
        return found

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait(10)
        self.log.close()


def seat_everybody(staff: Staff, room: Room, rig: Rig, numbers: Sequence[int]) -> list[str]:
    """Enrol, bind, check in, admit, prefetch, release; returns the spare stations' ids."""
    count = len(numbers) + 1
    stations = room.do("enrol", count=count)["stations"]
    for number, station in zip([*numbers, max(numbers) + 1], stations, strict=True):
        staff.bind(f"{number:02}", station["pairing_code"])
    staff.act("open")
    rows = [
        {"station": station["station"], "ticket": ticket(number), "document_number": document_number(number)}
        for number, station in zip(numbers, stations, strict=False)
    ]
    room.do("check_in", seats=rows)
    staff.admit_all()
    room.do("prepare")
    staff.release(rig)
    return [station["station"] for station in stations[len(numbers) :]]


@contextmanager
def running(server: HallServer) -> Iterator[HallServer]:
    """A started server that is ended afterwards."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def compare(
    folder: Path, acked: list[dict[str, Any]], database_url: str = "", prepared: bool = False
) -> dict[str, int]:
    """What of the acknowledged steps is lost or different in the log; and what fsck finds.

    `prepared`: the hall was put straight into the rows, so acts without their audit event are no fault.
    """
    runtime = RoleRuntime("hall", settings_of(folder, database_url))
    with open_work(runtime, system_actor("test"), write=False) as work:
        failed = [check for check in fsck_hall(work) if not check.ok]
        failed = [check for check in failed if not (prepared and check.name.endswith("_recorded"))]
        rows = work.session.execute(select(STEP_TABLE.c.session, STEP_TABLE.c.seq, STEP_TABLE.c.head)).all()
    runtime.close()
    stored = {(row.session, row.seq): f"sha256:{bytes(row.head).hex()}" for row in rows}
    lost = [one for one in acked if (one["session"], one["seq"]) not in stored]
    changed = [one for one in acked if stored.get((one["session"], one["seq"])) not in (None, one["head"])]
    assert not failed, failed[:5]
    return {
        "stored": len(rows),
        "acked": len(acked),
        "lost": len(lost),
        "changed": len(changed),
        "doubled": len(rows) - len(stored),
    }
