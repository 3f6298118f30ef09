"""An authority with everybody in it: institution, plan, sealed paper, sitting record, keys - real parts throughout."""

import atexit
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from examserver.kernel.archive import write_archive
from examserver.kernel.canonical import b64u, digest, digest_of, encode, to_json, unb64u
from examserver.kernel.clock import FixedClock
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.seal import new_key, seal_bytes, seal_to
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.kernel.merkle import leaf_hash, root
from examserver.planning.identity_number import check_character
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from itembank.papers.sealing import FormToSeal, SealedPaper, seal_paper
from tests.itembank.papers.build import answer_key, custodian_of, facts, form_document
from tests.kit import Person, World, make_world

NOW = 1796086800000
STARTS = NOW + 3600_000
CODE13 = "S000033000123"
HEADINGS = ("姓名", "证件类型", "证件号码", "性别", "单位", "手机号")
STAFF = {
    "officer": ("plan_officer",),
    "approver": ("plan_approver",),
    "grader": ("grading_officer",),
    "first": ("result_approver",),
    "one": ("assessor",),
    "two": ("assessor",),
    "three": ("assessor",),
    "second": ("result_approver",),
    "certifier": ("certificate_officer",),
    "other_certifier": ("certificate_officer",),
    "admin": ("authority_admin",),
    "supervisor": ("supervisor",),
}
FORMS = (("frm_a", "A", False), ("frm_b", "B", False), ("frm_c", "C", False), ("frm_r", "R", True))
ITEMS = 10


def identity_number(number: int) -> str:
    """A well-formed citizen identity number."""
    first = f"33010219{70 + number % 30:02d}0101{number:03d}"
    return first + check_character(first)


