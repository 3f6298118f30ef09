"""A sitting made by hand: a bank, an authority and two custodians with keys of their own, order and package as files.

Tests, fault runs and the bench share it; everything in it is a real artefact, signed and sealed.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from examserver.hall.roster import document_check
from examserver.kernel.canonical import b64u, digest, encode
from examserver.kernel.crypto.keys import KeyPair, key_id
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from itembank.papers.manifest import Custodian, read_manifest
from itembank.papers.opening import make_release
from itembank.papers.sealing import FormToSeal, PaperFacts, SealedPaper, seal_paper

SITTING = "sit_00000000000000000000000001"
PAPER = "ppr_00000000000000000000000001"
FORMS = ("frm_0000000000000000000000000a", "frm_0000000000000000000000000b")
RESERVE = "frm_0000000000000000000000000r"
DAY = 86_400_000


@dataclass(frozen=True)
class Rig:
    """Keys and files of one sitting."""

    bank: KeyPair
    authority: KeyPair
    grading: KeyPair
    custodians: tuple[KeyPair, ...]
    paper: SealedPaper
    order: bytes
    order_body: dict[str, Any]
    hall_sealing: bytes

    def release(self, at: int, device: str, made_ms: int, sitting: str = SITTING) -> bytes:
        """The release file of custodian number `at`."""
        manifest = read_manifest(self.paper.manifest)
        pair = self.custodians[at]
        return make_release(manifest, pair, self.hall_sealing, sitting, [*FORMS, RESERVE], device, made_ms)


def ticket(number: int) -> str:
    """The ticket of candidate number 1, 2, …"""
    return f"T{number:04}"


def document_number(number: int) -> str:
    """The document of candidate number 1, 2, …"""
    return f"33010119900101{number:04}"


def form_content(form: str, name: str, items: int) -> dict[str, Any]:
    """A form of single, multiple and true/false items."""
    listed = []
    for at in range(1, items + 1):
        kind = ("single_response", "multiple_response", "true_false")[at % 3]
        ids = ["true", "false"] if kind == "true_false" else ["A", "B", "C", "D"]
        listed.append(
            {
                "id": f"i{at:03}",
                "code": f"RIG-{name}-{at:04}",
                "version": 1,
                "type": kind,
                "points": "1",
                "stem": [{"kind": "text", "text": f"第 {at} 题：用万用表测量时应选择的挡位"}],
                "options": [{"id": one, "content": [{"kind": "text", "text": f"选项 {one}"}]} for one in ids],
            }
        )
    section = {"id": "S1", "title": "理论知识", "items": listed}
    return {"form": form, "name": name, "title": "电工 四级", "duration_s": 3600, "sections": [section], "assets": {}}


def form_key(form: str, content: dict[str, Any]) -> dict[str, Any]:
    """An answer key for the form."""
    return {
        "form": form,
        "items": {
            item["id"]: {
                "code": item["code"],
                "version": 1,
                "type": item["type"],
                "key": ["A", "B"] if item["type"] == "multiple_response" else [item["options"][0]["id"]],
                "points": "1",
                "rule": "all_or_nothing",
            }
            for item in content["sections"][0]["items"]
        },
    }


Documents = Callable[[str, str], tuple[dict[str, Any], dict[str, Any]]]


def plain_documents(items: int) -> Documents:
    """Content and key of a form of so many items of the three choice types."""

    def make(form: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        content = form_content(form, name, items)
        return content, form_key(form, content)

    return make


def seal(
    bank: KeyPair, grading: KeyPair, custodians: tuple[KeyPair, ...], now_ms: int, documents: Documents
) -> SealedPaper:
    """A sealed paper with two forms and a reserve, two of three custodians."""
    made = [documents(form, "ABR"[at]) for at, form in enumerate((*FORMS, RESERVE))]
    forms = [
        FormToSeal(content["form"], content["name"], content["form"] == RESERVE, content, key) for content, key in made
    ]
    facts = PaperFacts(
        paper=PAPER, title="电工四级理论", occupation_code="6-31-01-03", level=4, standard="电工",
        bank_name="样例题库", provenance="enrolled", plan="pln_1",
        not_before_ms=now_ms - DAY, expires_ms=now_ms + DAY, created_ms=now_ms - DAY,
        blueprint_digest=digest(b"blueprint"), specification_digest=digest(b"specification"), threshold=2,
    )  # fmt: skip
    people = [
        Custodian(f"cus_{at}", f"保管人{at}", pair.signing.public_raw, pair.sealing.public_raw)
        for at, pair in enumerate(custodians)
    ]
    signer = Signer("bank", "样例题库", bank.signing)
    return seal_paper(facts, forms, people, grading.sealing.public_raw, signer, os.urandom)


def make_rig(
    hall: KeyPair, now_ms: int, candidates: int = 3, items: int = 12, documents: Documents | None = None, **changes: Any
) -> Rig:
    """Everything for one sitting of this hall; `documents` makes other forms, `changes` replace parts of the order."""
    bank, authority, grading = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
    custodians = tuple(KeyPair.generate() for _ in range(3))
    paper = seal(bank, grading, custodians, now_ms, documents or plain_documents(items))
    body = {**order_body(hall, grading, paper, now_ms, candidates), **changes}
    order = sign_document(body, "exam.sitting-order", 1, [Signer("authority", "样例主管部门", authority.signing)])
    return Rig(bank, authority, grading, custodians, paper, order, body, hall.sealing.public_raw)


def order_body(hall: KeyPair, grading: KeyPair, paper: SealedPaper, now_ms: int, candidates: int) -> dict[str, Any]:
    """A sitting order's body."""
    columns = 10
    seats = [
        {"seat": f"{at:02}", "row": 1 + (at - 1) // columns, "column": 1 + (at - 1) % columns}
        for at in range(1, candidates + 1)
    ]
    spares = [f"{candidates + 1:02}", f"{candidates + 2:02}"]
    people = [
        {
            "candidate": f"cnd_{at:04}",
            "ticket": ticket(at),
            "name": f"考生{at}",
            "document_tail": document_number(at)[-4:],
            "document_check": document_check(ticket(at), document_number(at)),
            "seat": f"{at:02}",
            "form": FORMS[at % 2],
            "photo": None,
            "accommodations": {"extra_s": 0},
        }
        for at in range(1, candidates + 1)
    ]
    return {
        "sitting": SITTING, "plan": "pln_1", "institution": {"code": "1234567890123", "name": "样例评价机构"},
        "centre": "样例考点",
        "room": {
            "name": "一号机房", "rows": 1 + (candidates - 1) // columns, "columns": columns, "seats": seats,
            "spares": spares,
        },
        "occupation_code": "6-31-01-03", "occupation_name": "电工", "level": 4, "standard": "电工",
        "starts_ms": now_ms + 600_000, "duration_s": 3600, "late_entry_cutoff_s": 1800, "grace_s": 30,
        "release_opens_ms": now_ms - 60_000, "release_closes_ms": now_ms + DAY // 2, "late_entry_deadline": "sitting",
        "papers": [{"paper": PAPER, "manifest_digest": paper.manifest_digest}], "forms": list(FORMS),
        "reserve_forms": [RESERVE], "seat_seed": "seed", "candidates": people, "staff": [], "policy": {},
        "grading_key": b64u(grading.sealing.public_raw), "hall_key": key_id("ed25519", hall.signing.public_raw),
    }  # fmt: skip


def chain_step(
    session: str, lease: int, seq: int, item: str, value: Any, made_ms: int, before: bytes, kind: str = "answer"
) -> tuple[dict[str, Any], bytes]:
    """A step as a client chains it, written independently of the product: step and new head."""
    step = {
        "session": session, "lease": lease, "seq": seq, "item": item, "kind": kind, "value": value,
        "made_ms": made_ms, "prev": f"sha256:{before.hex()}",
    }  # fmt: skip
    return step, hashlib.sha256(before + encode(step, "exam.step", 1)).digest()
