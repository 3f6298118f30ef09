"""The second verifier, continued: video, log, and which section a file belongs to. Written from the formats alone."""

import base64
import re
import zlib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.verify import primitives as p
from tests.verify.independent_scoring import marked_points, points_of
from tests.verify.independent_verifier import (
    Given,
    check_key_package,
    check_manifest,
    check_order,
    check_package,
    check_receipt,
    check_record,
    check_release,
    fields,
)

Json = dict[str, Any]
HEADER = "recording sitting camera seat device opened_ms suite hpke_suite review_key wrapped_key"
SEGMENT = "n from_ms to_ms received_ms media_type plain_digest cipher_digest size"


def check_video(path: Path, given: Given) -> None:
    """Section 11."""
    body = p.read_signed(path.read_bytes(), "exam.video-manifest", given.trust, {"hall"})
    fields(body, f"{HEADER} closed_ms segments gap_ms gaps head")
    header = {name: body[name] for name in HEADER.split()}
    link = p.digest(p.encode(header, "exam.video-header"))
    wrapped = p.encode({"recording": body["recording"]}, "exam.recording-info")
    key = given.open(p.unb64(body["wrapped_key"]), wrapped)
    last_n, last_from, names = 0, -1, []
    for segment in body["segments"]:
        fields(segment, f"{SEGMENT} prev link")
        own = {name: segment[name] for name in SEGMENT.split()}
        place = f"segment {segment['n']} of {body['recording']}"
        p.need(segment["prev"] == link, f"{place} does not follow the one before")
        link = "sha256:" + p.sha256(bytes.fromhex(link[7:]) + p.encode(own, "exam.video-segment")).hex()
        p.need(segment["link"] == link, f"the facts of {place} were altered")
        grows = segment["n"] > last_n and last_from < segment["from_ms"] < segment["to_ms"]
        p.need(grows, f"{place} is out of order")
        last_n, last_from = segment["n"], segment["from_ms"]
        names.append(f"{segment['n']:06}.seg")
        check_segment(path.parent / body["recording"] / names[-1], segment, body["recording"], key, place)
    p.need(body["head"] == link, "head")
    p.need(body["gaps"] == gaps_of(body["segments"], body["gap_ms"]), "gaps")
    found = {file.name for file in (path.parent / body["recording"]).glob("*.seg")}
    p.need(found == set(names), f"segments too many: {sorted(found - set(names))}")


def check_segment(file: Path, segment: Json, recording: str, key: bytes | None, place: str) -> None:
    """One segment's file."""
    p.need(file.is_file(), f"{place} is missing")
    sealed = file.read_bytes()
    p.need(len(sealed) == segment["size"] and p.digest(sealed) == segment["cipher_digest"], f"{place} was replaced")
    if key is not None:
        plain = p.unseal(key, sealed, p.encode({"recording": recording, "n": segment["n"]}, "exam.segment-aad"))
        p.need(p.digest(plain) == segment["plain_digest"], f"content of {place}")


def gaps_of(segments: list[Json], longest: int) -> list[Json]:
    """Stretches nobody recorded."""
    found, reached = [], segments[0]["to_ms"] if segments else 0
    for segment in segments[1:]:
        if segment["from_ms"] - reached > longest:
            found.append({"from_ms": reached, "to_ms": segment["from_ms"]})
        reached = max(reached, segment["to_ms"])
    return found


def check_checkpoint(text: str, given: Given) -> tuple[int, bytes]:
    """Section 14: size and root that a trusted authority key signed."""
    note, separator, tail = text.partition("\n\n")
    lines = note.split("\n")
    whole = separator != "" and tail.endswith("\n") and len(lines) >= 3
    p.need(whole and lines[1].isascii() and lines[1].isdigit(), "not a checkpoint")
    for one in given.trust:
        public = p.unb64(one["public_key"])
        wanted = p.sha256(lines[0].encode() + b"\n\x01" + public)[:4]
        for line in tail.splitlines():
            value = b64_standard(line.rpartition(" ")[2])
            signed = value[:4] == wanted and p.signature_holds(public, value[4:], f"{note}\n".encode())
            if one["role"] == "authority" and line.startswith(f"\N{EM DASH} {lines[0]} ") and signed:
                return int(lines[1]), b64_standard(lines[2])
    raise p.Fault("no trusted signature on the checkpoint")