def roster_rows(count: int, names: dict[int, str] | None = None) -> list[tuple[str, ...]]:
    """Rows of a clean roster."""
    rows = []
    for n in range(1, count + 1):
        number = identity_number(n)
        name = (names or {}).get(n, "考生" + "甲乙丙丁戊己庚辛壬癸"[n % 10] + "子丑寅卯辰巳午未申酉"[n // 10 % 10])
        sex = "男" if int(number[16]) % 2 else "女"
        rows.append((name, "居民身份证", number, sex, "某某电力公司", f"138{n:08d}"))
    return rows


def workbook(rows: list[tuple[str, ...]], headings: tuple[str, ...] = HEADINGS) -> bytes:
    """An Excel file with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(headings)
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@dataclass
class Authority:
    """The world with its people, and the keys of the other sides."""

    world: World
    clock: FixedClock
    bank: KeyPair = field(default_factory=KeyPair.generate)
    hall: KeyPair = field(default_factory=KeyPair.generate)
    chief: KeyPair = field(default_factory=KeyPair.generate)
    quality: KeyPair = field(default_factory=KeyPair.generate)
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, login: str) -> Person:
        if login not in self.people:
            self.people[login] = self.world.signed_in("authority", login, *STAFF[login])
        return self.people[login]

    @property
    def runtime(self) -> Any:
        """The authority's runtime."""
        return self.world.runtimes["authority"]

    def trust_everybody(self) -> None:
        """Register the keys of bank, hall and hall staff."""
        from examserver.kernel.access import system_actor

        parties = (
            ("bank", "省级题库", self.bank),
            ("hall", "一号考场", self.hall),
            ("chief_invigilator", "沈宁", self.chief),
            ("quality_supervisor", "方正", self.quality),
        )
        with open_work(self.runtime, system_actor("test")) as work:
            for role, name, pair in parties:
                trust_key(work, role, name, b64u(pair.signing.public_raw), b64u(pair.sealing.public_raw))

    @cached_property
    def sealed(self) -> SealedPaper:
        """A paper of three parallel forms and a reserve, keys sealed to this authority."""
        forms = [
            FormToSeal(form, name, reserve, form_document(form, name, ITEMS), answer_key(form, ITEMS))
            for form, name, reserve in FORMS
        ]
        custodians = [custodian_of(n, KeyPair.generate()) for n in range(3)]
        grading = self.runtime.keys.sealing.public_raw
        signer = Signer("bank", "省级题库", self.bank.signing)
        return seal_paper(facts(2), forms, custodians, grading, signer, os.urandom)

    def institution(self, **changes: Any) -> dict[str, Any]:
        """Register the institution."""
        asked = {
            "code13": CODE13,
            "name": "杭州某某技能评价有限公司",
            "kind": "social_org",
            "occupations": [{"code": "6-31-01-03", "levels": [5, 4, 3]}],
        }
        return ok(self["admin"].post("/api/authority/institutions", asked | changes))

    def plan(self, **changes: Any) -> dict[str, Any]:
        """File a plan."""
        asked = {
            "institution": CODE13,
            "title": "2026年第12批电工四级理论考试",
            "occupation_code": "6-31-01-03",
            "occupation_name": "电工",
            "level": 4,
            "standard": "电工国家职业技能标准（2018年版）",
            "centre": "余杭区技工学校考点",
            "room": {"name": "第三机房", "rows": 5, "columns": 6, "spares": 2},
            "starts_ms": STARTS,
            "cut_score": "6",
            "staff": [{"name": "高燕", "role": "invigilator", "login": "invigilator"}],
        }
        return ok(self["officer"].post("/api/authority/plans", asked | changes))

    def take_roster(self, plan: str, rows: list[tuple[str, ...]]) -> dict[str, Any]:
        """Upload a roster and take its good rows."""
        path = f"/api/authority/plans/{plan}/roster?take_good_rows=true"
        return ok(upload(self["officer"], path, workbook(rows), "roster.xlsx"))

    def attach_paper(self, plan: str, data: bytes | None = None) -> dict[str, Any]:
        """Upload the paper."""
        path = f"/api/authority/plans/{plan}/paper"
        return ok(upload(self["officer"], path, data or self.sealed.package, "x.paper.zip"))

    def ordered_plan(self, candidates: int = 6, names: dict[int, str] | None = None, **changes: Any) -> dict[str, Any]:
        """A plan from filing to the signed order."""
        self.trust_everybody()
        self.institution()
        plan = self.plan(**changes)
        self.take_roster(plan["id"], roster_rows(candidates, names))
        self.attach_paper(plan["id"])
        ok(self["approver"].post(f"/api/authority/plans/{plan['id']}/approve"))
        ok(self["officer"].post(f"/api/authority/plans/{plan['id']}/seating", {"seed": "seed-1"}))
        ok(self["officer"].post(f"/api/authority/plans/{plan['id']}/order", {"hall_key": self.hall.signing.id}))
        return ok(self["officer"].get(f"/api/authority/plans/{plan['id']}"))

    def order(self, plan: str) -> bytes:
        """The signed order file."""
        return self["officer"].get(f"/api/authority/plans/{plan}/order").data

    def graded(self, candidates: int = 6, right: dict[int, int] | None = None, **changes: Any) -> "Graded":
        """A plan whose sitting was held, recorded and graded; `right` says how many items each position gets right."""
        plan = self.ordered_plan(candidates, **changes)
        record = build_record(self, self.order(plan["id"]), right or {})
        ok(upload(self["grader"], "/api/authority/records", record, "x.record.zip"))
        ok(upload(self["grader"], "/api/authority/key-packages", self.sealed.keys, "x.keys.json"))
        started = ok(self["grader"].post(f"/api/authority/sittings/{plan['sitting']}/runs"))
        self.world.run_jobs()
        return Graded(plan, record, started["run"])

    def approved(self, candidates: int = 6, right: dict[int, int] | None = None, **changes: Any) -> "Graded":
        """A graded sitting whose results two persons approved."""
        graded = self.graded(candidates, right, **changes)
        for login in ("first", "second"):
            ok(self[login].post(f"/api/authority/runs/{graded.run}/approvals"))
        return graded


@dataclass
class Graded:
    """A sitting that was graded."""

    plan: dict[str, Any]
    record: bytes
    run: str


@cache
def template() -> Authority:
    """An empty authority in which everybody is signed in: made once a run, because passwords are slow on purpose."""
    folder = Path(tempfile.mkdtemp(prefix="exam-authority-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clock = FixedClock(NOW)
    authority = Authority(make_world(folder, clock), clock)
    for login in STAFF:
        authority[login]
    return authority


def make_authority(folder: Path) -> Authority:
    """A fresh authority whose clock stands still, everybody signed in."""
    model, clock = template(), FixedClock(NOW)
    source = model.world.settings.data_dir / "authority"
    copy = folder / "authority"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("authority.db*"), dirs_exist_ok=True)
    files = (one / "authority.db" for one in (source, copy))
    old, new = (closing(sqlite3.connect(file)) for file in files)
    with old as reading, new as writing:
        reading.backup(writing)
    authority = Authority(make_world(folder, clock), clock)
    for login, person in model.people.items():
        authority.people[login] = _same_person(authority.world, person)
    return authority


def _same_person(world: World, person: Person) -> Person:
    """The person, signed in to a copy of the world they signed in to."""
    client = world.app.test_client()
    cookie = person.client.get_cookie("exam_authority")
    assert cookie is not None
    client.set_cookie("exam_authority", cookie.value, secure=True)
    return Person(client, person.role, person.login, dict(person.headers))


def ok(answer: Any) -> dict[str, Any]:
    """The JSON of an answer that succeeded."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def refused(answer: Any, code: str) -> dict[str, Any]:
    """The JSON of a refusal with this code."""
    body: dict[str, Any] = answer.json
    assert body["code"] == code, body
    assert answer.status_code >= 400
    return body


def upload(person: Person, path: str, data: bytes, name: str) -> Any:
    """Post one file."""
    return person.post(path, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def session_document(session: str, header: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A session whose candidate first chose A everywhere, then the values."""
    head = hashlib.sha256(encode(header, "exam.session", 1)).digest()
    entries = []
    steps = [*((item, "A") for item in values), *values.items()]
    for seq, (item, value) in enumerate(steps, start=1):
        step = {
            "session": session, "lease": 1, "seq": seq, "item": item, "kind": "answer", "value": value,
            "made_ms": STARTS + 1000 * seq, "prev": f"sha256:{head.hex()}",
        }  # fmt: skip
        head = hashlib.sha256(head + encode(step, "exam.step", 1)).digest()
        entries.append({"step": step, "received_ms": STARTS + 1000 * seq + 40, "late": False, "carrier": "socket"})
    ended = STARTS + 5400_000
    return {
        "session": session, "header": header, "entries": entries, "head": f"sha256:{head.hex()}", "events": [],
        "submitted_ms": ended - 1000, "closed_ms": ended,
    }  # fmt: skip


def closed_of(document: dict[str, Any]) -> dict[str, Any]:
    """The closed statement of a session."""
    return {
        "session": document["session"],
        "steps": len(document["entries"]),
        "head": document["head"],
        "entries_digest": digest_of(document["entries"], "exam.session-entries", 1),
        "submitted_ms": document["submitted_ms"],
        "closed_ms": document["closed_ms"],
    }


def build_record(
    authority: Authority,
    order_file: bytes,
    right: dict[int, int],
    absent: int = 0,
    signers: int = 3,
    turned_away: int = 0,
    more: dict[int, dict[str, Any]] | None = None,
) -> bytes:
    """A sitting record as a hall would hand it over: the position-th ticket gets `right` items right (default all).

    `more` gives further answers of a position, by item.
    """
    order = json.loads(order_file)["body"]
    candidates = sorted(order["candidates"], key=lambda one: one["ticket"])
    present, missing = candidates[: len(candidates) - absent], candidates[len(candidates) - absent :]
    key, lines, sealed, leaves = new_key(), [], [], []
    for position, one in enumerate(present, start=1):
        session = f"ses_{one['ticket']}"
        header = {
            "session": session, "sitting": order["sitting"], "ticket": one["ticket"], "form": one["form"],
            "paper": order["papers"][0]["paper"], "started_ms": STARTS,
        }  # fmt: skip
        correct = right.get(position, ITEMS)
        values = {f"i{n:03}": "B" if n <= correct else "C" for n in range(1, ITEMS + 1)}
        values |= (more or {}).get(position, {})
        refused_here = position > len(present) - turned_away
        state = "refused" if refused_here else "submitted"
        document = session_document(session, {} if refused_here else header, {} if refused_here else values)
        aad = encode({"sitting": order["sitting"], "session": session}, "exam.session-aad", 1)
        cipher = seal_bytes(key, to_json(document), aad)
        sealed.append((f"sessions/{session}.bin", cipher))
        leaves.append(leaf_hash(encode(closed_of(document), "exam.session-closed", 1)))
        lines.append(
            {
                "session": session, "candidate": one["candidate"], "ticket": one["ticket"], "seat": one["seat"],
                "form": one["form"], "state": state, "steps": len(document["entries"]),
                "head": document["head"], "closed_digest": digest_of(closed_of(document), "exam.session-closed", 1),
                "cipher_digest": digest(cipher),
            }
        )  # fmt: skip
    info = encode({"sitting": order["sitting"]}, "exam.record-info", 1)
    body = {
        "sitting": order["sitting"], "order_digest": digest(order_file),
        "manifests": [one["manifest_digest"] for one in order["papers"]], "hall": order["hall_key"],
        "started_ms": STARTS, "closed_ms": STARTS + 5400_000, "releases": [],
        "wrapped_key": b64u(seal_to(unb64u(order["grading_key"]), key, info)), "sessions": lines,
        "merkle_root": f"sha256:{root(leaves).hex()}", "incidents": [], "credits": [], "moves": [], "outages": [],
        "video": [], "absent": [one["ticket"] for one in missing],
        "audit": {"count": 1, "head": digest(b"audit")},
    }  # fmt: skip
    chain = [
        Signer("hall", "一号考场", authority.hall.signing),
        Signer("chief_invigilator", "沈宁", authority.chief.signing),
        Signer("quality_supervisor", "方正", authority.quality.signing),
    ]
    file = sign_document(body, "exam.sitting-record", 1, chain[:signers])
    return write_archive([("record.json", file), *sealed])
