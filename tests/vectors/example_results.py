"""The worked example of the formats, third part: results, the result sheet, a certificate with its QR.

Made from `examserver/docs/formats.md` alone, like the other parts.
"""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.example_paper import AUTHORITY, FORMS, KEYED, SITTING, key_package, signing
from tests.vectors.example_sitting import CANDIDATES, SESSIONS, record, session_document
from tests.verify.primitives import b64, digest, encode, key_id, plain_json, sha256, signed_file, signing_public

Json = dict[str, Any]
RUN, CUT = "run_01jdexamp1e000000000000061", "2"


def deciding_steps(document: Json) -> dict[str, Json]:
    """The last answer step of each item as a result names it, with its value."""
    link, found = sha256(encode(document["header"], "exam.session")), {}
    for entry in document["entries"]:
        step = entry["step"]
        link = sha256(link + encode(step, "exam.step"))
        if step["kind"] == "answer":
            named = {"seq": step["seq"], "hash": f"sha256:{link.hex()}", "received_ms": entry["received_ms"]}
            found[step["item"]] = {"step": named, "value": step["value"]}
    return found


def result_body(number: int) -> Json:
    """The result of one candidate."""
    decided, items = deciding_steps(session_document(number)), []
    for position, (item, (code, _, key)) in enumerate(sorted(KEYED.items()), 1):
        own = decided.get(item, {"step": None, "value": None})
        value = own["value"]
        chosen = value if isinstance(value, list) else [] if value is None else [value]
        items.append({
            "item": item, "code": code, "version": 1, "position": position, "step": own["step"], "value": value,
            "key_version": 1, "rule": "all_or_nothing", "points": "1" if set(chosen) == set(key) else "0", "max": "1",
        })  # fmt: skip
    score = sum(int(one["points"]) for one in items)
    return {
        "result": f"res_01jdexamp1e00000000000007{number + 1}", "run": RUN, "sitting": SITTING,
        "session": SESSIONS[number], "ticket": CANDIDATES[number][1], "candidate": CANDIDATES[number][0],
        "form": FORMS[0][0], "score": str(score), "max": "3", "cut_score": CUT, "passed": score >= int(CUT),
        "items": items, "record_digest": digest(record()), "key_package_digest": digest(key_package()),
    }  # fmt: skip


def result(number: int) -> bytes:
    """The result as a document."""
    return signed_file(result_body(number), "exam.result", [("authority", AUTHORITY, signing("authority"))])


def sheet() -> bytes:
    """The result sheet of the run."""
    rows = [
        {"ticket": one["ticket"], "score": one["score"], "passed": one["passed"],
         "result_digest": digest(encode(one, "exam.result"))}
        for one in map(result_body, range(len(SESSIONS)))
    ]  # fmt: skip
    body = {
        "run": RUN, "sitting": SITTING, "record_digest": digest(record()), "key_package_digest": digest(key_package()),
        "cut_score": CUT, "results": rows, "absent": [],
    }  # fmt: skip
    return signed_file(body, "exam.result-sheet", [("authority", AUTHORITY, signing("authority"))])


NUMBER = "S330101000012264000001"


def certificate_body() -> Json:
    """The certificate of the first candidate."""
    return {
        "number": NUMBER, "name": CANDIDATES[0][2], "document_masked": "330102********123X",
        "occupation_code": "6-31-01-03", "occupation_name": "电工", "level": 4,
        "institution": {"code13": "S330101000012", "name": "示范职业技能评价中心"}, "theory_score": "3",
        "issued_on": "2026-12-15", "result_digest": digest(encode(result_body(0), "exam.result")), "run": RUN,
        "plan": "pln_01jdexamp1e000000000000051", "query_hint": "https://exam.example/verify",
    }  # fmt: skip


def certificate() -> bytes:
    """<number>.cert.json."""
    signer = ("certification", AUTHORITY, signing("authority"))
    return signed_file(certificate_body(), "exam.certificate", [signer])


def certificate_qr() -> bytes:
    """The text in the certificate's QR."""
    body, private = certificate_body(), signing("authority")
    facts = {
        "n": body["number"], "m": body["name"], "o": body["occupation_code"], "l": body["level"],
        "i": body["institution"]["name"], "d": body["issued_on"],
        "c": digest(encode(body, "exam.certificate"))[7:23], "k": key_id("ed25519", signing_public(private)),
    }  # fmt: skip
    value = Ed25519PrivateKey.from_private_bytes(private).sign(encode(facts, "exam.certificate-qr"))
    return f"https://exam.example/verify#{b64(plain_json(facts))}.{b64(value)}".encode()
