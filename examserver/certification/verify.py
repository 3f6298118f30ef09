"""Verifies a certificate from its file alone: the signed document, the PDF, or the text of the QR code.

Follows `examserver/docs/formats.md`, "Certificate", and shares no step with its maker. Whether a certificate was voided
later is not in the file: the register or the log says that.
"""

import json
import re
from datetime import date
from pathlib import Path

from examserver.certification.pdf_proof import attached_document, signatures_of
from examserver.kernel.canonical import NotCanonical, digest_of, encode, to_json, unb64u
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.crypto.keys import verify_signature
from examserver.kernel.documents import Trust, check_signatures, read_document
from examserver.kernel.errors import Json
from examserver.kernel.fields import Fields
from examserver.kernel.opener import Opener

NUMBER = re.compile(r"[YS]\d{12}(\d{2})([1-5])\d{6}", re.ASCII)
KIND = "certificate"


def verify_certificate(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a certificate: PDF, JSON document or QR text, recognised by its content."""
    checks = Checklist(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}")
        return checks.report(path, KIND)
    if data.startswith(b"%PDF"):
        _check_pdf(data, trust, opener, checks)
    elif data.lstrip().startswith(b"{"):
        _check_document(data, trust, opener, checks)
    else:
        _check_qr(data, trust, checks)
    return checks.report(path, KIND)


def _check_document(data: bytes, trust: Trust | None, opener: Opener | None, checks: Checklist) -> Json | None:
    document = checks.attempt("certificate_readable", "a signed document", read_document, data, "exam.certificate")
    if document is None:
        return None
    checks.extend(check_signatures(document, trust, {"certification"}))
    if checks.attempt("certificate_complete", "every field is there and of its kind", _read, document.body) is None:
        return None
    _check_number(document.body, checks)
    _check_result(document.body, opener, checks)
    return document.body


def _read(body: Json) -> bool:
    fields, institution = Fields(body, "certificate"), Fields(body.get("institution"), "certificate.institution")
    for name in (
        "number", "name", "document_masked", "occupation_code", "occupation_name", "theory_score", "issued_on", "run",
        "plan", "query_hint",
    ):  # fmt: skip
        fields.text(name, 400)
    fields.integer("level", 1, 5)
    fields.digest("result_digest")
    fields.within("institution")
    institution.text("code13", 13)
    institution.text("name", 200)
    institution.finish()
    fields.finish()
    return True


def _check_number(body: Json, checks: Checklist) -> None:
    """The number agrees with institution, year and level."""
    number, place = str(body["number"]), f"certificate {body['number']}"
    match = NUMBER.fullmatch(number)
    checks.hold("number_well_formed", match is not None, "22 characters: institution, year, level, serial", place)
    checks.hold("number_of_institution", number[:13] == body["institution"]["code13"], "positions 1-13", place)
    try:
        issued = date.fromisoformat(body["issued_on"])
    except ValueError:
        checks.hold("issue_date", False, f"{body['issued_on']} is no date", place)
        return
    right = match is not None and match[1] == f"{issued:%y}" and match[2] == str(body["level"])
    checks.hold("number_of_year_and_level", right, f"year {issued:%y}, level {body['level']}", place)


def _check_result(body: Json, opener: Opener | None, checks: Checklist) -> None:
    """Results given beside the certificate: one of them is its own."""
    for path in opener.companions if opener else ():
        if path.name.endswith(".result.json"):
            found = read_document(path.read_bytes(), "exam.result").body
            if digest_of(found, "exam.result", 1) == body["result_digest"]:
                same = found["score"] == body["theory_score"] and found["passed"] is True
                checks.hold("result_agrees", same, f"score {found['score']}, passed {found['passed']}", path.name)


def _check_pdf(data: bytes, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    try:
        signatures, document = signatures_of(data), attached_document(data)
    except ValueError as error:
        checks.hold("pdf_readable", False, str(error))
        return
    checks.hold("pdf_signed_once", len(signatures) == 1, f"{len(signatures)} signatures")
    keys = {one.public_raw for one in trust.keys if one.role == "certification"} if trust else set()
    for one in signatures:
        checks.hold("pdf_signature", one.holds, "the signed bytes are unchanged")
        checks.hold("pdf_whole", one.whole, "the signature covers the whole file, nothing was added after it")
        checks.hold("pdf_signer_trusted", one.public_raw in keys, "its key is trusted for certificates")
    if checks.hold("document_attached", document is not None, "certificate.json inside the PDF") and document:
        _check_document(document, trust, opener, checks)


def _check_qr(data: bytes, trust: Trust | None, checks: Checklist) -> None:
    """The QR text alone proves that the issuer said these facts."""
    try:
        fragment = data.decode("ascii").strip().rpartition("#")[2]
        body, _, signature = fragment.partition(".")
        facts, value = json.loads(unb64u(body)), unb64u(signature)
        canonical = to_json(facts) == unb64u(body)
    except (ValueError, NotCanonical, RecursionError):
        checks.hold("qr_readable", False, "not a PDF, not a certificate document, not the text of its QR code")
        return
    complete = checks.attempt("qr_complete", "every field is there and of its kind", _read_qr, facts)
    if complete is None or not checks.hold("qr_canonical", canonical, "the facts are in canonical form"):
        return
    place = f"certificate {facts['n']}"
    key = trust.find("certification", facts["k"]) if trust else None
    if checks.hold("signer_trusted", key is not None, f"key {facts['k']} is trusted for certificates", place) and key:
        message = encode(facts, "exam.certificate-qr", 1)
        checks.hold("qr_signature", verify_signature(key.public_raw, value, message), "Ed25519 over the facts", place)
    checks.hold("number_well_formed", NUMBER.fullmatch(str(facts["n"])) is not None, "22 characters", place)


def _read_qr(facts: Json) -> bool:
    fields = Fields(facts, "qr")
    for name in ("n", "m", "o", "i", "d", "c", "k"):
        fields.text(name, 200)
    fields.integer("l", 1, 9)
    fields.finish()
    return True