def b64_standard(text: str) -> bytes:
    """Standard base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise p.Fault("not base64") from error


def check_log_proof(data: bytes, given: Given) -> None:
    """Section 14, inclusion (RFC 9162, 2.1.3.2)."""
    proof = fields(p.json.loads(data), "type version index size leaf leaf_digest proof checkpoint")
    size, root = check_checkpoint(proof["checkpoint"], given)
    entry = proof["leaf"].encode()
    p.need(p.digest(entry) == proof["leaf_digest"] and size == proof["size"], "leaf or size")
    index, last, found = proof["index"], size - 1, p.leaf_hash(entry)
    p.need(0 <= index < size, "index")
    for sibling in map(p.unb64, proof["proof"]):
        p.need(last > 0, "proof too long")
        if index % 2 or index == last:
            found = p.sha256(b"\x01" + sibling + found)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            found = p.sha256(b"\x01" + found + sibling)
        index, last = index >> 1, last >> 1
    p.need(last == 0 and found == root, f"the log does not hold this entry: {proof['leaf']}")


def check_log_folder(folder: Path, data: bytes, given: Given) -> None:
    """Section 14, a checkpoint and the files published with it: the tree from the entry bundles."""
    size, root = check_checkpoint(data.decode("utf-8"), given)
    if not (folder / "tile").is_dir():
        return
    hashes: list[bytes] = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        p.need(number < 1000, "a log of more than 256,000 entries is not read here")
        name = f"{number:03}" + (f".p/{width}" if width < 256 else "")
        data, place = (folder / "tile" / "entries" / name).read_bytes(), 0
        while place < len(data):
            end = place + 2 + int.from_bytes(data[place : place + 2], "big")
            hashes.append(p.leaf_hash(data[place + 2 : end]))
            place = end
    p.need(p.tree_root(hashes) == root, "the entries do not give the root")
    for older in sorted((folder / "checkpoints").iterdir()):
        old_size, old_root = check_checkpoint(older.read_text("utf-8"), given)
        p.need(p.tree_root(hashes[:old_size]) == old_root, f"the log was rewritten since checkpoint {older.name}")


RESULT = (
    "result run sitting session ticket candidate form score max cut_score passed items record_digest key_package_digest"
)
SCORED = "item code version position step value key_version rule points max"


def check_result(data: bytes, given: Given) -> Json:
    """Section 12, one result; scored again where record, keys and the grading key are at hand."""
    body = fields(p.read_signed(data, "exam.result", given.trust, {"authority"}), RESULT, "marks_digest")
    names = [fields(one, SCORED, "parts awaiting marks")["item"] for one in body["items"]]
    p.need(names == sorted(set(names)), "items are not sorted and distinct")
    for position, one in enumerate(body["items"], 1):
        within = 0 <= Decimal(one["points"]) <= Decimal(one["max"])
        p.need(one["position"] == position and within, f"points of {one['item']}")
    p.need(sum(Decimal(one["points"]) for one in body["items"]) == Decimal(body["score"]), "the score is not the sum")
    p.need(sum(Decimal(one["max"]) for one in body["items"]) == Decimal(body["max"]), "the maximum is not the sum")
    p.need(body["passed"] is (Decimal(body["score"]) >= Decimal(body["cut_score"])), "passed")
    record = next((one for one in given.beside.values() if p.digest(one) == body["record_digest"]), None)
    keys = next((one for one in given.beside.values() if p.digest(one) == body["key_package_digest"]), None)
    if record is not None and keys is not None:
        sessions, answers = check_record(record, given), check_key_package(keys, given)
        if sessions and answers:
            score_again(body, sessions[body["ticket"]], answers[body["form"]], marks_beside(body, given))
    return body


def marks_beside(body: Json, given: Given) -> Json:
    """Section 12, marks: the lines of the session by item, from the file the result names."""
    if "marks_digest" not in body:
        return {}
    file = next((one for one in given.beside.values() if p.digest(one) == body["marks_digest"]), None)
    p.need(file is not None, "the file of marks is needed beside this result")
    marks = fields(
        p.read_signed(file or b"", "exam.marks", given.trust, {"authority"}), "sitting record_digest responses"
    )
    p.need(marks["record_digest"] == body["record_digest"], "marks of another record")
    return {one["item"]: one for one in marks["responses"] if one["session"] == body["session"]}


def score_again(body: Json, session: Json, key: Json, marks: Json) -> None:
    """Section 12, scoring."""
    link, decided = p.sha256(p.encode(session["header"], "exam.session")), {}
    for entry in session["entries"]:
        link = p.sha256(link + p.encode(entry["step"], "exam.step"))
        if entry["step"]["kind"] == "answer":
            step = {"seq": entry["step"]["seq"], "hash": f"sha256:{link.hex()}", "received_ms": entry["received_ms"]}
            decided[entry["step"]["item"]] = (step, entry["step"]["value"])
    p.need([one["item"] for one in body["items"]] == sorted(key), "items of the key")
    for one in body["items"]:
        step, value = decided.get(one["item"], (None, None))
        p.need(one["step"] == step and one["value"] == value, f"the deciding step of {one['item']}")
        keyed = key[one["item"]]
        points = marked_points(keyed, marks.get(one["item"])) if keyed["rule"] == "rubric" else points_of(keyed, value)
        p.need(points == Decimal(one["points"]), f"{one['item']} of ticket {body['ticket']} is worth {points}")


def check_sheet(data: bytes, given: Given) -> None:
    """Section 12, the sheet; results beside it are the ones it lists."""
    body = fields(
        p.read_signed(data, "exam.result-sheet", given.trust, {"authority"}),
        "run sitting record_digest key_package_digest cut_score results absent",
        "marks_digest",
    )
    rows = {fields(one, "ticket score passed result_digest")["ticket"]: one for one in body["results"]}
    tickets = [one["ticket"] for one in body["results"]]
    p.need(tickets == sorted(set(tickets)) and not set(tickets) & set(body["absent"]), "tickets")
    for one in body["results"]:
        passed = Decimal(one["score"]) >= Decimal(body["cut_score"])
        p.need(one["passed"] is passed, f"ticket {one['ticket']} passed")
    for other in given.beside.values():
        if b'"type":"exam.result"' in other:
            result = check_result(other, given)
            if result["run"] == body["run"]:
                own = p.digest(p.encode(result, "exam.result"))
                row = rows.get(result["ticket"], {})
                p.need(row.get("result_digest") == own, f"ticket {result['ticket']} has another result")


CERTIFICATE = (
    "number name document_masked occupation_code occupation_name level institution theory_score issued_on "
    "result_digest run plan query_hint"
)


def check_certificate(data: bytes, given: Given) -> Json:
    """Section 13; a result beside it is the one it names."""
    body = fields(p.read_signed(data, "exam.certificate", given.trust, {"certification"}), CERTIFICATE)
    wanted = f"{body['institution']['code13']}{body['issued_on'][2:4]}{body['level']}"
    p.need(len(body["number"]) == 22 and body["number"].startswith(wanted), "the number is not well-formed")
    for other in given.beside.values():
        if b'"type":"exam.result"' in other:
            result = check_result(other, given)
            if p.digest(p.encode(result, "exam.result")) == body["result_digest"]:
                p.need(result["passed"] and result["score"] == body["theory_score"], "the result does not carry it")
    return body


def check_certificate_qr(data: bytes, given: Given) -> None:
    """Section 13, the text of the QR; a certificate beside it says the same."""
    statement, dot, value = data.decode("utf-8").strip().rpartition("#")[2].partition(".")
    facts = fields(p.parse(p.unb64(statement)), "n m o l i d c k")
    keys = [
        p.unb64(one["public_key"]) for one in given.trust if (one["role"], one["key"]) == ("certification", facts["k"])
    ]
    message = p.encode(facts, "exam.certificate-qr")
    p.need(dot == "." and any(p.signature_holds(key, p.unb64(value), message) for key in keys), "signature of the QR")
    for other in given.beside.values():
        if b'"type":"exam.certificate"' in other:
            body = check_certificate(other, given)
            own = p.digest(p.encode(body, "exam.certificate"))[7:23]
            p.need(
                body["number"] != facts["n"] or (own, body["name"]) == (facts["c"], facts["m"]), "another certificate"
            )


def embedded(pdf: bytes) -> bytes:
    """The signed document embedded in a certificate's PDF: the stream that is one."""
    for piece in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        for data in (piece, inflated(piece)):
            if data.startswith(b'{"body":') and b'"type":"exam.certificate"' in data:
                return data
    raise p.Fault("the PDF has no certificate.json inside")


