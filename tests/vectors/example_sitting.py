"""The worked example of the formats, second half: sitting order, sitting record, receipts, log.

Made from `examserver/docs/formats.md` alone, like `example_paper.py`.
"""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.example_paper import (
    AUTHORITY,
    FORMS,
    HALL,
    PAPER,
    SITTING,
    START_MS,
    fixed,
    key_package,
    manifest,
    sealing,
    signing,
)
from tests.vectors.example_video import video_line
from tests.verify.primitives import (
    archive,
    b64,
    digest,
    encode,
    hpke_seal,
    key_id,
    leaf_hash,
    plain_json,
    seal,
    sealing_public,
    sha256,
    signed_file,
    signing_public,
    tree_root,
)

Json = dict[str, Any]
CANDIDATES = [("cnd_01jdexamp1e000000000000031", "33010120261201001", "王小明", "33010219900307123X", "01"),
              ("cnd_01jdexamp1e000000000000032", "33010120261201002", "李𠮷", "330102199203041220", "02")]  # fmt: skip
SESSIONS = ["ses_01jdexamp1e000000000000041", "ses_01jdexamp1e000000000000042"]
# (lease, item, kind, value, made after the start in ms, late)
STEPS: list[list[tuple[int, str, str, Any, int, bool]]] = [
    [(1, "i001", "answer", "B", 12_345, False), (1, "i002", "answer", "true", 20_000, False),
     (1, "i001", "flag", True, 21_000, False), (1, "i001", "answer", "A", 50_000, False),
     (1, "i081", "answer", ["A", "C", "D"], 61_111, False)],
    [(1, "i001", "answer", "A", 9_000, False), (1, "i081", "answer", ["A", "B"], 15_000, False),
     (2, "i081", "answer", [], 90_000, False), (2, "i002", "answer", "false", 5_399_900, True)],
]  # fmt: skip


def order() -> bytes:
    """The sitting order."""
    candidates = [
        {"candidate": one, "ticket": ticket, "name": name, "document_tail": document[-4:],
         "document_check": digest(encode({"ticket": ticket, "document_number": document}, "exam.document-check")),
         "seat": seat, "form": FORMS[0][0], "photo": None, "accommodations": {"extra_s": 0}}
        for one, ticket, name, document, seat in CANDIDATES
    ]  # fmt: skip
    seats = [{"seat": "01", "row": 1, "column": 1}, {"seat": "02", "row": 1, "column": 3}]
    body = {
        "sitting": SITTING, "plan": "pln_01jdexamp1e000000000000051",
        "institution": {"code": "S330101000012", "name": "示范职业技能评价中心"}, "centre": "示范考点",
        "room": {"name": "一号机房", "rows": 1, "columns": 3, "seats": seats, "spares": ["03"]},
        "occupation_code": "6-31-01-03", "occupation_name": "电工", "level": 4,
        "standard": "电工国家职业技能标准(2018 年版)", "starts_ms": START_MS, "duration_s": 5400,
        "late_entry_cutoff_s": 1800, "grace_s": 120, "release_opens_ms": START_MS - 1_800_000,
        "release_closes_ms": START_MS + 1_800_000, "late_entry_deadline": "sitting",
        "papers": [{"paper": PAPER, "manifest_digest": digest(manifest())}],
        "forms": [FORMS[0][0]], "reserve_forms": [FORMS[1][0]], "seat_seed": "2026-12-示范",
        "candidates": candidates, "staff": [{"name": "钱主考", "role": "chief_invigilator", "login": "chief"}],
        "policy": {
            "player": {"rules_s": 10, "seat_camera": "optional"},
            "cut_score": {"value": "60", "unit": "points", "source": "国家职业技能标准", "from": "2019-01-01",
                          "approver": "省人力资源和社会保障厅"},
        },
        "grading_key": b64(sealing_public(sealing("authority"))),
        "hall_key": key_id("ed25519", signing_public(signing("hall"))),
    }  # fmt: skip
    return signed_file(body, "exam.sitting-order", [("authority", AUTHORITY, signing("authority"))])


def session_document(number: int) -> Json:
    """The plaintext of one session: header, chained steps, head."""
    header = {"session": SESSIONS[number], "sitting": SITTING, "ticket": CANDIDATES[number][1], "form": FORMS[0][0],
              "paper": PAPER, "started_ms": START_MS}  # fmt: skip
    link, entries = sha256(encode(header, "exam.session")), []
    for seq, (lease, item, kind, value, after, late) in enumerate(STEPS[number], 1):
        step = {"session": SESSIONS[number], "lease": lease, "seq": seq, "item": item, "kind": kind, "value": value,
                "made_ms": START_MS + after, "prev": f"sha256:{link.hex()}"}  # fmt: skip
        link = sha256(link + encode(step, "exam.step"))
        received = START_MS + after + (40_000 if late else 35)
        entries.append({"step": step, "received_ms": received, "late": late, "carrier": "socket"})
    return {"session": SESSIONS[number], "header": header, "entries": entries, "head": f"sha256:{link.hex()}",
            "events": [], "submitted_ms": START_MS + 4_000_000 if number == 0 else None,
            "closed_ms": START_MS + 5_520_000}  # fmt: skip


def closed(document: Json) -> Json:
    """The closed statement of a session."""
    return {"session": document["session"], "steps": len(document["entries"]), "head": document["head"],
            "entries_digest": digest(encode(document["entries"], "exam.session-entries")),
            "submitted_ms": document["submitted_ms"], "closed_ms": document["closed_ms"]}  # fmt: skip


