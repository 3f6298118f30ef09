"""Verifies calls, possession challenges and answers, and destruction records from their files alone, for anybody."""

from collections.abc import Callable, Iterator
from pathlib import Path

from examserver.kernel.archive import read_archive
from examserver.kernel.canonical import digest
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import ExamError, Json
from examserver.kernel.opener import Opener
from itembank.papers.ceremony import Call, parse_call
from itembank.papers.destruction import DAY_MS, KEYS, PACKAGE, read_destruction
from itembank.papers.manifest import MANIFEST_NAME, Manifest, parse_manifest
from itembank.papers.possession import possession_faults, read_challenge, read_possession

Body = Callable[[Document, bytes, Trust | None, Opener | None, Checklist], None]


def _verified(path: Path, kind: str, role: str, trust: Trust | None, opener: Opener | None, body: Body) -> Report:
    """Reads a signed document, checks who signed where the bank has to, and goes on with its body."""
    checks = Checklist(path.name)
    data = path.read_bytes()
    document = checks.attempt("document_readable", "a signed document", read_document, data)
    if document is not None:
        if role:
            checks.extend(check_signatures(document, trust, {role}))
        body(document, data, trust, opener, checks)
    return checks.report(path, kind)


def verify_call(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a ceremony's call; with the package beside it also that it speaks of that paper."""
    return _verified(path, "ceremony call", "bank", trust, opener, _call)


def _call(document: Document, _data: bytes, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    call = checks.attempt("document_complete", "every field as described", parse_call, document)
    if call is None:
        return
    ordered = call.opens_ms < call.closes_ms
    checks.hold("dates_in_order", ordered, f"opens {call.opens_ms}, closes {call.closes_ms}", call.ceremony)
    checks.hold("two_persons", call.asked_by != call.approved_by, f"{call.asked_by}, {call.approved_by}", call.ceremony)
    manifest = _manifest(call.manifest_digest, trust, opener)
    if manifest is not None:
        checks.each("call_for_paper", _call_faults(call, manifest), f"about {manifest.paper}")


def _call_faults(call: Call, manifest: Manifest) -> Iterator[tuple[str, str]]:
    if call.paper != manifest.paper:
        yield call.paper, f"the manifest is of {manifest.paper}"
    known = {form.form for form in manifest.forms}
    yield from ((form, "the paper has no such form") for form in call.forms if form not in known)
    if call.closes_ms > manifest.expires_ms:
        yield call.ceremony, "it closes after the paper has expired"


def verify_challenge(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a possession challenge."""
    return _verified(path, "possession challenge", "bank", trust, opener, _challenge)


def _challenge(_d: Document, data: bytes, _t: Trust | None, _o: Opener | None, checks: Checklist) -> None:
    checks.attempt("document_complete", "every field as described", read_challenge, data)


def verify_possession(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks an answer to a challenge against the package beside it: signature and the proof of every share."""
    return _verified(path, "possession proof", "", trust, opener, _possession)


def _possession(_d: Document, data: bytes, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    found = checks.attempt("document_complete", "every field as described", read_possession, data)
    if found is None:
        return
    manifest = _manifest(found.manifest_digest, trust, opener)
    if manifest is None:
        checks.hold("manifest_found", False, "the paper package is needed beside it (--with)", found.paper)
        return
    faults = [(place, english) for place, _, english in possession_faults(found, manifest)]
    checks.each("shares_held", faults, f"{len(found.proofs)} shares of {found.custodian}")


def verify_destruction(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a destruction record; with files beside it also that none of them should be gone."""
    return _verified(path, "destruction record", "bank", trust, opener, _destruction)


def _destruction(document: Document, _data: bytes, _t: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    body = checks.attempt("document_complete", "every field as described", read_destruction, document)
    if body is None:
        return
    until = int(body["expires_ms"]) + int(body["rule"]["value"]) * DAY_MS
    kept = until == body["retained_until_ms"] <= body["done_ms"]
    checks.hold("kept_long_enough", kept, f"kept until {until}, destroyed {body['done_ms']}", body["paper"])
    two = body["asked_by"] != body["approved_by"]
    checks.hold("two_persons", two, f"{body['asked_by']}, {body['approved_by']}", body["paper"])
    checks.each("really_gone", _left_over(body, opener), f"{len(body['material'])} entries")


def _left_over(body: Json, opener: Opener | None) -> Iterator[tuple[str, str]]:
    named = {one["name"] for one in body["material"] if one["kind"] in (PACKAGE, KEYS)}
    for path in opener.companions if opener else ():
        if digest(path.read_bytes()) in named:
            yield path.name, "it is listed as destroyed and lies here"


def _manifest(manifest_digest: str, trust: Trust | None, opener: Opener | None) -> Manifest | None:
    """The manifest with this digest among the companions, signed by a trusted bank."""
    for path in opener.companions if opener else ():
        try:
            data = path.read_bytes()
            file = read_archive(data).get(MANIFEST_NAME, b"") if data[:2] == b"PK" else data
            document = read_document(file)
            if digest(file) == manifest_digest and all(one.ok for one in check_signatures(document, trust, {"bank"})):
                return parse_manifest(document, digest(file))
        except (OSError, ExamError):
            continue
    return None
