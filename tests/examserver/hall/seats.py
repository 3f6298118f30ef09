"""A hall on a hand-moved clock with staff and workstations, driven through its real endpoints."""

import io
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u, encode
from examserver.kernel.clock import FixedClock
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from tests.examserver.hall.rig import SITTING, Rig, chain_step, document_number, make_rig, ticket
from tests.kit import BASE, Person, World, make_world

START_MS = 1_790_000_000_000


@dataclass
class Seat:
    """A workstation: its key, its token, its client, and the chain it keeps."""

    client: FlaskClient
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    station: str = ""
    code: str = ""
    token: str = ""
    head: bytes = b""
    seq: int = 0
    session: str = ""
    lease: int = 0

    def call(self, method: str, path: str, json: Any = None) -> TestResponse:
        """Call an endpoint with the seat's token."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(path, method=method, base_url=BASE, headers=headers, json=json)

    def post(self, path: str, json: Any = None) -> TestResponse:
        """POST."""
        return self.call("POST", path, {} if json is None else json)

    def enrol(self) -> None:
        """Enrol and get a token."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        answer = self.post("/api/hall/stations", {"public_key": b64u(point), "label": "测试机"}).get_json()
        self.station, self.code = answer["station"], answer["pairing_code"]
        signed = {"challenge": answer["challenge"], "signature": self.sign(answer["challenge"])}
        self.token = self.post(f"/api/hall/stations/{self.station}/token", signed).get_json()["token"]

    def sign(self, challenge: str) -> str:
        """Sign a challenge: raw r|s."""
        message = encode({"station": self.station, "challenge": challenge}, "exam.station-challenge", 1)
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(SHA256())))
        return b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def view(self) -> dict[str, Any]:
        """Where am I."""
        answer = self.call("GET", "/api/hall/seat")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def resume(self) -> None:
        """Take head, number and lease from the server."""
        session = self.view()["session"]
        self.session, self.lease, self.seq = session["session"], session["lease"], session["seq"]
        self.head = bytes.fromhex(session["head"].removeprefix("sha256:"))

    def step(self, item: str, value: Any, made_ms: int = START_MS, kind: str = "answer") -> dict[str, Any]:
        """Make the next step of the chain."""
        self.seq += 1
        step, self.head = chain_step(self.session, self.lease, self.seq, item, value, made_ms, self.head, kind)
        return step

    def save(self, *steps: dict[str, Any]) -> TestResponse:
        """Save steps by HTTP."""
        return self.post("/api/hall/seat/responses", {"steps": list(steps)})


@dataclass
class HallRig:
    """World, clock, files and people of one sitting."""

    world: World
    clock: FixedClock
    rig: Rig
    chief: Person
    invigilator: Person
    supervisor: Person
    seats: list[Seat] = field(default_factory=list)

    @property
    def runtime(self) -> RoleRuntime:
        """The hall role."""
        return self.world.runtimes["hall"]

    def upload(self, path: str, data: bytes) -> TestResponse:
        """The chief uploads a file."""
        return self.chief.post(path, data={"file": (io.BytesIO(data), "file")}, content_type="multipart/form-data")

    def sitting(self, act: str = "") -> str:
        """A path of the sitting."""
        return f"/api/hall/sittings/{SITTING}" + (f"/{act}" if act else "")

    def seat(self) -> Seat:
        """A fresh enrolled workstation."""
        seat = Seat(self.world.app.test_client())
        seat.enrol()
        self.seats.append(seat)
        return seat

    def bind(self, seat: Seat, number: str) -> TestResponse:
        """Bind a workstation to a seat."""
        return self.invigilator.post(self.sitting(f"seats/{number}/bind"), {"pairing_code": seat.code})

    def seat_map(self) -> dict[str, dict[str, Any]]:
        """Seat cards by number."""
        return {card["seat"]: card for card in self.chief.get(self.sitting("seats")).get_json()["seats"]}

    def session_at(self, number: str) -> str:
        """The session at a seat."""
        return str(self.seat_map()[number]["session"])