def inflated(piece: bytes) -> bytes:
    """A Flate stream of modest size."""
    try:
        return zlib.decompressobj().decompress(piece, 1_000_000)
    except zlib.error:
        return b""


CALL = (
    "ceremony kind paper manifest_digest forms sealing_key opens_ms closes_ms made_ms reason asked_by approved_by "
    "custodians threshold copies place"
)
DESTRUCTION = "paper title manifests material rule expires_ms retained_until_ms asked_by approved_by reason done_ms"


def check_call(data: bytes, given: Given) -> None:
    """Section 8, calls."""
    body = fields(p.read_signed(data, "exam.ceremony-call", given.trust, {"bank"}), CALL)
    p.need(body["asked_by"] != body["approved_by"] and body["opens_ms"] < body["closes_ms"], "one person, or no time")


def check_challenge(data: bytes, given: Given) -> None:
    """Section 8, challenges."""
    body = p.read_signed(data, "exam.possession-challenge", given.trust, {"bank"})
    fields(body, "paper manifest_digest custodian nonce made_ms expires_ms")


def check_possession(data: bytes, given: Given) -> None:
    """Section 8, answers: the custodian's signature, and one by the key of every share."""
    body = fields(p.parse(data)["body"], "paper manifest_digest custodian nonce forms device made_ms")
    manifest = given.by_digest(body["manifest_digest"])
    p.need(manifest is not None, "the paper package is needed beside it")
    paper = check_manifest(manifest or b"", given)
    own = next((one for one in paper["custodians"] if one["custodian"] == body["custodian"]), {})
    p.need(bool(own), "no custodian of this paper")
    row = {
        "role": "custodian",
        "key": p.key_id("ed25519", p.unb64(own["signing_key"])),
        "public_key": own["signing_key"],
    }
    p.read_signed(data, "exam.possession", [row], {"custodian"})
    proofs = {one["form"]: p.unb64(one["proof"]) for one in body["forms"]}
    for form in paper["forms"]:
        slot = next(one for one in form["slots"] if one["custodian"] == body["custodian"])
        facts = {name: body[name] for name in ("paper", "manifest_digest", "custodian", "nonce")} | {
            "form": form["form"]
        }
        message = p.encode(facts, "exam.share-possession")
        holds = p.signature_holds(p.unb64(slot["proof_key"]), proofs.get(form["form"], b""), message)
        p.need(holds, f"share of {form['form']}")