def sealed_session(number: int) -> bytes:
    """sessions/<session>.bin."""
    aad = encode({"sitting": SITTING, "session": SESSIONS[number]}, "exam.session-aad")
    key, nonce = fixed("key of record"), fixed(f"nonce of session {number}", 12)
    return seal(key, plain_json(session_document(number)), aad, nonce)


def record() -> bytes:
    """The sitting record."""
    info = encode({"sitting": SITTING}, "exam.record-info")
    receiver = sealing_public(sealing("authority"))
    rows = []
    for number, (candidate, ticket, _, _, seat) in enumerate(CANDIDATES):
        document = session_document(number)
        rows.append({
            "session": SESSIONS[number], "candidate": candidate, "ticket": ticket, "seat": seat, "form": FORMS[0][0],
            "state": "submitted" if number == 0 else "closed", "steps": len(document["entries"]),
            "head": document["head"], "closed_digest": digest(encode(closed(document), "exam.session-closed")),
            "cipher_digest": digest(sealed_session(number))})  # fmt: skip
    leaves = [leaf_hash(encode(closed(session_document(n)), "exam.session-closed")) for n in range(len(SESSIONS))]
    body = {
        "sitting": SITTING, "order_digest": digest(order()), "manifests": [digest(manifest())],
        "hall": key_id("ed25519", signing_public(signing("hall"))), "started_ms": START_MS,
        "closed_ms": START_MS + 5_520_000,
        "releases": [
            {"custodian": "cus_01jdexamp1e000000000000011", "name": "周保管", "device": "保管人令牌 1",
             "at_ms": START_MS - 1_490_000, "outcome": "waiting", "reason": "release.waiting"},
            {"custodian": "cus_01jdexamp1e000000000000012", "name": "吴保管", "device": "保管人令牌 2",
             "at_ms": START_MS - 1_430_000, "outcome": "released", "reason": "release.released"}],
        "wrapped_key": b64(hpke_seal(receiver, fixed("key of record"), info, fixed("ephemeral of record"))),
        "sessions": rows, "merkle_root": f"sha256:{tree_root(leaves).hex()}", "incidents": [], "credits": [],
        "moves": [{"session": SESSIONS[1], "from_seat": "02", "to_seat": "03", "lease": 2, "at_ms": START_MS + 80_000,
                   "by": "钱主考", "reason": "equipment"}],
        "outages": [], "video": [video_line()], "absent": [], "audit": {"count": 0, "head": "sha256:" + "0" * 64},
    }  # fmt: skip
    signers = [("hall", HALL, "hall"), ("chief_invigilator", "钱主考", "chief"),
               ("quality_supervisor", "孙督导", "supervisor")]  # fmt: skip
    file = signed_file(body, "exam.sitting-record", [(role, name, signing(person)) for role, name, person in signers])
    sessions = [(f"sessions/{SESSIONS[n]}.bin", sealed_session(n)) for n in range(len(SESSIONS))]
    return archive([("record.json", file), *sessions])


def receipt_body() -> Json:
    """What the first candidate takes home."""
    document = session_document(0)
    return {"session": SESSIONS[0], "ticket": CANDIDATES[0][1], "sitting": SITTING, "steps": len(document["entries"]),
            "head": document["head"], "at_ms": START_MS + 4_000_100}  # fmt: skip


def receipt() -> bytes:
    """The receipt as a document."""
    return signed_file(receipt_body(), "exam.receipt", [("hall", HALL, signing("hall"))])


def receipt_code() -> str:
    """The short code of the receipt."""
    number = int.from_bytes(sha256(encode(receipt_body(), "exam.receipt")), "big") >> 156
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    code = "".join(letters[number >> shift & 31] for shift in range(95, -1, -5))
    return "-".join(code[n : n + 5] for n in range(0, 20, 5))


def receipt_qr() -> bytes:
    """The text in the receipt's QR."""
    value = Ed25519PrivateKey.from_private_bytes(signing("hall")).sign(encode(receipt_body(), "exam.receipt"))
    return f"EXAMRECEIPT:1:{b64(plain_json(receipt_body()))}.{b64(value)}".encode()


def log_entries() -> list[bytes]:
    """Three entries of the authority's log."""
    bodies = [("order", {"sitting": SITTING, "digest": digest(order())}),
              ("record", {"sitting": SITTING, "digest": digest(record())}),
              ("run", {"sitting": SITTING, "digest": digest(key_package())})]  # fmt: skip
    return [
        encode({"kind": kind, "at_ms": START_MS + n * 1000, "body": body}, "exam.log-leaf")
        for n, (kind, body) in enumerate(bodies)
    ]


def checkpoint() -> bytes:
    """The signed state of the log."""
    public = signing_public(signing("authority"))
    origin = f"exam.authority/{key_id('ed25519', public).partition(':')[2]}"
    root = tree_root([leaf_hash(entry) for entry in log_entries()])
    note = f"{origin}\n3\n{base64.b64encode(root).decode()}\n"
    value = Ed25519PrivateKey.from_private_bytes(signing("authority")).sign(note.encode())
    line = base64.b64encode(sha256(origin.encode() + b"\n\x01" + public)[:4] + value).decode()
    return f"{note}\n— {origin} {line}\n".encode()


def log_proof() -> bytes:
    """The proof that the log holds the entry of the record (index 1 of 3)."""
    entries = log_entries()
    proof = {"type": "exam.log-proof", "version": 1, "index": 1, "size": 3, "leaf": entries[1].decode(),
             "leaf_digest": digest(entries[1]),
             "proof": [b64(leaf_hash(entries[0])), b64(leaf_hash(entries[2]))],
             "checkpoint": checkpoint().decode()}  # fmt: skip
    return plain_json(proof)