def make_hall(folder: Path, candidates: int = 3, **changes: Any) -> HallRig:
    """A hall with order and paper imported."""
    clock = FixedClock(START_MS)
    world = make_world(folder, clock, roles=("hall",))
    runtime = world.runtimes["hall"]
    rig = make_rig(runtime.keys, START_MS, candidates, **changes)
    with open_work(runtime, system_actor("test")) as work:
        trust_key(work, "bank", "样例题库", b64u(rig.bank.signing.public_raw), None)
        trust_key(work, "authority", "样例主管部门", b64u(rig.authority.signing.public_raw), None)
    hall = HallRig(
        world,
        clock,
        rig,
        world.signed_in("hall", "chief", "chief_invigilator"),
        world.signed_in("hall", "invigilator", "invigilator"),
        world.signed_in("hall", "supervisor", "quality_supervisor"),
    )
    answer = hall.upload("/api/hall/orders", rig.order)
    assert answer.status_code == 200, answer.text
    answer = hall.upload("/api/hall/papers", rig.paper.package)
    assert answer.status_code == 200, answer.text
    return hall


def check_in(hall: HallRig, seat: Seat, number: int) -> None:
    """Check in, confirm, admit, fetch, report ready."""
    answer = seat.post(
        "/api/hall/seat/check-in", {"ticket": ticket(number), "document_number": document_number(number)}
    )
    assert answer.status_code == 200, answer.text
    assert seat.post("/api/hall/seat/confirm").status_code == 200
    session = hall.session_at(seat.view()["seat"])
    answer = hall.invigilator.post(f"/api/hall/sessions/{session}/admit")
    assert answer.status_code == 200, answer.text
    ready(seat)


def ready(seat: Seat) -> None:
    """Fetch the ciphertext and report it."""
    view = seat.view()["session"]
    answer = seat.call("GET", f"/api/hall/papers/{view['paper']}/forms/{view['form']}")
    assert answer.status_code == 200 and len(answer.data) == view["cipher_size"]
    answer = seat.post("/api/hall/seat/ready", {"cipher_digest": view["cipher_digest"], "checks": {"storage": True}})
    assert answer.status_code == 200, answer.text


def release(hall: HallRig) -> None:
    """Two custodians release."""
    for at in (0, 1):
        file = hall.rig.release(at, f"laptop-{at}", hall.clock.now_ms())
        answer = hall.upload(hall.sitting("release"), file)
        assert answer.status_code == 200, answer.text


def running_hall(folder: Path, candidates: int = 3, **changes: Any) -> HallRig:
    """A hall in which everybody is answering; the plain one is made once and copied."""
    if candidates == 3 and not changes:
        return copied(template(), folder)
    return made_running(folder, candidates, **changes)


@cache
def template() -> HallRig:
    """The plain running hall of this process."""
    return made_running(Path(tempfile.mkdtemp(prefix="exam-hall-")))


def copied(pattern: HallRig, folder: Path) -> HallRig:
    """The same hall once more in another folder, as after a restart: same keys, tokens, sessions and chains."""
    source = pattern.world.settings.data_dir
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-shm"))
    clock = FixedClock(START_MS)
    world = make_world(folder, clock, roles=("hall",))
    people = [signed_in_again(world, one) for one in (pattern.chief, pattern.invigilator, pattern.supervisor)]
    seats = [replace(one, client=world.app.test_client()) for one in pattern.seats]
    return HallRig(world, clock, pattern.rig, *people, seats)


def signed_in_again(world: World, person: Person) -> Person:
    """The same session cookie in a new client."""
    cookie = person.client.get_cookie("exam_hall", domain="localhost")
    assert cookie is not None
    client = world.app.test_client()
    client.set_cookie("exam_hall", cookie.value, domain="localhost", secure=True)
    return Person(client, person.role, person.login, dict(person.headers))


def made_running(folder: Path, candidates: int = 3, **changes: Any) -> HallRig:
    """A running hall made step by step."""
    hall = make_hall(folder, candidates, **changes)
    for number in range(1, candidates + 1):
        assert hall.bind(hall.seat(), f"{number:02}").status_code == 200
    assert hall.chief.post(hall.sitting("open")).status_code == 200
    for number in range(1, candidates + 1):
        check_in(hall, hall.seats[number - 1], number)
    release(hall)
    answer = hall.chief.post(hall.sitting("start"))
    assert answer.status_code == 200, answer.text
    for seat in hall.seats:
        seat.resume()
    return hall
