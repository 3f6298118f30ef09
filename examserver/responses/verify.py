"""Verifies a candidate's receipt, as a document or as the text of its QR, for the candidate or anybody they show it to.

Follows `examserver/docs/formats.md`, "Receipt". With the sitting record beside it: the record has exactly these steps.
"""

from collections.abc import Iterator
from pathlib import Path

from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import encode, unb64u
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Check, Report
from examserver.kernel.crypto.keys import verify_signature
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import ExamError, Invalid, Json
from examserver.kernel.fields import Fields, parse_json
from examserver.kernel.opener import Opener

RECEIPT_TYPE, QR_PREFIX = "exam.receipt", "EXAMRECEIPT:1:"


class NotAReceipt(Invalid):
    """The text is no receipt."""

    code = "receipt.malformed"
    message_zh = "这不是有效的作答回执"
    message_en = "This is not a receipt"


def verify_receipt(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a receipt; with the record among the companions of `opener` also that it holds against it."""
    checks = Checklist(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}")
        return checks.report(path, "receipt")
    body = _from_qr(data, trust, checks) if data.startswith(QR_PREFIX.encode()) else _from_file(data, trust, checks)
    if body is not None and checks.attempt("receipt_complete", "every field is there", _read, body) is not None:
        for record in _records(body, trust, opener, checks):
            checks.extend([_compared(body, record)])
    return checks.report(path, "receipt")


def _from_file(data: bytes, trust: Trust | None, checks: Checklist) -> Json | None:
    document = checks.attempt("receipt_readable", "a signed document", read_document, data, RECEIPT_TYPE)
    if document is None:
        return None
    checks.extend(check_signatures(document, trust, {"hall"}))
    checks.hold("receipt_version", document.version == 1, f"version {document.version}")
    return document.body


def _parts(data: bytes) -> tuple[Json, bytes]:
    """Statement and signature in a QR text; raises NotAReceipt or NotCanonical."""
    try:
        text = data.decode("ascii").removesuffix("\n")
    except UnicodeDecodeError:
        raise NotAReceipt() from None
    statement, dot, value = text.removeprefix(QR_PREFIX).partition(".")
    body = parse_json(unb64u(statement), "receipt")
    if not dot or not isinstance(body, dict):
        raise NotAReceipt()
    return body, unb64u(value)


def _from_qr(data: bytes, trust: Trust | None, checks: Checklist) -> Json | None:
    found = checks.attempt("receipt_readable", "the text of a receipt's QR", _parts, data)
    if found is None:
        return None
    body, value = found
    keys = [key for key in (trust.keys if trust else ()) if key.role == "hall"]
    checks.hold("signer_trusted", bool(keys), f"{len(keys)} hall keys in the trust list")
    message = checks.attempt("receipt_encoding", "canonical", encode, body, RECEIPT_TYPE, 1)
    if message is not None:
        by = next((key.name for key in keys if verify_signature(key.public_raw, value, message)), None)
        checks.hold("signature", by is not None, f"by {by}" if by else "altered, or of a hall that is not trusted")
    return body


def _read(body: Json) -> bool:
    fields = Fields(body, "receipt")
    for name in ("session", "ticket", "sitting"):
        fields.text(name, 80)
    _ = (fields.integer("steps"), fields.digest("head"), fields.integer("at_ms"))
    fields.finish()
    return True


def _records(body: Json, trust: Trust | None, opener: Opener | None, checks: Checklist) -> Iterator[Document]:
    """Records of the same sitting among the companions, their signatures checked."""
    for path in opener.companions if opener else ():
        try:
            data = path.read_bytes()
            record = read_document(read_archive(data)["record.json"]) if data[:2] == b"PK" else None
        except (OSError, ExamError, KeyError):
            continue
        same = (
            record is not None
            and record.type == "exam.sitting-record"
            and record.body.get("sitting") == body["sitting"]
        )
        if same and record is not None and checks.extend(check_signatures(record, trust, {"hall"})):
            yield record


def _compared(body: Json, record: Document) -> Check:
    """Whether the record's line of this session has the receipt's head."""
    place = f"session {body['session']} ticket {body['ticket']}"
    rows = [row for row in record.body.get("sessions", []) if row.get("session") == body["session"]]
    if not rows:
        return Check("receipt_in_record", False, "the record has no such session", place)
    said, found = (body["head"], body["steps"], body["ticket"]), (rows[0]["head"], rows[0]["steps"], rows[0]["ticket"])
    detail = f"{said[1]} steps, head {said[0]}"
    return Check(
        "receipt_in_record", said == found, detail if said == found else f"{detail}; the record: {found}", place
    )