def check_destruction(data: bytes, given: Given) -> None:
    """Section 8, destruction."""
    body = fields(p.read_signed(data, "exam.destruction", given.trust, {"bank"}), DESTRUCTION)
    until = body["expires_ms"] + body["rule"]["value"] * 86_400_000
    p.need(until == body["retained_until_ms"] <= body["done_ms"], "destroyed too early")
    p.need(body["asked_by"] != body["approved_by"], "destroyed by one person")
    gone = {one["name"] for one in body["material"] if one["kind"] in ("package", "keys")}
    p.need(not gone & {p.digest(one) for one in given.beside.values()}, "it lies here still")


BY_TYPE = {
    "exam.ceremony-call": check_call,
    "exam.possession-challenge": check_challenge,
    "exam.possession": check_possession,
    "exam.destruction": check_destruction,
    "exam.certificate": check_certificate,
    "exam.result": check_result,
    "exam.result-sheet": check_sheet,
    "exam.paper-manifest": check_manifest,
    "exam.key-package": check_key_package,
    "exam.key-release": check_release,
    "exam.sitting-order": check_order,
    "exam.receipt": check_receipt,
    "exam.log-proof": check_log_proof,
}


def check_content(path: Path, data: bytes, given: Given) -> None:
    """Finds the section by the content."""
    if data[:2] == b"PK":
        first = next(iter(p.entries_of(data)), "")
        (check_package if first == "manifest.json" else check_record)(data, given)
    elif data.startswith(b"EXAMRECEIPT:"):
        check_receipt(data, given)
    elif data[:5] == b"%PDF-":
        check_certificate(embedded(data), given)
    elif b"/verify#" in data[:4096]:
        check_certificate_qr(data, given)
    elif data[:1] == b"{":
        kind = p.json.loads(data).get("type")
        if kind == "exam.video-manifest":
            check_video(path, given)
            return
        p.need(kind in BY_TYPE, f"unknown type {kind}")
        BY_TYPE[kind](data, given)
    else:
        check_log_folder(path.parent, data, given)


def check_file(path: Path, given: Given) -> str | None:
    """None when the file is as the formats say, else what is not."""
    try:
        check_content(path, path.read_bytes(), given)
    except p.Fault as fault:
        return str(fault)
    except (KeyError, TypeError, ValueError, AttributeError, OSError, RecursionError, InvalidOperation) as error:
        return f"malformed: {type(error).__name__} {error}"
    return None
